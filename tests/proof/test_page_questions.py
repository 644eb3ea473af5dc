"""Questions beside plain numbers on the tiny demo warehouse: the layer against the raw rows."""

from __future__ import annotations

import itertools
from collections import Counter
from datetime import date, timedelta
from statistics import median

import pytest
import yaml

from metrics import Pinned, Query
from metrics.errors import QueryError, UnknownNameError, UnsafeAggregationError
from metrics.format import judge
from metrics.periods import Grain
from tests.proof.conftest import END
from tests.proof.customer_scores import CHURN_RISK, CUSTOMER_HEALTH
from tests.proof.days import number
from tests.proof.product_retention import SESSIONS, _days_of
from tests.proof.question import Question
from tests.proof.roads import Roads
from tests.proof.score_rules import Score

FIRST = date(2026, 7, 4)
LAST = number(END)
MONTHS = [date(2026, month, 1) for month in range(7, 11)]


@pytest.fixture(scope="module")
def pinned(demo: Roads) -> Pinned:
    """The build, held for the tests of this module."""
    with demo.layer.hold() as held:
        yield held


def month_end(first: date) -> date:
    """Last day of a month, as far as it is known."""
    return min((first.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1), END)


# Cohorts of a balance


@pytest.mark.parametrize("tier", [None, "Small"])
def test_cohorts_are_of_the_month_of_the_first_payment(
    demo: Roads, pinned: Pinned, tier: str | None
) -> None:
    where = {"tier": [tier]} if tier else None
    found = pinned.cohorts(Query.of("closing_mrr", start=MONTHS[0], end=END, where=where)).frame
    world = demo.world
    firsts = {c: date.fromordinal(day) for c, day in world.first_paid_day().items()}
    expected = {}
    for cohort in MONTHS:
        for age, month in enumerate(m for m in MONTHS if m >= cohort):
            at = number(month_end(month))
            mine = {
                customer: paid
                for customer, paid in world.mrr_on(at).items()
                if firsts[customer].replace(day=1) == cohort and firsts[customer] >= MONTHS[0]
                if tier is None or world.tier_on(customer, at) == tier
            }
            if mine:
                expected[cohort, age] = (float(sum(mine.values())), float(len(mine)))
    told = {
        (row.cohort, row.age): (pytest.approx(row.value), row.members)
        for row in found.itertuples()
        if row.members
    }
    assert told == expected
    assert expected
    for row in found.itertuples():
        base = expected.get((row.cohort, 0))
        if base and row.members:
            assert row.value_share == pytest.approx(row.value / base[0])
            assert row.member_share == pytest.approx(row.members / base[1])
    assert set(found[found["complete"]]["cohort"]) <= set(MONTHS)


def test_cohorts_of_what_is_no_balance_are_refused(pinned: Pinned) -> None:
    with pytest.raises(QueryError, match="no balance"):
        pinned.cohorts(Query.of("total_sessions", start=FIRST, end=END))


# A cohort metric at other ages


def test_a_curve_is_the_metric_at_other_ages(demo: Roads, pinned: Pinned) -> None:
    ages = (0, 7, 21, 56)
    query = Query.of("user_retention_d7_bracket", start=FIRST, end=END, grain="month")
    found = pinned.curve(query, ages).frame
    world = demo.world
    created = world.facts["registrations"].rows
    days = _days_of(Question(world, number(FIRST), LAST), SESSIONS)
    for age in ages:
        for month in MONTHS:
            lo, hi = number(max(month, FIRST)), number(month_end(month))
            old = [
                (user, day)
                for user, day in zip(created["user_id"], created["day"], strict=True)
                if lo <= day <= hi and day + age + 6 <= LAST
            ]
            wanted = {*range(age, age + 7)}
            came = sum(
                bool({max(at - day, 0) for at in days.get(user, ())} & wanted) for user, day in old
            )
            [row] = found[
                (found["age"] == age) & (found["start"] == max(month, FIRST))
            ].itertuples()
            assert row.complete == (month >= FIRST and hi + age + 6 <= LAST)
            if old:
                assert row.value == pytest.approx(came / len(old)), (age, month)
            else:
                assert row.value != row.value


