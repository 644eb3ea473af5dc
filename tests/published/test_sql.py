"""SQL of other people: what analysts write runs, and nothing reaches past the published models."""

from __future__ import annotations

import re
import time
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import settings as how
from hypothesis import strategies as st

from metrics.errors import MetricsError, NothingBuiltError, QueryError, RefusedSqlError
from metrics.models.spec import published_models
from metrics.published import ask_models, place_of
from metrics.published.guard import guarded
from metrics.settings import Settings, load_settings
from metrics.store.open import open_store
from tests.published.hostile import FINE, STATEMENTS, WITH_COMMENT
from tests.store.work import info_of

ENGINES = ["duckdb", pytest.param("postgresql", marks=pytest.mark.postgres)]
TABLES = ("metrics_revenue", "metrics_unified_domains")
SECRET = "4242424242"

ROWS = """
    SELECT DATE '2026-10-01' + CAST(day AS INTEGER) AS metric_date, 'c' || day AS customer_id,
        CAST(day * 10 AS NUMERIC(18, 4)) AS current_mrr, 'tier_1' AS importance_tier
    FROM generate_series(0, 29) AS g(day)
"""


def publish(settings: Settings) -> str:
    """A build with two small models, and a table beside them that nobody may read."""
    with closing(open_store(settings)) as store, store.write() as writing:
        run = writing.connection.exec_driver_sql
        own = f'"{writing.schema}".' if writing.schema else ""
        run(f"CREATE TABLE {own}part AS SELECT '{SECRET}' AS secret")
        for name in TABLES:
            run(f'CREATE TABLE "{writing.models_schema}".{name} AS {ROWS}')
        info = info_of(writing.id, {})
        writing.publish(info.model_copy(update={"models": dict.fromkeys(TABLES, 30)}))
    return writing.id


