"""The data quality page and the findings beside a definition, on a layer of formulas."""

from __future__ import annotations

from types import SimpleNamespace

from tests.app.conftest import Open
from tests.app.fake_layer import FakeLayer
from tests.app.test_pages import cards, said


def test_figures_count_sources_checks_rows_and_metrics(open_page: Open) -> None:
    shown = {label: card.value for label, card in cards(open_page("quality")).items()}
    assert shown == {
        "Sources found": "2 of 3",
        "Checks that hold": "1 of 4",
        "Rows left out": "3",
        "Metrics touched": "2 of 57",
    }


def test_findings_say_what_where_how_many_and_what_follows(open_page: Open) -> None:
    table = open_page("quality").dataframe[0].value
    assert table["What was found"].tolist() == [
        "session_id comes again",
        "user_id is not among the users",
        "status is an unknown word",
    ]
    assert table["Rows"].tolist() == [3, 12, 1]
    assert table["Of"].tolist() == [1947, 1911, 28]
    assert table["For example"].iloc[0] == "ses_142, ses_343"
    assert [one[0] for one in table["Consequence"]] == ["Left out", "Counted", "Counted"]
    assert table["Source"].iloc[2] == "raw.tickets"


def test_findings_are_narrowed_by_the_address(open_page: Open) -> None:
    left_out = open_page("quality", consequence="Left out").dataframe[0].value
    assert left_out["What was found"].tolist() == ["session_id comes again"]
    tickets = open_page("quality", source="raw.tickets").dataframe[0].value
    assert tickets["Data"].tolist() == ["tickets"]
    nothing = open_page("quality", source="raw.tickets", consequence="Left out")
    assert "Nothing was found" in said(nothing)
    assert len(open_page("quality", source="raw.nowhere").dataframe[0].value) == 3


def test_sources_have_their_state_and_those_with_findings_first(open_page: Open) -> None:
    table = open_page("quality", list="Sources").dataframe[0].value
    states = dict(zip(table["Table"], (one[0] for one in table["Status"]), strict=True))
    assert states == {
        "raw.sessions": "Read",
        "raw.tickets": "Read",
        "raw.answers": "Missing",
        "raw.unread": "Not used",
    }
    assert table["Table"].iloc[0] == "raw.sessions"
    assert table["Rows left out"].iloc[0] == 3


def test_a_definition_names_the_findings_of_its_data(open_page: Open) -> None:
    text = said(open_page("explore", metric="Active users"))
    assert "session\\_id comes again in 3 of 1\\,947 rows\\, left out" in text
    assert "tickets is made without raw" in text
    assert "break a check" not in said(open_page("explore", metric="Annual recurring revenue"))


def test_a_broken_equation_is_named(open_page: Open, layer: FakeLayer) -> None:
    holds = SimpleNamespace(broken=0, description="Fine.", example="")
    broken = SimpleNamespace(broken=2, description="Opening and closing differ.", example="May: 3")
    layer.build.identities = (holds, broken)
    text = said(open_page("quality"))
    assert "1 of 2 equations" in text
    assert "Opening and closing differ" in text
    assert "Fine" not in text


def test_hostile_examples_stay_text(open_page: Open, layer: FakeLayer) -> None:
    hostile = "![x](https://evil.example/a.png) <b>"
    quality = layer.catalog.quality
    quality.checks = tuple(
        check.model_copy(update={"examples": (hostile,), "column": hostile, "about": "fact.x`y"})
        for check in quality.checks
    )
    pages = (open_page("quality"), open_page("quality", list="Sources"))
    for at in (*pages, open_page("explore", metric="Active users")):
        assert not at.exception
        assert "https:" not in said(at)
        assert "](" not in said(at).replace("\\]\\(", "")
