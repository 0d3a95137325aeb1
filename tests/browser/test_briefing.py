"""The leader's page on a phone, and acting for others: readable, and at ease."""

import pytest

from tests.browser.conftest import NewPerson
from tests.browser.person import PHONE

pytestmark = pytest.mark.browser


def test_a_leader_starts_with_seven_figures_and_may_not_copy_samples(visitor: NewPerson) -> None:
    person = visitor("leader")
    assert person.path() == "/briefing/"
    person.look()
    with person.at(PHONE):
        assert person.page.locator(".briefing__card").count() == 7
        assert person.page.locator("[data-copy]").count() == 0
        assert "演示数据，不得对外引用，不能复制" in person.text()


def test_pages_about_people_are_at_ease(visitor: NewPerson) -> None:
    person = visitor("commission_admin")
    for path in ("/accounts/delegations/", "/accounts/handover/"):
        assert person.go(path).status == 200
        person.look()
    person.click("main .list a >> nth=0")
    assert person.path().startswith("/accounts/handover/")
    person.look()
