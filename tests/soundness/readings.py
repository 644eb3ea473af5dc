"""What each metric of the company is, in the words of the oracle."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from statistics import median

from tests.soundness.company import AS_OF, days
from tests.soundness.definitions import TAKES
from tests.soundness.oracle import (
    Asked,
    Oracle,
    Reading,
    Row,
    Value,
    growth,
    hours_down,
    minus,
    quantile,
    ratio,
)
from tests.soundness.plain import DAY


@dataclass(frozen=True)
class Metric:
    """How a metric is read, and the facts it rests on (they say how far it is known).

    What is told of a period only `settles` days later is known so much less far.
    """

    read: Reading
    facts: tuple[str, ...]
    settles: int = 0


def count(rows: list[Row] | None) -> Value:
    return None if rows is None else len(rows)


def total(rows: list[Row] | None, column: str) -> Value:
    return None if rows is None else sum(row[column] or 0 for row in rows)


def only(rows: list[Row] | None, **wanted: object) -> list[Row] | None:
    if rows is None:
        return None
    return [row for row in rows if all(row[name] == value for name, value in wanted.items())]


def distinct(rows: list[Row] | None, *columns: str) -> Value:
    return None if rows is None else len({tuple(row[name] for name in columns) for row in rows})


def long_visits(o: Oracle, asked: Asked) -> Value:
    rows = o.during("visits", asked, "month to date")
    return None if rows is None else sum(row["pages"] in (3, 5) for row in rows)


def visitor_share(o: Oracle, asked: Asked) -> Value:
    mine = distinct(o.visiting_users(asked), "user_id")
    return ratio(mine, distinct(o.visiting_users(replace(asked, member={})), "user_id"))


def days_since_visit(o: Oracle, asked: Asked) -> Value:
    if asked.end < o.first_day["visits"]:
        return None
    ever = o.visiting_users(replace(asked, start=o.first_day["visits"])) or []
    last: dict[str, date] = {}
    for row in ever:
        last[row["user_id"]] = max(row["day"], last.get(row["user_id"], row["day"]))
    return ratio(sum((asked.end - day).days for day in last.values()), len(last))


def lifecycle(o: Oracle, asked: Asked, take: str) -> Value:
    """Users by what they did in the 14 days before the last 14, and ever before."""
    lo, _, _ = asked.window("14 days")
    start = lo - 14 * DAY
    if start < o.first_day["visits"]:
        return None
    active = {row["user_id"] for row in o.visiting_users(replace(asked, start=lo)) or []}
    just = {row["user_id"] for row in before(o, asked, start, lo)}
    ever = {row["user_id"] for row in before(o, asked, o.first_day["visits"], lo)}
    return len(
        {
            "new": active - ever,
            "returning": active & just,
            "resurrected": (active & ever) - just,
            "dormant": just - active,
            "before": just,
        }[take]
    )


def before(o: Oracle, asked: Asked, start: date, end: date) -> list[Row]:
    """Visits of users from a day to the day before another."""
    return o.visiting_users(replace(asked, start=start, end=end - DAY)) or []


def pages(o: Oracle, asked: Asked) -> list[float]:
    return [row["pages"] for row in o.during("visits", asked) or [] if row["pages"] is not None]


def cohort(o: Oracle, asked: Asked, age: str, window: str = "period") -> Value:
    """`so far`, `within 7`, `on 20`, `between 16 20` or `after 10 20` days of the sign-up.

    The sign-ups of a period are all old enough, or it would not be asked about. Any other window
    is seen from its last day: it tells of those that were old enough then.
    """
    start, end, whole = asked.window(window)
    settled = window == "period" and age != "so far"
    looked_at = end + int(age.split()[-1]) * DAY if settled else end
    if not (o.known(start, end, whole, "signups") and o.known(start, looked_at, whole, "visits")):
        return None
    today = AS_OF if settled else end
    reached = size = 0
    for signup in o.as_users(o.facts["signups"]):
        anchor = signup["day"]
        if not start <= anchor <= end or not o.counts(signup, asked, end):
            continue
        mine = [row["day"] for row in o.facts["visits"] if row["user_id"] == signup["user_id"]]
        ages = {max(0, (day - anchor).days) for day in mine if day <= today}
        if age == "so far":
            size, reached = size + 1, reached + bool(ages)
            continue
        how, *numbers = age.split()
        first, last = int(numbers[0]), int(numbers[-1])
        if anchor + last * DAY > today:
            continue
        size += 1
        wanted = {
            "within": range(first + 1),
            "on": (first,),
            "between": range(first, last + 1),
            "after": range(first, 10_000),
        }[how]
        reached += bool(ages & set(wanted))
    return ratio(reached, size)


def mean_age(o: Oracle, asked: Asked) -> Value:
    rows = o.stock("subscriptions", asked) or []
    return ratio(sum((asked.end - row["day"]).days for row in rows), len(rows))


def subscribed_days(o: Oracle, asked: Asked) -> Value:
    if asked.end < o.first_day["subscriptions"]:
        return None
    return sum(
        o.counts(row, asked, asked.end)
        for day in days(asked.start, asked.end)
        for row in o.open_at("subscriptions", day)
    )


def down_hours(o: Oracle, asked: Asked) -> Value:
    if asked.end < o.first_day["outages"]:
        return None
    rows = [row for row in o.facts["outages"] if o.counts(row, asked, asked.end)]
    return sum(hours_down(row, asked.start, asked.end) for row in rows)


def ended(o: Oracle, asked: Asked, fact: str) -> list[Row] | None:
    if asked.end < o.first_day[fact]:
        return None
    rows = [row for row in o.facts[fact] if row["until"] is not None]
    rows = [row for row in rows if asked.start <= row["until"] <= asked.end]
    return [row for row in rows if o.counts(row, asked, asked.end)]


def down_seconds(o: Oracle, asked: Asked) -> Value:
    rows = ended(o, asked, "outages")
    if rows is None:
        return None
    return sum((row["up_at"] - row["down_at"]).total_seconds() for row in rows)


def per_customer(rows: list[Row] | None, column: str | None = None) -> dict[str, float]:
    found: dict[str, float] = {}
    for row in rows or []:
        if row["customer_id"] is not None:
            more = row[column] if column else 1
            found[row["customer_id"]] = found.get(row["customer_id"], 0) + more
    return found


def mrr_values(o: Oracle, asked: Asked) -> list[float]:
    found = per_customer(o.stock("subscriptions", asked), "mrr")
    return sorted((value for value in found.values() if value > 0), reverse=True)


def unsettled(o: Oracle, asked: Asked) -> Value:
    rows = o.stock("subscriptions", asked)
    if rows is None:
        return None
    now = per_customer(rows, "mrr")
    settled = per_customer(o.stock("subscriptions", asked, delay=3), "mrr")
    return sum(abs(now.get(one, 0) - settled.get(one, 0)) > 5 for one in {*now, *settled})


def busiest_hour(o: Oracle, asked: Asked) -> Value:
    hours = [row["hour"] for row in o.during("visits", asked) or []]
    return max((hours.count(hour) for hour in hours), default=None)


def mostly_phone(o: Oracle, asked: Asked) -> Value:
    rows = o.during("visits", asked)
    visits = per_customer(rows)
    phone = per_customer(only(rows, platform="phone"))
    return ratio(sum(phone.get(one, 0) / visits[one] >= 0.5 for one in visits), len(visits))


def rent(o: Oracle, asked: Asked) -> Value:
    if asked.end < o.first_day["rents"]:
        return None
    return sum(
        row["amount"] / (row["until"] - row["day"]).days
        for day in days(asked.start, asked.end)
        for row in o.open_at("rents", day)
    )


def per_day(o: Oracle, asked: Asked) -> Value:
    rows = o.during("visits", asked)
    net = minus(count(rows), total_of(only(rows, platform="phone"), 2))
    return ratio(net, (asked.end - asked.start).days + 1)


def total_of(rows: list[Row] | None, each: int) -> Value:
    return None if rows is None else each * len(rows)


def movement(o: Oracle, asked: Asked, take: str) -> Value:
    """One class of change, each customer held at both ends of the period."""
    if asked.end < o.first_day["subscriptions"]:
        return None
    before, after = o.mrr(asked.start - DAY), o.mrr(asked.end)
    day = asked.start - DAY if take in ("churned", "retained") else asked.end
    found = 0.0
    for customer in {*before, *after}:
        row = {"customer_id": customer, "industry": o.industry(customer)}
        if o.counts(row, asked, day):
            opening, closing = before.get(customer, 0), after.get(customer, 0)
            began = o.began(customer)
            fresh = began is not None and began >= asked.start
            found += moved(take, opening, closing, fresh)
    return found


def moved(take: str, opening: float, closing: float, fresh: bool) -> float:
    if take.endswith("_count"):
        kind = take.removesuffix("_count")
        kind = {"reactivated": "reactivation", "retained": "kept"}.get(kind, kind)
        return float(moved(kind, opening, closing, fresh) > 0)
    starts = opening == 0 and closing > 0
    both = opening > 0 and closing > 0
    return {
        "opening": opening,
        "closing": closing,
        "net": closing - opening,
        "new": closing if starts and fresh else 0,
        "reactivation": closing if starts and not fresh else 0,
        "expansion": closing - opening if both and closing > opening else 0,
        "contraction": opening - closing if both and closing < opening else 0,
        "churned": opening if opening > 0 and closing == 0 else 0,
        "retained": closing if opening > 0 else 0,
        "retained_capped": min(opening, closing),
        "kept": 1 if both else 0,
    }[take]


V, S, B = ("visits",), ("subscriptions",), ("deals",)
METRICS: dict[str, Metric] = {
    "visits": Metric(lambda o, a: count(o.during("visits", a)), V),
    "visits_by_weekday": Metric(lambda o, a: count(o.during("visits", a)), V),
    "pages": Metric(lambda o, a: total(o.during("visits", a), "pages"), V),
    "phone_visits_7d": Metric(
        lambda o, a: count(only(o.during("visits", a, "7 days"), platform="phone")), V
    ),
    "long_visits_mtd": Metric(long_visits, V),
    "desktop_visits": Metric(
        lambda o, a: count(only(o.during("visits", a), platform="desktop")), V
    ),
    "visitors": Metric(lambda o, a: distinct(o.visiting_users(a), "user_id"), V),
    "visitors_30d": Metric(lambda o, a: distinct(o.visiting_users(a, "30 days"), "user_id"), V),
    "visitors_month": Metric(lambda o, a: distinct(o.visiting_users(a, "a month"), "user_id"), V),
    "visitors_qtd": Metric(
        lambda o, a: distinct(o.visiting_users(a, "quarter to date"), "user_id"), V
    ),
    "visitor_days": Metric(lambda o, a: distinct(o.visiting_users(a), "user_id", "day"), V),
    "days_since_visit": Metric(days_since_visit, V),
    "pages_per_visit": Metric(
        lambda o, a: ratio(total(o.during("visits", a), "pages"), count(o.during("visits", a))), V
    ),
    "visits_per_day": Metric(per_day, V),
    "visitor_share": Metric(visitor_share, V),
    "visit_growth": Metric(
        lambda o, a: growth(count(o.during("visits", a)), count(o.during("visits", a.moved()))), V
    ),
    "visit_change": Metric(
        lambda o, a: minus(count(o.during("visits", a)), count(o.during("visits", a.moved()))), V
    ),
    "median_pages": Metric(lambda o, a: quantile(pages(o, a), 0.5), V),
    "most_pages": Metric(lambda o, a: quantile(pages(o, a), 0.9), V),
    "returned_in_week": Metric(lambda o, a: cohort(o, a, "within 7"), (*V, "signups"), settles=7),
    "returned_on_day_20": Metric(lambda o, a: cohort(o, a, "on 20"), (*V, "signups"), settles=20),
    "returned_so_far": Metric(lambda o, a: cohort(o, a, "so far"), (*V, "signups")),
    "total_mrr": Metric(lambda o, a: total(o.stock("subscriptions", a), "mrr"), S),
    "live_subscriptions": Metric(lambda o, a: count(o.stock("subscriptions", a)), S),
    "settled": Metric(lambda o, a: total(o.stock("subscriptions", a, delay=3), "mrr"), S),
    "ended_subscriptions": Metric(lambda o, a: count(ended(o, a, "subscriptions")), S),
    "mean_age": Metric(mean_age, S),
    "subscribed_days": Metric(subscribed_days, S),
    "down_hours": Metric(down_hours, ("outages",)),
    "ended_down_seconds": Metric(down_seconds, ("outages",)),
    "median_mrr": Metric(lambda o, a: median(mrr_values(o, a)) if mrr_values(o, a) else None, S),
    "top_share": Metric(lambda o, a: ratio(sum(mrr_values(o, a)[:2]), sum(mrr_values(o, a))), S),
    "most_visits": Metric(
        lambda o, a: max(per_customer(o.during("visits", a)).values(), default=None), V
    ),
    "busiest_hour": Metric(busiest_hour, V),
    "unsettled": Metric(unsettled, S),
    "mostly_phone": Metric(mostly_phone, V),
    "revenue": Metric(lambda o, a: total(o.during("deals", a), "amount"), B),
    "revenue_growth": Metric(
        lambda o, a: growth(
            total(o.during("deals", a), "amount"), total(o.during("deals", a.moved()), "amount")
        ),
        B,
    ),
    "win_rate": Metric(
        lambda o, a: ratio(
            count(only(o.during("deals", a), is_won=True)), count(o.during("deals", a))
        ),
        B,
    ),
    "revenue_per_visit": Metric(
        lambda o, a: ratio(total(o.during("deals", a), "amount"), count(o.during("visits", a))),
        (*B, *V),
    ),
    "rent_cost": Metric(rent, ("rents",)),
    "margin": Metric(
        lambda o, a: minus(total(o.during("deals", a), "amount"), rent(o, a)), (*B, "rents")
    ),
}


def changed(take: str) -> Reading:
    return lambda o, asked: movement(o, asked, take)


def lived(take: str) -> Reading:
    return lambda o, asked: lifecycle(o, asked, take)


METRICS |= {
    f"visitors_{take}": Metric(lived(take), V)
    for take in ("new", "returning", "resurrected", "dormant", "before")
}
METRICS |= {f"mrr_{take}": Metric(changed(take), S) for take in TAKES}
