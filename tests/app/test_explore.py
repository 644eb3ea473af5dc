"""Explore: every cut, view and section; what costs a query is asked only when it is opened."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from app.components.explore.choices import BARS, HEAT, LINES, MULTIPLES
from metrics.errors import UnsafeAggregationError, WarehouseError
from tests.app import test_pages
from tests.app.conftest import Open
from tests.app.fake_layer import FakeLayer


def said(at: AppTest) -> str:
    """All text of the page as it looks."""
    return test_pages.said(at).replace("\u2060", "").replace("\\", "")


def headers(at: AppTest) -> list[str]:
    return [element.value for element in (*at.header, *at.subheader)]


def control(at: AppTest, label: str) -> list[str]:
    """Options of a control; empty when it is not there."""
    found = [
        one for one in (*at.button_group, *at.selectbox, *at.multiselect) if one.label == label
    ]
    return list(found[0].options) if found else []


def charts(at: AppTest) -> list[str]:
    """What each picture says to those who cannot see it."""
    return [one.proto.alt for one in at.get("vega_lite_chart")]


def test_it_splits_and_keeps_the_statement_closed(open_page: Open) -> None:
    at = open_page("explore", metric="Active customers", by="Tier")
    assert "Active customers by tier" in headers(at)
    table = at.dataframe[0].value
    assert set(table["Tier"]) == {"Enterprise", "Mid-market", "SMB", "Self-serve"}
    assert not [code for code in at.code if "SELECT" in code.value]


@pytest.mark.parametrize("view", [LINES, BARS, HEAT, MULTIPLES])
def test_every_view_draws_the_same_members(view: str, open_page: Open) -> None:
    at = open_page("explore", by="Region", chart=view)
    assert not at.exception
    drawn = " ".join(charts(at))
    assert all(member in drawn for member in ("Americas", "APAC", "EMEA"))


def test_what_does_not_add_up_is_not_stacked_or_shared(open_page: Open) -> None:
    rate = open_page("explore", metric="Customer churn rate", by="Tier", chart=BARS, share="True")
    assert control(rate, "Chart") == [LINES, HEAT, MULTIPLES]
    assert not [toggle for toggle in rate.toggle if toggle.label == "Percent of total"]
    assert "Customer churn rate by tier" in headers(rate)
    total = open_page("explore", by="Tier", share="True")
    assert "Monthly recurring revenue by tier, percent of total" in headers(total)


def test_metrics_share_an_axis_in_one_unit_only(open_page: Open) -> None:
    money = ["New MRR", "Churned MRR"]
    at = open_page("explore", **{"with": [*money, "Active users"]})
    assert "Active users" not in control(at, "Compare with")
    title = "Monthly recurring revenue, New MRR and Churned MRR"
    assert title in headers(at)
    table = at.dataframe[0].value
    assert ["Period", "Monthly recurring revenue", *money, "Complete"] == list(table)
    cut = open_page("explore", by="Region", **{"with": money})
    assert {f"{name} by region" for name in money} <= set(headers(cut))


def test_the_largest_are_shown_and_the_others_together(open_page: Open, layer: FakeLayer) -> None:
    layer.member_lists = {**layer.member_lists, "region": [f"R{n:02}" for n in range(40)]}
    bars = open_page("explore", by="Region", chart=BARS)
    assert "All others" in charts(bars)[0]
    assert set(bars.dataframe[0].value["Region"]) == {*(f"R{n:02}" for n in range(5)), "All others"}
    lines = open_page("explore", by="Region", top="Top 24")
    assert "The 7 largest of 40 are shown" in said(lines)
    alone = open_page("explore", metric="Active users", by="Region")
    assert "All others" not in set(alone.dataframe[0].value["Region"]), "they have no number"


def test_a_pivot_has_members_down_and_periods_across(open_page: Open) -> None:
    table = open_page("explore", by="Region", table="Pivot").dataframe[0].value
    assert list(table["Region"]) == ["Americas", "APAC", "EMEA", "Total"]
    assert list(table)[1] == "Dec 2025"
    assert list(table)[-1] == "Nov 2026"
    several = open_page("explore", table="Pivot", **{"with": "New MRR"}).dataframe[0].value
    assert list(several["Metric"]) == ["Monthly recurring revenue", "New MRR"]


def test_a_waiting_metric_says_what_is_missing(open_page: Open) -> None:
    at = open_page("explore", metric="Net promoter score")
    assert not at.exception
    assert "- `raw.survey_responses` with `score` number" in said(at)
    assert not at.dataframe


def test_complete_only_drops_the_running_period(open_page: Open) -> None:
    everything = open_page("explore").dataframe[0].value
    complete = open_page("explore", complete="True").dataframe[0].value
    assert len(complete) == len(everything) - 1
    assert complete["Complete"].all()


def test_closed_sections_ask_nothing(open_page: Open, layer: FakeLayer) -> None:
    open_page("explore", by="Tier")
    assert (layer.batches, layer.explained, layer.read) == (1, 0, 0)


def test_why_names_what_each_member_contributed(open_page: Open, layer: FakeLayer) -> None:
    at = open_page("explore", by="Tier", why="True")
    assert layer.explained == 1
    table = at.dataframe[-1].value
    assert list(table["Tier"])[-1] == "Total"
    assert list(table) == ["Tier", "Before", "Now", "Contributed", "Of the change"]
    assert table["Of the change"].iloc[-1] == "100.0%"
    assert "Arithmetic, not cause" in said(at)
    rate = open_page("explore", metric="Customer churn rate", why="True", why_by="Region")
    assert {"From its rate", "From the mix"} <= set(rate.dataframe[-1].value)
    assert all(text.endswith(" pp") for text in rate.dataframe[-1].value["Contributed"])


def test_why_of_one_period_is_against_the_one_before(open_page: Open) -> None:
    at = open_page("explore", why="True", at="Oct 2026")
    assert "1 Oct 2026 – 31 Oct 2026 against 1 Sep 2026 – 30 Sep 2026" in said(at)
    year = open_page("explore", why="True", at="Oct 2026", compare="vs same period last year")
    assert "1 Oct 2026 – 31 Oct 2026 against 1 Oct 2025 – 31 Oct 2025" in said(year)


def test_why_says_when_there_is_no_answer(open_page: Open, layer: FakeLayer) -> None:
    counted = said(open_page("explore", metric="Active users", why="True"))
    assert "Its change has no exact parts" in counted
    alone = said(open_page("explore", metric="Quick ratio", why="True"))
    assert "no members to tell apart" in alone
    assert "Choose what to compare with" in said(
        open_page("explore", why="True", compare="no comparison")
    )

    def refuse(*_: object) -> None:
        raise UnsafeAggregationError("What tier contributed cannot be told: it is a median.")

    layer.explain_query = refuse  # type: ignore[method-assign]
    at = open_page("explore", by="Tier", why="True")
    assert "it is a median" in said(at)
    assert at.dataframe, "the rest of the page stays"


def test_rows_are_shown_with_what_they_make(open_page: Open, layer: FakeLayer) -> None:
    at = open_page("explore", rows="True", region="EMEA")
    assert layer.read == 1
    assert "**60** rows, 1 Dec 2025 – 18 Nov 2026, Region: EMEA" in said(at)
    assert ":green-badge[120] added up, as in the build" in said(at)
    assert len(at.dataframe[-1].value) == 50
    second = open_page("explore", rows="True", rows_page="2")
    assert list(second.dataframe[-1].value["ticket_id"]) == list(range(50, 60))
    beyond = open_page("explore", rows="True", rows_page="99")
    assert len(beyond.dataframe[-1].value) == 10
    assert "evil" not in test_pages.said(at), "data stands in tables alone"


def test_rows_that_disagree_say_so(open_page: Open, layer: FakeLayer) -> None:
    layer.agrees = False
    text = said(open_page("explore", rows="True"))
    assert ":orange-badge[120]" in text
    assert "says 121. The warehouse has changed since." in text


def test_a_ratio_shows_the_rows_of_either_side(open_page: Open) -> None:
    at = open_page("explore", metric="Customer churn rate", rows="True", of="lower part")
    assert control(at, "Rows of") == ["upper part", "lower part"]


def test_without_a_warehouse_the_numbers_stay(open_page: Open, layer: FakeLayer) -> None:
    layer.gone = WarehouseError("cannot reach host db.internal")
    at = open_page("explore", rows="True")
    assert "The warehouse cannot be read now" in said(at)
    assert "db.internal" not in said(at)
    assert at.dataframe, "the numbers are the build's"


def test_a_score_has_no_rows(open_page: Open, layer: FakeLayer) -> None:
    at = open_page("explore", metric="Customer health", rows="True")
    assert "There are no rows to show: a score is blended" in said(at)
    assert layer.read == 0


def test_a_damaged_link_falls_back(open_page: Open) -> None:
    at = open_page(
        "explore", by="x", chart="y", top="0", at="z", rows_page="-1", of="q", why_by="w"
    )
    assert not at.exception
    assert len(charts(at)) == 1


def test_related_metrics_are_cut_alike(open_page: Open) -> None:
    at = open_page("explore", metric="Customer churn rate", by="Tier", chart=HEAT)
    links = [one.proto.query_string for one in at.get("page_link") if one.proto.page == "explore"]
    assert "by=Tier&chart=Heat+map&metric=Active+customers" in links


def test_a_filter_to_one_member_is_no_reason(open_page: Open) -> None:
    at = open_page("explore", by="Tier", tier="SMB", why="True")
    assert "Tier is filtered to one member, which is all of the change" in said(at)
    assert control(at, "By") == ["Customer", "Industry", "Region"]
