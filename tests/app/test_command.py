"""Search from anywhere: what the box finds, and where its links lead."""

from __future__ import annotations

from urllib.parse import parse_qs

from streamlit.testing.v1 import AppTest

from tests.app.conftest import Open
from tests.app.fake_known import ACCOUNTS
from tests.app.fake_layer import FakeLayer


def opened(open_page: Open, text: str = "") -> AppTest:
    """The box with a text in it; a run of the box alone is beyond this kind of test."""
    at = open_page("sales").button(key="command").click().run()
    if text:
        at.text_input(key="command_text").set_value(text)
        at.button(key="command").click().run()
    assert not at.exception
    return at


def links(at: AppTest) -> dict[str, tuple[str, str]]:
    """What the box offers: page and metric by the label as people read it."""
    found = {}
    for element in at.get("page_link"):
        label, _, rest = element.proto.label.partition(" :small")
        if rest:
            own = parse_qs(element.proto.query_string)
            found[label.replace("\\", "").replace("\u2060", "")] = (
                element.proto.page,
                own.get("metric", own.get("q", [""]))[0],
            )
    return found


def test_before_a_word_is_typed_all_pages_are_offered(open_page: Open) -> None:
    found = links(opened(open_page))
    assert found["Sales"] == ("sales", "")
    assert {"Company overview", "Metric catalog"} <= set(found)


def test_a_metric_is_found_by_what_else_it_is_called(open_page: Open, layer: FakeLayer) -> None:
    layer.catalog.metrics["customer_churn_rate"].synonyms = ("attrition",)
    at = opened(open_page, "attrition")
    assert links(at) == {"Customer churn rate": ("explore", "Customer churn rate")}
    assert any("also attrition" in one.proto.label for one in at.get("page_link"))


def test_pages_come_before_metrics(open_page: Open) -> None:
    found = list(links(opened(open_page, "marketing")))
    assert found[:2] == ["Marketing", "Marketing qualified leads"]


def test_more_than_fit_are_in_the_catalog(open_page: Open, layer: FakeLayer) -> None:
    matching = [
        one for one in layer.catalog.metrics.values() if "counted" in one.description.lower()
    ]
    found = links(opened(open_page, "counted"))
    more = f"All {len(matching)} metrics that match"
    assert list(found.items())[-1] == (more, ("catalog", "counted"))
    assert len(found) == 11


def test_a_customer_is_found_by_any_part_of_the_name(open_page: Open) -> None:
    name = next(known["customer_name"] for known in ACCOUNTS.values() if known["customer_name"])
    found = links(opened(open_page, " ".join(reversed(name.upper().split()))))
    assert found[name][0] == "customer"


def test_a_metric_without_data_says_so(open_page: Open) -> None:
    at = opened(open_page, "gross margin")
    assert any("waiting" in one.proto.label for one in at.get("page_link"))


def test_what_is_not_found_is_said_as_text(open_page: Open) -> None:
    at = opened(open_page, "![x](http://127.0.0.1:9/x.png)")
    assert not links(at)
    [said] = [one.value for one in at.markdown if "Nothing is called" in one.value]
    assert "![x](" not in said
