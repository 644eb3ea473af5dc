"""The search box in a real browser: a key opens it, the cursor is in it, Back is one step."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.browser.conftest import OpenScreen
from tests.browser.test_journeys import back, params, path
from tests.browser.test_screens import check_access


def test_a_key_and_a_word_lead_to_a_metric_and_back(screen: OpenScreen, axe_js: str) -> None:
    one = screen()
    page = one.open("revenue?grain=Week")
    page.keyboard.press("Control+k")
    expect(page.get_by_label("Search metrics, pages and customers")).to_be_focused()
    page.keyboard.type("attrition", delay=120)  # the box answers while it is typed
    link = page.get_by_role("link", name=re.compile("Customer churn, monthly"))
    expect(link).to_have_count(1)
    check_access(page, axe_js)
    link.press("Enter")
    page.wait_for_url(re.compile("/explore"))
    one.settle()
    assert params(page) == {"grain": ["Week"], "metric": ["Customer churn, monthly"]}
    expect(page.get_by_role("dialog")).to_have_count(0)
    back(one)
    assert path(page) == "revenue"
    assert params(page) == {"grain": ["Week"]}
