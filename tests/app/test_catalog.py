"""The catalog page: narrowing, the card of one definition, wanted data, what rests on a table."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from metrics.query.proofs import Proof
from metrics.sources.contract import Lack
from tests.app.conftest import Open
from tests.app.fake_layer import FakeLayer


def said(at: AppTest) -> str:
    """All Markdown of the page."""
    return "\n".join(element.value for element in at.markdown)


def facts(at: AppTest) -> dict[str, str]:
    """The two columns of the definition's table."""
    table = at.table[0].value
    return {str(name): str(row.iloc[0]) for name, row in table.iterrows()}


def headings(at: AppTest) -> list[str]:
    return [element.value for element in (*at.header, *at.subheader)]


@pytest.mark.parametrize(
    ("narrowed", "shown"),
    [
        ({"owner": "Support"}, {"Quick ratio"}),
        ({"tag": "growth"}, {"Quick ratio", "Devices"}),
        ({"unit": "ratio"}, {"Quick ratio", "LTV to CAC"}),
        ({"status": "Blocked"}, {"Devices"}),
        ({"tag": "growth", "unit": "ratio"}, {"Quick ratio"}),
        ({"q": "failure_events"}, {"Mean time between failures"}),
    ],
)
def test_the_list_is_narrowed(
    open_page: Open, layer: FakeLayer, narrowed: dict[str, str], shown: set[str]
) -> None:
    quick, devices = (layer.catalog.metrics[name] for name in ("quick_ratio", "total_devices"))
    quick.owner, quick.tags, devices.tags = "Support", ("growth",), ("growth",)
    devices.status = "blocked"
    layer.catalog.metrics["mtbf_hours"].sources = ("raw.failure_events",)
    at = open_page("catalog", **narrowed)
    assert not at.exception
    assert set(at.dataframe[0].value["Metric"]) == shown


def test_a_definition_tells_since_when_how_proven_and_where_from(
    open_page: Open, layer: FakeLayer
) -> None:
    info = layer.catalog.metrics["quick_ratio"]
    info.proof = Proof(info.hash, 1240, 1100, ("duckdb", "postgresql"))
    info.differs = "ChartMogul leaves reactivation out."
    at = open_page("catalog", q="quick ratio")
    assert not at.exception
    table = facts(at)
    assert table["Data since"] == "1 Jul 2024"
    assert table["Proof"] == (
        f":green-badge[Proven] on 1,240 cases on duckdb and postgresql for definition `{info.hash}`"
    )
    text = said(at).replace("\u2060", "").replace("\\", "")
    assert "**Differs from.** ChartMogul leaves reactivation out." in text
    assert "- **Quick ratio** `quick_ratio`\n    - measure `mrr` stock of periods" in text
    assert "`raw.app_database_subscriptions` :blue-badge[2 metrics] price, id" in text
    assert "Read by `facts/periods.sql`. Columns were followed through the SQL." in text
    assert {"Where it comes from", "Related metrics"} <= set(headings(at))


def test_a_definition_that_is_not_proven_says_so(open_page: Open) -> None:
    assert facts(open_page("catalog", q="quick ratio"))["Proof"] == (
        "this version has not been proven"
    )


def test_a_lost_break_down_is_named_with_what_it_lacks(open_page: Open, layer: FakeLayer) -> None:
    layer.catalog.metrics["quick_ratio"].lost_dimensions = {"region": ("raw.places (state)",)}
    table = facts(open_page("catalog", q="quick ratio"))
    assert table["Not here by"] == "Region (lacks `raw.places (state)`)"


@pytest.mark.parametrize(
    ("status", "lack", "texts"),
    [
        (
            "waiting",
            Lack("column", "raw.users", (("role", "text"),)),
            ("the warehouse lacks", "- `raw.users.role`"),
        ),
        (
            "blocked",
            Lack("rows", "pours", note="(0 in the last 90 days)"),
            ("empty or silent", "- `rows in pours (0 in the last 90 days)`"),
        ),
        (
            "ready",
            Lack("build", note="a new build (its query is new)"),
            ("The next build", "- `a new build (its query is new)`"),
        ),
    ],
)
def test_each_state_says_what_is_lacking(
    open_page: Open, layer: FakeLayer, status: str, lack: Lack, texts: tuple[str, ...]
) -> None:
    info = layer.catalog.metrics["quick_ratio"]
    info.status, info.lacks = status, (lack,)
    text = said(open_page("catalog", q="quick ratio"))
    assert all(part in text for part in texts)


def test_wanted_data_is_listed_by_what_it_unlocks(open_page: Open, layer: FakeLayer) -> None:
    at = open_page("catalog", view="Data wanted")
    assert not at.exception
    wanted = at.dataframe[0].value
    assert wanted["Wanted"].iloc[0] == "raw.finance_ledger"
    assert list(wanted["Unlocks"]) == sorted(wanted["Unlocks"], reverse=True)
    assert wanted["Metrics"].iloc[0] == "Cash runway, Rule of 40"
    assert wanted["Columns"].iloc[0] == "balance number, operating_cost number"
    for info in layer.catalog.metrics.values():
        info.lacks, info.status = (), "live"
    assert "Nothing is wanted" in said(open_page("catalog", view="Data wanted"))


def test_what_rests_on_a_table_is_told_once_one_is_chosen(open_page: Open) -> None:
    assert "**1** tables; choose one" in said(open_page("catalog", view="Tables"))
    at = open_page("catalog", view="Tables", table="raw.app_database_subscriptions")
    assert "**57** metrics would wait and **0** would go on with less" in said(at)
    assert set(at.dataframe[0].value["Without the table"]) == {"waits"}


def test_a_page_holds_one_large_table(open_page: Open) -> None:
    """Two would give their cells the same ids, which screen readers cannot tell apart."""
    for view in ("Metrics", "Data wanted", "Tables"):
        at = open_page("catalog", view=view, table="raw.app_database_subscriptions")
        assert len(at.dataframe) == 1
