"""Takes secrets out of addresses, answers and errors of providers, beyond what the logs hide."""

from __future__ import annotations

import re
from urllib.parse import quote, quote_plus

from warehouse import logs
from warehouse.logs import HIDDEN

_PARAMETERS = re.compile(
    r"(?i)\b(api[-_]?secret|access[-_]?key|key|signature|sessionid|csrftoken|api[-_]?key|crumb|token)"
    r"(=|%3d|[\"']?\s*:\s*[\"']?)([^&#\s\"'<>,;)}\]]+)"
)
_HEADERS = re.compile(
    r"(?i)\b(authorization|x-mbx-apikey|x-api-key|cookie|set-cookie)([\"']?\s*[:=]\s*[\"']?)"
    r"((?:bearer|basic)\s+)?([^\"'\r\n,]+)"
)
_USER_INFO = re.compile(r"(?i)\b([a-z][a-z0-9+.-]*://)[^/\s@]+@")


def register_secret(value: str) -> None:
    """From now on this value is hidden wherever it turns up, in logs too, however encoded."""
    for form in dict.fromkeys((value, quote(value, safe=""), quote_plus(value))):
        logs.register_secret(form)


def redact(text: str) -> str:
    """The text without values of secret parameters, secret headers and registered secrets."""
    text = logs.redact(text)
    text = _USER_INFO.sub(rf"\1{HIDDEN}@", text)
    text = _HEADERS.sub(rf"\1\2\3{HIDDEN}", text)
    return _PARAMETERS.sub(rf"\1\2{HIDDEN}", text)


def redact_error(error: BaseException, limit: int = 400) -> str:
    """An exception with its causes as one redacted line."""
    parts: list[str] = []
    seen: set[int] = set()
    link: BaseException | None = error
    while link is not None and id(link) not in seen:
        seen.add(id(link))
        parts.append(f"{type(link).__name__}: {link}" if str(link) else type(link).__name__)
        link = link.__cause__ or (None if link.__suppress_context__ else link.__context__)
    return redact(" <- ".join(parts)).replace("\n", " ")[:limit]
