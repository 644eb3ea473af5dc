"""A build of some facts refreshes them whole and leaves the others as they were."""

from __future__ import annotations

import copy
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from metrics.errors import StoreError
from metrics.pipeline import run_build
from metrics.settings import Settings
from tests.incremental.contents import contents, days_that_differ, differences
from tests.incremental.steps import copied, full_beside
from tests.incremental.trading import SPEC, later, tables_of, write
from tests.support.mini import prepare, write_definitions

AS_OF: date = SPEC["as_of"]
LATE = AS_OF - timedelta(days=40)
DEALS = frozenset({"flow__deals__0"})


@pytest.fixture
def company(first: Settings, tmp_path: Path) -> Settings:
    return copied(first, tmp_path / "company")


@pytest.fixture
def spec(company: Settings) -> Any:
    """Rows with a late deal, a late visit and a late pour, written to the warehouse."""
    changed = copy.deepcopy(SPEC)
    tables, noon = tables_of(changed), datetime(LATE.year, LATE.month, LATE.day, 17)
    tables["deals"]["rows"].append((5000, "c1", LATE, True, 10))
    tables["visits"]["rows"].append((5000, "u01", "c1", "phone", 4, noon))
    tables["pours"]["rows"].append((5000, "d1", noon, 2.5))
    write(changed, company.warehouse, {"deals", "visits", "pours"})
    return changed


def changed_parts(before: Any, after: Any) -> set[str]:
    return {name for name in before if days_that_differ(before[name], after[name])}


def test_one_fact_is_refreshed_with_all_its_parts(company: Settings, spec: Any) -> None:
    before, first = contents(company), run_build(company, only=DEALS)
    after = contents(company)
    assert {name for name in changed_parts(before, after) if "__" in name} == {
        f"flow__deals__{n}" for n in range(3)
    }
    assert set(first.changes.facts) == {"deals"}
    everything = run_build(company)
    assert {"visits", "pours"} <= set(everything.changes.facts)
    assert "deals" not in everything.changes.facts
    assert differences(contents(company), full_beside(company)[1]) == []


def test_what_is_left_does_not_claim_to_be_newer(company: Settings, spec: Any) -> None:
    tables_of(spec)["deals"]["rows"].append((5001, "c1", AS_OF + timedelta(days=2), True, 10))
    write(spec, company.warehouse, {"deals"})
    tomorrow = later(company, 2)
    known = run_build(company).facts
    info = run_build(tomorrow, only=DEALS)
    assert info.facts["deals"].as_of == AS_OF + timedelta(days=2)
    left = {name for name in known if name != "deals"}
    assert {name: info.facts[name] for name in left} == {name: known[name] for name in left}
    # The next whole build makes the days that were left out.
    assert not run_build(tomorrow).changes.full
    assert differences(contents(tomorrow), full_beside(tomorrow)[1]) == []


def test_facts_that_a_score_mixes_are_refreshed_together(company: Settings, spec: Any) -> None:
    info = run_build(company, only=frozenset({"flow__pours__0"}))
    assert {"pours", "visits"} <= set(info.changes.facts)
    assert "deals" not in info.changes.facts


def test_facts_that_refer_to_what_changed_are_refreshed_too(company: Settings, spec: Any) -> None:
    customers = tables_of(spec)["customers"]["rows"]
    number = next(n for n, row in enumerate(customers) if row[0] == "c5")
    customers[number] = ("c5", "Brewery")
    write(spec, company.warehouse, {"customers"})
    rents = run_build(company, only=frozenset({"stock__rents__0"}))
    assert {"deals", "visits"} <= set(rents.changes.facts)
    assert differences(contents(company), full_beside(company)[1]) == []


def test_a_changed_definition_waits_where_its_fact_is_left(company: Settings, spec: Any) -> None:
    phone = {**spec["measures"]["page_sum"], "where": {"platform": "phone"}}
    measures = {**spec["measures"], "page_sum": phone}
    write_definitions({**spec, "measures": measures}, company.definitions)
    before = run_build(company, only=DEALS)
    after = run_build(company)
    assert before.parts["flow__visits__0"] != after.parts["flow__visits__0"]
    assert differences(contents(company), full_beside(company)[1]) == []


def test_a_part_needs_a_build_to_leave_the_rest_as_it_was(tmp_path: Path) -> None:
    settings = prepare(SPEC, tmp_path)
    with pytest.raises(StoreError, match="there is no build yet"):
        run_build(settings, only=DEALS)
