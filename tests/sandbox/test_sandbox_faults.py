"""Each fault does on a real socket what its word says, to the requests it matches and no others."""

from __future__ import annotations

import gc
import json
import socket
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests

from sandbox import Exchange, Fault
from sandbox.faults import PRESETS

Get = Callable[..., requests.Response]
YAHOO = "/yahoo/v8/finance/chart/AAPL?range=5d&interval=1d"
BINANCE = "/binance/api/v3/klines?symbol=BTCUSDT&interval=1m&limit=20"


def raw(exchange: Exchange, path: str) -> bytes:
    """All the bytes of an answer as they come, cut or not."""
    parts = urlsplit(exchange.url)
    with socket.create_connection((parts.hostname, parts.port or 80), timeout=5) as connection:
        request = f"GET {path} HTTP/1.1\r\nHost: {parts.netloc}\r\nConnection: close\r\n\r\n"
        connection.sendall(request.encode())
        received = b""
        while piece := connection.recv(65536):
            received += piece
    return received


def closes(payload: Any) -> list[Any]:
    if isinstance(payload, list):
        return [row[4] for row in payload]
    found: list[Any] = payload["chart"]["result"][0]["indicators"]["quote"][0]["close"]
    return found


def stamps(payload: Any) -> list[int]:
    if isinstance(payload, list):
        return [row[0] for row in payload]
    found: list[int] = payload["chart"]["result"][0]["timestamp"]
    return found


def test_status_body_and_headers_replace_the_answer(exchange: Exchange, get: Get) -> None:
    exchange.add_fault(
        Fault({"status": 503, "body": {"code": -1008}, "headers": {"Retry-After": "4"}})
    )
    answer = get(YAHOO)
    assert (answer.status_code, answer.json()) == (503, {"code": -1008})
    assert answer.headers["Retry-After"] == "4"


def test_presets_are_known_by_name(exchange: Exchange, get: Get) -> None:
    exchange.add_fault("429_retry_after")
    answer = get(YAHOO)
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "1")
    for preset in PRESETS:
        exchange.add_fault(preset)


def test_delay_waits_before_the_first_byte(exchange: Exchange) -> None:
    exchange.add_fault(Fault({"delay": 5}))
    with pytest.raises(requests.ReadTimeout):
        requests.get(exchange.url + YAHOO, timeout=0.2)


def test_hang_never_answers(exchange: Exchange) -> None:
    exchange.add_fault(Fault({"hang": True}))
    with pytest.raises(requests.ReadTimeout):
        requests.get(exchange.url + YAHOO, timeout=0.2)


def test_drip_sends_the_body_piece_by_piece(exchange: Exchange, get: Get) -> None:
    whole = len(get(YAHOO).content)
    exchange.add_fault(Fault({"drip": 20}))
    parts = urlsplit(exchange.url)
    with socket.create_connection((parts.hostname, parts.port or 80), timeout=5) as connection:
        connection.sendall(f"GET {YAHOO} HTTP/1.1\r\nHost: {parts.netloc}\r\n\r\n".encode())
        received = b""
        while not received.partition(b"\r\n\r\n")[2]:
            received += connection.recv(65536)
        assert len(received.partition(b"\r\n\r\n")[2]) < whole // 2
        assert connection.recv(65536)


def test_a_quick_drip_ends_whole(exchange: Exchange, get: Get) -> None:
    whole = get(YAHOO).content
    exchange.add_fault(Fault({"drip": len(whole) * 20}))
    assert get(YAHOO).content == whole


def test_cut_at_ends_the_connection_in_the_middle_of_the_body(exchange: Exchange) -> None:
    exchange.add_fault(Fault({"cut_at": 100}))
    head, _, body = raw(exchange, YAHOO).partition(b"\r\n\r\n")
    assert len(body) == 100
    promised = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
    assert promised > 1000
    with pytest.raises((requests.ConnectionError, requests.exceptions.ChunkedEncodingError)):
        requests.get(exchange.url + YAHOO, timeout=5)


