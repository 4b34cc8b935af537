"""Settings of what is kept for how long."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from warehouse.provider_settings import Section

Days = Annotated[int, Field(ge=1, le=36_500)]


class RetentionSection(Section):
    """For how many days things are kept; None is for ever, as what cannot be had again is."""

    quotes: Days | None = None
    trades: Days | None = None
    steps: Days | None = None
    # Tables of these three that are kept longer or shorter than the rest.
    tables: dict[str, Days] = Field(default_factory=dict)
    runs: Days | None = 365
    exports: Days | None = None
