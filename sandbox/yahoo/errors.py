"""The bodies of Yahoo's refusals, word for word."""

from __future__ import annotations

from sandbox.answers import Answer

INTERVALS = {
    "1m": 1,
    "2m": 2,
    "5m": 5,
    "15m": 15,
    "30m": 30,
    "60m": 60,
    "90m": 90,
    "1h": 60,
    "4h": 240,
}
LONG_INTERVALS = ("1d", "5d", "1wk", "1mo", "3mo")
RANGES = ("1d", "5d", "1mo", "3mo", "6mo", "1y", "2y", "5y", "10y", "ytd", "max")
NOT_FOUND_XML = (
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
    '<yahoo:error xmlns:yahoo="http://www.yahooapis.com/v1/base.rng" xml:lang="en-US" '
    'yahoo:uri="http://yahoo.com"><yahoo:description>NotFoundException: HTTP 404 Not Found'
    "</yahoo:description><yahoo:detail>NotFoundException: HTTP 404 Not Found</yahoo:detail>"
    "</yahoo:error>"
)


def refusal(status: int, code: str, description: str, root: str = "chart") -> Answer:
    error = {"code": code, "description": description}
    return Answer({root: {"result": None, "error": error}}, status)


def unknown_symbol() -> Answer:
    return refusal(404, "Not Found", "No data found, symbol may be delisted")


def bad_interval(interval: str) -> Answer:
    valid = ", ".join((*INTERVALS, *LONG_INTERVALS))
    text = f"Invalid input - interval={interval} is not supported. Valid intervals: [{valid}]"
    return refusal(400, "Bad Request", text)


def bad_range(range_: str) -> Answer:
    valid = ", ".join(RANGES)
    text = f"Invalid input - range={range_} is not supported. Valid ranges: [{valid}]"
    return refusal(400, "Bad Request", text)


def bad_order(start: int, end: int) -> Answer:
    text = (
        f"Invalid input - start date cannot be after end date. startDate = {start}, endDate = {end}"
    )
    return refusal(400, "Bad Request", text)


def no_data(start: int, end: int) -> Answer:
    text = f"Data doesn't exist for startDate = {start}, endDate = {end}"
    return refusal(400, "Bad Request", text)


def too_old(interval: str, start: int, end: int, days: int) -> Answer:
    text = (
        f"{interval} data not available for startTime={start} and endTime={end}. "
        f"The requested range must be within the last {days} days."
    )
    return refusal(422, "Unprocessable Entity", text)


def too_wide(interval: str, start: int, end: int, days: int) -> Answer:
    text = (
        f"{interval} data not available for startTime={start} and endTime={end}. "
        f"Only {days} days worth of {interval} granularity data are allowed to be fetched "
        "per request."
    )
    return refusal(422, "Unprocessable Entity", text)


def unauthorized(description: str) -> Answer:
    return refusal(401, "Unauthorized", description, root="finance")


def no_summary(symbol: str) -> Answer:
    return refusal(404, "Not Found", f"Quote not found for symbol: {symbol}", "quoteSummary")


def wrong_path() -> Answer:
    return Answer(status=404, text=NOT_FOUND_XML, content_type="application/xml")


def too_many_requests(crumb: bool) -> Answer:
    text = "Too Many Requests\r\n" if crumb else "Edge: Too Many Requests"
    return Answer(status=429, text=text, content_type="text/plain")
