"""The bodies of the provider's refusals, word for word."""

from __future__ import annotations

from sandbox.answers import Answer

PRICING = "https://site.financialmodelingprep.com/developer/docs/pricing"
UPGRADE = f"Please upgrade your plan or visit our documentation for more details at {PRICING} "


def refusal(status: int, message: str) -> Answer:
    return Answer({"Error Message": message}, status)


def invalid_key() -> Answer:
    return refusal(
        401,
        "Invalid API KEY. Feel free to create a Free API Key or visit "
        "https://site.financialmodelingprep.com/faqs?search=why-is-my-api-key-invalid "
        "for more information.",
    )


def premium_symbol() -> Answer:
    """Plain text, unlike all the others."""
    return Answer(
        status=402,
        text="Premium Query Parameter: 'Special Endpoint : This value set for 'symbol' is not "
        "available under your current subscription please visit our subscription page to upgrade "
        "your plan at https://financialmodelingprep.com/",
        content_type="text/plain",
    )


def exclusive_endpoint() -> Answer:
    return refusal(
        402,
        "Exclusive Endpoint : This endpoint is not available under your current subscription "
        "agreement, please visit our subscription page to upgrade your plan or contact us at "
        + PRICING,
    )


def legacy_endpoint() -> Answer:
    return refusal(
        403,
        "Legacy Endpoint : Due to Legacy endpoints being no longer supported - This endpoint is "
        "only available for legacy users who have valid subscriptions prior August 31, 2025. "
        "Please visit our subscription page to upgrade your plan or contact us at " + PRICING,
    )


def limit_reach(status: int = 429) -> Answer:
    return refusal(status, f"Limit Reach . {UPGRADE}")


def bandwidth_reach() -> Answer:
    return refusal(429, f"Bandwidth Limit Reach . {UPGRADE}")


def wrong_path() -> Answer:
    return Answer(status=404, text="")