@pytest.fixture(scope="module", params=ENGINES)
def models(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Settings of a warehouse with published models."""
    home = tmp_path_factory.mktemp("home")
    url = f"duckdb:///{home / 'warehouse.duckdb'}"
    engine = sa.create_engine(url)
    if request.param == "postgresql":
        url = request.getfixturevalue("pg_module_url")
        engine = sa.create_engine(url)
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE SCHEMA raw")
        connection.exec_driver_sql(f"CREATE TABLE raw.deals AS SELECT '{SECRET}' AS secret")
    engine.dispose()
    settings = load_settings(env={}, file=home / "none.toml", home=home, warehouse_url=url)
    publish(settings)
    return settings


GOOD = [
    "SELECT count(*) FROM metrics_revenue",
    "select count(*) from metrics.metrics_revenue;",
    'SELECT COUNT(*) FROM "metrics"."metrics_revenue" AS r',
    "SELECT COUNT(*) FROM Metrics_Revenue -- all of them",
    "SELECT COUNT(*) FROM (SELECT * FROM metrics_revenue) AS x",
    "WITH r AS (SELECT * FROM metrics_revenue) SELECT COUNT(*) FROM r",
    "WITH metrics_revenue AS (SELECT * FROM metrics_revenue) SELECT COUNT(*) FROM metrics_revenue",
    "SELECT COUNT(*) FROM metrics_revenue r JOIN metrics_unified_domains d USING (customer_id)",
    "SELECT SUM(1) FROM metrics_revenue WHERE customer_id LIKE 'c%' AND NOT current_mrr < 0",
    "SELECT COUNT(DISTINCT customer_id) FROM metrics_revenue WHERE importance_tier IN ('tier_1')",
    "SELECT 30 AS n UNION ALL SELECT 30 EXCEPT SELECT 31",
    "SELECT COUNT(*) FROM metrics_revenue WHERE metric_date >= DATE '2026-10-01'",
    "SELECT MAX(n) FROM (SELECT RANK() OVER (ORDER BY metric_date) AS n FROM metrics_revenue) x",
]


@pytest.mark.parametrize("text", GOOD)
def test_what_analysts_write_runs(models: Settings, text: str) -> None:
    assert int(ask_models(models, text).frame.iloc[0, 0]) == 30


def test_longer_questions_run_as_they_stand(models: Settings) -> None:
    text = """
        WITH latest AS (SELECT MAX(metric_date) AS day FROM metrics_revenue)
        SELECT customer_id, current_mrr, ROUND(current_mrr / NULLIF(3, 0), 2) AS third,
            CASE WHEN current_mrr > 280 THEN 'big' ELSE 'small' END AS size,
            COALESCE(CAST(NULL AS text), 'none') AS nothing,
            AVG(current_mrr) OVER (ORDER BY metric_date ROWS BETWEEN 6 PRECEDING AND CURRENT ROW),
            EXTRACT(month FROM metric_date) AS month, DATE_TRUNC('month', metric_date) AS began,
            MAX(current_mrr) FILTER (WHERE importance_tier = 'tier_1') OVER () AS top
        FROM metrics_revenue CROSS JOIN latest
        WHERE metric_date BETWEEN latest.day - INTERVAL '6 days' AND latest.day
        ORDER BY current_mrr DESC NULLS LAST LIMIT 3
    """
    frame = ask_models(models, text).frame
    assert frame["customer_id"].tolist() == ["c29", "c28", "c27"]
    assert [float(third) for third in frame["third"]] == [96.67, 93.33, 90.0]
    assert frame["size"].tolist() == ["big", "small", "small"]
    assert float(frame["top"][0]) == 290


@pytest.mark.parametrize("dialect", ["duckdb", "postgres"])
def test_the_queries_of_the_guide_may_be_run(dialect: str) -> None:
    guide = (Path(__file__).parents[2] / "docs" / "METRICS_LAYER_GUIDE.md").read_text()
    queries = re.findall(r"```sql\n(.*?)```", guide, re.DOTALL)
    assert queries
    for query in queries:
        assert guarded(query, dialect, published_models())


def test_a_percent_sign_is_a_percent_sign(models: Settings) -> None:
    frame = ask_models(models, "SELECT '100%%' AS a, 7 % 4 AS b, ':x' AS c").frame
    assert frame.iloc[0].tolist() == ["100%%", 3, ":x"]


def test_nothing_else_does(models: Settings) -> None:
    """What the guard lets through of these, the engine does not run."""
    dialect = "duckdb" if models.warehouse.startswith("duckdb") else "postgres"
    for text in STATEMENTS:
        try:
            guarded(text, dialect, TABLES)
        except RefusedSqlError:
            continue
        if text == WITH_COMMENT:
            assert len(ask_models(models, text).frame) == 30
            continue
        with pytest.raises(QueryError) as caught:
            ask_models(models, text)
        assert SECRET not in str(caught.value)
    for text in STATEMENTS[::12]:
        with pytest.raises((RefusedSqlError, QueryError)):
            ask_models(models, text)
    assert len(ask_models(models, "SELECT * FROM metrics_revenue").frame) == 30


def test_the_guard_alone_refuses_what_changes_or_reaches_outside() -> None:
    """Before any engine is asked, in both dialects."""
    passed = {}
    for text in STATEMENTS:
        for dialect in ("duckdb", "postgres"):
            try:
                passed[text, dialect] = guarded(text, dialect, TABLES)
            except RefusedSqlError:
                continue
    assert {text for text, _ in passed} <= FINE, passed


def test_the_connection_itself_cannot_write_or_reach_files(models: Settings) -> None:
    """The first wall, with the guard taken away."""
    statements = {
        "duckdb": [
            "CREATE TABLE metrics.mine AS SELECT 1",
            "DELETE FROM metrics.metrics_revenue",
            "COPY (SELECT 1) TO '/tmp/metrics-out.csv'",
            "SELECT * FROM read_text('/etc/passwd')",
            "SELECT * FROM glob('/*')",
            "ATTACH ':memory:' AS other",
            "SET memory_limit = '100GB'",
            "SET enable_external_access = true",
            "INSTALL httpfs",
            "SELECT * FROM connection",
            "SELECT * FROM tables",
        ],
        "postgresql": [
            "CREATE TABLE metrics.mine AS SELECT 1",
            "DELETE FROM raw.deals",
            "DROP VIEW metrics.metrics_revenue",
            "CREATE TEMPORARY TABLE mine AS SELECT 1",
            "SELECT lo_creat(1)",
            "SELECT nextval('x')",
        ],
    }
    with closing(open_store(models)) as store, store.lease() as lease:
        for statement in statements[lease.engine.name]:
            with pytest.raises(MetricsError), lease.connect() as connection:
                connection.exec_driver_sql(statement)
    assert not Path("/tmp/metrics-out.csv").exists()


def test_rows_and_time_are_limited(models: Settings) -> None:
    cut = ask_models(models, "SELECT * FROM metrics_revenue ORDER BY metric_date", limit=7)
    assert (len(cut.frame), cut.is_cut) == (7, True)
    whole = ask_models(models, "SELECT * FROM metrics_revenue", limit=30)
    assert (len(whole.frame), whole.is_cut) == (30, False)
    names = ", ".join(f"metrics_revenue AS t{at}" for at in range(12))
    began = time.monotonic()
    with pytest.raises(QueryError, match=r"longer than 0\.5 s"):
        ask_models(
            models, f"SELECT SUM(t0.current_mrr * t11.current_mrr) FROM {names}", seconds=0.5
        )
    assert time.monotonic() - began < 10


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("SELECT nothing FROM metrics_revenue", "nothing"),
        ("SELECT * FROM metrics_revenu", "Did you mean 'metrics_revenue'"),
        ("SELECT FROM WHERE", "cannot be read|cannot be run"),
        ("SELECT 1 AS a, 2 AS a", "Two columns are called 'a'"),
        ("", "not one statement but none"),
        ("-- nothing", "not one statement but none"),
        ("SELECT " + "(" * 5_000 + "1" + ")" * 5_000, "nested too deep|too long|cannot be read"),
        ("SELECT 1" + " + 1" * 4_900, "too long|nested too deep|cannot be read"),
        ("SELECT '" + "x" * 20_000 + "'", "longer than 20,000"),
        ("SELECT '\x00'", "no text has"),
    ],
)
def test_what_cannot_run_says_why(models: Settings, text: str, says: str) -> None:
    with pytest.raises((RefusedSqlError, QueryError), match=says):
        ask_models(models, text)


def test_the_place_is_where_another_program_reads(models: Settings) -> None:
    place = place_of(models)
    if place == "metrics":
        return
    assert Path(place).exists()
    engine = sa.create_engine(f"duckdb:///{place}", connect_args={"read_only": True})
    with engine.connect() as other:
        assert other.exec_driver_sql("SELECT COUNT(*) FROM metrics.metrics_revenue").scalar() == 30
    engine.dispose()


def test_without_models_the_way_out_is_named(tmp_path: Path) -> None:
    settings = load_settings(
        env={}, file=tmp_path / "none", home=tmp_path, warehouse_url="duckdb:///:memory:"
    )
    with pytest.raises(NothingBuiltError, match="metrics build"):
        ask_models(settings, "SELECT 1")


WORDS = """
    SELECT FROM metrics_revenue raw.deals pg_user part ( ) , ; * WITH x AS UNION JOIN ON 1 'a' -- .
    pg_read_file read_text COPY TO LATERAL INSERT INTO DELETE RETURNING WHERE EXISTS IN /* */
"""


@how(max_examples=300, deadline=None)
@given(
    st.lists(st.sampled_from(WORDS.split()), min_size=1, max_size=14),
    st.sampled_from(["duckdb", "postgres"]),
)
def test_whatever_passes_names_only_models(words: list[str], dialect: str) -> None:
    import sqlglot
    from sqlglot import exp

    try:
        written = guarded("SELECT " + " ".join(words), dialect, TABLES)
    except RefusedSqlError:
        return
    tree: Any = sqlglot.parse_one(written, read=dialect)
    names = {cte.alias for cte in tree.find_all(exp.CTE)}
    for table in tree.find_all(exp.Table):
        assert (table.db, table.name) in [("metrics", one) for one in TABLES] or table.name in names
    assert not list(tree.find_all(exp.DML, exp.DDL, exp.Command, exp.Anonymous, exp.Into))


def test_values_of_every_kind_come_out(models: Settings) -> None:
    text = """
        SELECT metric_date AS day, current_mrr AS money, customer_id AS word, true AS yes,
            CAST(NULL AS date) AS nothing
        FROM metrics_revenue ORDER BY 1 LIMIT 1
    """
    [row] = ask_models(models, text).frame.to_dict("records")
    assert row["day"] == date(2026, 10, 1)
    assert float(row["money"]) == 0
    assert (row["word"], row["yes"], row["nothing"]) == ("c0", True, None)