def test_what_is_of_no_age_has_no_curve(pinned: Pinned) -> None:
    with pytest.raises(QueryError, match="no age"):
        pinned.curve(Query.of("total_mrr", start=FIRST, end=END), [7])
    with pytest.raises(QueryError, match="ages"):
        pinned.curve(Query.of("user_retention_d7", start=FIRST, end=END), [])


# What a score is made of


@pytest.mark.parametrize(
    ("metric", "score"),
    [("customer_health_score", CUSTOMER_HEALTH), ("churn_risk_score", CHURN_RISK)],
)
@pytest.mark.parametrize("day", [END, date(2026, 10, 10)])
def test_a_score_is_made_of_its_inputs(
    demo: Roads, pinned: Pinned, metric: str, score: Score, day: date
) -> None:
    at = number(day)
    inputs = [one.numbers(demo.world, at) for one in score.inputs]
    scaled = [one.scaled(demo.world, at) for one in score.inputs]
    scores = score.on(demo.world, at)
    assert len(scores) > 10
    for customer in sorted(map(str, scores))[::3]:
        found = pinned.makeup(metric, customer, day)
        assert found.value == pytest.approx(float(scores[customer]))
        present = 0.0
        for part, numbers, points, one in zip(
            found.parts, inputs, scaled, score.inputs, strict=True
        ):
            assert (part.points is None) == (customer not in points), (customer, part)
            if part.points is not None:
                assert part.number == pytest.approx(float(numbers[customer])), (customer, part)
                assert part.points == pytest.approx(float(points[customer])), (customer, part)
                present += float(one.weight)
        if found.blend == "mean":
            assert sum(part.adds or 0.0 for part in found.parts) == pytest.approx(found.value)
            assert sum(part.weight for part in found.parts) == pytest.approx(1.0)
        else:
            assert max(p.points for p in found.parts if p.points is not None) == pytest.approx(
                found.value
            )
            assert all(part.adds is None for part in found.parts)


def test_only_the_mean_of_one_score_has_parts(pinned: Pinned) -> None:
    with pytest.raises(QueryError, match="one score"):
        pinned.makeup("total_mrr", "acc_00001", END)
    with pytest.raises(QueryError, match="yes or no"):
        pinned.makeup("mrr_at_risk", "acc_00001", END)


# What happened, what is known, what got worse


def test_what_happened_to_a_customer_is_in_the_rows(demo: Roads, pinned: Pinned) -> None:
    tickets = demo.world.facts["tickets"].rows
    opened = Counter((row.customer_id, row.day) for row in tickets.itertuples())
    customer = next(one for one, _ in opened if one is not None)
    found = pinned.happened(("tickets_created", "new_mrr"), "customer", customer, FIRST, END)
    told = {number(one.day): one.value for one in found if one.name == "tickets_created"}
    mine = {day: float(n) for (one, day), n in opened.items() if one == customer}
    assert told == {day: n for day, n in mine.items() if number(FIRST) <= day <= LAST}
    assert [one.day for one in found] == sorted((one.day for one in found), reverse=True)


def test_what_does_not_happen_on_days_is_refused(pinned: Pinned) -> None:
    with pytest.raises(QueryError, match="days of its own"):
        pinned.happened(("support_tickets_30d",), "customer", "acc_00001", FIRST, END)
    with pytest.raises(QueryError, match="no flow"):
        pinned.happened(("customer_mrr",), "customer", "acc_00001", FIRST, END)
    with pytest.raises(UnknownNameError):
        pinned.happened(("nothing",), "customer", "acc_00001", FIRST, END)


