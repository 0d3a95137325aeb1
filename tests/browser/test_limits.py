"""What a street does not get to see, and pages that are not there."""

import pytest

from tests.browser.conftest import NewPerson
from tests.browser.site import Site

pytestmark = pytest.mark.browser


def test_a_street_officer_works_in_the_own_street_only(visitor: NewPerson, site: Site) -> None:
    own, other = site.facts["street"], site.facts["other_street"]
    person = visitor(f"street_officer_{own}")
    assert person.path() == "/desk/"
    person.click("text=本街道（镇）数据")
    assert person.path() == f"/streets/{own}/"
    assert "台账情况" in person.text()
    person.look()
    person.click(".page-head >> text=实时测算")
    assert "live=1" in person.path()
    person.go(f"/streets/{other}/")
    assert "台账情况" not in person.text()
    assert person.go(f"/streets/{other}/?live=1").status == 403
    answer = person.go("/admin/")
    assert answer.status == 403
    assert "科室经办人" in person.text()
    person.look()
    person.click("text=回到首页")
    assert person.path() == "/desk/"


def test_missing_pages_say_so_and_lead_back(visitor: NewPerson) -> None:
    person = visitor("leader")
    for path in ("/no/such/page/", "/circles/310107999-Q01/", "/streets/310107999/"):
        assert person.go(path).status == 404
        assert "没有找到这个页面" in person.text("h1")
    person.look()
    person.click("text=回到首页")
    assert person.path() == "/briefing/"
