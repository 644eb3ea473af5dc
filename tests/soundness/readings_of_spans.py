"""What metrics about lengths, ages, brackets and marks are; with `readings` that is all of them."""

from __future__ import annotations

from datetime import timedelta

from tests.soundness.oracle import Asked, Oracle, Value, quantile, ratio
from tests.soundness.plain import DAY, midnight
from tests.soundness.readings import (
    METRICS as OTHERS,
)
from tests.soundness.readings import (
    B,
    Metric,
    S,
    V,
    cohort,
    count,
    distinct,
    ended,
    only,
    per_customer,
    total,
)

OUTAGES = ("outages",)


def visitor_adoption(o: Oracle, asked: Asked) -> Value:
    """Visitors of a platform among all visitors, whatever platform is looked at."""
    everyone = Asked(
        asked.start,
        asked.end,
        {name: wanted for name, wanted in asked.where.items() if name != "platform"},
        {name: wanted for name, wanted in asked.member.items() if name != "platform"},
    )
    mine = distinct(o.visiting_users(asked), "user_id")
    return ratio(mine, distinct(o.visiting_users(everyone), "user_id"))


def weekend_share(o: Oracle, asked: Asked) -> Value:
    rows = o.during("visits", asked)
    if rows is None:
        return None
    return ratio(sum(row["weekday"] in ("6", "7") for row in rows), len(rows))


def visits_ever(o: Oracle, asked: Asked) -> Value:
    if asked.end < o.first_day["visits"]:
        return None
    rows = [row for row in o.facts["visits"] if row["day"] <= asked.end]
    return sum(o.counts(row, asked, asked.end) for row in rows)


def soon_gone(o: Oracle, asked: Asked) -> Value:
    """What is paid for subscriptions that have 20 days or less before them."""
    rows = o.stock("subscriptions", asked)
    if rows is None:
        return None
    return sum(
        row["mrr"]
        for row in rows
        if row["until"] and row["until"] - asked.end <= timedelta(days=20)
    )


def days_ahead(o: Oracle, asked: Asked) -> Value:
    rows = [row for row in o.stock("subscriptions", asked) or [] if row["until"]]
    return ratio(sum((row["until"] - asked.end).days for row in rows), len(rows))


def days_stayed(o: Oracle, asked: Asked) -> Value:
    rows = ended(o, asked, "subscriptions")
    if rows is None:
        return None
    return ratio(sum((row["until"] - row["day"]).days for row in rows), len(rows))


def down_age(o: Oracle, asked: Asked) -> Value:
    """Hours since the start of what is down, at the end of the day."""
    rows = o.stock("outages", asked)
    if rows is None:
        return None
    closes = midnight(asked.end + DAY).replace(tzinfo=None)
    ages = [(closes - row["down_at"]).total_seconds() / 3600 for row in rows]
    return ratio(sum(ages), len(ages))


def lengths(o: Oracle, asked: Asked) -> list[float] | None:
    rows = ended(o, asked, "outages")
    if rows is None:
        return None
    return [(row["up_at"] - row["down_at"]).total_seconds() for row in rows]


def short_outages(o: Oracle, asked: Asked) -> Value:
    found = lengths(o, asked)
    return None if found is None else sum(length <= 18_000 for length in found)


def big_payers(o: Oracle, asked: Asked) -> Value:
    rows = o.stock("subscriptions", asked)
    if rows is None:
        return None
    return sum(value > 20 for value in per_customer(rows, "mrr").values())


def mark(o: Oracle, asked: Asked) -> Value:
    """Wins weigh 0.6, pages per visit 0.4; below half of the weight there is no mark."""
    deals = o.during("deals", asked)
    wins = ratio(count(only(deals, is_won=True)), count(deals))
    depth = ratio(total(o.during("visits", asked), "pages"), count(o.during("visits", asked)))
    if wins is None:
        return None
    first = min(wins / 0.5, 1) * 100
    if depth is None:
        return first
    return 0.6 * first + 0.4 * min(max((depth - 2) / 2, 0), 1) * 100


def mrr_before(o: Oracle, asked: Asked) -> Value:
    return total(o.stock("subscriptions", asked.moved()), "mrr")


SPANS: dict[str, Metric] = {
    "visitor_adoption": Metric(visitor_adoption, V),
    "weekend_share": Metric(weekend_share, V),
    "visits_ever": Metric(visits_ever, V),
    "paid_before": Metric(mrr_before, S),
    "soon_gone": Metric(soon_gone, S),
    "days_ahead": Metric(days_ahead, S),
    "days_stayed": Metric(days_stayed, S),
    "down_age": Metric(down_age, OUTAGES),
    "short_outages_ended": Metric(short_outages, OUTAGES),
    "median_outage": Metric(lambda o, a: quantile(lengths(o, a) or [], 0.5), OUTAGES),
    "big_payers": Metric(big_payers, S),
    "returned_in_bracket": Metric(
        lambda o, a: cohort(o, a, "between 16 20"), (*V, "signups"), settles=20
    ),
    "returned_after": Metric(lambda o, a: cohort(o, a, "after 10 20", "60 days"), (*V, "signups")),
    "returned_in_week_30d": Metric(
        lambda o, a: cohort(o, a, "within 7", "30 days"), (*V, "signups")
    ),
    "returned_on_day_20_mtd": Metric(
        lambda o, a: cohort(o, a, "on 20", "month to date"), (*V, "signups")
    ),
    "mark": Metric(mark, (*B, *V)),
}
METRICS: dict[str, Metric] = {**OTHERS, **SPANS}
