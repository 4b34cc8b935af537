"""Indicators of many series at once: the plan that dbt renders, computed in columns."""