def test_attributes_are_those_of_the_source(demo: Roads, pinned: Pinned) -> None:
    found = pinned.attributes("customer", ["customer_name", "created_date", "state"])
    entities = demo.world.entities
    assert found.keys() == entities.customers.keys()
    for one, row in found.items():
        raw = entities.customers[one]
        assert row["created_date"] == raw["created_date"]
        assert row["state"] == entities.of_customer(one)["state"]
    with pytest.raises(QueryError, match="nothing that is known"):
        pinned.attributes("customer", ["shoe_size"])
    with pytest.raises(QueryError, match="word of rows"):
        pinned.attributes("weekday", ["name"])


def test_targets_are_those_of_the_file(demo: Roads, pinned: Pinned) -> None:
    path = demo.layer.settings.targets
    assert path is not None
    rows = yaml.safe_load(path.read_text(encoding="utf-8"))["targets"]
    wanted = {
        (row["metric"], row["period_start"], row["period_end"], float(row["amount"]))
        for row in rows
    }
    told = pinned.targets()
    assert {(one.metric, one.start, one.end, one.amount) for one in told} == wanted
    assert all(one.holds(one.start) and not one.holds(one.end) for one in told)


def test_worse_is_beyond_the_usual_step(pinned: Pinned) -> None:
    names = [
        name
        for name, info in pinned.catalog.metrics.items()
        if info.status == "live" and info.tier == 1
    ]
    query = Query.of(names, start=date(2026, 10, 4), end=END, compare="previous_days")
    found = {one.metric: one for one in pinned.worsened(query, Grain.DAY)}
    assert found
    totals = pinned.query(names, start=date(2026, 10, 4), end=END, compare="previous_days").frame
    lines = pinned.query(names, start=date(2026, 10, 4), end=END, grain="day").frame
    for row in totals.itertuples():
        info = pinned.catalog.resolve(row.metric)
        line = lines[(lines["metric"] == row.metric) & lines["complete"]]["value"].tolist()
        steps = [abs(b - a) for a, b in itertools.pairwise(line) if a == a and b == b]
        usual = median(steps) if len(steps) >= 4 else 0.0
        worse = judge(row.change, row.growth, info.unit, info.direction) == "worse"
        if worse and abs(row.change) > usual > 0:
            assert found[row.metric].times == pytest.approx(abs(row.change) / usual)
            assert found[row.metric].usual == pytest.approx(usual)
        else:
            assert row.metric not in found
    order = [one.times for one in found.values()]
    assert order == sorted(order, reverse=True)
    with pytest.raises(QueryError, match="compared"):
        pinned.worsened(Query.of("total_mrr"), Grain.DAY)


def test_a_spread_counts_members_by_band(pinned: Pinned) -> None:
    result = pinned.query("customer_health_score", start=FIRST, end=END, by="customer")
    values = [value for value in result.frame["value"] if value == value]
    found = result.spread("customer_health_score", [0, 40, 60, 80, 100])
    bands = Counter(
        "critical" if v < 40 else "poor" if v < 60 else "fair" if v < 80 else "good" for v in values
    )
    assert found["members"].tolist() == [bands[one] for one in ("critical", "poor", "fair", "good")]
    assert found["members"].sum() == len(values)


def test_open_deals_add_up_by_the_month_they_close_in(demo: Roads, pinned: Pinned) -> None:
    query = Query.of("total_pipeline_value", start=FIRST, end=END, by="deal")
    told = pinned.by_attribute(query, "closes_in")
    closes = {row["id"]: row["closedate"] for row in demo.world.raw.rows("hubspot_deals")}
    expected: Counter[str | None] = Counter()
    for row in demo.world.facts["deal_stages"].rows.itertuples():
        if row.day <= LAST < row.until and row.amount is not None:
            day = closes[row.deal_id]
            expected[f"{day:%Y-%m}" if day else None] += float(row.amount)
    assert told == {month: pytest.approx(value) for month, value in expected.items() if value}
    assert sum(told.values()) == pytest.approx(
        pinned.query("total_pipeline_value", start=FIRST, end=END).value()
    )


def test_members_that_do_not_add_up_are_not_added(pinned: Pinned) -> None:
    with pytest.raises(UnsafeAggregationError):
        pinned.by_attribute(Query.of("avg_deal_age_days", by="deal"), "closes_in")
