"""Every page in light, dark and on a phone: a picture, its layout, and axe-core.

Pictures go to test-artifacts/screens; only numbers of the layout are compared, because fonts
differ between machines.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from playwright.sync_api import Page

from metrics.settings import ROOT
from tests.browser.conftest import OpenScreen

PAGES = {
    "overview": "",
    "revenue": "revenue",
    "operations": "operations",
    "engagement": "engagement",
    "explore": "explore?by=Region",
    "catalog": "catalog",
}
LOOKS = {"light": (1440, "light"), "dark": (1440, "dark"), "phone": (390, "light")}
PICTURES = ROOT / "test-artifacts" / "screens"

# What Streamlit itself draws and we cannot name; look again when it is upgraded.
NOT_OURS = {
    "svg-img-alt": "the sparkline inside a metric",
    "list": "the sectioned navigation",
    "listitem": "the sectioned navigation",
}
RUN_AXE = """async () => {
    const found = await axe.run(document, {
        runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
    });
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


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize("name", PAGES)
def test_screen(name: str, look: str, screen: OpenScreen, axe_js: str) -> None:
    width, mode = LOOKS[look]
    shown = screen(width, mode)
    page = shown.open(PAGES[name])
    assert page.evaluate(OVERFLOW) <= 0, "the page scrolls sideways"
    assert "We could not read the data" not in page.inner_text("[data-testid=stMain]")
    if name not in ("explore", "catalog"):
        assert page.evaluate(CARDS_PER_ROW) == (2 if look == "phone" else 4)
    _picture(page, width, f"{name}_{look}")
    page.evaluate(axe_js)
    ours = [found for found in page.evaluate(RUN_AXE) if found["id"] not in NOT_OURS]
    assert not ours, json.dumps(ours, indent=1)


def _picture(page: Page, width: int, name: str) -> Path:
    PICTURES.mkdir(parents=True, exist_ok=True)
    path = PICTURES / f"{name}.png"
    page.set_viewport_size({"width": width, "height": max(900, page.evaluate(MAIN_HEIGHT))})
    page.wait_for_timeout(300)
    page.screenshot(path=path)
    return path
