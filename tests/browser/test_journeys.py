"""What people do in the app, on a real build: links, filters, Back, colours, files, keys."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import openpyxl
import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenScreen, Screen

HEADER, ROW, CHECKBOX = 35, 35, 16  # pixels of a table, which is a canvas
FIRST_LINE = "[data-testid=stVegaLiteChart] svg .mark-line path[stroke-width='2.25']"
WIDTHS = """() => [...document.querySelectorAll('[data-testid=stVegaLiteChart]')]
    .map((chart) => chart.getBoundingClientRect().right)"""


def params(page: Page) -> dict[str, list[str]]:
    """Parameters of the address."""
    return parse_qs(urlsplit(page.url).query)


def path(page: Page) -> str:
    """Page of the address."""
    return urlsplit(page.url).path.strip("/")


def values(page: Page) -> list[str]:
    """Values of the cards, in order."""
    return page.locator("[data-testid=stMain] [data-testid=stMetricValue]").all_inner_texts()


def press(screen: Screen, name: str) -> None:
    """Choose one option of a segmented control."""
    screen.page.get_by_role("radio", name=name, exact=True).click()
    screen.settle()


def follow(screen: Screen, name: str) -> None:
    """Click a link."""
    screen.page.get_by_role("link", name=name, exact=True).click()
    screen.settle()


def back(screen: Screen) -> None:
    """The browser's Back button."""
    screen.page.go_back()
    screen.settle()


def choose(screen: Screen, control: str, option: str) -> None:
    """Pick one member of a filter."""
    screen.page.get_by_role("combobox", name=control, exact=True).click()
    screen.page.get_by_role("option", name=option, exact=True).click()
    screen.page.keyboard.press("Escape")
    screen.settle()


