"""Exact types for cells of raw tables, out of what providers write."""
