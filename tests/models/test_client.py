"""JupySQL, a SQL client for notebooks, reads the published models over SQLAlchemy.

It shares no code with the layer: it connects by URL, asks the database what there is and of which
types, runs queries and profiles a table, as people in a notebook do.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any

import pandas as pd
import pytest
import sqlalchemy as sa
from IPython.core.interactiveshell import InteractiveShell

from metrics.models.columns import BUILD, columns_of
from metrics.models.spec import published_models
from tests.models.conftest import LAST_DAY, Published
from tests.models.test_analysts import HEALTH_CATEGORY, LOWEST_HEALTH, STICKINESS, TIER_ONE
from tests.models.test_cells import day_of, same

TYPES = {
    "duckdb": {"text": "VARCHAR", "number": "DOUBLE", "date": "DATE", "boolean": "BOOLEAN"},
    "postgresql": {
        "text": "TEXT",
        "number": "DOUBLE PRECISION",
        "date": "DATE",
        "boolean": "BOOLEAN",
    },
}


@pytest.fixture(scope="module")
def shell(tmp_path_factory: pytest.TempPathFactory) -> Iterator[InteractiveShell]:
    """A notebook's shell with the client, which keeps nothing and tells nobody."""
    with pytest.MonkeyPatch.context() as patch:
        folder = tmp_path_factory.mktemp("client")
        patch.setenv("HOME", str(folder))
        patch.setenv("IPYTHONDIR", str(folder / "ipython"))
        patch.setenv("PLOOMBER_STATS_ENABLED", "false")
        shell = InteractiveShell(history_manager=None)
        shell.run_line_magic("load_ext", "sql")
        for setting in ("displaycon = False", "feedback = 0", "displaylimit = 0"):
            shell.run_line_magic("config", f"SqlMagic.{setting}")
        yield shell


@pytest.fixture
def client(shell: InteractiveShell, published: Published) -> InteractiveShell:
    """The shell, connected by URL; to a DuckDB file this process has open, by its engine."""
    shell.push({"opened": published.connection.engine})
    shell.run_line_magic("sql", published.url if published.engine == "postgresql" else "opened")
    return shell


def ask(client: InteractiveShell, query: str) -> pd.DataFrame:
    """What a cell of a notebook gives."""
    answer: Any = client.run_cell_magic("sql", "", query)
    return answer.DataFrame()


def inspector(client: InteractiveShell) -> sa.Inspector:
    """What the client's own connection tells of the database, as any client's browser asks it."""
    from sql.connection import ConnectionManager

    return sa.inspect(ConnectionManager.current.connection_sqlalchemy)


def shown(client: InteractiveShell, command: str) -> pd.DataFrame:
    """A table the client prints."""
    lines = repr(client.run_line_magic("sqlcmd", command)).splitlines()
    cells = [[cell.strip() for cell in line[1:-1].split("|")] for line in lines]
    rows = [row for row in cells if len(row) > 1]
    return pd.DataFrame(rows[1:], columns=rows[0])


def test_it_tells_nobody(client: InteractiveShell) -> None:
    assert not {"posthog", "ploomber_core.telemetry"} & sys.modules.keys()


def test_it_finds_the_models(client: InteractiveShell, published: Published) -> None:
    found = inspector(client)
    schemas = {name.rpartition(".")[2] for name in found.get_schema_names()}
    assert "metrics" in schemas  # DuckDB's stand behind the name of their file
    names = {*found.get_view_names("metrics"), *found.get_table_names("metrics")}
    with published.layer.hold() as pinned:
        assert {*published_models()} <= set(pinned.build.models) <= names


@pytest.mark.parametrize("model", ["metrics_revenue", "metrics_api", "metrics_unified_domains"])
def test_it_reads_names_types_and_comments(
    client: InteractiveShell, published: Published, model: str
) -> None:
    columns = (*columns_of(published_models()[model], published.layer.catalog), BUILD)
    types = TYPES[published.engine]
    table = shown(client, f"columns --schema metrics --table {model}")
    assert table["name"].tolist() == [column.name for column in columns]
    assert table["type"].tolist() == [types[column.kind] for column in columns]
    if published.engine == "postgresql":  # the dialect of the other does not hand comments on
        assert table["comment"].tolist() == [column.description for column in columns]


@pytest.mark.parametrize("query", [LOWEST_HEALTH, TIER_ONE, STICKINESS, HEALTH_CATEGORY])
def test_queries_give_what_another_road_gives(
    client: InteractiveShell, published: Published, query: str
) -> None:
    found, wanted = ask(client, query), published.read(query)
    assert len(wanted) > 0
    for table in (found, wanted):  # one road may make a date of DuckDB a timestamp
        if "metric_date" in table:
            table["metric_date"] = table["metric_date"].map(day_of)
    pd.testing.assert_frame_equal(found, wanted, check_dtype=False)


def test_values_arrive_in_their_types(client: InteractiveShell, published: Published) -> None:
    table = ask(
        client,
        "SELECT metric_date, metric_name, metric_value, is_complete FROM metrics.metrics_api "
        "WHERE domain = 'revenue' AND metric_name = 'total_mrr' ORDER BY metric_date DESC",
    )
    newest = table.iloc[0]
    assert day_of(newest["metric_date"]) == LAST_DAY
    assert table["metric_value"].dtype == "float64"
    assert table["is_complete"].dtype == "bool"
    assert same(newest["metric_value"], published.layer.query("total_mrr", days=[LAST_DAY]).value())


def test_it_profiles_a_model(client: InteractiveShell, published: Published) -> None:
    profile = shown(client, "profile --schema metrics --table metrics_product_analytics_by_feature")
    with published.layer.hold() as pinned:
        rows = pinned.build.models["metrics_product_analytics_by_feature"]
    counted = profile.set_index(profile.columns[0]).loc["count"]
    assert int(counted["metric_date"]) == rows
