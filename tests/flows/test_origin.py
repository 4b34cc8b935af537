"""In a sandbox folder the limits of real providers hold only on demand."""

from __future__ import annotations

import pytest

from flows.origin import pointed_at
from warehouse.settings import Settings

URL = "http://127.0.0.1:9"


@pytest.mark.parametrize(
    ("real_plans", "plan", "live_units"), [(False, "sandbox", 0), (True, "", 3)]
)
def test_real_plans_and_turns_hold_in_a_sandbox_only_on_demand(
    own_settings: Settings, real_plans: bool, plan: str, live_units: int
) -> None:
    own_settings.sandbox.real_plans = real_plans
    yahoo = pointed_at(own_settings, URL).providers.yahoo
    assert (yahoo.base_url, yahoo.plan, yahoo.live_units) == (f"{URL}/yahoo", plan, live_units)
    assert own_settings.providers.yahoo.live_units == 3
