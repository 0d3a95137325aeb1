"""An outlet in the console: found, changed for a reason, never over another's change, closed."""

import re

import pytest

from tests.browser.conftest import NewPerson
from tests.browser.person import Person
from tests.browser.site import Site

pytestmark = pytest.mark.browser
SAVE = "button[name=_save], input[name=_save]"


def test_an_outlet_is_changed_and_its_past_is_kept(visitor: NewPerson) -> None:
    person = visitor("programme_officer")
    _open_first(person, "示例")
    address = person.page.url.partition("?")[0].removeprefix(person.url)
    colleague = visitor("commission_admin")
    colleague.go(address)
    person.look(ours=False)

    person.page.fill("[name=hours]", "06:30-23:30")
    person.click(SAVE)
    assert "change" in person.path(), "a change without a reason must be refused"
    person.page.fill("[name=reason]", "走访核实")
    person.click(SAVE)
    assert person.path().startswith("/admin/outlets/outlet/?"), person.text("body")

    colleague.page.fill("[name=hours]", "08:00-20:00")
    colleague.page.fill("[name=reason]", "商户来电")
    colleague.click(SAVE)
    assert re.search("已被|版本|他人|刷新", colleague.text("body")), colleague.text("body")
    colleague.go(address)
    assert colleague.page.input_value("[name=hours]") == "06:30-23:30"

    colleague.go(address.replace("/change/", "/history/"))
    told = colleague.text("body")
    for word in ("演示·科室经办人", "走访核实", "06:30-23:30"):
        assert word in told
    colleague.look(ours=False)


def test_closing_an_outlet_reaches_the_live_figures(visitor: NewPerson, site: Site) -> None:
    person = visitor("programme_officer")
    _open_first(person, "便利店")
    person.click("a:has-text('关闭／迁出')")
    person.page.fill("[name=reason]", "已停止营业")
    person.look(ours=False)
    person.click("form[method=post] button[type=submit]:has-text('登记关闭')")
    assert "已登记" in person.text("body")
    person.go("/admin/?live=1")
    assert person.page.locator("[data-progress]").is_visible()
    site.manage("runjobs", "--once")
    person.go("/admin/?live=1")
    assert person.page.locator("[data-progress]").count() == 0
    assert "较定稿" in person.text()


def _open_first(person: Person, words: str) -> None:
    """The first row that a search for `words` among outlets still trading finds."""
    person.go(f"/admin/outlets/outlet/?q={words}&status__exact=open")
    person.look(ours=False)
    person.click("#result_list tbody tr:first-child th a")
