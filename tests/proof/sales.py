"""Sales: the pipeline, what is won and lost, how long it takes, and the work behind it."""

from __future__ import annotations

import math
from statistics import median

import pandas as pd

from tests.proof.days import bucket_start, day_of, number
from tests.proof.question import (
    Question,
    Value,
    Where,
    Window,
    count,
    divide,
    times,
    total,
)
from tests.proof.registry import proof

DEALS, CLOSED, STAGES = "deals", "closed_deals", "deal_stages"
ENTRIES, ADVANCES = "stage_entries", "stage_advances"
OUTLOOK = "deal_outlook"


def is_won(rows: pd.DataFrame) -> pd.Series:
    """Which closed deals were won."""
    return rows["is_won"]


def _lost(rows: pd.DataFrame) -> pd.Series:
    return ~rows["is_won"]


def _of_type(deal_type: str) -> Where:
    return lambda rows: rows["deal_type"] == deal_type


def _month_to_date(q: Question) -> Window:
    return Window(number(bucket_start(day_of(q.end), "month")), q.end)


def _year_to_date(q: Question) -> Window:
    first = bucket_start(day_of(q.end), "year", fiscal_month=q.world.fiscal_month)
    return Window(number(first), q.end)


def _ever(q: Question) -> Window:
    return Window(1, q.end)


# The pipeline at a date


@proof("total_pipeline_value", STAGES)
def total_pipeline_value(q: Question) -> Value:
    return total(q.in_force(STAGES), "amount")


@proof("open_opportunities", STAGES)
def open_opportunities(q: Question) -> Value:
    return count(q.in_force(STAGES))


@proof("qualified_pipeline_value", STAGES)
def qualified_pipeline_value(q: Question) -> Value:
    return total(q.in_force(STAGES, where=lambda r: r.is_qualified), "amount")


@proof("weighted_pipeline_value", STAGES)
def weighted_pipeline_value(q: Question) -> Value:
    return total(q.in_force(STAGES), "weighted_amount")


@proof("new_business_pipeline_value", STAGES)
def new_business_pipeline_value(q: Question) -> Value:
    return total(q.in_force(STAGES, where=_of_type("newbusiness")), "amount")


@proof("expansion_pipeline_value", STAGES)
def expansion_pipeline_value(q: Question) -> Value:
    return total(q.in_force(STAGES, where=_of_type("existingbusiness")), "amount")


@proof("avg_deal_age_days", STAGES)
def avg_deal_age_days(q: Question) -> Value:
    open_now = q.in_force(STAGES)
    if open_now is None:
        return None
    return divide(float(sum(q.end - day for day in open_now["created_day"])), count(open_now))


@proof("stalled_deal_count", STAGES)
def stalled_deal_count(q: Question) -> Value:
    return count(q.in_force(STAGES, where=lambda r: q.end - r.day > 30))


def _seen(q: Question) -> pd.DataFrame | None:
    """The open deals as they were seen, which is on one day only."""
    return q.scoped(OUTLOOK, q.end) if q.end == q.world.first_day(OUTLOOK) else None


def _days_ahead(q: Question, rows: pd.DataFrame) -> list[int | None]:
    return [None if day is None else number(day) - q.end for day in rows["close_date"]]


@proof("overdue_deal_count", OUTLOOK)
def overdue_deal_count(q: Question) -> Value:
    seen = _seen(q)
    if seen is None:
        return None
    return float(sum(ahead is not None and ahead < 0 for ahead in _days_ahead(q, seen)))


def accrued(q: Question, fact: str, window: Window) -> Value:
    """What accrues in a window of amounts that are spread evenly over their days."""
    if not q.covers(fact, window):
        return None
    parts = []
    for row in q.scoped(fact, q.end).itertuples():
        days = min(row.until - 1, window.hi) - max(row.day, window.lo) + 1
        if days > 0 and row.amount is not None and row.valid_to is not None:
            parts.append(float(row.amount) * days / (row.until - row.day))
    return math.fsum(parts)


@proof("pipeline_coverage_ratio", OUTLOOK, "sales_targets")
def pipeline_coverage_ratio(q: Question) -> Value:
    seen = _seen(q)
    if seen is None:
        return None
    ahead = pd.Series(_days_ahead(q, seen), index=seen.index, dtype=float)
    everyone = Question(q.world, q.start, q.end)
    a_day = accrued(everyone, "sales_targets", Window(q.end, q.end))
    return divide(total(seen[ahead.between(0, 90)], "amount"), times(a_day, 90.0))


@proof("total_deals", DEALS)
def total_deals(q: Question) -> Value:
    return count(q.during(DEALS, _ever(q)))


@proof("closed_deals_to_date", CLOSED)
def closed_deals_to_date(q: Question) -> Value:
    return count(q.during(CLOSED, _ever(q)))


@proof("new_opportunities_30d", DEALS)
def new_opportunities_30d(q: Question) -> Value:
    return count(q.during(DEALS, q.last(days=30)))


@proof("pipeline_created_30d", DEALS)
def pipeline_created_30d(q: Question) -> Value:
    return total(q.during(DEALS, q.last(days=30)), "amount")


# Won and lost


@proof("won_deals", CLOSED)
def won_deals(q: Question) -> Value:
    return count(q.during(CLOSED, q.period, is_won))


@proof("lost_deals", CLOSED)
def lost_deals(q: Question) -> Value:
    return count(q.during(CLOSED, q.period, _lost))


@proof("closed_deals", CLOSED)
def closed_deals(q: Question) -> Value:
    return count(q.during(CLOSED, q.period))


