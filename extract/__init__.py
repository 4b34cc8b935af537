"""Everything between a provider and the raw tables: plan, fetch, landing, load."""

from warehouse.settings import export_for_children

# dlt reads these when it is first imported, which any module of this package may do.
export_for_children(
    RUNTIME__DLTHUB_TELEMETRY="false",
    # What matters of it is raised; its log would print tracebacks past our redaction.
    RUNTIME__LOG_LEVEL="CRITICAL",
    RUNTIME__INTERCEPT_SIGNALS="false",
    EXTRACT__NEXT_ITEM_MODE="fifo",
)
