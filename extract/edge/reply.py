"""An answer of a provider, read whole."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from extract.edge.redaction import redact
from extract.outcomes import FetchFailed, Outcome

REDIRECTS = frozenset({301, 302, 303, 307, 308})


@dataclass
class Reply:
    """An answer, read whole and no larger than the cap."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    url: str
    native: Any = None
    _parsed: Any = field(default=None, init=False, repr=False)

    def parsed(self) -> Any:
        """The body as JSON; anything else ends the unit as malformed."""
        if self._parsed is None:
            if not self.body.strip():
                raise FetchFailed(Outcome.UNAVAILABLE, "an empty body")
            try:
                self._parsed = json.loads(self.body)
            except (ValueError, RecursionError) as error:
                raise FetchFailed(
                    Outcome.MALFORMED, f"not JSON ({type(error).__name__}): {self.beginning()}"
                ) from None
        return self._parsed

    def beginning(self) -> str:
        return redact(self.body[:200].decode("utf-8", "replace")).replace("\n", " ")


def refused_redirect(reply: Reply) -> str:
    target = next((v for n, v in reply.headers.items() if n.lower() == "location"), "")
    return f"refused redirect to {urlsplit(target).hostname or 'another place'}"
