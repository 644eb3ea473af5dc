"""Which table stands for a source: by name, decided by columns, and open where it is open."""

from __future__ import annotations

from pathlib import Path

import pytest

from metrics.errors import DefinitionError, SettingsError
from metrics.settings import load_settings
from metrics.sources.contract import declared
from metrics.sources.guess import columns_read, guess_sources
from metrics.sources.model import Queries, Source
from metrics.sources.read import read_queries
from metrics.sources.warehouse import Inspected

COLUMNS = {"id": "text", "amount": "number", "closed_on": "date", "stage": "text"}
GOOD = {"id": "text", "amount": "number", "closed_on": "date", "stage": "text"}


def sources(**tables: str) -> Queries:
    """Sources of a system `crm`, read in full, and nothing else."""
    made = {
        name: Source.model_validate(
            {"name": name, "table": table, "system": "crm", "columns": COLUMNS}
        )
        for name, table in tables.items()
    }
    return Queries(made, {}, {})


def found(queries: Queries, inspected: Inspected) -> dict[str, str]:
    return {name: one.table for name, one in guess_sources(queries, inspected).found.items()}


@pytest.mark.parametrize(
    "table",
    [
        "raw.crm_deals",
        "RAW.CRM_Deals",
        "public.deals",
        "public.deal",
        "Sales.Deals",
        "analytics.stg_crm_deals",
        "analytics.stg_deals",
        "dwh.fct_deals",
        "dwh.fact_deal",
        "crm.CrmDeals",
        "crm.deals_v2",
        "crm.opportunities",
        "crm.Opportunity",
        "dwh.dim_opportunities",
    ],
)
def test_a_name_is_found_however_it_is_written(table: str) -> None:
    queries = sources(deals="raw.crm_deals")
    assert found(queries, {table: GOOD, "public.other": GOOD}) == {"deals": table}


@pytest.mark.parametrize("table", ["raw.deal_stages", "raw.ideals", "raw.crm", "raw.deals_archive"])
def test_another_thing_is_not_taken_for_it(table: str) -> None:
    guess = guess_sources(sources(deals="raw.crm_deals"), {table: GOOD})
    assert guess.found == {}
    assert guess.missing == ("deals",)


def test_columns_decide_among_names() -> None:
    queries = sources(deals="raw.crm_deals")
    poor = {"id": "text", "amount": "number"}
    assert found(queries, {"a.deals": poor, "b.opportunities": GOOD}) == {}
    better = {"a.deals": poor, "b.deals": GOOD}
    assert found(queries, better) == {"deals": "b.deals"}
    [one] = guess_sources(queries, {"a.deals": {**poor, "STAGE": "text"}}).found.values()
    assert (one.share, one.lacks) == (0.75, ("closed_on",))


def test_a_table_with_few_of_the_columns_is_none() -> None:
    assert found(sources(deals="raw.crm_deals"), {"raw.crm_deals": {"id": "text"}}) == {}


def test_a_type_that_cannot_be_read_is_a_lack() -> None:
    inspected = {"raw.crm_deals": {**GOOD, "amount": "text"}}
    [one] = guess_sources(sources(deals="raw.crm_deals"), inspected).found.values()
    assert one.lacks == ("amount",)


def test_two_that_fit_alike_are_listed_and_not_chosen() -> None:
    guess = guess_sources(
        sources(deals="raw.crm_deals"), {"eu.deals": GOOD, "us.deals": GOOD, "x.deals": {}}
    )
    assert guess.found == {}
    assert [one.table for one in guess.ambiguous["deals"]] == ["eu.deals", "us.deals"]
    assert guess.missing == ()


def test_the_table_of_the_default_name_is_preferred_to_others_like_it() -> None:
    inspected = {"raw.crm_deals": GOOD, "public.deals": GOOD}
    assert found(sources(deals="raw.crm_deals"), inspected) == {"deals": "raw.crm_deals"}


def test_a_table_is_one_source_only() -> None:
    queries = sources(customers="raw.crm_customers", accounts="raw.crm_accounts")
    guess = guess_sources(queries, {"crm.customers": GOOD})
    assert {name: one.table for name, one in guess.found.items()} == {"customers": "crm.customers"}
    assert guess.missing == ("accounts",)


def test_the_shipped_sources_are_found_in_a_warehouse_that_has_them() -> None:
    """As they are declared, and with other schemas and without their systems' names."""
    queries = read_queries(load_settings(env={}).queries)
    as_declared = guess_sources(queries, declared(queries))
    assert {name: one.table for name, one in as_declared.found.items()} == {
        name: source.table for name, source in queries.sources.items()
    }
    moved = {
        f"lake.{s.table.partition('.')[2].upper()}": s.columns for s in queries.sources.values()
    }
    assert len(guess_sources(queries, moved).found) == len(queries.sources)
    wrong = [n for n, one in guess_sources(queries, moved).found.items() if one.lacks]
    assert wrong == []
    read = columns_read(queries)
    assert read.keys() <= queries.sources.keys()


def test_settings_name_the_table_of_a_source(tmp_path: Path) -> None:
    folder = load_settings(env={}).queries
    file = tmp_path / "metrics.toml"
    file.write_text('[sources]\naccounts = "crm.Companies"\n')
    settings = load_settings(env={}, file=file)
    queries = read_queries(folder, settings.sources)
    assert queries.sources["accounts"].table == "crm.Companies"
    assert queries.sources["users"] == read_queries(folder).sources["users"]


def test_a_wrong_mapping_is_refused_with_the_way_out(tmp_path: Path) -> None:
    folder = load_settings(env={}).queries
    with pytest.raises(SettingsError, match=r"no source 'account'.*Did you mean 'accounts'"):
        read_queries(folder, {"account": "crm.companies"})
    with pytest.raises(DefinitionError, match=r"(?i)crm\.one is already the source"):
        read_queries(folder, {"accounts": "crm.one", "users": "CRM.one"})
    file = tmp_path / "metrics.toml"
    for bad in ('"companies"', '"a.b.c"', '"a; drop.b"', "3", '"a.b--"'):
        file.write_text(f"[sources]\naccounts = {bad}\n")
        with pytest.raises(SettingsError, match=r"sources\.accounts"):
            load_settings(env={}, file=file)
