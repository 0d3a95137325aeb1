"""Dark and light, keyboard only, the documentation of the API, and the very first day."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from tests.browser.conftest import NewPerson
from tests.browser.person import DESKTOP, PHONE, Person
from tests.browser.site import Site
from tests.factories import OfficeFactory, UserFactory
from tests.metrics.worlds import make_world

pytestmark = pytest.mark.browser
FOCUSED = "document.activeElement"


def test_the_dark_theme_holds_on_every_page_and_stays_legible(
    visitor: NewPerson, site: Site
) -> None:
    person = visitor("programme_officer")
    light = _ground(person)
    person.page.click("[data-theme-toggle]")
    # Colours fade over: what axe would measure on the way is on no page.
    person.page.evaluate("Promise.allSettled(document.getAnimations().map((a) => a.finished))")
    assert _ground(person) != light
    person.look(widths=[DESKTOP])
    facts = site.facts
    for path in (f"/circles/{facts['circle']}/", f"/streets/{facts['street']}/", "/gaps/"):
        person.go(path)
        assert person.page.get_attribute("html", "data-theme") == "dark"
        assert _ground(person) != light
        person.look(widths=[DESKTOP])
    person.page.click("[data-theme-toggle]")
    assert _ground(person) == light


def test_everything_is_reached_without_a_mouse(visitor: NewPerson) -> None:
    person = visitor("leader")
    page, press = person.page, person.page.keyboard.press
    press("Tab")
    assert page.evaluate(f"{FOCUSED}.className") == "skip"
    press("Enter")
    assert page.evaluate(f"{FOCUSED}.id") == "content"

    menu = page.locator("header details[data-menu]")
    menu.locator("summary").focus()
    press("Enter")
    assert menu.get_attribute("open") is not None
    press("Tab")
    assert page.evaluate(f"!!{FOCUSED}.closest('header details[data-menu]')")
    press("Escape")
    assert menu.get_attribute("open") is None
    assert page.evaluate(f"{FOCUSED}.tagName") == "SUMMARY"

    link = page.locator("a[data-explain-link]").first
    link.focus()
    press("Enter")
    page.wait_for_selector("#explain-dialog [data-explain]")
    for _step in range(12):
        press("Tab")
        # Past the last control the browser itself is next; never the page behind.
        assert page.evaluate(
            f"{FOCUSED} === document.body || !!{FOCUSED}.closest('#explain-dialog')"
        )
    press("Escape")
    assert not page.locator("#explain-dialog").is_visible()
    assert page.evaluate(f"{FOCUSED}.matches('a[data-explain-link]')")

    with person.at(PHONE):
        toggle = page.locator("[data-nav-toggle]")
        toggle.focus()
        press("Enter")
        assert toggle.get_attribute("aria-expanded") == "true"
        assert page.locator("#nav a").first.is_visible()


def test_the_documentation_of_the_api_needs_nothing_from_outside(visitor: NewPerson) -> None:
    person = visitor("leader")
    person.go("/api/docs/")
    # What is further down is drawn when it is scrolled to.
    person.page.wait_for_selector(".opblock-summary-path[data-path='/api/v1/batches/']")
    person.look(ours=False)


@pytest.mark.django_db(transaction=True)
def test_before_the_first_sign_off_the_dashboard_says_what_to_do(
    live_server: Any, visitors: Callable[[str], Person], settings: Any, tmp_path: Any
) -> None:
    settings.MEDIA_ROOT = tmp_path
    world = make_world(3, outlets=20, compounds=6, circles=3)
    office = OfficeFactory(district=world.district)
    person = visitors(live_server.url)
    for role, may in (("programme_officer", True), ("leader", False)):
        client = Client()
        client.force_login(UserFactory(office=office, roles=[role]))
        person.context.add_cookies(
            [{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": person.url}]
        )
        assert person.go("/admin/").status == 200
        assert "还没有定稿数据" in person.text()
        assert (person.page.locator("text=去生成快照并定稿").count() == 1) is may
    person.look()
    street, circle = world.streets[0].code, world.circles[0].code
    for path in ("/circles/", "/gaps/", f"/streets/{street}/", f"/circles/{circle}/"):
        assert person.go(path).status == 200, path
        person.look()


def _ground(person: Person) -> str:
    """The colour that the page really has."""
    colour: str = person.page.evaluate("getComputedStyle(document.body).backgroundColor")
    return colour
