"""SQL that only some engines have stands in dispatched macros alone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from jinja2 import Environment

from .source_tree import PROJECT, files, name

SOURCES = PROJECT / "dbt_project"
# Implementations that dbt chooses by engine.
DISPATCHED = re.compile(r"(default|duckdb|postgres|spark)__\w+")
COMMENT = re.compile(r"--[^\n]*")
LITERAL = re.compile(r"'[^']*'")
# Types are named by macros/engine/types.sql.
TYPES = (
    "double|float|float4|float8|real|hugeint|uhugeint|tinyint|utinyint|usmallint|uinteger|ubigint"
    "|varchar|text|string|blob|bytea|decimal|numeric|timestamptz|timestamp_ntz"
)
ONLY_SOME = {
    "qualify": r"\bqualify\b",
    "the row of an extreme": r"\b(arg_?max|arg_?min|max_by|min_by|any_value|first|last)\s*\(",
    "nulls left out of a window": r"\b(ignore|respect) nulls\b",
    "a join of one engine": r"\b(asof|positional|semi|anti|lateral)\s+(left\s+)?join\b",
    "all columns at once": r"\b(group|order) by all\b|\bby name\b",
    "columns but for some": r"\*\s*(exclude|except|replace|rename)\b",
    "whole division": r"//|\bdiv\b",
    "a cast that may fail": r"\btry_\w+\s*\(",
    "a short cast": r"::",
    "a type": rf"\bas\s+({TYPES})\s*[()]|\b(decimal|numeric)\s*\(|\bdouble precision\b",
    "a list or a struct": r"\b(list|array|map|struct|row|named_struct|unnest|explode)\s*\(",
    "a function of lists": r"\b(list|array|map|struct|string_split)_\w+\s*\(|\[",
    "json": r"\b\w*json\w*\s*\(",
    "seconds since 1970": r"\b(epoch\w*|to_timestamp|unix_\w+|make_\w+)\s*\("
    r"|\bextract\s*\(\s*epoch",
    "text of times": r"\b(strptime|strftime|to_char|to_date|date_format)\s*\(",
    "time zones": r"\b(timezone|from_utc_timestamp|to_utc_timestamp)\s*\(|\bat time zone\b",
    "arithmetic of dates": r"\b(date_?diff|date_?add|date_?sub|age|dayofweek|isodow|to_days"
    r"|to_hours|to_minutes|to_seconds|to_months|to_years)\s*\(",
    "regular expressions": r"\bregexp_\w+\s*\(|\brlike\b|!?~",
    "files": r"\b(read|scan)_(parquet|csv|json)\w*\s*\(|\bcopy\b",
    "made-up rows": r"\b(generate_series|range|sequence)\s*\(",
    "a test of doubles": r"\bis_?(finite|nan|inf)\s*\(",
    "an aggregate": r"\b(median|quantile\w*|product|mad|bool_or|bool_and|approx_\w+)\s*\(",
    "a function": r"\b(ifnull|nvl|iff?|decode|len|strlen|printf|format|hash|starts_with|contains"
    r"|log10|log2?|substring|left|right)\s*\(",
    "the first of its key": r"\bdistinct on\b",
    "a sample": r"\b(tablesample|using sample|pivot|unpivot)\b",
    "the catalog": r"\b(pg|duckdb)_\w+",
}
PATTERNS = {said: re.compile(pattern, re.IGNORECASE) for said, pattern in ONLY_SOME.items()}
STRATEGY = re.compile(r"incremental_strategy\s*=\s*['\"]")


def sql_of(text: str) -> Iterator[str]:
    """What becomes SQL: text between tags, and strings within them; neither values nor comments."""
    tokens = [(kind, value) for _, kind, value in Environment().lex(text) if kind != "whitespace"]
    around, is_dispatched = [], False
    for number, (kind, value) in enumerate(tokens):
        following = "".join(one for _, one in tokens[number + 1 : number + 5])
        if kind == "name" and value == "macro":
            is_dispatched = bool(DISPATCHED.match(following))
        elif kind == "name" and value == "materialization":
            is_dispatched = ",adapter=" in following
        elif kind == "name" and value in ("endmacro", "endmaterialization"):
            is_dispatched = False
        elif kind == "data" and not is_dispatched:
            around.append(value)
        elif kind == "string" and not is_dispatched:
            yield from sql_of(value[1:-1].replace("\\'", "'"))
    yield LITERAL.sub(" ", COMMENT.sub(" ", " ".join(around)))


def rounds_to_digits(sql: str) -> bool:
    """Of doubles, which PostgreSQL does not have: `rounded` is for that."""
    for found in re.finditer(r"\bround\s*\(", sql, re.IGNORECASE):
        depth = 1
        for sign in sql[found.end() :]:
            depth += {"(": 1, ")": -1}.get(sign, 0)
            if depth == 0:
                break
            if depth == 1 and sign == ",":
                return True
    return False


def of_one_engine(text: str) -> Iterator[str]:
    if STRATEGY.search(text):
        yield "names its incremental strategy"
    for sql in sql_of(text):
        if rounds_to_digits(sql):
            yield "rounds to digits"
        for said, pattern in PATTERNS.items():
            found = pattern.search(sql)
            if found:
                yield f"{said}: {found.group().strip()}"


def sources() -> list[Path]:
    return [path for path in files(SOURCES) if path.suffix == ".sql"]


def test_sql_of_one_engine_stands_in_dispatched_macros() -> None:
    wrong = [
        f"{name(path)}: {said}"
        for path in sources()
        if name(path) != "dbt_project/macros/engine/types.sql"
        for said in of_one_engine(path.read_text(encoding="utf-8"))
    ]
    assert not wrong, wrong


def test_every_dispatched_macro_has_an_implementation_for_engines_not_named() -> None:
    text = "\n".join(path.read_text(encoding="utf-8") for path in sources())
    asked = set(re.findall(r"adapter\.dispatch\('(\w+)', 'tapehouse'\)", text))
    lacking = [one for one in sorted(asked) if f"macro default__{one}(" not in text]
    assert asked
    assert not lacking, lacking


@pytest.mark.parametrize(
    "line",
    [
        "select 1 from bars qualify row_number() over () = 1",
        "select arg_max(close, opened_at) from bars",
        "select max_by(close, opened_at) from bars",
        "select last_value(close ignore nulls) over () from bars",
        "select * from bars asof join quotes on true",
        "select symbol, count(*) from bars group by all",
        "select * exclude (close) from bars",
        "select * replace (1 as close) from bars",
        "select bar_number // 2 from bars",
        "select try_cast(close as bigint) from bars",
        "select close::date from bars",
        "select cast(close as double) from bars",
        "select cast(close as decimal(18, 8)) from bars",
        "select cast(symbol as varchar) from bars",
        "select list_sum(closes), list(close) from bars",
        "select struct_pack(a := 1)",
        "select epoch_us(opened_at) from bars",
        "select strptime(date, '%Y') from bars",
        "select regexp_extract(symbol, '[A-Z]+') from bars",
        "select symbol ~ 'A' from bars",
        "select * from read_parquet('bars.parquet')",
        "select * from generate_series(1, 2)",
        "select number from range(10) as numbers (number)",
        "select make_timestamp(0)",
        "select isfinite(close) from bars",
        "select median(close) from bars",
        "select date_diff('day', a, b) from bars",
        "select timezone('UTC', opened_at) from bars",
        "select distinct on (symbol) * from bars",
        "select round(close, 2) from bars",
        "select round(abs(least(a, b)), 2) from bars",
        "{{ exact_mean('cast(close as decimal(18, 12))') }}",
        "{{ percent('round(close, 2)') }}",
        """{{ config(post_hook="delete from {{ this }} where isnan(close)") }}""",
        "select extract(epoch from opened_at) from bars",
        "{% macro own() %}select isfinite(close){% endmacro %}",
        "{{ config(materialized='incremental', incremental_strategy='merge') }}",
    ],
)
def test_the_rule_notices_sql_of_one_engine(line: str) -> None:
    assert list(of_one_engine(line))


@pytest.mark.parametrize(
    "line",
    [
        "{% macro duckdb__is_finite(one) %}isfinite({{ one }}){% endmacro %}",
        "{% materialization view, adapter='duckdb' %}select 1::bigint{% endmaterialization %}",
        "{% for back in range(1, 11) %}{{ back // 2 ~ names[0] }}{% endfor %}",
        "select 'off // by 10::1' || ' range(1)' as detail -- qualify",
        "{# arg_max(close) #} select round(volume), cast(close as {{ f8() }}) from bars",
        "{{ config(incremental_strategy=incremental_strategy()) }}",
        """{{ config(post_hook="{{ set_build_mark(['bars']) }}", tags=['bars']) }} select 1""",
    ],
)
def test_the_rule_lets_pass_what_every_engine_has(line: str) -> None:
    assert not list(of_one_engine(line))
