"""The customer page by AppTest: who it is, what its scores are made of, what happened."""

from __future__ import annotations

from streamlit.testing.v1 import AppTest

from tests.app.conftest import Open
from tests.app.fake_layer import FakeLayer
from tests.app.test_pages import cards, said


def test_without_a_customer_it_says_how_to_choose_one(open_page: Open) -> None:
    at = open_page("customer")
    assert not at.exception
    assert "No customer chosen" in said(at)
    assert not at.metric


def test_it_is_about_that_customer_alone(open_page: Open, layer: FakeLayer) -> None:
    at = open_page("customer", customer="acc_1", tier="SMB")
    text = said(at)
    assert "Bold Goat" in [header.value for header in at.header]
    assert "Industry: Bar" in text
    assert "Account since: 1 Apr 2022" in text
    shown = cards(at)
    assert shown["Monthly recurring revenue"].value.startswith("$")
    assert shown["Open support tickets"].value == "—", "it has no customer in the double"
    where = {name for query in layer.asked for name, _ in query.where}
    assert where == {"customer"}, "the filters of other pages do not apply"


def test_the_box_names_customers_and_the_url_holds_the_id(open_page: Open) -> None:
    at = open_page("customer", customer="acc_2")
    [box] = [one for one in at.selectbox if one.label == "Customer"]
    assert box.options == ["Bold Goat", "Old Bell (acc_2)", "Old Bell (acc_3)"]
    assert box.value == "Old Bell (acc_2)"
    at = box.set_value("Bold Goat").run()
    assert at.query_params["customer"] in ("acc_1", ["acc_1"])
    assert "Bold Goat" in [header.value for header in at.header]
    assert "No customer chosen" in said(open_page("customer", customer="nobody"))


def test_the_parts_of_a_score_are_told_with_what_is_missing(open_page: Open) -> None:
    at = open_page("customer", customer="acc_1")
    assert "The bars add up to 70" in said(at)
    table = _table(at, "Input")
    assert list(table["Input"]) == [
        "Engagement of its users",
        "Health of its devices",
        "Tickets for each location",
    ]
    assert list(table["Weight"]) == ["60.0%", "40.0%", "—"]
    assert table["Number"].iloc[2] == "—"


def test_the_timeline_is_in_words(open_page: Open) -> None:
    table = _table(open_page("customer", customer="acc_1"), "What")
    assert list(table["What"]) == ["MRR rose", "Tickets opened"]
    assert list(table["How much"]) == ["$50", "2"]


def test_a_hostile_name_stays_text(open_page: Open, layer: FakeLayer) -> None:
    hostile = "![x](https://evil.example/a.png) <b>bold</b>"
    layer.accounts = {"acc_1": {"customer_name": hostile, "industry": "[a](https://evil.example)"}}
    at = open_page("customer", customer="acc_1")
    assert not at.exception
    text = said(at) + "".join(header.value for header in at.header)
    assert "](" not in text.replace("\\]\\(", "")
    assert "https:" not in text


def _table(at: AppTest, column: str):  # type: ignore[no-untyped-def]
    return next(one.value for one in at.dataframe if column in one.value.columns)
