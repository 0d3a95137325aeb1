"""Signing in, being locked out, and where each role arrives."""

import pytest

from accounts.roles import NAMES, STREET
from portal.demo.accounts import PASSWORD
from tests.browser.conftest import NewPerson
from tests.browser.site import Site

pytestmark = pytest.mark.browser
LOOKED_AT_ELSEWHERE = {"/admin/"}


def test_five_wrong_passwords_lock_the_account(visitor: NewPerson) -> None:
    person = visitor()
    person.go("/")
    assert person.path().startswith("/accounts/login/")
    person.look()
    for _attempt in range(4):
        person.sign_in("finance", "wrong")
        assert person.page.get_by_role("alert").is_visible()
    person.look()
    person.sign_in("finance", "wrong")
    assert "账号已暂时锁定" in person.text("h1")
    assert "分钟后再试" in person.text()
    person.look()
    person.sign_in("finance", PASSWORD)
    assert "账号已暂时锁定" in person.text("h1")


def test_each_role_arrives_where_its_work_is(visitor: NewPerson, site: Site) -> None:
    seen: set[str] = set()
    for role in sorted(set(NAMES) - {"finance"}):  # which another journey locks
        name = f"{role}_{site.facts['street']}" if role in STREET else role
        person = visitor(name)
        assert not person.path().startswith("/accounts/"), role
        assert person.text("h1, [aria-current=page]"), role
        if person.path() not in seen | LOOKED_AT_ELSEWHERE:
            person.look(ours=not person.path().startswith("/admin/"))
        seen.add(person.path())
        person.page.close()


def test_signing_out_ends_the_session(visitor: NewPerson) -> None:
    person = visitor("leader")
    person.page.click("details[data-menu] summary")
    person.click("details[data-menu] button[type=submit]")
    person.look()
    person.go("/admin/")
    assert person.path().startswith("/accounts/login/")
