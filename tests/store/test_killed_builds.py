"""A build killed at any step leaves the last one; the next build tidies up."""

from __future__ import annotations

import random
import time
from collections.abc import Sequence
from datetime import date, timedelta

import pytest

from metrics.store.faults import POINTS
from tests.store.processes import (
    KILLED,
    build_next,
    build_with,
    kill_while_building,
    readers,
)
from tests.store.state import kept_days, pointer_of, read_current, strays
from tests.store.work import LAST_DAY, Company, Place, Seen, read_company, read_small

PUBLISHED_AT = {"pointer-written", "before-clean-up"}
IN_A_REAL_BUILD = ("snapshot-kept", "changes-found", "parts-made")


def assert_whole(seen: Sequence[Seen], at_least: int) -> None:
    """No reader saw a mixture, an error or an older build after a newer one."""
    assert [wrong for reader in seen for wrong in reader.wrong][:5] == []
    assert sum(reader.reads for reader in seen) >= at_least
    figures: dict[tuple[str, str], set[str]] = {}
    for reader in seen:
        for build, marks in reader.marks.items():
            for name, value in marks.items():
                figures.setdefault((build, name), set()).add(value)
    assert [key for key, values in figures.items() if len(values) > 1] == []


def test_killed_at_every_point_by_name(place: Place) -> None:
    before = build_next(place)
    for point in POINTS[place.engine]:
        assert build_with(place, f"kill:{point}") == KILLED, f"{point} is never reached"
        after = pointer_of(place)
        assert after is not None
        if point in PUBLISHED_AT:
            assert after > before
        else:
            assert after == before
        assert read_current(place) == after
        before = build_next(place)
        assert before > after
        assert strays(place) == []


def test_the_first_build_killed_leaves_no_figures(place: Place) -> None:
    for point in POINTS[place.engine]:
        if point in PUBLISHED_AT:
            break
        assert build_with(place, f"kill:{point}") == KILLED
        assert pointer_of(place) is None
    first = build_next(place)
    assert read_current(place) == first
    assert strays(place) == []


def test_killed_at_random_under_readers(place: Place) -> None:
    chance = random.Random(20261101)
    build_next(place)
    with readers(read_small, place, 2) as seen:
        kills = 0
        while kills < 6:
            kills += kill_while_building(place, chance.uniform(0.02, 0.5), pause=0.08)
            if kills % 2:
                build_next(place)
        last = build_next(place)
    assert_whole(seen, at_least=40)
    assert read_current(place) == last
    assert strays(place) == []


@pytest.mark.parametrize(
    "company",
    ["duckdb", "postgresql"],
    indirect=True,
)
@pytest.mark.slow  # small builds are killed at every point by default
def test_a_real_build_killed_inside_keeps_the_last_one(company: Company) -> None:
    before = build_next(company)
    for point in IN_A_REAL_BUILD:
        assert build_with(company, f"kill:{point}") == KILLED, f"{point} is never reached"
        assert pointer_of(company) == before
    assert build_next(company) > before
    assert strays(company) == []
    # Four builds of one day, two of them killed after they kept the day's snapshot.
    assert kept_days(company)
    for day, rows, different in kept_days(company):
        assert (day, rows) == (str(LAST_DAY), different)


@pytest.mark.slow
@pytest.mark.parametrize("kills_wanted", [30])
def test_real_builds_killed_at_random_under_readers(
    company: Company, kills_wanted: int, record_property: pytest.RecordProperty
) -> None:
    chance = random.Random(20261102)
    days = (date(2026, 8, 1) + timedelta(days=n) for n in range(365))
    begun = time.monotonic()
    build_next(company, day=next(days))
    took = time.monotonic() - begun
    kills = finished = 0
    with readers(read_company, company, 2) as seen:
        while kills < kills_wanted:
            killed = kill_while_building(company, chance.uniform(0.05, 1.1 * took), day=next(days))
            kills, finished = kills + killed, finished + (not killed)
            if kills % 5 == 4:
                build_next(company, day=next(days))
                finished += 1
        build_next(company, day=next(days))
    assert_whole(seen, at_least=500)
    figures = {
        build: tuple(sorted(marks.items()))
        for reader in seen
        for build, marks in reader.marks.items()
    }
    assert len(set(figures.values())) == len(figures), "builds cannot be told apart"
    assert strays(company) == []
    summary = {
        "kills": kills,
        "builds finished": finished + 2,
        "builds seen": len(figures),
        "leases": sum(reader.leases for reader in seen),
        "reads": sum(reader.reads for reader in seen),
        "torn": 0,
    }
    for name, value in summary.items():
        record_property(name, value)
    print(company.engine, summary)  # noqa: T201
