"""Each page by AppTest: what it shows, what it does not, and one batch per run."""

from __future__ import annotations

import itertools
import re
from datetime import date

import pytest
from streamlit.testing.v1 import AppTest

from metrics.errors import QueryError, StoreError, WarehouseError
from tests.app.conftest import Open
from tests.app.fake_layer import FakeLayer

PAGES = [
    "overview",
    "revenue",
    "operations",
    "engagement",
    "customer_success",
    "customer",
    "explore",
    "catalog",
    "quality",
    "builds",
    "glossary",
]
CARDS = {
    "overview": 20,
    "revenue": 4,
    "operations": 4,
    "engagement": 4,
    "customer_success": 4,
    "customer": 0,
    "explore": 1,
    "catalog": 0,
    "quality": 4,
    "builds": 0,
    "glossary": 0,
}


def said(at: AppTest) -> str:
    """All Markdown of the page."""
    return "\n".join(element.value for element in at.markdown)


def cards(at: AppTest) -> dict[str, object]:
    """Cards by label."""
    return {metric.label: metric for metric in at.metric}


@pytest.mark.parametrize("page", PAGES)
def test_page_shows_its_cards_and_no_error(page: str, open_page: Open, layer: FakeLayer) -> None:
    at = open_page(page)
    assert not at.exception
    assert "We could not read the data" not in said(at)
    assert len(at.title) == 1
    assert len(at.metric) == CARDS[page]
    shown = [str(part) for m in at.metric for part in (m.value, m.delta)]
    assert not [text for text in shown if "nan" in text.lower() or "−" in text]


@pytest.mark.parametrize(
    "page",
    ["overview", "revenue", "operations", "engagement", "customer_success", "explore"],
)
def test_page_asks_once(page: str, open_page: Open, layer: FakeLayer) -> None:
    at = open_page(page)
    assert layer.batches == 1
    at.run()
    assert layer.batches == 1, "the second run is answered from the cache"


def test_headings_go_down_one_step_at_a_time(open_page: Open) -> None:
    for page in PAGES:
        at = open_page(page)
        levels = [1 + ["title", "header", "subheader"].index(e.type) for e in _headings(at)]
        assert levels[0] == 1
        assert all(b <= a + 1 for a, b in itertools.pairwise(levels)), (page, levels)


def test_change_is_coloured_by_direction(open_page: Open) -> None:
    at = open_page("overview")
    by_label = cards(at)
    up, down = by_label["Monthly recurring revenue"], by_label["Customer acquisition cost"]
    assert up.delta.startswith("+")
    assert up.proto.color == up.proto.MetricColor.GREEN
    assert down.delta.startswith("-")
    assert down.proto.color == down.proto.MetricColor.GREEN, "a lower cost is better"


def test_url_seeds_the_controls(open_page: Open) -> None:
    at = open_page("revenue", period="30 days", grain="Day", tier=["SMB"], compare="no comparison")
    text = said(at)
    assert "20 Oct 2026 – 18 Nov 2026" in text
    assert "compared with" not in text
    assert "Tier: SMB" in text
    assert all(not metric.delta for metric in at.metric)


def test_impossible_url_falls_back_to_the_defaults(open_page: Open) -> None:
    at = open_page("revenue", period="99 days", grain="Hour", tier="nobody", metric="x")
    assert not at.exception
    assert "1 Dec 2025 – 18 Nov 2026 compared with 1 Dec 2024 – 18 Nov 2025" in said(at)


def test_half_a_custom_range_is_completed(open_page: Open) -> None:
    at = open_page("revenue", period="Custom", range="2026-05-01")
    assert not at.exception
    assert "1 May 2026 – 18 Nov 2026" in said(at)


@pytest.mark.parametrize(
    ("period", "earlier"),
    [
        ("30 days", "20 Sep 2026 – 19 Oct 2026"),
        ("QTD", "1 Jul 2026 – 18 Aug 2026"),
        ("YTD", "1 Jan 2025 – 18 Nov 2025"),
    ],
)
def test_previous_period_depends_on_the_period(period: str, earlier: str, open_page: Open) -> None:
    assert f"compared with {earlier}" in said(open_page("revenue", period=period))


def test_metric_without_the_filtered_dimension_shows_no_unfiltered_number(open_page: Open) -> None:
    at = open_page("overview", tier="SMB")
    pours = cards(at)["Pours, 30 days"]
    assert pours.value == "—"
    assert "not available by Tier" in said(at)
    assert cards(at)["Monthly recurring revenue"].value.startswith("$")


def test_waiting_metrics_are_named_with_what_they_wait_for(open_page: Open) -> None:
    at = open_page("overview")
    assert ":gray[Net promoter score]" in cards(at)
    assert "survey\\_responses" in said(at)
    assert ":gray[Deferred revenue]" not in cards(at), "of little importance"
    [link] = [one.proto for one in at.get("page_link") if one.proto.label.startswith("All that")]
    assert (link.page, link.query_string) == (
        "catalog",
        "domain=Company&status=Ready&status=Waiting&status=Blocked",
    )
    found = open_page("catalog", domain="Company", status=["Ready", "Waiting", "Blocked"])
    table = found.dataframe[0].value
    assert "Deferred revenue" in set(table["Metric"])
    assert len(table) == 5


