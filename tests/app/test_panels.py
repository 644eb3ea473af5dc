"""Kinds of panels by AppTest: what they draw, what they say when they cannot, and failing alone."""

from __future__ import annotations

from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from app import panels
from app.specs import DOMAINS
from app.specs.company import SECTIONS
from app.specs.model import Panel
from metrics.errors import QueryError
from metrics.settings import load_settings
from tests.app.conftest import Open
from tests.app.fake_layer import FakeLayer
from tests.app.test_pages import said

SHOWN = {
    "company": SECTIONS,
    **{key: domain.sections for key, domain in DOMAINS.items()},
}


def all_panels() -> list[tuple[str, Panel]]:
    return [
        (page, one)
        for page, sections in SHOWN.items()
        for section in sections
        for row in section.rows
        for one in row
    ]


@pytest.fixture(scope="module")
def definitions() -> Any:
    """The product's own definitions, without a build."""
    from metrics.parts.model import load_model

    return load_model(load_settings({})).definitions


def test_every_panel_names_metrics_and_dimensions_that_exist(definitions: Any) -> None:
    """A name mistyped in a table of panels would leave its panel out without a word."""
    for page, one in all_panels():
        kind = panels.KINDS[type(one)]
        for name in kind.metrics(one):
            assert name in definitions.metrics, (page, name)
        for name in _more_metrics(one):
            assert name in definitions.metrics, (page, name)
        for metric, dimensions in _splits(one):
            for dimension in dimensions:
                allowed = definitions.metrics[metric].dimensions
                assert dimension in allowed, (page, metric, dimension)


def _more_metrics(one: Any) -> tuple[str, ...]:
    parts = [*getattr(one, "parts", ()), *getattr(one, "steps", ()), *getattr(one, "rates", ())]
    parts += getattr(one, "models", ())
    named = [getattr(one, name, "") for name in ("x", "y", "size", "shade", "rest")]
    return (*(part.metric for part in parts), *getattr(one, "metrics", ()), *filter(None, named))


def _splits(one: Any) -> list[tuple[str, tuple[str, ...]]]:
    """Metrics of a panel that have to be told by a dimension; the first of several may differ."""
    if hasattr(one, "down"):
        return [(one.metric, (one.down, one.across))]
    by = getattr(one, "by", None)
    if not isinstance(by, str) or hasattr(one, "share"):
        return []
    names = getattr(one, "metrics", ()) or (
        (one.x, one.y, one.size) if hasattr(one, "x") else (getattr(one, "metric", ""),)
    )
    return [(name, (by,)) for name in names if name]


def test_labels_go_with_metrics() -> None:
    for page, one in all_panels():
        if hasattr(one, "labels"):
            assert len(one.labels) == len(one.metrics), (page, one.title)
        if hasattr(one, "bands"):
            assert len(one.bands) == len(one.edges) - 1, (page, one.title)


def test_titles_of_tables_are_unique_on_their_page() -> None:
    for sections in SHOWN.values():
        titles = [
            one.title for s in sections for row in s.rows for one in row if hasattr(one, "also")
        ]
        assert len(titles) == len(set(titles))


def test_the_waterfall_meets_at_every_step(open_page: Open, layer: FakeLayer) -> None:
    rows = _chart(open_page("overview"), "From opening to closing MRR")
    assert "Opening" in rows
    assert "Closing" in rows


def test_members_are_named_sorted_and_led_to(open_page: Open) -> None:
    at = open_page("customer_success")
    table = next(one.value for one in at.dataframe if "MRR at risk" in one.value.columns)
    assert set(table["Customer"]) == {"Bold Goat", "Old Bell"}
    assert table["MRR at risk"].is_monotonic_decreasing


def test_what_cannot_be_split_says_so(open_page: Open) -> None:
    text = said(open_page("revenue")).replace("\u2060", "").replace("\\", "")
    assert "This warehouse cannot tell" in text


def test_a_panel_that_fails_leaves_the_others(
    open_page: Open, layer: FakeLayer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*question: Any) -> None:
        raise QueryError("No cohorts today.", "Come back tomorrow.")

    monkeypatch.setattr(layer, "cohorts", fails)
    at = open_page("revenue")
    assert not at.exception
    assert "This question has no answer" in said(at)
    assert "All metrics in this domain" in [header.value for header in at.header]


def test_the_overview_ranks_what_got_worse_and_names_targets(open_page: Open) -> None:
    at = open_page("overview")
    worse = next(one.value for one in at.dataframe if "Times that" in one.value.columns)
    assert list(worse["Metric"]) == ["Customer churn rate"]
    assert list(worse["Usually moves"]) == ["± 0.10%"]
    business = next(one.value for one in at.dataframe if "Good when" in one.value.columns)
    row = business.set_index("Metric").loc["Monthly recurring revenue"]
    assert (row["Target"], row["Reached"]) == ("$9.00M", "missed")
    churn = business.set_index("Metric").loc["Customer churn rate"]
    assert (churn["Target"], churn["Reached"]) == ("3.0%", "reached")


def test_a_filtered_overview_has_no_targets_of_the_whole(open_page: Open) -> None:
    at = open_page("overview", tier="SMB")
    business = next(one.value for one in at.dataframe if "Good when" in one.value.columns)
    assert "Target" not in business.columns


def test_without_a_comparison_nothing_is_worse(open_page: Open) -> None:
    at = open_page("overview", compare="no comparison")
    assert "Choose a comparison" in said(at)


def _chart(at: AppTest, title: str) -> str:
    """The alternative text of a chart by its title."""
    return next(
        one.proto.alt for one in at.get("vega_lite_chart") if one.proto.alt.startswith(title)
    )
