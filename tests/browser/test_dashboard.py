"""The commission's dashboard, and the way from a figure or a place on the map to its ground."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import NewPerson
from tests.browser.person import PHONE, Person

pytestmark = pytest.mark.browser

COLOURS = """
(map) => {
  const canvas = map?.querySelector("canvas");
  if (!canvas?.width) return 0;
  const {data} = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  const seen = new Set();
  for (let i = 0; i < data.length; i += 4) {
    if (data[i + 3] > 200) seen.add((data[i] << 16) | (data[i + 1] << 8) | data[i + 2]);
  }
  return seen.size;
}
"""
# Labels are drawn anew whenever the map moves: find and measure one in the same moment.
FIRST_LABEL = """
() => {
  const box = document.querySelector("[data-map] .map-label b").getBoundingClientRect();
  return [box.x + box.width / 2, box.y + box.height / 2];
}
"""


def test_the_map_leads_from_the_district_to_a_circle(visitor: NewPerson) -> None:
    person = visitor("programme_officer")
    assert person.path() == "/admin/"
    person.look()
    _map_is_drawn(person)
    with person.at(PHONE):
        _map_is_drawn(person)
    _click_on_map(person)
    assert re.match(r"/streets/\d+/", person.path())
    person.look()
    _map_is_drawn(person)
    _click_on_map(person)
    assert re.match(r"/circles/.+/", person.path())
    for word in ("有什么", "缺什么", "补什么", "如何补"):
        assert word in person.text()
    _map_is_drawn(person)
    person.look()
    person.click("nav[aria-label] a[href^='/streets/']")
    assert person.path().startswith("/streets/")


def test_the_map_shows_another_indicator_and_lists_it(visitor: NewPerson) -> None:
    person = visitor("programme_officer")
    page = person.page
    _map_is_drawn(person)
    before = page.locator("[data-map-legend]").text_content() or ""
    page.select_option("[data-map-bar] select", "reach_share")
    page.locator("[data-map-bar] select").nth(1).select_option("pharmacy")
    expect(page.locator("[data-map-legend]")).not_to_have_text(before)
    page.click("[data-map-frame] .map-list summary")
    rows = page.locator("[data-map-list-body] tr, [data-map-list-body] li")
    assert rows.count() > 5
    page.click("[data-level=circle]")
    page.wait_for_selector("[data-level=circle][aria-pressed=true]")


def test_live_figures_stand_beside_the_signed_off_ones(visitor: NewPerson) -> None:
    person = visitor("programme_officer")
    assert "年度定稿" in person.text(".page-head")
    person.click("text=实时测算")
    assert "live=1" in person.path()
    assert "较定稿" in person.text()
    assert "仅供内部研判" in person.text()
    person.look()
    person.click(".page-head >> text=最近定稿")
    assert "live=1" not in person.path()
    assert "较定稿" not in person.text()
    earlier = person.page.locator("#filter-as_of option").last.get_attribute("value")
    person.page.select_option("#filter-as_of", earlier)
    person.click(".filters button[type=submit]")
    assert person.path() == f"/admin/?as_of={earlier}"
    assert person.page.locator(".chip").count() == 1
    person.click(".chip")
    assert person.path() == "/admin/"


def test_a_figure_tells_how_it_was_computed_down_to_the_clause(visitor: NewPerson) -> None:
    person = visitor("programme_officer")
    page = person.page
    page.click("article:has-text('连锁化率') a[data-explain-link]")
    page.wait_for_selector("#explain-dialog [data-explain]")
    dialog = page.inner_text("#explain-dialog")
    for word in ("计算公式", "分子", "分母", "目标与依据", "统计截止日"):
        assert word in dialog
    person.look()
    person.click("#explain-dialog .explain__page-link")
    assert person.path().startswith("/figures/")
    assert "计入分子" in person.text()
    person.look()
    person.click("main a[href^='/clauses/']")
    assert "30%" in person.text("blockquote")
    assert "连锁化率" in person.text()
    person.look()


def test_the_wall_shows_the_same_without_the_frame(visitor: NewPerson) -> None:
    person = visitor("programme_officer")
    person.click("text=大屏")
    assert person.page.locator("header.band").count() == 0
    _map_is_drawn(person)
    person.look()
    person.click("text=退出大屏")
    assert person.path() == "/admin/"


def _map_is_drawn(person: Person) -> None:
    """Several colours lie on the canvas, and its height is not nothing."""
    holder = person.page.locator("[data-map]")
    holder.scroll_into_view_if_needed()
    box = holder.bounding_box()
    assert box is not None
    assert box["height"] > 200
    person.until(f"({COLOURS})(document.querySelector('[data-map]')) > 3")


def _click_on_map(person: Person) -> None:
    """On the first place that carries its figure on the map."""
    page = person.page
    page.locator("[data-map]").scroll_into_view_if_needed()
    page.wait_for_selector("[data-map] .map-label b")
    x, y = page.evaluate(FIRST_LABEL)
    with page.expect_navigation(wait_until="load"):
        page.mouse.click(x, y)
