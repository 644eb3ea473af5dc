"""Faults to plant in the layer, each a small change of one function's source.

A fault names the function, the text to replace in it and the metrics whose answers must give it
away. When the text is not found the function was rewritten: find the fault's new place, or drop
it if there is none.
"""

from __future__ import annotations

import inspect
import textwrap
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from typing import Any


@dataclass(frozen=True)
class Mutation:
    """`old` becomes `new` in the function `target` (`module:name`), once."""

    about: str
    target: str
    old: str
    new: str
    caught_by: tuple[str, ...]

    @property
    def rebuilds(self) -> bool:
        """Whether the fault is in what a build does, not only in how it is asked."""
        return self.target.startswith(("metrics.build", "metrics.parts"))

    @property
    def reopens(self) -> bool:
        """Whether the fault is in what is read when a layer is opened."""
        return self.rebuilds or self.target.startswith("metrics.query.catalog")


@contextmanager
def planted(mutation: Mutation) -> Iterator[None]:
    """The fault, for the length of a `with`; whoever holds the function has it too."""
    function = function_of(mutation.target)
    original = function.__code__
    function.__code__ = rewritten(function, mutation)
    try:
        yield
    finally:
        function.__code__ = original


def function_of(target: str) -> Any:
    module, _, path = target.partition(":")
    found: Any = import_module(module)
    for name in path.split("."):
        found = getattr(found, name)
    return inspect.unwrap(found)


def rewritten(function: Any, mutation: Mutation) -> Any:
    """The code of the function with the fault in it."""
    source = textwrap.dedent(inspect.getsource(function))
    places = source.count(mutation.old)
    assert places == 1, f"{mutation.target}: {mutation.old!r} is there {places} times"
    text = "from __future__ import annotations\n" + source.replace(mutation.old, mutation.new)
    namespace = dict(function.__globals__)
    exec(compile(text, inspect.getfile(function), "exec"), namespace)
    return inspect.unwrap(namespace[function.__name__]).__code__


def fault(about: str, target: str, old: str, new: str, *caught_by: str) -> Mutation:
    return Mutation(about, f"metrics.{target}", old, new, caught_by)


