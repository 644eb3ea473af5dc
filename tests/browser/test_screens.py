"""Every page in light, dark and on a phone: a picture, its layout, and axe-core.

Pictures go to test-artifacts/screens; only numbers of the layout are compared, because fonts
differ between machines.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from metrics.settings import ROOT
from tests.browser.conftest import OpenScreen

PAGES = {
    "overview": "",
    "revenue": "revenue",
    "operations": "operations",
    "engagement": "engagement",
    "explore": (
        "explore?metric=Click-through+rate&by=Ad+platform&chart=Heat+map&table=Pivot&why=True&rows=True"
    ),
    "customer success": "customer_success",
    "customer": "customer?customer=acc_00001",
    "sales": "sales",
    "product": "product",
    "marketing": "marketing",
    "catalog": "catalog",
    "quality": "quality",
    "builds": "builds",
    "glossary": "glossary",
    "definition": "catalog?q=quick+ratio",
    "data wanted": "catalog?view=Data+wanted",
    "tables": "catalog?view=Tables&table=raw.app_database_locations",
}
# One frame makes all domain pages: some are looked at each time, the others at length.
AT_LENGTH = {"revenue", "engagement", "customer success", "sales", "product", "marketing"}
LOOKED_AT = [
    pytest.param(name, marks=pytest.mark.slow) if name in AT_LENGTH else name for name in PAGES
]
WITHOUT_CARDS = ("explore", "catalog", "builds", "glossary")
DARK = "rgb(15, 20, 25)"
PICTURES = ROOT / "test-artifacts" / "screens"

# What Streamlit itself draws and we cannot name; look again when it is upgraded.
NOT_OURS = {
    "svg-img-alt": "the sparkline inside a metric",
    "list": "the sectioned navigation",
    "listitem": "the sectioned navigation",
    "duplicate-id-active": "the cells of two tables on a page, which are named by their place",
}
EVERYTHING = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
COLOURS = ("color-contrast",)  # all that another colour mode changes
RUN_AXE = """async (only) => {
    const found = await axe.run(document, {runOnly: only});
    return found.violations.map((v) => ({
        id: v.id, help: v.help, nodes: v.nodes.slice(0, 3).map((n) => n.html.slice(0, 200)),
    }));
}"""
CARDS_PER_ROW = """() => {
    const tops = [...document.querySelectorAll('[data-testid=stMain] [data-testid=stMetric]')]
        .map((card) => Math.round(card.getBoundingClientRect().top));
    return tops.filter((top) => top === tops[0]).length;
}"""
OVERFLOW = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
MAIN_HEIGHT = "() => document.querySelector('[data-testid=stMain]').scrollHeight"


@pytest.mark.parametrize("name", LOOKED_AT)
def test_desk(name: str, screen: OpenScreen, axe_js: str) -> None:
    one = screen()
    page = one.open(PAGES[name])
    _check_layout(page, name, cards_per_row=4)
    _picture(page, 1440, f"{name}_light")
    check_access(page, axe_js)
    page.emulate_media(color_scheme="dark")  # the app follows at once, without a run
    expect(page.get_by_test_id("stApp")).to_have_css("background-color", DARK)
    one.settle()
    _picture(page, 1440, f"{name}_dark")
    check_access(page, axe_js, COLOURS)


@pytest.mark.parametrize("name", LOOKED_AT)
def test_phone(name: str, screen: OpenScreen) -> None:
    page = screen(390).open(PAGES[name])
    _check_layout(page, name, cards_per_row=2)
    _picture(page, 390, f"{name}_phone")


@pytest.mark.slow
@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("width", [390, 1024, 1440])
@pytest.mark.parametrize("mode", ["light", "dark"])
def test_everywhere(name: str, width: int, mode: str, screen: OpenScreen, axe_js: str) -> None:
    page = screen(width, mode).open(PAGES[name])
    assert page.evaluate(OVERFLOW) <= 0, "the page scrolls sideways"
    _picture(page, width, f"{name}_{width}_{mode}")
    check_access(page, axe_js)


def _check_layout(page: Page, name: str, cards_per_row: int) -> None:
    assert page.evaluate(OVERFLOW) <= 0, "the page scrolls sideways"
    assert "We could not read the data" not in page.inner_text("[data-testid=stMain]")
    if not PAGES[name].startswith(WITHOUT_CARDS):
        assert page.evaluate(CARDS_PER_ROW) == cards_per_row


def check_access(page: Page, axe_js: str, only: tuple[str, ...] = EVERYTHING) -> None:
    page.evaluate(axe_js)
    ours = [found for found in page.evaluate(RUN_AXE, list(only)) if found["id"] not in NOT_OURS]
    assert not ours, json.dumps(ours, indent=1)


def _picture(page: Page, width: int, name: str) -> Path:
    PICTURES.mkdir(parents=True, exist_ok=True)
    path = PICTURES / f"{name}.png"
    page.set_viewport_size({"width": width, "height": max(900, page.evaluate(MAIN_HEIGHT))})
    page.wait_for_timeout(300)
    page.screenshot(path=path)
    return path
