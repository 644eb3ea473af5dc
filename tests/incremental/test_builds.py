"""What an incremental build makes, copies and writes down."""

from __future__ import annotations

import copy
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from metrics.errors import WarehouseError
from metrics.pipeline import run_build
from metrics.settings import Settings
from metrics.store.files import read_pointer
from metrics.store.open import open_store
from tests.incremental.contents import (
    contents,
    days_that_differ,
    days_told_otherwise,
    differences,
)
from tests.incremental.steps import copied, full_again, full_beside, step
from tests.incremental.trading import SPEC, Edit, tables_of, trading, write
from tests.soundness.company import TIME_ZONE
from tests.store.state import schemas_of
from tests.support.mini import prepare, write_definitions, write_queries

AS_OF: date = SPEC["as_of"]
LATE = AS_OF - timedelta(days=40)
PLATFORMS = (("phone",), ("phone", "desktop", None))


@pytest.fixture
def company(first: Settings, tmp_path: Path) -> Settings:
    """A copy of the company after its first build."""
    return copied(first, tmp_path / "company")


@pytest.fixture
def spec() -> Any:
    """Its rows, to be changed."""
    return copy.deepcopy(SPEC)


def local_day(moment: datetime) -> date:
    """The day in the company's time zone of a moment in UTC."""
    return moment.replace(tzinfo=UTC).astimezone(ZoneInfo(TIME_ZONE)).date()


def asked(settings: Settings, query: str) -> list[tuple[Any, ...]]:
    """Rows of the current build."""
    store = open_store(settings)
    try:
        with store.lease() as lease, lease.connect() as connection:
            place = f'"{lease.schema}".' if lease.schema else ""
            return [tuple(row) for row in connection.execute(sa.text(query.format(place)))]
    finally:
        store.close()


def runs(settings: Settings) -> list[tuple[Any, ...]]:
    """Of every run that is remembered: how it was made, and parts made and copied."""
    columns = "mode, reason, parts_made, parts_copied"
    return asked(settings, f"SELECT {columns} FROM {{}}build_history ORDER BY build_id")


def test_nothing_changed_and_nothing_is_made(company: Settings) -> None:
    before = contents(company)
    info = run_build(company)
    assert info.changes.mode == "incremental"
    assert info.changes.facts == {}
    assert info.changes.entities == {}
    assert info.changes.of(info.facts, info.entities_missing) is None
    parts = len(info.parts)
    assert runs(company) == [
        ("full", "there is no build yet", parts, 0),
        ("incremental", "", 0, parts),
    ]
    assert contents(company) == before


def test_a_late_row_and_a_correction_restate_their_days_and_no_others(
    company: Settings, spec: Any
) -> None:
    before = contents(company)
    tables = tables_of(spec)
    came = datetime(LATE.year, LATE.month, LATE.day, 17)  # noon in New York
    tables["visits"]["rows"].append((5000, "u01", "c1", "phone", 4, came))
    number, (deal, customer, closed, won, amount) = next(
        (n, row) for n, row in enumerate(tables["deals"]["rows"]) if row[0] == 8
    )
    tables["deals"]["rows"][number] = (deal, customer, closed, won, amount + 1)
    write(spec, company.warehouse, {"visits", "deals"})
    info = run_build(company)
    after = contents(company)
    changed = {
        name: days for name in info.parts if (days := days_that_differ(before[name], after[name]))
    }
    assert {name for name in changed if name.startswith("flow__deals")} == {
        f"flow__deals__{n}" for n in range(3)
    }
    assert {day for name, days in changed.items() if "deals" in name for day in days} == {closed}
    flows = {f"flow__visits__{n}" for n in range(5)}
    assert {name: changed[name] for name in flows} == {name: {LATE} for name in flows}
    assert changed["rows__pages_seen"] == {LATE}
    # The user's next visit, of any platform or of this one, now has another day before it.
    visited = [row for row in tables["visits"]["rows"] if row[1] == "u01" and row[5]]
    later_on = [[local_day(row[5]) for row in visited if row[3] in one] for one in PLATFORMS]
    following = {min((day for day in days if day > LATE), default=LATE) for days in later_on}
    distinct = [days for name, days in changed.items() if name.startswith("distinct__people")]
    assert len(distinct) == 4
    assert all(LATE in days <= {LATE, *following} for days in distinct)
    # A score looks back up to 30 days; it is made anew from the first of them, the rest is copied.
    scores = [name for name in changed if name.startswith("score__")]
    assert min(day for name in scores for day in changed[name]) == LATE
    told = (days_told_otherwise(before[name], after[name]) for name in scores)
    assert max(day for days in told for day in days) < LATE + timedelta(days=30)
    kinds = {name.partition("__")[0] for name in changed}
    assert kinds <= {"flow", "rows", "distinct", "score", "cohort"}  # no stock, no movement
    assert info.changes.facts["visits"].rows_since == LATE
    assert info.changes.facts["deals"].rows_since == closed
    assert info.changes.of(["deals", "subscriptions"]) == closed
    assert info.changes.of(["subscriptions"]) is None