WINDOWS = [
    fault(
        "a trailing window is a day too long",
        "periods:WindowSpec.of",
        "Window(back(end, self.shift) + ONE_DAY, end)",
        "Window(back(end, self.shift), end)",
        *("visitors_30d", "phone_visits_7d", "visitors_month"),
    ),
    fault(
        "month to date is the last 30 days",
        "periods:WindowSpec.of",
        "Window(bucket(end, Grain(self.form), calendar)[0], end)",
        "Window(end - 29 * ONE_DAY, end)",
        *("long_visits_mtd", "visitors_qtd"),
    ),
    fault(
        "weeks start on Sunday",
        "periods:bucket",
        "day.weekday() - calendar.week_start",
        "day.weekday() + 1",
        "visits",
    ),
    fault(
        "the last day of a month goes back to the same day number",
        "periods:back",
        "month_end(moved) if day == month_end(day) else moved",
        "moved",
        *("visitors_month", "visit_growth"),
    ),
    fault(
        "a part of a month is held against a whole one",
        "query.answer:Answers._cut_at",
        "elif now.end == whole.end:",
        "elif True:",
        *("visits", "revenue"),
    ),
    fault(
        "the part of a period after the last day known is not cut off",
        "query.answer:Answers._cut_at",
        "period.until(last)",
        "period",
        *("visits_per_day", "revenue", "rent_cost"),
    ),
    fault(
        "what is not covered is zero",
        "query.answer:Answers._covered",
        "if first is None or days.hi < first:",
        "if first is None:",
        *("visits", "total_mrr"),
    ),
    fault(
        "a rolling window may begin before the first day known",
        "query.answer:Answers._covered",
        "days.lo >= first or",
        "True or",
        *("visitors_30d", "phone_visits_7d"),
    ),
    fault(
        "the watermark is that of the best source",
        "query.catalog:Catalog._describe",
        "as_of=min(ends",
        "as_of=max(ends",
        *("revenue_per_visit", "margin"),
    ),
]
RULES = [
    fault(
        "a key counts on each of its days",
        "query.rules:_is_first_in_window",
        ", sa.or_(d.c.prev_day.is_(None), d.c.prev_day < w.c.lo)",
        "",
        *("visitors", "visitors_30d"),
    ),
    fault(
        "a key active on the window's first day counts again",
        "query.rules:_is_first_in_window",
        "d.c.prev_day < w.c.lo",
        "d.c.prev_day <= w.c.lo",
        *("visitors", "visitors_30d"),
    ),
    fault(
        "a key never active before does not count",
        "query.rules:_is_first_in_window",
        "d.c.prev_day.is_(None), ",
        "",
        "visitors",
    ),
    fault(
        "a window does not hold its last day",
        "query.rules:is_between",
        "d.c.day <= w.c.hi",
        "d.c.day < w.c.hi",
        *("visits", "visitors"),
    ),
    fault(
        "a window does not hold its first day",
        "query.rules:is_between",
        "d.c.day >= w.c.lo",
        "d.c.day > w.c.lo",
        *("visits", "revenue"),
    ),
    fault(
        "what changes on the last day is not in force on it",
        "query.rules:is_until",
        "d.c.day <= w.c.hi",
        "d.c.day < w.c.hi",
        *("total_mrr", "mrr_closing"),
    ),
    fault(
        "stocks are summed over the window, not from the beginning",
        "query.compile:rule_of",
        'return RULE_OF_TAKE.get(leaf.take, "per_entity")',
        'return "between" if leaf.take == "level" else RULE_OF_TAKE.get(leaf.take, "per_entity")',
        *("total_mrr", "live_subscriptions"),
    ),
    fault(
        "flows are summed from the beginning",
        "query.compile:rule_of",
        'return RULE_OF_TAKE.get(leaf.take, "per_entity")',
        'return "until" if leaf.take == "sum" else RULE_OF_TAKE.get(leaf.take, "per_entity")',
        *("visits", "pages"),
    ),
    fault(
        "time in a state misses a day",
        "query.rules:_days_in",
        "days_between(begins, w.c.hi) + 1",
        "days_between(begins, w.c.hi)",
        "subscribed_days",
    ),
    fault(
        "movements open a day late",
        "query.rules:_movement",
        "d.c.day < w.c.lo",
        "d.c.day <= w.c.lo",
        *("mrr_opening", "mrr_net"),
    ),
    fault(
        "who comes back is new",
        "query.rules:_movement_class",
        "never_before = ends.c.first_day >= ends.c.lo",
        "never_before = sa.true()",
        *("mrr_new", "mrr_reactivation"),
    ),
    fault(
        "contraction is part of churn",
        "query.rules:_movement_class",
        "lost = sa.and_(opening > 0, closing <= 0)",
        "lost = sa.and_(opening > 0, closing < opening)",
        "mrr_churned",
    ),
    fault(
        "churn is split by the plan of the period's end",
        "query.rules:_movement",
        'if group.segment == "closing":',
        "if True:",
        *("mrr_churned", "mrr_retained"),
    ),
    fault(
        "cohorts too young to have reached the event count",
        "query.rules:_cohort",
        '("size", "within"): sa.and_(d.c.age.is_(None), elapsed)',
        '("size", "within"): d.c.age.is_(None)',
        "returned_in_week",
    ),
    fault(
        "within seven days does not hold the seventh",
        "query.rules:_cohort",
        "d.c.age <= leaf.days",
        "d.c.age < leaf.days",
        "returned_in_week",
    ),
    fault(
        "who returns twice is reached twice",
        "query.rules:_cohort",
        "first = sa.and_(d.c.age.is_not(None), d.c.prev_age.is_(None))",
        "first = d.c.age.is_not(None)",
        *("returned_in_week", "returned_so_far"),
    ),
    fault(
        "returning is having been active at any time before",
        "query.rules:_active_just_before",
        "d.c.prev_day >= _opens_before(w)",
        "d.c.prev_day.is_not(None)",
        *("visitors_returning", "visitors_resurrected"),
    ),
    fault(
        "just before is a day longer than the window",
        "query.rules:_opens_before",
        "(days_between(w.c.lo, w.c.hi) + 1)",
        "(days_between(w.c.lo, w.c.hi) + 2)",
        *("visitors_returning", "visitors_dormant"),
    ),
    fault(
        "the median is a mean",
        "query.rules:quantile_of",
        "return quantile(sa.literal_column(repr(float(q))), double(value))",
        "return sa.func.avg(double(value))",
        *("median_pages", "median_mrr"),
    ),
]
ARITHMETIC = [
    fault(
        "division by zero gives zero",
        "query.evaluate:divide",
        "np.nan)",
        "0.0)",
        *("pages_per_visit", "revenue_per_visit"),
    ),
    fault(
        "growth from a negative base has a percentage",
        "query.evaluate:growth",
        "usable = base > 0",
        "usable = base != 0",
        "revenue_growth",
    ),
    fault(
        "growth from zero is 100 %",
        "query.evaluate:growth",
        "result = np.full(current.shape, np.nan)",
        "result = np.where(base == 0, 2.0, np.nan)",
        *("visit_growth", "revenue_growth"),
    ),
    fault(
        "a missing side counts as zero",
        "query.evaluate:evaluate",
        "left, right = evaluate(node.left, scope), evaluate(node.right, scope)",
        "left, right = (np.nan_to_num(evaluate(n, scope)) for n in (node.left, node.right))",
        *("visit_change", "margin"),
    ),
    fault(
        "a ratio is the mean of its members' ratios",
        "query.evaluate:evaluate",
        "divide(left, right)",
        "divide(left, right).mean(axis=1, keepdims=True) + 0 * left",
        "pages_per_visit",
    ),
    fault(
        "a share is one of the sum of the rows",
        "query.plan:Planner.plan",
        "if leaf.whole:",
        "if False:",
        "visitor_share",
    ),
]
SPLITS = [
    fault(
        "the empty bucket is dropped",
        "query.cells:rows_by_window",
        "        found.setdefault",
        "        if None not in member: found.setdefault",
        *("visits", "visitors", "total_mrr"),
    ),
    fault(
        "a filter of the question is forgotten",
        "query.compile:Compiler._located",
        "condition(attached.column(reached.fixed[name]), wanted)",
        "()",
        *("visits", "total_mrr"),
    ),
    fault(
        "a filter on what changes over time is forgotten",
        "query.compile:Compiler.place",
        "if name in moving:",
        "if False:",
        *("visits", "total_mrr"),
    ),
    fault(
        "a filter on the empty bucket finds nothing",
        "engines.conditions:condition",
        "terms.append(column.is_(None))",
        "terms.append(sa.false())",
        *("visits", "total_mrr"),
    ),
    fault(
        "a plan may have ended",
        "query.compile:Compiler.place",
        ", until",
        "",
        *("total_mrr", "visits"),
    ),
    fault(
        "rows without a plan are dropped",
        "query.compile:Compiler.place",
        "sa.outerjoin(source, table, on)",
        "sa.join(source, table, on)",
        *("total_mrr", "mrr_closing"),
    ),
    fault(
        "nobody is an entity like any other",
        "query.per_entity:_entities",
        ".where(*named)",
        "",
        *("median_mrr", "most_visits"),
    ),
    fault(
        "who pays nothing belongs to the median",
        "query.per_entity:_median",
        ", placed.c.v0 > 0",
        "",
        "median_mrr",
    ),
]
BUILD = [
    fault(
        "several visits on a day are several days",
        "build.parts:_distinct",
        ".distinct()",
        "",
        "visitor_days",
    ),
    fault(
        "rows without a key are a key",
        "build.parts:_distinct",
        "*[rows.column(key).is_not(None) for key in measure.key], ",
        "",
        "visitors",
    ),
    fault(
        "the previous day of a key is that of anyone",
        "build.parts:_distinct",
        "partition_by=[days.c[key] for key in keys], ",
        "",
        "visitors",
    ),
    fault(
        "a measure's own filter is forgotten",
        "build.parts:measure_value",
        "terms = rows.conditions(measure.where)",
        "terms = []",
        *("phone_visits_7d", "win_rate"),
    ),
    fault(
        "what accrues over a month is due on its first day",
        "build.parts:measure_value",
        "if measure.spread:",
        "if False:",
        *("rent_cost", "margin"),
    ),
    fault(
        "intervals never end",
        "build.parts:_stock",
        "for sign in (1, -1):",
        "for sign in (1,):",
        *("total_mrr", "subscribed_days"),
    ),
    fault(
        "a delay is ignored",
        "build.parts:_stock",
        "begins = add_days(staged.c.day, delay) if delay else staged.c.day",
        "begins = staged.c.day",
        *("settled", "unsettled"),
    ),
    fault(
        "what ended before its delay was over still ends",
        "build.parts:_stock",
        "terms = [outlasts] if delay else []",
        "terms = [outlasts] if delay and sign > 0 else []",
        "settled",
    ),
    fault(
        "an end counts on the day of the start",
        "build.parts:_flow",
        'if at == "start" else rows.staged.c.until_day',
        "",
        "ended_subscriptions",
    ),
    fault(
        "rows of unknown customers are dropped",
        "parts.joins:Attached._join",
        "sa.outerjoin(",
        "sa.join(",
        *("visits", "total_mrr", "visitors"),
    ),
    fault(
        "an entity's second row doubles what refers to it",
        "build.stage:stage_entity",
        "ranked.c.rank_in_key == 1",
        "ranked.c.rank_in_key >= 1",
        *("visits", "total_mrr"),
    ),
    fault(
        "rows that come twice count twice",
        "build.stage:stage_fact",
        'if counts["duplicates"]:',
        "if False:",
        *("visits", "pages"),
    ),
    fault(
        "of two rows of a key the later one stays",
        "build.stage:_rank",
        "table.c[order[0]].asc()",
        "table.c[order[0]].desc()",
        "pages",
    ),
    fault(
        "rows of tomorrow are used",
        "build.stage:_usable",
        ", raw.c.day <= _date(last_full_day)",
        "",
        "revenue",
    ),
    fault(
        "intervals that end before they start are used",
        "build.stage:_usable",
        "sa.or_(end.is_(None), end >= start)",
        "sa.true()",
        *("total_mrr", "subscribed_days"),
    ),
    fault(
        "dates are shifted to the time zone",
        "build.stage:_day_columns",
        "[value.label(day)]",
        "[sa.cast(local_time(sa.cast(value, sa.DateTime()), time_zone), sa.Date()).label(day)]",
        *("total_mrr", "revenue"),
    ),
    fault(
        "instants are not shifted to the time zone",
        "build.stage:_day_columns",
        "local_time(value, time_zone)",
        "value",
        *("visits", "visitors"),
    ),
    fault(
        "a source is as complete as the best one",
        "build.run:_fact_states",
        "as_of=min(known)",
        "as_of=run.last_full_day",
        *("revenue", "win_rate"),
    ),
]
MUTATIONS = [*WINDOWS, *RULES, *ARITHMETIC, *SPLITS, *BUILD]
