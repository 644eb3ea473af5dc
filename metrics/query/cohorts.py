"""What is left of those who began together: a balance by the month of each customer's first one.

ends     each customer's balance at the end of each month, and the day it first had one
cohorts  the same summed by month of that day, and how many customers still have one
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd
import sqlalchemy as sa

from metrics.definitions.expressions import Leaf
from metrics.errors import QueryError
from metrics.periods import BEGINNING, Calendar, Grain, Window, split
from metrics.query.catalog import MetricInfo
from metrics.query.cells import Executed
from metrics.query.compile import ONE, ZERO, Compiler, Group, Split, windows_table
from metrics.query.plan import Planner
from metrics.query.question import Query
from metrics.query.refusals import check_split
from metrics.query.rules import is_until

Run = Callable[[Any], Executed]


@dataclass(frozen=True)
class Cohorts:
    """Balances of cohorts by month of the first one.

    frame  one row per cohort and month: cohort (first day of its month), age in months, value,
           members, value_share and member_share of those at the end of its first month, complete.
           A cohort that had nothing left then has no shares.
    """

    frame: pd.DataFrame
    info: MetricInfo


def cohorts(
    compiler: Compiler,
    planner: Planner,
    run: Run,
    info: MetricInfo,
    leaf: Leaf,
    query: Query,
    calendar: Calendar,
) -> Cohorts:
    """Cohorts of a balance that began between two days, month by month up to the later one.

    Raises QueryError for a metric that is no balance of customers.
    """
    check_split(info, query)
    part = planner.plan(leaf, Split((), query.where)).group.part
    if part.kind != "movement":
        raise QueryError(
            f"'{info.name}' is no balance that each customer has.",
            "Ask for one, such as closing_mrr.",
        )
    assert query.start is not None
    assert query.end is not None
    end = min(query.end, info.as_of or query.end)
    months = split(query.start, end, Grain.MONTH, calendar)
    windows = {Window(BEGINNING, month.end): number for number, month in enumerate(months)}
    group = Group(part, "movement", Split((), query.where))
    columns = run(_statement(compiler, group, windows_table(windows, calendar))).columns
    rows = zip(*[columns[name] for name in ("id", "first_day", "value", "members")], strict=True)
    found: dict[tuple[date, int], tuple[float, float]] = {}
    for number, first_day, value, members in rows:
        day = pd.Timestamp(first_day).date()
        if day < months[0].start:
            continue
        key = (day.replace(day=1), int(number))
        so_far = found.get(key, (0.0, 0.0))
        found[key] = (so_far[0] + float(value), so_far[1] + float(members))
    firsts = {month.start: number for number, month in enumerate(months)}
    table = [
        (cohort, number - firsts[cohort], *numbers, months[number].complete)
        for (cohort, number), numbers in sorted(found.items())
    ]
    return Cohorts(_shares(table), info)


def _statement(compiler: Compiler, group: Group, w: Any) -> Any:
    measure = group.part.about
    d, reached = compiler.days(
        group, ("day", "customer_id", "first_day"), {measure: lambda t: t.c[measure]}
    )
    carried = [column for column in d.c if column.name.startswith(("by_", "key_"))]
    keys = (w.c.id, w.c.hi, d.c.customer_id, d.c.first_day, *carried)
    ends = (
        sa.select(*keys, sa.func.sum(d.c[measure]).label("closing"))
        .select_from(sa.join(w, d, is_until(d, w)))
        .where(d.c.first_day <= w.c.hi)
        .group_by(*keys)
        .cte("ends")
    )
    left = sa.case((ends.c.closing > 0, ONE), else_=ZERO)
    numbers = [sa.func.sum(ends.c.closing).label("value"), sa.func.sum(left).label("members")]
    found = compiler.finish(group, ends, ends, ends.c.hi, ends.c.id, numbers, reached)
    return found.add_columns(ends.c.first_day).group_by(ends.c.first_day)


def _shares(table: Sequence[tuple[Any, ...]]) -> pd.DataFrame:
    """The rows with their shares of what the cohort had at the end of its first month."""
    names = ["cohort", "age", "value", "members", "complete"]
    frame = pd.DataFrame(table, columns=names)
    first = frame[frame["age"] == 0].set_index("cohort")
    shares: Mapping[str, str] = {"value": "value_share", "members": "member_share"}
    for name, share in shares.items():
        base = first[name].where(first[name] > 0)
        frame[share] = frame[name] / frame["cohort"].map(base)
    return frame
