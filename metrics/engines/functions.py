"""The few SQL functions engines disagree on, each with one compile rule per engine.

Everything else is plain SQLAlchemy Core. Dates are DATE, instants TIMESTAMP in UTC without zone.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

RULES: dict[str, dict[str, str]] = {
    "days_between": {
        "duckdb": "CAST(({1}) - ({0}) AS BIGINT)",
        "postgresql": "CAST(({1}) - ({0}) AS BIGINT)",
    },
    "add_days": {
        "duckdb": "(({0}) + CAST({1} AS INTEGER))",
        "postgresql": "(({0}) + CAST({1} AS INTEGER))",
    },
    # A row for each day number from the first up to, not including, the second.
    "each_day": {
        "duckdb": "unnest(range({0}, {1}))",
        "postgresql": "generate_series({0}, {1} - 1)",
    },
    # A row for each of some values, written as one text: quicker to read than as many literals.
    "each_of": {
        "duckdb": "unnest(CAST('[{0}]' AS {1}[]))",
        "postgresql": "unnest(CAST('{{{0}}}' AS {1}[]))",
    },
    "local_time": {
        "duckdb": "timezone({1}, timezone('UTC', {0}))",
        "postgresql": "timezone({1}, timezone('UTC', {0}))",
    },
    "seconds_between": {
        "duckdb": "(CAST(date_diff('microsecond', {0}, {1}) AS DOUBLE) / 1e6)",
        "postgresql": "CAST(EXTRACT(EPOCH FROM ({1}) - ({0})) AS DOUBLE PRECISION)",
    },
    "iso_weekday": {
        "duckdb": "CAST(EXTRACT(isodow FROM {0}) AS INTEGER)",
        "postgresql": "CAST(EXTRACT(isodow FROM {0}) AS INTEGER)",
    },
    "clock_hour": {
        "duckdb": "CAST(EXTRACT(hour FROM {0}) AS INTEGER)",
        "postgresql": "CAST(EXTRACT(hour FROM {0}) AS INTEGER)",
    },
    # One text for the rows of a group, whatever their order. The rows' hashes are hashed once more:
    # they are made column by column, and a plain sum of such would not notice two rows exchanging
    # a value. PostgreSQL hashes NULL as 0 and some numbers 0 as the seed or the one below it.
    "rows_digest": {
        "duckdb": "CAST(sum(hash(hash({all}))) AS VARCHAR)",
        "postgresql": (
            "CAST(sum(hashint8extended(hash_record_extended(ROW({all}), 42), 42)) AS TEXT)"
        ),
    },
    "quantile": {
        "duckdb": "quantile_cont({1}, {0})",
        "postgresql": "percentile_cont({0}) WITHIN GROUP (ORDER BY {1})",
    },
    "double": {
        "duckdb": "CAST({0} AS DOUBLE)",
        "postgresql": "CAST({0} AS DOUBLE PRECISION)",
    },
}
RESULT_TYPES: dict[str, Any] = {
    "days_between": sa.BigInteger(),
    "add_days": sa.Date(),
    "each_day": sa.BigInteger(),
    "local_time": sa.DateTime(),
    "rows_digest": sa.String(),
    "iso_weekday": sa.Integer(),
    "clock_hour": sa.Integer(),
}


def _define(name: str) -> type[FunctionElement[Any]]:
    attributes = {
        "inherit_cache": True,
        "name": name,
        "type": RESULT_TYPES.get(name, sa.Double()),
    }
    element = type(name, (FunctionElement,), attributes)
    for dialect, template in RULES[name].items():
        compiles(element, dialect)(_render(template))
    return element


def _render(template: str) -> Any:
    def render(element: Any, compiler: Any, **options: Any) -> str:
        arguments = [compiler.process(clause, **options) for clause in element.clauses]
        return template.format(*arguments, all=", ".join(arguments))

    return render


days_between = _define("days_between")
add_days = _define("add_days")
each_day = _define("each_day")
each_of = _define("each_of")
local_time = _define("local_time")
seconds_between = _define("seconds_between")
iso_weekday = _define("iso_weekday")
clock_hour = _define("clock_hour")
rows_digest = _define("rows_digest")
quantile = _define("quantile")
double = _define("double")

EPOCH = sa.literal_column("DATE '1970-01-01'", sa.Date())
EPOCH_INSTANT: Any = sa.literal_column("TIMESTAMP '1970-01-01 00:00:00'", sa.DateTime())


def integer(number: Any) -> Any:
    """A sum of integers as one of eight bytes.

    Engines add integers up in wider types, and reading those back from a table takes a hundred
    times as long. A sum that does not fit ends the statement.
    """
    return sa.cast(number, sa.BigInteger())


def day_number(day: Any) -> Any:
    """Days since 1970-01-01 of a DATE expression."""
    return days_between(EPOCH, day)
