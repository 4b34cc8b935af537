"""Secrets in addresses, headers and errors."""

from __future__ import annotations

import pytest

from extract.edge.redaction import redact, redact_error

CANARY = "CANARY0123456789"


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("GET /x?apikey=abc123&s=1", "GET /x?apikey=***&s=1"),
        ("api_key=abc123", "api_key=***"),
        ("{'apiKey': 'abc123'}", "{'apiKey': '***'}"),
        ("signature%3Dabc123", "signature%3D***"),
        ("Authorization: Bearer abc123", "Authorization: Bearer ***"),
        ("X-MBX-APIKEY: abc123", "X-MBX-APIKEY: ***"),
        ("https://me:abc123@host/x", "https://***@host/x"),
        ("symbol=KEY&keyword=monkey", "symbol=KEY&keyword=monkey"),
    ],
)
def test_secrets_of_every_shape_are_masked(text: str, clean: str) -> None:
    assert redact(text) == clean


def test_the_causes_of_an_error_are_redacted_too() -> None:
    error = ValueError("outer")
    error.__cause__ = OSError(f"https://h/x?token={CANARY}")
    assert redact_error(error) == "ValueError: outer <- OSError: https://h/x?token=***"
