"""Fault runs: the real product is hurt in real processes, then judged against the truth."""
