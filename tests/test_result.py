"""What leaves the layer besides the rows: the stamp, the wide form, the statements, the words."""

from __future__ import annotations

import pickle
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import sqlalchemy as sa

from metrics import Layer, Result
from metrics.pipeline import run_build
from tests.support.mini import opened

SHOP: dict[str, Any] = {
    "as_of": date(2024, 2, 10),
    "entities": {
        "customers": {
            "key": "customer_id",
            "columns": {"customer_id": "text", "town": "text"},
            "rows": [["a", "Ghent"], ["b", "O'Brien's; DROP TABLE x --"], ["c", None]],
        }
    },
    "facts": {
        "sales": {
            "key": ["id"],
            "time": "sold_at",
            "columns": {
                "id": "integer",
                "customer_id": "text",
                "sold_at": "instant",
                "amount": "number",
            },
            "rows": [
                [1, "a", "2024-01-01 09:30", 10],
                [2, "b", "2024-01-31 23:59", 20],
                [3, "c", "2024-02-01 10:00", 5],
                [4, "a", "2024-02-10 02:00", 1],
            ],
        },
        "visits": {
            "system": "door",
            "key": ["id"],
            "time": "came_on",
            "columns": {"id": "integer", "came_on": "date"},
            "rows": [[1, "2024-01-01"], [2, "2024-02-03"]],
        },
    },
    "dimensions": {"town": {"label": "Town"}, "hour": {"label": "Hour"}},
    "rollups": {"sales": [["town"], ["hour"]]},
    "measures": {
        "sold": {"fact": "sales", "kind": "flow", "value": "amount"},
        "sale_rows": {"fact": "sales", "kind": "flow"},
        "amounts": {"fact": "sales", "kind": "rows", "value": "amount"},
        "came": {"fact": "visits", "kind": "flow"},
    },
    "metrics": {
        "revenue": {"measure": "sold", "dimensions": ["town", "hour"]},
        "sales": {"measure": "sale_rows", "dimensions": ["town", "hour"]},
        "visits": {"measure": "came"},
        "visits_twice": {"expression": "came + came"},
        "median_sale": {"quantile": {"measure": "amounts", "q": 0.5}},
    },
    "identities": {
        "half": {
            "description": "visits are half of what they are",
            "left": "visits",
            "relation": "=",
            "right": "visits_twice",
        },
    },
}
TRICKY = "O'Brien's; DROP TABLE x --"


@pytest.fixture(scope="module", params=["duckdb", "postgresql"])
def layer(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Layer]:
    postgresql = request.param == "postgresql"
    url = request.getfixturevalue("pg_module_url") if postgresql else None
    with opened(SHOP, tmp_path_factory.mktemp("shop"), url) as layer:
        yield layer


def ask(layer: Layer, *metrics: str, **question: Any) -> Result:
    asked: dict[str, Any] = {"start": "2024-01-01", "end": "2024-02-29", **question}
    return layer.query(list(metrics), **asked)


def test_the_stamp_says_what_was_asked_of_what(layer: Layer) -> None:
    before = datetime.now(UTC)
    stamp = ask(layer, "revenue", "visits").stamp
    info = layer.catalog.metrics
    assert stamp.build_id == layer.store.current_id()
    assert stamp.engine in ("duckdb", "postgresql")
    assert stamp.definitions == {name: info[name].hash for name in ("revenue", "visits")}
    assert all(len(mark) == 8 and int(mark, 16) >= 0 for mark in stamp.definitions.values())
    assert stamp.as_of == {"revenue": date(2024, 2, 10), "visits": date(2024, 2, 3)}
    assert before <= stamp.computed_at <= datetime.now(UTC)
    assert stamp.source == "store"
    assert ask(layer, "median_sale").stamp.source == "live"


def test_the_stamp_carries_no_password(layer: Layer) -> None:
    assert "postgres@" not in ask(layer, "revenue").stamp.warehouse
    assert "://" not in "\n".join(ask(layer, "revenue").stamp.lines())


def test_the_stamp_as_lines_heads_an_export(layer: Layer) -> None:
    result = ask(layer, "revenue", "visits")
    lines = result.stamp.lines()
    assert lines[0].startswith(f"Build {result.stamp.build_id} of ")
    assert lines[1] == "Data to 2024-02-03 / 2024-02-10"
    assert lines[2].startswith("Definitions revenue@")


def test_a_broken_identity_marks_its_metrics_and_no_other(layer: Layer) -> None:
    warned = ask(layer, "visits", "revenue")
    assert warned.warnings == (
        "visits: an identity does not hold: visits are half of what they are",
    )
    assert ask(layer, "revenue").warnings == ()