def test_cut_at_takes_a_fraction_too(exchange: Exchange, get: Get) -> None:
    whole = len(get(YAHOO).content)
    exchange.add_fault(Fault({"cut_at": 0.5}))
    assert len(raw(exchange, YAHOO).partition(b"\r\n\r\n")[2]) == whole // 2


def test_reset_breaks_the_connection(exchange: Exchange) -> None:
    exchange.add_fault(Fault({"reset": True}))
    with pytest.raises(ConnectionResetError):
        raw(exchange, YAHOO)


def test_wrong_length_promises_other_than_it_sends(exchange: Exchange) -> None:
    exchange.add_fault(Fault({"wrong_length": 10**6}))
    with pytest.raises((requests.ConnectionError, requests.exceptions.ChunkedEncodingError)):
        requests.get(exchange.url + YAHOO, timeout=5)


def test_html_comes_with_a_good_status(exchange: Exchange, get: Get) -> None:
    exchange.add_fault(Fault({"html": True}))
    answer = get(YAHOO)
    assert (answer.status_code, "Will be right back" in answer.text) == (200, True)
    assert answer.headers["Content-Type"].startswith("text/html")


def test_junk_json_does_not_parse(exchange: Exchange, get: Get) -> None:
    exchange.add_fault(Fault({"junk_json": True}))
    with pytest.raises(requests.exceptions.JSONDecodeError):
        get(YAHOO).json()


def test_a_gzip_bomb_is_small_on_the_wire_and_large_inside(exchange: Exchange, get: Get) -> None:
    exchange.add_fault(Fault({"gzip_bomb": 3}))
    assert len(raw(exchange, YAHOO)) < 100_000
    assert len(get(YAHOO).content) == 3 << 20


def test_redirect_points_elsewhere(exchange: Exchange) -> None:
    exchange.add_fault(Fault({"redirect": "http://127.0.0.1:9/elsewhere"}))
    answer = requests.get(exchange.url + YAHOO, timeout=5, allow_redirects=False)
    assert (answer.status_code, answer.headers["Location"]) == (
        307,
        "http://127.0.0.1:9/elsewhere",
    )


