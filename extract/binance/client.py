"""python-binance's client, asking the configured host through the polite edge."""

from __future__ import annotations

import warnings

import requests

from extract.binance.answers import weigh
from extract.binance.archives import Archive
from extract.edge.requests_session import PolicedSession
from extract.http import PoliteEdge

with warnings.catch_warnings():
    # Its stream half, which is not used here, imports names that websockets is about to drop.
    warnings.simplefilter("ignore", DeprecationWarning)
    from binance.client import Client


class MarketClient(Client):  # type: ignore[misc]
    """Public market data only: no key is ever given to it."""

    def __init__(self, edge: PoliteEdge, base_url: str, archive: Archive | None = None) -> None:
        self._edge = edge
        self.archive = archive
        self.API_URL = base_url + "/api"
        super().__init__(ping=False)

    def _init_session(self) -> requests.Session:
        session = PolicedSession(self._edge, weigh)
        session.headers.update(
            {name: value for name, value in self._get_headers().items() if name != "X-MBX-APIKEY"}
        )
        return session