@proof("won_revenue", CLOSED)
def won_revenue(q: Question) -> Value:
    return total(q.during(CLOSED, q.period, is_won), "amount")


@proof("lost_revenue", CLOSED)
def lost_revenue(q: Question) -> Value:
    return total(q.during(CLOSED, q.period, _lost), "amount")


@proof("deals_won_mtd", CLOSED)
def deals_won_mtd(q: Question) -> Value:
    return count(q.during(CLOSED, _month_to_date(q), is_won))


@proof("deals_lost_mtd", CLOSED)
def deals_lost_mtd(q: Question) -> Value:
    return count(q.during(CLOSED, _month_to_date(q), _lost))


@proof("revenue_closed_mtd", CLOSED)
def revenue_closed_mtd(q: Question) -> Value:
    return total(q.during(CLOSED, _month_to_date(q), is_won), "amount")


@proof("total_revenue", CLOSED)
def total_revenue(q: Question) -> Value:
    return total(q.during(CLOSED, _year_to_date(q), is_won), "amount")


@proof("expansion_bookings_mtd", CLOSED)
def expansion_bookings_mtd(q: Question) -> Value:
    won = q.during(CLOSED, _month_to_date(q), is_won)
    return None if won is None else total(won[won["deal_type"] == "existingbusiness"], "amount")


@proof("win_rate", CLOSED)
def win_rate(q: Question) -> Value:
    window = q.last(days=90)
    return divide(count(q.during(CLOSED, window, is_won)), count(q.during(CLOSED, window)))


@proof("competitive_win_rate", CLOSED)
def competitive_win_rate(q: Question) -> Value:
    closed = q.during(CLOSED, q.last(days=90))
    if closed is None:
        return None
    contested = closed[closed["competitor"].notna()]
    return divide(count(contested[contested["is_won"]]), count(contested))


def share_within(
    q: Question,
    window: Window,
    cohort: str,
    events: str,
    key: str,
    days: int,
    where: Where | None = None,
) -> Value:
    """Share of the rows of a window, if old enough, whose key had an event so many days later.

    All rows of a period are: it is not asked about earlier. A window that ends on a day is seen
    from that day.
    """
    begun = q.during(cohort, window)
    known = q.covers(events, window) if window.whole else q.covers_after(events, days)
    if begun is None or not known:
        return None
    found = q.world.facts[events].rows
    found = found if where is None else found[where(found)]
    first = dict(zip(found[key], found["day"], strict=True))
    old = begun[begun["day"] + days <= q.end] if window.whole else begun
    reached = [
        one in first and first[one] - day <= days
        for one, day in zip(old[key], old["day"], strict=True)
    ]
    return divide(float(sum(reached)), float(len(reached)))


@proof("opportunity_win_rate_12m", DEALS, CLOSED)
def opportunity_win_rate_12m(q: Question) -> Value:
    return share_within(q, q.last(months=12), DEALS, CLOSED, "deal_id", 180, is_won)


@proof("stage_conversion_rate", ENTRIES, ADVANCES, settles=90)
def stage_conversion_rate(q: Question) -> Value:
    return share_within(q, q.period, ENTRIES, ADVANCES, "entry_id", 90)


@proof("stage_conversion_rate_12m", ENTRIES, ADVANCES)
def stage_conversion_rate_12m(q: Question) -> Value:
    return share_within(q, q.last(months=12), ENTRIES, ADVANCES, "entry_id", 90)


def _with_amount(rows: pd.DataFrame) -> pd.Series:
    return rows["is_won"] & rows["amount"].notna()


@proof("avg_deal_size", CLOSED)
def avg_deal_size(q: Question) -> Value:
    won = q.during(CLOSED, q.last(months=12), _with_amount)
    return divide(total(won, "amount"), count(won))


@proof("median_deal_size", CLOSED)
def median_deal_size(q: Question) -> Value:
    won = q.during(CLOSED, q.last(months=12), _with_amount)
    return None if won is None or won.empty else float(median(won["amount"]))


# Speed


def _cycle(q: Question, window: Window) -> Value:
    won = q.during(CLOSED, window, is_won)
    return divide(total(won, "cycle_days"), count(won))


@proof("avg_sales_cycle_days", CLOSED)
def avg_sales_cycle_days(q: Question) -> Value:
    return _cycle(q, q.period)


@proof("avg_sales_cycle_days_12m", CLOSED)
def avg_sales_cycle_days_12m(q: Question) -> Value:
    return _cycle(q, q.last(months=12))


@proof("median_sales_cycle_days", CLOSED)
def median_sales_cycle_days(q: Question) -> Value:
    won = q.during(CLOSED, q.period, is_won)
    return None if won is None or won.empty else float(median(won["cycle_days"]))


@proof("pipeline_velocity", STAGES, CLOSED)
def pipeline_velocity(q: Question) -> Value:
    return divide(total_pipeline_value(q), avg_sales_cycle_days_12m(q))


@proof("sales_velocity", STAGES, CLOSED)
def sales_velocity(q: Question) -> Value:
    factors = times(open_opportunities(q), win_rate(q), avg_deal_size(q))
    return divide(factors, avg_sales_cycle_days_12m(q))


def mean_length(q: Question, fact: str) -> Value:
    """Mean days of the intervals that ended in the period."""
    ended = q.during(fact, q.period, at="until")
    if ended is None:
        return None
    return divide(float(sum(ended["until"] - ended["day"])), count(ended))


@proof("avg_days_in_stage", STAGES)
def avg_days_in_stage(q: Question) -> Value:
    return mean_length(q, STAGES)


@proof("prospect_to_customer_days", "prospects")
def prospect_to_customer_days(q: Question) -> Value:
    return mean_length(q, "prospects")