def test_the_hash_follows_the_meaning_not_the_words(tmp_path: Path) -> None:
    def hashes(name: str, **changed: Any) -> dict[str, str]:
        spec = {**SHOP, **changed}
        with opened(spec, tmp_path / name) as layer:
            return {name: info.hash for name, info in layer.catalog.metrics.items()}

    metrics = SHOP["metrics"]
    first = hashes("first")
    told = {**metrics, "revenue": {**metrics["revenue"], "description": "Other words."}}
    assert hashes("told", metrics=told) == first
    windowed = {**metrics, "revenue": {**metrics["revenue"], "window": "7 days"}}
    other = hashes("windowed", metrics=windowed)
    assert {name for name in first if first[name] != other[name]} == {"revenue"}
    measures = {**SHOP["measures"], "came": {**SHOP["measures"]["came"], "where": {"id": 1}}}
    other = hashes("filtered", measures=measures)
    assert {name for name in first if first[name] != other[name]} == {"visits", "visits_twice"}


def test_wide_has_one_row_for_each_period_and_member(layer: Layer) -> None:
    wide = ask(layer, "revenue", "visits", grain="month").wide()
    assert list(wide.columns) == ["start", "end", "revenue", "visits"]
    assert wide.to_numpy().tolist() == [
        [date(2024, 1, 1), date(2024, 1, 31), 30.0, 1.0],
        [date(2024, 2, 1), date(2024, 2, 10), 6.0, 1.0],
    ]


def test_wide_keeps_the_empty_bucket_and_the_order(layer: Layer) -> None:
    by_town = ask(layer, "revenue", "sales", by="town").wide()
    assert by_town["town"].tolist() == ["Ghent", TRICKY, None]
    by_hour = ask(layer, "revenue", "sales", by="hour").wide()
    assert by_hour["hour"].tolist() == ["2", "9", "10", "23"]


def test_wide_without_a_metric_is_an_empty_table(layer: Layer) -> None:
    asked = ask(layer, "revenue", by="town", start="2024-01-02", end="2024-01-03")
    assert asked.wide().columns.tolist() == ["start", "end", "town", "revenue"]


def test_value_is_for_answers_of_one_row(layer: Layer) -> None:
    both = ask(layer, "revenue", "visits")
    assert (both.value("revenue"), both.value("visits")) == (36.0, 2.0)
    with pytest.raises(ValueError, match="the answer has 2 rows, not one"):
        both.value()
    assert ask(layer, "revenue", start="2024-02-11").value() is None


def test_the_shown_statements_run_when_pasted(layer: Layer) -> None:
    asked = ask(layer, "revenue", "median_sale", "visits", grain="month", compare="previous_month")
    filtered = ask(layer, "revenue", by="hour", grain="week")
    named = ask(layer, "revenue", by="town", where={"town": [TRICKY, None]})
    with layer.store.lease() as lease, lease.connect() as connection:
        for ran in (*asked.ran, *filtered.ran, *named.ran):
            # as a program that sends the text as it stands, without values beside it
            rows = connection.exec_driver_sql(ran.sql.replace("%", "%%")).fetchall()
            assert len(rows) == ran.rows, ran.sql
    assert asked.sql.count(";\n") + 1 == len(asked.ran) == 3
    assert "POSTCOMPILE" not in named.sql
    assert "O''Brien''s; DROP TABLE x --" in named.sql
    assert named.frame["value"].tolist() == [20.0, 5.0]


def test_explain_names_parts_and_rules(layer: Layer) -> None:
    lines = ask(layer, "revenue", "median_sale", by=[]).explain().splitlines()
    assert lines[0] == "flow__sales__0: answered by rule 'between', 1 rows"
    assert lines[1] == "rows__amounts: answered by rule 'rows', 1 rows"


def test_a_result_can_be_kept_and_read_again(layer: Layer) -> None:
    result = ask(layer, "revenue", by="town")
    again = pickle.loads(pickle.dumps(result))
    pd.testing.assert_frame_equal(again.frame, result.frame)
    assert (again.sql, again.stamp) == (result.sql, result.stamp)


def test_a_pinned_build_stays_while_a_new_one_is_published(layer: Layer) -> None:
    with layer.hold() as pinned:
        before = pinned.query("revenue", start="2024-01-01")
        engine = sa.create_engine(layer.settings.warehouse)
        if engine.dialect.name == "postgresql":
            with engine.begin() as connection:
                connection.exec_driver_sql("UPDATE raw.sales SET amount = amount * 2")
        engine.dispose()
        run_build(layer.settings)
        after = pinned.query("revenue", start="2024-01-01")
        assert after.stamp.build_id == before.stamp.build_id != layer.store.current_id()
        assert after.value() == before.value()
    assert ask(layer, "revenue").stamp.build_id == layer.store.current_id()