def test_restated_days_are_listed_and_carried_on(company: Settings, spec: Any) -> None:
    rows = tables_of(spec)["deals"]["rows"]
    late, gone = LATE - timedelta(days=3), next(row for row in rows if row[0] == 1)
    there = sum(row[2] == late for row in rows), sum(row[2] == gone[2] for row in rows)
    rows.append((5001, "c1", late, True, 10))
    rows.remove(gone)
    write(spec, company.warehouse, {"deals"})
    restated = run_build(company)
    rows.append((5002, "c1", AS_OF, True, 10))  # the bank told nothing of that day before
    write(spec, company.warehouse, {"deals"})
    again = run_build(company)
    listed = "build_id, fact, edge, day, rows_before, rows_now"
    found = asked(company, f"SELECT {listed} FROM {{}}build_changes ORDER BY day DESC")
    assert found == [
        (restated.id, "deals", "start", late, there[0], there[0] + 1),
        (restated.id, "deals", "start", gone[2], there[1], there[1] - 1),
    ]
    assert restated.changes.facts["deals"].restated == 2
    assert again.changes.facts["deals"].restated == 0
    assert again.changes.facts["deals"].rows_since == AS_OF


def test_a_new_day_keeps_the_days_before_it(company: Settings, spec: Any) -> None:
    before = contents(company)
    noon = datetime(AS_OF.year, AS_OF.month, AS_OF.day, 16) + timedelta(days=1)
    tables_of(spec)["visits"]["rows"].append((5000, "u01", "c1", "phone", 4, noon))
    write(spec, company.warehouse, {"visits"})
    settings, info = step(company, spec, (1, []))
    after = contents(settings)
    new = AS_OF + timedelta(days=1)
    for name in info.parts:
        kind = name.partition("__")[0]
        # A cohort grows at its anchor; an end that is near begins to count before it.
        if kind not in ("cohort", "stock"):
            assert days_that_differ(before[name], after[name]) <= {new}, name
    assert info.changes.facts["visits"].rows_since == new
    assert max(row[0] for row in after["score__customer_score__0"][1]) == new
    assert info.changes.facts["visits"].restated == 0


def test_an_interval_that_ends_today_does_not_touch_its_beginning(
    company: Settings, spec: Any
) -> None:
    outages = tables_of(spec)["outages"]["rows"]
    number = next(n for n, row in enumerate(outages) if row[0] == 801)
    outages[number] = (*outages[number][:3], datetime(AS_OF.year, AS_OF.month, AS_OF.day, 20))
    write(spec, company.warehouse, {"outages"})
    assert run_build(company).changes.facts["outages"].rows_since == AS_OF


def test_a_customer_who_moves_restates_what_refers_to_it_and_no_more(
    company: Settings, spec: Any
) -> None:
    customers = tables_of(spec)["customers"]["rows"]
    number = next(n for n, row in enumerate(customers) if row == ("c5", row[1]))
    customers[number] = ("c5", "Brewery")
    write(spec, company.warehouse, {"customers"})
    info = run_build(company)
    deals = [row[2] for row in tables_of(spec)["deals"]["rows"] if row[1] == "c5" and row[2]]
    assert info.changes.facts["deals"].rows_since == min(deals)
    assert info.changes.entities == {"customers": date.min}
    assert "rents" not in info.changes.facts


def test_a_new_customer_restates_only_rows_that_waited_for_it(company: Settings, spec: Any) -> None:
    tables_of(spec)["customers"]["rows"].append(("stranger", "Bar"))
    tables_of(spec)["customers"]["rows"].append(("nobody yet", "Bar"))
    write(spec, company.warehouse, {"customers"})
    info = run_build(company)
    waited = [row[5] for row in tables_of(spec)["visits"]["rows"] if row[2] == "stranger"]
    first = min(map(local_day, waited))
    assert info.changes.facts["visits"].rows_since == first
    assert info.changes.entities == {}
    assert "deals" not in info.changes.facts


def test_a_history_that_is_corrected_names_its_day(company: Settings, spec: Any) -> None:
    plans = tables_of(spec)["plans"]["rows"]
    plans.append(("c1", LATE, "large"))
    write(spec, company.warehouse, {"plans"})
    info = run_build(company)
    assert info.changes.entities == {"plans": LATE}
    assert info.changes.facts == {}
    assert info.changes.of(["visits"], ["plans"]) == LATE


def test_a_changed_definition_makes_its_parts_and_no_others(company: Settings, spec: Any) -> None:
    measures = {**spec["measures"], "won_deals": {"fact": "deals", "kind": "flow"}}
    write_definitions({**spec, "measures": measures}, company.definitions)
    info = run_build(company)
    assert not info.changes.full
    assert runs(company)[-1][2] == sum(name.startswith("flow__deals") for name in info.parts)
    assert differences(contents(company), full_beside(company)[1]) == []


