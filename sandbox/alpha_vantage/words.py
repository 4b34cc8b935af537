"""What Alpha Vantage says instead of an answer, word for word and always with HTTP 200."""

from __future__ import annotations

from typing import Any

SITE = "https://www.alphavantage.co"
PLANS = f"the premium plans at {SITE}/premium/"

MISSING_KEY = {
    "Error Message": "the parameter apikey is invalid or missing. Please claim your free API key "
    f"on ({SITE}/support/#api-key). It should take less than 20 seconds."
}
DEMO_KEY = {
    "Information": "The **demo** API key is for demo purposes only. Please claim your free API "
    f"key at ({SITE}/support/#api-key) to explore our full API offerings. It takes fewer than 20 "
    "seconds."
}
PREMIUM_ENDPOINT = {
    "Information": "Thank you for using Alpha Vantage! This is a premium endpoint. You may "
    f"subscribe to any of {PLANS} to instantly unlock all premium endpoints"
}
PREMIUM_OUTPUTSIZE = {
    "Information": "Thank you for using Alpha Vantage! The outputsize=full parameter value is a "
    "premium feature for the TIME_SERIES_DAILY endpoint. You may subscribe to any of "
    f"{PLANS} to instantly unlock all premium features"
}
TOO_SOON = {
    "Information": "Thank you for using Alpha Vantage! Please consider spreading out your free API "
    "requests more sparingly (1 request per second). You may subscribe to any of "
    f"{PLANS} to lift the free key rate limit (25 requests per day), raise the per-second burst "
    "limit, and instantly unlock all premium endpoints"
}


def day_is_used_up(key: str) -> dict[str, Any]:
    return {
        "Information": f"We have detected your API key as {key} and our standard API rate limit "
        f"is 25 requests per day. Please subscribe to any of {PLANS} to instantly remove all "
        "daily rate limits."
    }


def invalid(function: str) -> dict[str, Any]:
    return {
        "Error Message": "Invalid API call. Please retry or visit the documentation "
        f"({SITE}/documentation/) for {function}."
    }


def no_function(function: str) -> dict[str, Any]:
    return {"Error Message": f"This API function ({function}) does not exist."}
