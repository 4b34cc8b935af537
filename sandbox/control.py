"""The exchange's own endpoints: its clock, limits, faults, journal and state."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from aiohttp import web

from sandbox.listings import all_listings

if TYPE_CHECKING:
    from sandbox.exchange import Exchange


def add_control_routes(app: web.Application, exchange: Exchange) -> None:
    control = Control(exchange)
    app.router.add_get("/control/clock", control.clock)
    app.router.add_post("/control/clock", control.set_clock)
    app.router.add_get("/control/limits", control.limits)
    app.router.add_post("/control/limits", control.set_limits)
    app.router.add_get("/control/faults", control.faults)
    app.router.add_post("/control/faults", control.add_fault)
    app.router.add_delete("/control/faults", control.clear_faults)
    app.router.add_delete("/control/faults/{number:[0-9]+}", control.remove_fault)
    app.router.add_get("/control/journal", control.journal)
    app.router.add_delete("/control/journal", control.clear_journal)
    app.router.add_get("/control/state", control.state)


class Control:
    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange

    async def clock(self, request: web.Request) -> web.Response:
        return web.json_response(self._clock())

    async def set_clock(self, request: web.Request) -> web.Response:
        asked = await _object(request)
        try:
            now = asked.get("now")
            ticking = asked.get("ticking")
            self._exchange.set_clock(
                datetime.fromisoformat(now) if now else self._exchange.now(), ticking
            )
            self._exchange.advance(timedelta(seconds=float(asked.get("advance_seconds", 0))))
        except (TypeError, ValueError) as error:
            raise web.HTTPBadRequest(text=str(error)) from error
        return web.json_response(self._clock())

    async def limits(self, request: web.Request) -> web.Response:
        return web.json_response(asdict(self._exchange.limits))

    async def set_limits(self, request: web.Request) -> web.Response:
        known = asdict(self._exchange.limits)
        asked = await _object(request)
        for name, value in asked.items():
            if name not in known or not isinstance(value, type(known[name])):
                raise web.HTTPBadRequest(text=f"unknown limit or wrong type: {name}")
            setattr(self._exchange.limits, name, value)
        return web.json_response(asdict(self._exchange.limits))

    async def faults(self, request: web.Request) -> web.Response:
        return web.json_response(self._exchange.faults.listed())

    async def add_fault(self, request: web.Request) -> web.Response:
        try:
            number = self._exchange.add_fault(await _object(request))
        except (KeyError, TypeError, ValueError) as error:
            raise web.HTTPBadRequest(text=f"not a fault: {error}") from error
        return web.json_response({"number": number}, status=201)

    async def remove_fault(self, request: web.Request) -> web.Response:
        if not self._exchange.faults.remove(int(request.match_info["number"])):
            raise web.HTTPNotFound(text="no such fault")
        return web.Response(status=204)

    async def clear_faults(self, request: web.Request) -> web.Response:
        self._exchange.clear_faults()
        return web.Response(status=204)

    async def journal(self, request: web.Request) -> web.Response:
        try:
            since = int(request.query.get("since", "0"))
        except ValueError as error:
            raise web.HTTPBadRequest(text="`since` is a number") from error
        records = self._exchange.journal()
        return web.json_response([one.as_dict() for one in records if one.number > since])

    async def clear_journal(self, request: web.Request) -> web.Response:
        self._exchange.clear_journal()
        return web.Response(status=204)

    async def state(self, request: web.Request) -> web.Response:
        return web.json_response(
            {
                "seed": self._exchange.seed,
                "clock": self._clock(),
                "limits": asdict(self._exchange.limits),
                "dialects": sorted(self._exchange.dialects),
                "listings": [listing.symbol for listing in all_listings()],
                "faults": len(self._exchange.faults.listed()),
                "requests": len(self._exchange.journal()),
            }
        )

    def _clock(self) -> dict[str, Any]:
        return {"now": self._exchange.now().isoformat(), "ticking": self._exchange.ticking}


async def _object(request: web.Request) -> dict[str, Any]:
    try:
        found = await request.json()
    except ValueError as error:
        raise web.HTTPBadRequest(text="the body is not JSON") from error
    if not isinstance(found, dict):
        raise web.HTTPBadRequest(text="the body is not a JSON object")
    return found
