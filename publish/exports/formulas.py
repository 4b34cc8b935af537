"""Text that a spreadsheet would take for a formula gets an apostrophe before it."""

from __future__ import annotations

import re

# What spreadsheets skip before they look for a formula. Full-width signs count in some of them.
BLANKS = " \u00a0\u1680\u2000-\u200f\u2028\u2029\u202f\u205f\u2060\u3000\ufeff"
SIGNS = "=+@\uff1d\uff0b\uff0d\uff20-"
PATTERN = f"^([\t\r\n]|[{BLANKS}\t\r\n]*[{SIGNS}])"
_found = re.compile(PATTERN)


def harmless(text: str) -> str:
    return f"'{text}" if _found.match(text) else text


def harmless_sql(expression: str) -> str:
    """The same as an expression over text."""
    return (
        f"case when regexp_matches({expression}, '{PATTERN}')"
        f" then '''' || {expression} else {expression} end"
    )
