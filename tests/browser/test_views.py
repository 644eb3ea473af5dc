"""A saved view in a real browser: its maker is known again after a reload."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.conftest import OpenScreen
from tests.browser.test_journeys import back, params, path, press


def test_a_view_is_saved_opened_and_deleted_by_its_maker(screen: OpenScreen) -> None:
    one = screen()
    page = one.open("revenue?region=West")
    press(one, "Week")
    page.get_by_text("Saved views").click()
    page.get_by_label("Name of the view").fill("Weekly West")
    page.get_by_label("Name of the view").press("Enter")
    one.settle()
    page.get_by_role("button", name="Save this view").click()
    one.settle()

    one.open("operations")
    page.get_by_text("Saved views").click()
    page.get_by_role("button", name="Weekly West", exact=True).click()
    one.settle()
    assert path(page) == "revenue"
    assert params(page) == {"region": ["West"], "grain": ["Week"]}
    assert page.get_by_role("radio", name="Week", exact=True).is_checked()
    back(one)
    assert path(page) == "operations"

    one.open("revenue")
    page.get_by_text("Saved views").click()
    page.get_by_role("button", name="Delete").click()
    expect(page.get_by_role("button", name="Weekly West", exact=True)).to_have_count(0)
