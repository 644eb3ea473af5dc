"""Every example of the guide to the published models runs on both engines, and says the truth."""

from __future__ import annotations

import re
import shutil
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import sqlglot

import metrics
from metrics.models.spec import published_models
from metrics.published.guard import guarded
from tests.models.conftest import LAST_DAY, Published
from tests.models.test_analysts import HEALTH_CATEGORY, LOWEST_HEALTH, TIER_ONE
from tests.models.test_cells import DAYS, day_of, same
from tests.support.postgres import plain

ROOT = Path(__file__).parents[2]
GUIDE = (ROOT / "docs/METRICS_LAYER_GUIDE.md").read_text(encoding="utf-8")
README = (ROOT / "README.md").read_text(encoding="utf-8")
QUERIES = re.findall(r"```sql\n(.*?)```", GUIDE, re.DOTALL)
WITHOUT_ROWS = {"metrics_changes"}
"""Models that are empty as long as nothing was corrected."""


def models_in(query: str) -> set[str]:
    return set(re.findall(r"metrics\.(metrics_\w+)", query))


def query_of(model: str) -> str:
    """The one example that reads a model."""
    (found,) = [query for query in QUERIES if models_in(query) == {model}]
    return found


@pytest.mark.parametrize("query", QUERIES)
def test_every_query_runs(published: Published, query: str) -> None:
    table = published.read(query)
    dialect = "postgres" if published.engine == "postgresql" else "duckdb"
    assert list(table.columns) == sqlglot.parse_one(query, read=dialect).named_selects
    assert len(table) > 0 or models_in(query) <= WITHOUT_ROWS
    assert guarded(query, dialect, list(published_models())), "`metrics sql` takes it too"


def test_the_first_questions_of_analysts_are_in_it() -> None:
    for wanted in (LOWEST_HEALTH, TIER_ONE, HEALTH_CATEGORY):
        assert wanted.strip() in {query.strip() for query in QUERIES}


def test_the_guide_names_every_model_and_no_other() -> None:
    told = set(re.findall(r"\bmetrics_[a-z_]+\b", GUIDE))
    assert told == set(published_models())


def value(published: Published, metric: str, day: date) -> float | None:
    return published.layer.query(metric, days=[day]).value()


def test_mrr_at_month_ends(published: Published) -> None:
    table = published.read(query_of("metrics_unified"))
    days = [day_of(day) for day in table["metric_date"]]
    assert days == [date(2026, 9, 30), date(2026, 10, 31)]
    first, last = (value(published, "total_mrr", day) for day in days)
    assert first is not None
    assert last is not None
    assert same(table["added"][1], last - first)


def test_movements_of_a_month_end_where_mrr_does(published: Published) -> None:
    (row,) = published.read(query_of("metrics_revenue")).to_dict("records")
    opening, closing = (
        value(published, "total_mrr", day) for day in (date(2026, 10, 31), LAST_DAY)
    )
    assert opening is not None
    assert closing is not None
    assert row["net_new"] == pytest.approx(closing - opening)
    gained = row["new"] + row["reactivation"] + row["expansion"]
    assert gained - row["contraction"] - row["churned"] == pytest.approx(row["net_new"])


def test_pipeline_of_reps_adds_up_to_the_company(published: Published) -> None:
    table = published.read(query_of("metrics_sales"))
    assert table["who"].tolist()[-1] == "company"
    *reps, company = table["pipeline_value"].fillna(0).tolist()
    assert sum(reps) == pytest.approx(company)
    assert same(company, value(published, "total_pipeline_value", LAST_DAY))


def test_spend_by_platform_is_the_layers(published: Published) -> None:
    table = published.read(query_of("metrics_marketing_by_platform")).set_index("platform")
    days = [day for day in DAYS if day > LAST_DAY - timedelta(days=90)]
    for column, metric in {"spend": "total_spend", "revenue": "ad_attributed_revenue"}.items():
        frame = published.layer.query(metric, by="platform", days=days).frame
        wanted = frame.groupby("platform")["value"].sum()
        for platform, found in table[column].fillna(0).items():
            assert found == pytest.approx(wanted.get(platform, 0)), (platform, metric)


def test_features_are_ranked_by_adoption(published: Published) -> None:
    table = published.read(query_of("metrics_product_analytics_by_feature"))
    frame = published.layer.query(
        "feature_user_adoption_rate", by="feature_name", days=[LAST_DAY]
    ).frame
    wanted = sorted(frame["value"].dropna(), reverse=True)
    assert table["feature_adoption_rate"].dropna().tolist() == pytest.approx(wanted)


def test_targets_are_those_of_the_day(published: Published) -> None:
    table = published.read(query_of("metrics_company_overview"))
    found = table[["metric_name", "target", "status"]].values.tolist()
    assert found == [["total_mrr", 1, "reached"]]


def blocks(text: str, word: str) -> list[str]:
    return [one for one in re.findall(r"```python\n(.*?)```", text, re.DOTALL) if word in one]


def run(code: str) -> dict[str, Any]:
    """What is known after some lines of Python."""
    known: dict[str, Any] = {}
    exec(compile(code, "example", "exec"), known)
    return known


def test_other_programs_read_as_the_guide_says(published: Published, tmp_path: Path) -> None:
    mrr = value(published, "total_mrr", LAST_DAY)
    (pandas_block,) = blocks(GUIDE, "pd.read_sql")
    url = "postgresql+psycopg://reader@localhost/warehouse"
    assert url in pandas_block
    if published.engine == "duckdb":
        (block,) = blocks(GUIDE, "duckdb.connect")
        # A copy, because a process cannot open one file with two kinds of settings.
        copied = shutil.copy(published.url.removeprefix("duckdb:///"), tmp_path / "copy.duckdb")
        known = run(block.replace("build.duckdb", str(copied)))
        (health,) = known["health"].fetchone()
        assert 0 < health < 100
        assert {name for (name,) in known["tables"].fetchall()} >= set(published_models())
        return
    frame: pd.DataFrame = run(pandas_block.replace(url, published.url))["mrr"]
    assert same(frame["total_mrr"].iloc[-1], mrr)
    (block,) = blocks(GUIDE, "psycopg.connect")
    rows = run(block.replace(url.replace("+psycopg", ""), plain(published.url)))["rows"]
    assert dict(rows)["total_mrr"]


def test_the_readmes_notebook_runs(published: Published, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(metrics, "open_layer", lambda: published.layer)
    (block,) = blocks(README, "open_layer")
    result = run(block)["result"]
    assert set(result.frame["metric"]) == {"total_mrr", "net_revenue_retention"}
    assert "plan" in result.frame
