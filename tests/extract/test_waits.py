"""How long is waited."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from extract.edge.waits import retry_after


@pytest.mark.parametrize("text", ["1000000000", "-5", "soon", "nan", ""])
def test_an_absurd_retry_after_is_not_believed(text: str) -> None:
    assert retry_after({"Retry-After": text}) is None


def test_a_retry_after_may_be_a_date_by_the_servers_own_clock() -> None:
    server_now = datetime(2026, 3, 11, 15, 0, tzinfo=UTC)
    headers = {
        "retry-after": format_datetime(server_now + timedelta(seconds=90), usegmt=True),
        "date": format_datetime(server_now, usegmt=True),
    }
    assert retry_after(headers) == 90
    assert retry_after({"Retry-After": "7"}) == 7
