"""The HTTP side of the exchange: a thread with its own loop, real sockets, faults on the wire."""

from __future__ import annotations

import asyncio
import socket
import struct
import threading
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from email.utils import formatdate
from functools import partial
from typing import TYPE_CHECKING

from aiohttp import web

from sandbox.answers import Answer, Call, Dialect
from sandbox.control import add_control_routes
from sandbox.faults import TRANSPORT_WORDS, Fault, reshape
from sandbox.journal import JournalRecord
from sandbox.listings import find_listing

if TYPE_CHECKING:
    from sandbox.exchange import Exchange

SECRET_WORDS = ("authorization", "key", "token", "secret", "cookie", "signature")
HANG_SECONDS = 3600.0
DRIP_STEP = 0.05
CLOSED_BY_CLIENT = 499


class Server:
    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange
        self._thread = threading.Thread(target=self._run, name="sandbox-exchange", daemon=True)
        self._started = threading.Event()
        self._failure: BaseException | None = None
        self._stop: Callable[[], object] | None = None
        self._port = 0

    def start(self) -> int:
        self._thread.start()
        self._started.wait()
        if self._failure is not None:
            raise self._failure
        return self._port

    def stop(self) -> None:
        if self._stop is not None and self._thread.is_alive():
            self._stop()
        self._thread.join()

    def _run(self) -> None:
        try:
            # What hangs by a fault is cancelled at the end.
            asyncio.run(self._serve())
        except BaseException as error:
            self._failure = error
        finally:
            self._started.set()

    async def _serve(self) -> None:
        stopping = asyncio.Event()
        self._stop = partial(asyncio.get_running_loop().call_soon_threadsafe, stopping.set)
        app = web.Application(client_max_size=1 << 20)
        add_control_routes(app, self._exchange)
        for name in self._exchange.dialects:
            app.router.add_route("*", f"/{name}", self._answer)
            app.router.add_route("*", f"/{name}/{{tail:.*}}", self._answer)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        try:
            site = web.TCPSite(runner, self._exchange.host, self._exchange.port)
            await site.start()
            self._port = int(runner.addresses[0][1])
            self._started.set()
            await stopping.wait()
        finally:
            await runner.cleanup()

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        exchange = self._exchange
        name, _, path = request.rel_url.raw_path.lstrip("/").partition("/")
        dialect = exchange.dialects[name]
        call = Call(
            number=next(exchange.numbers),
            method=request.method,
            path="/" + path,
            parameters=tuple(request.rel_url.query.items()),
            headers=request.headers,
            cookies=request.cookies,
        )
        at = exchange.now()
        fault = exchange.faults.find(name, call.path, dialect.symbol_of(call))
        if fault is not None and fault.do.keys() & {"hang", "reset"}:
            return await self._refuse(request, call, dialect, fault, at)
        answer = self._outage(call, dialect, at) or dialect.answer(call)
        body = answer.body()
        if fault is not None:
            answer, body = reshape(answer, fault, dialect, exchange.faults.seed)
        self._record(call, dialect, at, answer.status, answer.weight, fault)
        if fault is not None and fault.do.keys() & TRANSPORT_WORDS:
            badly = _head(answer, at)
            # Who would not wait for it has gone; that is no error of ours.
            with suppress(ConnectionResetError):
                await _send_badly(request, badly, body, fault)
            return badly
        response = web.Response(status=answer.status, body=body)
        response.headers.update(_head(answer, at).headers)
        return response

    def _outage(self, call: Call, dialect: Dialect, at: datetime) -> Answer | None:
        """The refusal of a request that falls into an outage of one of its symbols."""
        names = set(dialect.symbol_of(call).upper().split(","))
        for symbol in tuple(names):
            listing = find_listing(dialect.name, symbol, at.date())
            names |= set(listing.names) if listing else set()
        status = self._exchange.market.events.lapses.outage(names, at)
        if status is None:
            return None
        return Answer(status=status, text=f"{status} for a while", content_type="text/plain")

    async def _refuse(
        self, request: web.Request, call: Call, dialect: Dialect, fault: Fault, at: datetime
    ) -> web.StreamResponse:
        self._record(call, dialect, at, CLOSED_BY_CLIENT, 0, fault)
        await asyncio.sleep(float(fault.do.get("delay", 0)))
        if "hang" in fault.do:
            wanted = fault.do["hang"]
            await asyncio.sleep(HANG_SECONDS if wanted is True else float(wanted))
        _reset(request)
        return web.Response(status=500)

    def _record(
        self,
        call: Call,
        dialect: Dialect,
        at: datetime,
        status: int,
        weight: int,
        fault: Fault | None,
    ) -> None:
        secrets = tuple(
            sorted(
                name for name in call.headers if any(word in name.lower() for word in SECRET_WORDS)
            )
        )
        self._exchange.record(
            JournalRecord(
                call.number,
                at,
                dialect.name,
                call.method,
                call.path,
                _without_secrets(call.query),
                secrets,
                status,
                weight,
                fault.label if fault is not None else None,
            )
        )


def _without_secrets(query: dict[str, str]) -> dict[str, str]:
    """Some providers want their key in the address; no journal shows it."""
    return {
        name: "***" if any(word in name.lower() for word in SECRET_WORDS) else value
        for name, value in query.items()
    }


def _head(answer: Answer, at: datetime) -> web.StreamResponse:
    response = web.StreamResponse(status=answer.status)
    response.headers["Content-Type"] = f"{answer.content_type};charset=utf-8"
    response.headers["Date"] = _http_date(at)
    response.headers["Server"] = "tapehouse-sandbox"
    for name, value in answer.headers.items():
        response.headers[name] = value
    return response


def _http_date(at: datetime) -> str:
    return formatdate((at - datetime(1970, 1, 1)).total_seconds(), usegmt=True)


async def _send_badly(
    request: web.Request, response: web.StreamResponse, body: bytes, fault: Fault
) -> None:
    do = fault.do
    await asyncio.sleep(float(do.get("delay", 0)))
    response.content_length = int(do.get("wrong_length", len(body)))
    keep = len(body)
    if "cut_at" in do:
        cut = float(do["cut_at"])
        keep = int(len(body) * cut) if 0 < cut < 1 else min(int(cut), len(body))
    await response.prepare(request)
    if "drip" in do:
        piece = max(int(float(do["drip"]) * DRIP_STEP), 1)
        for place in range(0, keep, piece):
            await response.write(body[place : min(place + piece, keep)])
            await asyncio.sleep(DRIP_STEP)
    else:
        await response.write(body[:keep])
    if keep < len(body) or "wrong_length" in do:
        response.force_close()
        if request.transport is not None:
            request.transport.close()


def _reset(request: web.Request) -> None:
    transport = request.transport
    if transport is None:
        return
    connection = transport.get_extra_info("socket")
    if connection is not None:
        # A linger of zero turns the close into a reset, as a dying peer's does.
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    transport.abort()