@pytest.mark.parametrize("path", [YAHOO, BINANCE])
class TestRows:
    """Faults in the bars themselves, in both dialects."""

    def both(self, exchange: Exchange, get: Get, path: str, do: dict[str, Any]) -> tuple[Any, Any]:
        good = get(path).json()
        exchange.add_fault(Fault(do))
        return good, json.loads(get(path).text)

    def test_repeated_rows(self, exchange: Exchange, get: Get, path: str) -> None:
        good, bad = self.both(exchange, get, path, {"repeat_page": True})
        assert stamps(bad) == stamps(good) * 2

    def test_shuffled_rows(self, exchange: Exchange, get: Get, path: str) -> None:
        good, bad = self.both(exchange, get, path, {"shuffle": True})
        assert stamps(bad) != stamps(good)
        assert sorted(stamps(bad)) == stamps(good)

    def test_an_empty_page(self, exchange: Exchange, get: Get, path: str) -> None:
        _, bad = self.both(exchange, get, path, {"empty_page": True})
        assert stamps(bad) == []

    def test_an_extra_field(self, exchange: Exchange, get: Get, path: str) -> None:
        good, bad = self.both(exchange, get, path, {"extra_field": "novelty"})
        if isinstance(bad, list):
            assert len(bad[0]) == len(good[0]) + 1
        else:
            assert "novelty" in bad["chart"]["result"][0]["indicators"]["quote"][0]

    def test_a_dropped_field(self, exchange: Exchange, get: Get, path: str) -> None:
        good, bad = self.both(exchange, get, path, {"drop_field": "volume"})
        if isinstance(bad, list):
            assert len(bad[0]) == len(good[0]) - 1
        else:
            assert "volume" not in bad["chart"]["result"][0]["indicators"]["quote"][0]

    def test_text_for_a_number(self, exchange: Exchange, get: Get, path: str) -> None:
        good, bad = self.both(exchange, get, path, {"text_number": {"row": 1}})
        assert closes(bad)[1] == "n/a"
        assert closes(bad)[2:] == closes(good)[2:]

    def test_not_a_number(self, exchange: Exchange, get: Get, path: str) -> None:
        _, bad = self.both(exchange, get, path, {"nan": {"row": 0}})
        assert str(closes(bad)[0]).lower() == "nan"

    def test_a_negative_price(self, exchange: Exchange, get: Get, path: str) -> None:
        good, bad = self.both(exchange, get, path, {"negative": {"row": 2}})
        assert float(closes(bad)[2]) == -float(closes(good)[2])

    def test_a_high_below_the_low(self, exchange: Exchange, get: Get, path: str) -> None:
        _, bad = self.both(exchange, get, path, {"high_below_low": {"row": 0}})
        if isinstance(bad, list):
            assert float(bad[0][2]) < float(bad[0][3])
        else:
            quote = bad["chart"]["result"][0]["indicators"]["quote"][0]
            assert quote["high"][0] < quote["low"][0]

    def test_a_stamp_off_the_grid(self, exchange: Exchange, get: Get, path: str) -> None:
        good, bad = self.both(exchange, get, path, {"off_grid": {"row": 1}})
        unit = 1000 if isinstance(bad, list) else 1
        assert stamps(bad)[1] - stamps(good)[1] == 17 * unit

    def test_a_stamp_in_the_future(self, exchange: Exchange, get: Get, path: str) -> None:
        good, bad = self.both(exchange, get, path, {"future_ts": {"row": 1}})
        assert stamps(bad)[1] > stamps(good)[1] + 10**8

    def test_any_value_by_field_and_row(self, exchange: Exchange, get: Get, path: str) -> None:
        do = {"bad_value": {"row": 3, "field": "close", "value": None}}
        _, bad = self.both(exchange, get, path, do)
        assert closes(bad)[3] is None

    def test_prices_in_hundredths(self, exchange: Exchange, get: Get, path: str) -> None:
        good, bad = self.both(exchange, get, path, {"unit_switch": True})
        assert float(closes(bad)[0]) == pytest.approx(float(closes(good)[0]) * 100)


def test_the_wrong_symbol(exchange: Exchange, get: Get) -> None:
    exchange.add_fault(Fault({"wrong_symbol": "ZZZ"}))
    assert get(YAHOO).json()["chart"]["result"][0]["meta"]["symbol"] == "ZZZ"


def statuses(get: Get, count: int, path: str = YAHOO) -> list[int]:
    return [get(path).status_code for _ in range(count)]


def test_first_from_every_and_times_choose_the_requests(exchange: Exchange, get: Get) -> None:
    exchange.add_fault(Fault({"status": 500}, first=2))
    assert statuses(get, 4) == [500, 500, 200, 200]
    exchange.clear_faults()
    exchange.add_fault(Fault({"status": 500}, start=2, every=2, times=2))
    assert statuses(get, 7) == [200, 500, 200, 500, 200, 200, 200]


def test_dialect_path_and_symbol_choose_the_requests(exchange: Exchange, get: Get) -> None:
    exchange.add_fault(Fault({"status": 500}, dialect="binance", path="klines$", symbol="ETHUSDT"))
    assert statuses(get, 1, YAHOO) == [200]
    assert statuses(get, 1, BINANCE) == [200]
    assert statuses(get, 1, BINANCE.replace("BTCUSDT", "ETHUSDT")) == [500]
    assert statuses(get, 1, "/binance/api/v3/ticker/price?symbol=ETHUSDT") == [200]


def test_an_unknown_word_is_refused(exchange: Exchange) -> None:
    with pytest.raises(ValueError, match="explode"):
        exchange.add_fault({"do": {"explode": True}})


def test_an_exchange_that_ends_leaves_no_answer_hanging(caplog: pytest.LogCaptureFixture) -> None:
    with Exchange() as exchange:
        exchange.add_fault({"match": {"dialect": "yahoo"}, "do": {"hang": True}})
        with pytest.raises(requests.ReadTimeout):
            requests.get(exchange.url + YAHOO, timeout=0.3)
    gc.collect()
    assert caplog.messages == []