def click_row(screen: Screen, number: int, table: int = -1) -> None:
    """Tick a row of a table of the page, counted from 0; the last table is that of all metrics."""
    found = screen.page.locator("[data-testid=stDataFrame]").nth(table)
    found.scroll_into_view_if_needed()
    found.click(position={"x": CHECKBOX, "y": HEADER + ROW * number + ROW // 2})


def test_a_shared_link_opens_what_its_sender_saw(screen: OpenScreen) -> None:
    one = screen()
    page = one.open("revenue?period=90+days&grain=Week&compare=no+comparison&region=West")
    for name in ("90 days", "Week"):
        expect(page.get_by_role("radio", name=name, exact=True)).to_be_checked()
    status = page.inner_text("[data-testid=stMain]")
    assert "21 Aug 2026 – 18 Nov 2026" in status
    assert "compared with" not in status
    assert "Region: West" in status
    assert values(page) != values(screen().open("revenue"))


@pytest.mark.slow  # its rule is tested without a browser
def test_a_damaged_link_opens_the_defaults(screen: OpenScreen) -> None:
    page = screen().open("revenue?period=99&grain=Hour&region=Atlantis&range=x&tier=%00")
    assert "1 Dec 2025 – 18 Nov 2026 compared with" in page.inner_text("[data-testid=stMain]")
    assert values(page) == values(screen().open("revenue"))


def test_filters_travel_and_back_is_one_step(screen: OpenScreen) -> None:
    one = screen()
    page = one.open("")
    before = values(page)
    choose(one, "Region", "West")
    assert params(page) == {"region": ["West"]}
    filtered = values(page)
    assert filtered != before
    for name in ("Revenue", "Engagement", "Metric catalog"):
        follow(one, name)
        assert params(page) == {"region": ["West"]}
    for name in ("engagement", "revenue", ""):
        back(one)
        assert path(page) == name
        assert params(page) == {"region": ["West"]}
    assert values(page) == filtered


@pytest.mark.slow  # its rule is tested without a browser
def test_a_period_that_does_not_fit_the_grain_changes_it(screen: OpenScreen) -> None:
    one = screen()
    page = one.open("operations")
    press(one, "30 days")
    assert params(page) == {"period": ["30 days"], "grain": ["Day"]}
    assert "20 Oct 2026 – 18 Nov 2026 compared with 20 Sep 2026 – 19 Oct 2026" in page.inner_text(
        "[data-testid=stMain]"
    )
    press(one, "Custom")
    expect(page.get_by_test_id("stDateInput")).to_be_visible()


def test_a_card_leads_to_its_metric_and_back(screen: OpenScreen) -> None:
    one = screen()
    page = one.open("?grain=Quarter&region=West")
    follow(one, "Explore churn")
    assert path(page) == "explore"
    assert params(page)["region"] == ["West"]
    [metric] = params(page)["metric"]
    assert "churn" in metric.lower()
    expect(page.get_by_role("combobox", name="Metric", exact=True)).to_have_value(metric)
    back(one)
    assert path(page) == ""
    assert params(page) == {"grain": ["Quarter"], "region": ["West"]}


@pytest.mark.slow  # its rule is tested without a browser
def test_a_table_row_leads_to_its_metric_and_back(screen: OpenScreen) -> None:
    one = screen()
    page = one.open("revenue?grain=Week")
    click_row(one, 1)
    page.wait_for_url(re.compile("/explore"))
    one.settle()
    assert params(page)["grain"] == ["Week"]
    [metric] = params(page)["metric"]
    assert page.get_by_role("heading", name=metric).count()
    back(one)
    assert path(page) == "revenue"
    assert params(page)["grain"] == ["Week"]
    expect(page.get_by_role("radio", name="Week", exact=True)).to_be_checked()


def test_a_customer_in_a_table_leads_to_its_page_and_back(screen: OpenScreen) -> None:
    one = screen()
    page = one.open("revenue?grain=Week")
    click_row(one, 0, table=0)
    page.wait_for_url(re.compile("/customer"))
    one.settle()
    [customer] = params(page)["customer"]
    assert params(page)["grain"] == ["Week"]
    assert page.get_by_text(f"Id: {customer}").count()
    assert page.get_by_text("What its customer health is made of").count()
    back(one)
    assert path(page) == "revenue"


def test_explore_splits_shows_its_statement_and_writes_a_file(screen: OpenScreen) -> None:
    one = screen()
    page = one.open("explore")
    press(one, "Region")
    assert params(page) == {"by": ["Region"]}
    assert page.get_by_role("heading", name=re.compile("by region")).count() == 1
    page.get_by_text("SQL", exact=True).click()
    expect(page.locator("[data-testid=stCode]", has_text="SELECT").first).to_be_visible()
    with page.expect_download() as waiting:
        page.get_by_role("button", name="CSV", exact=True).click()
    text = Path(waiting.value.path()).read_bytes().decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    assert {row["region"] for row in rows} >= {"West"}
    assert all(row["build_id"] and row["definitions"].startswith("total_mrr@") for row in rows)
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Excel", exact=True).click()
    assert waiting.value.suggested_filename.endswith(".xlsx")
    book = openpyxl.load_workbook(io.BytesIO(Path(waiting.value.path()).read_bytes()))
    assert len(list(book["Data"])) == len(rows) + 1
    assert ("build_id", rows[0]["build_id"]) in list(book["Where from"].values)
    follow(one, "Metric catalog")
    back(one)
    assert params(page) == {"by": ["Region"]}


def test_a_change_is_explained_and_its_rows_are_turned(screen: OpenScreen) -> None:
    one = screen()
    page = one.open("explore?metric=Pours,+30+days&by=Region&chart=Stacked+bars&complete=True")
    page.locator("[data-testid=stVegaLiteChart] .mark-rect path").last.click()
    page.wait_for_url(re.compile("at=Oct.2026"))
    expect(page.get_by_text("Arithmetic, not cause")).to_be_visible()
    one.settle()
    page.get_by_text("Rows behind the number", exact=True).click()
    expect(page.get_by_text("as in the build")).to_be_visible()
    one.settle()
    page.get_by_role("button", name="Page 2", exact=True).click()
    page.wait_for_url(re.compile("rows_page=2"))
    one.settle()
    asked = params(page)
    assert (asked["why"], asked["rows"], asked["rows_page"]) == (["True"], ["True"], ["2"])
    text = page.inner_text("[data-testid=stMain]")
    page.reload()
    one.settle()
    follow(one, "Metric catalog")
    back(one)
    assert params(page) == asked
    again = page.inner_text("[data-testid=stMain]")
    assert re.findall(r"[\d,]+ rows, .*", again) == re.findall(r"[\d,]+ rows, .*", text)
    expect(page.get_by_text("Arithmetic, not cause")).to_be_visible()


def test_catalog_search_leads_to_a_definition_and_its_numbers(screen: OpenScreen) -> None:
    one = screen()
    page = one.open("catalog")
    page.get_by_placeholder("Search name").press_sequentially("nps_score")
    expect(page.get_by_text(re.compile(r"^1 of \d+ metrics"))).to_be_visible()
    one.settle()
    assert "raw.survey_responses" in page.inner_text("[data-testid=stMain]")
    follow(one, "Explore Net promoter score")
    assert path(page) == "explore"
    assert "warehouse lacks" in page.inner_text("[data-testid=stMain]")
    back(one)
    assert params(page)["q"] == ["nps_score"]
    page.get_by_placeholder("Search name").fill("zzzzzz")
    expect(page.get_by_text("No metric matches")).to_be_visible()


def test_charts_follow_the_colour_mode_without_a_run(screen: OpenScreen) -> None:
    one = screen()
    page = one.open("revenue")
    line = page.locator(FIRST_LINE).first
    expect(line).to_have_attribute("stroke", "#2563EB")
    page.emulate_media(color_scheme="dark")
    expect(line).to_have_attribute("stroke", "#6EA8FE")
    press(one, "ARR")
    expect(line).to_have_attribute("stroke", "#6EA8FE")


def test_a_phone_reads_filters_and_never_scrolls_sideways(screen: OpenScreen) -> None:
    one = screen(390)
    page = one.open("?region=West")
    assert "Region: West" in page.inner_text("[data-testid=stMain]"), "the sidebar is closed"
    assert max(page.evaluate(WIDTHS)) <= 390
    page.get_by_test_id("stExpandSidebarButton").click()
    follow(one, "Operations")
    assert path(page) == "operations"
    assert params(page) == {"region": ["West"]}


def test_the_keyboard_reaches_content_and_definitions(screen: OpenScreen) -> None:
    one = screen()
    page = one.open("")
    page.keyboard.press("Tab")
    assert "Skip to main content" in page.evaluate("document.activeElement.textContent")
    page.get_by_role("button", name=re.compile("^Help for Net revenue")).focus()
    expect(page.get_by_role("tooltip").first).to_be_visible()
