"""The state of a metric is what the warehouse says, never what somebody typed."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from metrics import Catalog, Layer, MetricInfo, open_layer
from metrics.demo import write_demo
from metrics.errors import MetricWaitingError, UnsafeAggregationError
from metrics.parts.model import load_model
from metrics.pipeline import run_build
from metrics.settings import load_settings
from tests.lineage.shop import built, declared, run, shop
from tests.support.mini import write_tables

DEALS = "raw.deals (closed, customer, id, is_test, note, price, stage)"


@pytest.fixture(params=["duckdb", "postgresql"])
def url(request: pytest.FixtureRequest) -> str | None:
    """Where a warehouse lies; None for a DuckDB file."""
    return None if request.param == "duckdb" else request.getfixturevalue("pg_url")


def states(layer: Layer) -> dict[str, str]:
    return {name: info.status for name, info in layer.catalog.metrics.items()}


def test_everything_is_live_where_everything_is(tmp_path: Path, url: str | None) -> None:
    with built(shop(), tmp_path, url=url) as layer:
        assert set(states(layer).values()) == {"live"}
        info = layer.catalog.resolve("win_rate")
        assert (info.waiting_for, info.waits_on, info.answerable) == ((), (), True)
        assert (str(info.first_day), str(info.as_of)) == ("2024-05-02", "2024-05-30")


@pytest.mark.parametrize(
    ("statement", "waiting_for"),
    [
        ("DROP TABLE raw.deals", DEALS),
        ("ALTER TABLE raw.deals DROP COLUMN price", "raw.deals.price"),
        ("ALTER TABLE raw.deals ALTER COLUMN closed TYPE VARCHAR", "is text, needs date"),
    ],
)
def test_what_is_missing_is_named(
    tmp_path: Path, url: str | None, statement: str, waiting_for: str
) -> None:
    with built(shop(), tmp_path, statement, url=url) as layer:
        info = layer.catalog.resolve("deals_won")
        assert (info.status, info.answerable, info.waits_on) == ("waiting", False, ("raw.deals",))
        [lack] = info.waiting_for
        assert lack.endswith(waiting_for)
        with pytest.raises(MetricWaitingError, match=r"'deals_won' waits for raw\.deals"):
            layer.query("deals_won")
        assert states(layer)["visits"] == "live"


def test_a_metric_over_two_tables_names_both(tmp_path: Path) -> None:
    both = ("DROP TABLE raw.deals", "ALTER TABLE raw.seats DROP COLUMN left_on")
    with built(shop(), tmp_path, *both) as layer:
        info = layer.catalog.resolve("value_per_seat")
        assert info.waiting_for == (DEALS, "raw.seats.left_on")
        assert info.waits_on == ("raw.deals", "raw.seats")


def test_a_table_without_rows_blocks(tmp_path: Path, url: str | None) -> None:
    with built(shop(), tmp_path, "DELETE FROM raw.visits", url=url) as layer:
        info = layer.catalog.resolve("visits")
        assert (info.status, info.waiting_for) == ("blocked", ("rows in visits",))
        assert not info.answerable
        with pytest.raises(MetricWaitingError, match="'visits' waits for rows in visits"):
            layer.query("visits")


def aged(day: str) -> dict[str, Any]:
    """The company on 31 December 2024, with a visit that day and the last deal on another."""
    spec = shop()
    spec["as_of"] = "2024-12-31"
    spec["facts"]["visits"]["rows"].append(["v9", "c1", "a1", "2024-12-31"])
    spec["facts"]["deals"]["rows"].append(["d9", "c1", 5, None, "won", day, False])
    return spec


def test_a_source_that_fell_silent_blocks_but_keeps_its_history(
    tmp_path: Path, url: str | None
) -> None:
    with built(aged("2024-10-02"), tmp_path, url=url) as layer:
        info = layer.catalog.resolve("deals_won")
        assert info.status == "blocked"
        assert info.waiting_for == ("rows in deals (0 in the last 90 days)",)
        assert info.answerable
        asked = layer.query("deals_won", start="2024-05-01", end="2024-05-31")
        assert asked.value() == 1
        assert asked.stamp.warnings == ("deals_won: rows in deals (0 in the last 90 days)",)
        assert layer.catalog.resolve("seats").status == "live", "intervals still in force"
        assert layer.catalog.resolve("win_rate").status == "blocked"
        # What only takes a part of it in goes on.
        assert layer.catalog.resolve("customer_health").status == "live"


def test_a_day_less_is_not_silence(tmp_path: Path, url: str | None) -> None:
    with built(aged("2024-10-03"), tmp_path, url=url) as layer:
        assert layer.catalog.resolve("deals_won").status == "live"
        assert layer.query("deals_won").stamp.warnings == ()


def test_what_is_made_of_a_fact_is_silent_when_that_is(tmp_path: Path) -> None:
    """No big deal for long is a true zero, as long as there are deals."""
    for day, status in (("2024-12-30", "live"), ("2024-06-30", "blocked")):
        with built(aged(day), tmp_path / day) as layer:
            assert layer.catalog.resolve("deals_big").status == status
            if status == "live":
                asked = layer.query("deals_big", start="2024-12-01", end="2024-12-31")
                assert asked.value() == 0


def test_silence_counts_from_the_watermark_of_its_own_system(tmp_path: Path) -> None:
    spec = aged("2024-05-21")
    spec["facts"]["deals"]["system"] = "crm"
    with built(spec, tmp_path) as layer:
        info = layer.catalog.resolve("deals_won")
        assert (info.status, str(info.as_of)) == ("live", "2024-05-21")


@pytest.mark.parametrize(
    ("left_on", "status"),
    [("2024-06-01", "blocked"), ("2024-12-01", "live"), ("2025-06-01", "live"), (None, "live")],
)
def test_intervals_speak_until_they_end(
    tmp_path: Path, url: str | None, left_on: str | None, status: str
) -> None:
    spec = aged("2024-12-30")
    spec["facts"]["seats"]["rows"] = [["s1", "c1", "2024-05-01", left_on]]
    with built(spec, tmp_path, url=url) as layer:
        assert layer.catalog.resolve("seats").status == status


def test_what_a_new_build_would_bring_to_life_is_ready(tmp_path: Path) -> None:
    spec = shop()
    with built(spec, tmp_path) as layer:
        settings = layer.settings
    spec["measures"]["lost_deals"] = {"fact": "deals", "kind": "flow", "where": {"is_won": False}}
    spec["metrics"]["deals_lost"] = {"measure": "lost_deals"}
    spec["facts"]["small_deals"] = {
        **spec["facts"]["big_deals"],
        "sql": "SELECT deal_id, closed_on FROM fact.deals WHERE amount < 15",
    }
    spec["measures"]["small_ones"] = {"fact": "small_deals", "kind": "flow"}
    spec["metrics"]["deals_small"] = {"measure": "small_ones"}
    spec["facts"]["letters"] = {
        "key": ["id"],
        "time": "sent_on",
        "columns": {"id": "text", "sent_on": "date"},
        "rows": [["1", "2024-05-05"]],
    }
    spec["measures"]["letter_count"] = {"fact": "letters", "kind": "flow"}
    spec["metrics"]["letters"] = {"measure": "letter_count"}
    declared(spec, tmp_path)
    later = open_layer(settings)
    found = {name: later.catalog.resolve(name) for name in ("deals_lost", "deals_small", "letters")}
    later.close()
    assert {name: (info.status, info.waiting_for) for name, info in found.items()} == {
        "deals_lost": ("ready", ("a new build (its definition changed)",)),
        "deals_small": ("ready", ("a new build (its query is new)",)),
        "letters": ("waiting", ("a new build (raw.letters has not been looked for)",)),
    }
    assert not any(info.answerable for info in found.values())
    write_tables(spec, settings.warehouse)
    run_build(settings)
    again = open_layer(settings)
    assert set(states(again).values()) == {"live"}
    again.close()


def test_another_sql_of_what_a_fact_refers_to_needs_a_new_build(tmp_path: Path) -> None:
    with built(shop(), tmp_path) as layer:
        settings, before = layer.settings, layer.catalog.resolve("deals_won").hash
    file = tmp_path / "queries/entities/customers.sql"
    file.write_text(f"{file.read_text()} WHERE region <> 'South'")
    later = open_layer(settings)
    info = later.catalog.resolve("deals_won")
    later.close()
    assert info.status == "ready"
    assert info.hash != before


def test_a_column_the_warehouse_lacks_is_no_longer_ready(tmp_path: Path) -> None:
    """What a definition newly needs is held against what the build saw."""
    with built(shop(), tmp_path, "ALTER TABLE raw.deals DROP COLUMN note") as layer:
        assert layer.catalog.resolve("deals_big").waiting_for == ("raw.deals.note",)


def test_a_break_down_without_its_data_is_refused_by_name(tmp_path: Path) -> None:
    with built(shop(), tmp_path, "DROP TABLE raw.customers") as layer:
        info = layer.catalog.resolve("deals_won")
        assert (info.status, info.dimensions) == ("live", ())
        assert info.lost_dimensions == dict.fromkeys(
            ("industry", "region"), ("raw.customers (customer_id, industry, region)",)
        )
        for question in ({"by": "region"}, {"where": {"region": ["West"]}}):
            with pytest.raises(UnsafeAggregationError, match=r"The warehouse lacks raw\.customers"):
                layer.query("deals_won", **question)
        assert layer.query("deals_won", start="2024-05-01").value() == 1


def test_without_a_build_everything_waits_for_the_first(tmp_path: Path) -> None:
    catalog = Catalog(load_model(declared(shop(), tmp_path)), None)
    assert {(info.status, info.waiting_for) for info in catalog.metrics.values()} == {
        ("waiting", ("a first build",))
    }
    assert not any(info.answerable or info.lost_dimensions for info in catalog.metrics.values())
    assert catalog.chain("win_rate").sources


SURVEYS = (
    "CREATE TABLE raw.survey_responses (response_id VARCHAR, Respondent_ID VARCHAR, "
    "customer_id VARCHAR, survey_type VARCHAR, score INTEGER, responded_at TIMESTAMP)",
    "INSERT INTO raw.survey_responses VALUES "
    "('1', 'a', NULL, 'NPS', 9, '2026-10-31 10:00:00'), "
    "('2', 'b', NULL, 'NPS', 8, '2026-10-31 10:00:00')",
)


@pytest.mark.slow  # `tests/proof/test_placeholders.py` sees all of them come and go
def test_a_placeholder_of_the_demo_comes_alive_and_falls_back(tmp_path: Path) -> None:
    """Without a word of code: its table comes, loses a column, and goes."""
    path, end = tmp_path / "warehouse.duckdb", date(2026, 10, 31)
    write_demo(path, scale="tiny", end_date=end)
    url = f"duckdb:///{path}"
    settings = load_settings(env={}, home=tmp_path, warehouse_url=url, as_of=end, published_days=0)

    def after(*statements: str) -> MetricInfo:
        run(settings, *statements)
        run_build(settings)
        layer = open_layer(settings)
        info = layer.catalog.resolve("nps_score")
        if info.answerable:
            assert layer.query("nps_score", end=end).frame["value"].tolist() == [50]
        layer.close()
        return info

    before = after()
    assert (before.status, before.waits_on) == ("waiting", ("raw.survey_responses",))
    assert "score" in before.lacks[0].names
    assert after(*SURVEYS).status == "live"
    dropped = after("ALTER TABLE raw.survey_responses DROP COLUMN score")
    assert (dropped.status, dropped.waiting_for) == ("waiting", ("raw.survey_responses.score",))