def test_a_changed_query_remakes_its_fact(company: Settings, spec: Any) -> None:
    spec["facts"]["deals"]["sql"] = (
        "SELECT deal_id, customer_id, closed_on, is_won, 2 * amount AS amount FROM source.deals"
    )
    write_queries(spec, company.queries)
    info = run_build(company)
    assert not info.changes.full
    assert set(info.changes.facts) == {"deals"}
    assert differences(contents(company), full_beside(company)[1]) == []


def test_an_input_that_gets_its_first_value_counts_on_earlier_days(tmp_path: Path) -> None:
    spec = trading(5)
    pours = tables_of(spec)["pours"]["rows"]
    pours[:] = [(*row[:3], None) for row in pours]
    settings = prepare(spec, tmp_path)
    run_build(settings)
    pours.append((5000, "d1", datetime(AS_OF.year, AS_OF.month, AS_OF.day, 12), 2.5))
    write(spec, settings.warehouse, {"pours"})
    info = run_build(settings)
    assert not info.changes.full
    assert differences(contents(settings), full_beside(settings)[1]) == []


def test_a_table_that_comes_back_and_goes(company: Settings, spec: Any) -> None:
    engine = sa.create_engine(company.warehouse, poolclass=sa.NullPool)
    with engine.begin() as connection:
        connection.exec_driver_sql("DROP TABLE raw.pours")
    engine.dispose()
    for _ in range(2):
        info = run_build(company)
        assert info.changes.facts["pours"].since == date.min
        assert not info.changes.full
        assert ("flow__pours__0" in info.parts) == info.facts["pours"].available
        write(spec, company.warehouse, {"pours"})
    assert differences(contents(company), full_beside(company)[1]) == []


def test_an_earlier_day_is_built_in_full(company: Settings) -> None:
    earlier = company.model_copy(update={"as_of": AS_OF - timedelta(days=1)})
    info = run_build(earlier)
    assert info.changes.full
    assert "earlier" in info.changes.reason


def test_other_settings_are_built_in_full(company: Settings) -> None:
    info = run_build(company.model_copy(update={"time_zone": "UTC"}))
    assert (info.changes.mode, info.changes.reason) == ("full", "the settings changed")


def test_a_damaged_build_is_not_built_upon(company: Settings) -> None:
    path = company.store_folder / read_pointer(company.store_folder)[0].file
    with path.open("r+b") as file:
        file.seek(path.stat().st_size // 2)
        file.write(b"damage")
    info = run_build(company)
    assert info.changes.full
    assert info.changes.reason == "the file of the previous build is damaged"
    assert run_build(company).changes.mode == "incremental"


def test_a_lost_build_is_not_built_upon(company: Settings) -> None:
    (company.store_folder / read_pointer(company.store_folder)[0].file).unlink()
    info = run_build(company)
    assert (info.changes.mode, info.changes.reason) == (
        "full",
        "the previous build cannot be read",
    )


def test_a_full_build_says_that_it_was_asked_for(company: Settings) -> None:
    info, _ = full_again(company)
    assert info.changes.reason == "a full build was asked for"
    assert info.changes.of([]) == date.min
    assert [run[0] for run in runs(company)] == ["full", "full"]


def test_a_build_that_fails_leaves_the_last_one(company: Settings, spec: Any) -> None:
    before = contents(company)
    with pytest.raises(WarehouseError):
        run_build(company.model_copy(update={"as_of": date(2001, 1, 1)}))
    assert contents(company) == before
    assert run_build(company).changes.mode == "incremental"


def test_the_only_kept_build_can_be_replaced(company: Settings) -> None:
    alone = company.model_copy(update={"keep_builds": 1})
    run_build(alone)
    run_build(alone)
    assert len(list(alone.store_folder.glob("build-*.duckdb"))) == 1


STORY = (
    (0, [Edit("late", "visits", 20, 0, 0, 9), Edit("correct", "customers", 1, 2, 1, 1)]),
    (2, [Edit("end", "outages", 3, 0, 0, 1), Edit("delete", "subscriptions", 4, 0, 0, 0)]),
    (0, []),
)


def test_on_postgresql(pg_url: str, tmp_path: Path) -> None:
    spec = trading(5)
    settings = prepare(spec, tmp_path, pg_url).model_copy(update={"keep_builds": 1})
    run_build(settings)
    for one in STORY:
        settings, _ = step(settings, spec, one)
        found = contents(settings)
        assert differences(found, full_again(settings)[1]) == []
    assert [run[0] for run in runs(settings)] == ["full", *["incremental", "full"] * 3]
    assert [run[3] for run in runs(settings)][-2] > 0
    assert len(schemas_of(pg_url)) == 1  # nothing that is copied keeps the build before