def test_domain_table_has_waiting_metrics_last(open_page: Open) -> None:
    table = open_page("revenue").dataframe[-1].value
    assert table["Metric"].iloc[0] == "Monthly recurring revenue"
    assert list(table["Status"].iloc[-2:].map(lambda s: s[0])) == ["Waiting", "Waiting"]
    assert table["Value"].iloc[-1] == "—"
    assert "cost_of_revenue" in table["Note"].iloc[-2]
    assert set(table["Better or worse"]) <= {"better", "worse", "same", ""}


def test_switch_changes_chart_and_split(open_page: Open) -> None:
    at = open_page("operations", operations_metric="Pours, 30 days")
    assert "Pours, 30 days" in [header.value for header in at.header]
    assert any(header.value.startswith("By region") for header in at.header)


def test_catalog_searches_and_counts(open_page: Open) -> None:
    at = open_page("catalog", q="retention")
    assert "**3** of 57 metrics" in said(at)
    assert "No metric matches" in said(open_page("catalog", q="zzzzzz"))
    waiting = open_page("catalog", status="Waiting").dataframe[0].value
    assert (waiting["Waits for"] != "").all()


def test_search_is_text_not_a_pattern(open_page: Open) -> None:
    for hostile in ("(", "C++", "(a+)+$", "[", "\\"):
        assert not open_page("catalog", q=hostile).exception


def test_no_rows_for_the_filter_is_said(open_page: Open, layer: FakeLayer) -> None:
    layer.empty = True
    at = open_page("revenue", region="EMEA")
    assert {metric.value for metric in at.metric} == {"—"}
    assert "No value in this period for Region: EMEA" in said(at)


def test_what_is_later_than_is_known_says_how_far_that_is(
    open_page: Open, layer: FakeLayer
) -> None:
    layer.empty = True
    info = layer.catalog.metrics["total_arr"]
    info.as_of, info.settles = date(2026, 8, 20), 90
    at = open_page("explore", period="90 days", metric="Annual recurring revenue")
    assert "Known to 20 Aug 2026 \\(90 days have to pass\\)" in said(at)
    at = open_page("revenue", period="90 days")
    notes = at.dataframe[-1].value.set_index("Metric")["Note"]
    assert notes["Annual recurring revenue"] == "known to 20 Aug 2026 (90 days have to pass)"
    assert notes["Quick ratio"] == "no value in this period"


def test_a_number_of_fewer_days_than_the_page_says_so(open_page: Open, layer: FakeLayer) -> None:
    layer.catalog.metrics["total_arr"].as_of = date(2026, 11, 12)
    at = open_page("revenue")
    assert "known to 12 Nov 2026" in said(at)
    notes = at.dataframe[-1].value.set_index("Metric")["Note"]
    assert notes["Annual recurring revenue"] == "known to 12 Nov 2026"
    assert notes["Quick ratio"] == ""
    assert "compared with" in said(at)
    assert "compared with" not in said(open_page("quality")), "it is about no dates"


def test_failure_shows_a_reference_and_no_detail(
    open_page: Open, layer: FakeLayer, caplog: pytest.LogCaptureFixture
) -> None:
    layer.fault = WarehouseError("cannot reach host db.internal as user 'reader'")
    at = open_page("revenue")
    text = said(at)
    assert "We could not read the data" in text
    assert "db.internal" not in text
    reference = re.search(r"reference \*\*(\w{8})\*\*", text)
    assert reference
    assert reference[1] in caplog.text
    layer.fault = None
    assert not open_page("catalog").exception, "other pages stay usable"


def test_unexpected_failure_is_caught_too(open_page: Open, layer: FakeLayer) -> None:
    layer.fault = ZeroDivisionError("secret literal")
    at = open_page("overview")
    assert not at.exception
    assert "secret literal" not in said(at)


def test_question_without_answer_says_why(open_page: Open, layer: FakeLayer) -> None:
    layer.fault = QueryError("The range has 2000 periods.", "Ask for a coarser grain.")
    assert "Ask for a coarser grain" in said(open_page("revenue")).replace("\u2060", "").replace(
        "\\", ""
    )


@pytest.mark.parametrize(
    ("published", "title"), [(None, "No numbers yet"), ("b1", "We could not read the data")]
)
def test_a_store_without_a_build_differs_from_one_that_fails(
    published: str | None,
    title: str,
    open_page: Open,
    layer: FakeLayer,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def nothing() -> None:
        raise StoreError("There is no build at /secret/place.")

    monkeypatch.setattr(layer, "hold", nothing)
    monkeypatch.setattr(layer.store, "current_id", lambda: published)
    text = said(open_page("overview"))
    assert title in text
    assert ("metrics build" in text) == (published is None)
    assert "/secret" not in text


def test_late_data_is_red(open_page: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    fresh = said(open_page("overview"))
    monkeypatch.setenv("METRICS_AS_OF", "2026-11-21")
    late = said(open_page("overview"))
    assert ":green-badge[" in fresh
    assert ":red-badge[" in late


def test_hostile_member_stays_text(open_page: Open, layer: FakeLayer) -> None:
    hostile = "![x](https://evil.example/a.png) <b>bold</b> [y](https://evil.example)"
    layer.member_lists = {**layer.member_lists, "region": [hostile, "EMEA"]}
    at = open_page("revenue", region=hostile)
    assert not at.exception
    line = next(text for text in said(at).splitlines() if "Region:" in text)
    assert "](" not in line.replace("\\]\\(", "")
    assert "https:" not in line


def _headings(at: AppTest) -> list:
    kinds = {"title", "header", "subheader"}
    return [e for e in at.main if e.type in kinds]
