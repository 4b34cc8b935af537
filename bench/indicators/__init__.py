"""Indicators measured: against TA-Lib, against a rebuild, and against the speed of others."""
