"""Alerts: rules that read journals, budgets and the published copy, and the channels that tell."""

from flows.alerts.evaluation import after_run, told_after

__all__ = ["after_run", "told_after"]
