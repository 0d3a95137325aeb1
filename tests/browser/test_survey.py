"""A questionnaire from the officer's codes to the resident's answer, on a phone."""

import json
import re

import pytest

from tests.browser.conftest import NewPerson
from tests.browser.person import PHONE, Person
from tests.browser.site import Site
from tests.plugins.browser import NewContext

pytestmark = pytest.mark.browser
WAVE = """
import datetime as dt
from django.utils import timezone
from assessments.models import Questionnaire, Survey
from circles.models import Circle
from tests.assessments.making import make_questionnaire
circle = Circle.objects.order_by("code").first()
today = timezone.localdate()
survey = Survey.objects.create(
    district=circle.district, questionnaire=make_questionnaire(circle.district, code="browser"),
    year=2026, wave=77, name="浏览器里的居民调查", state="open", opens_on=today,
    closes_on=today + dt.timedelta(days=9), token_secret="s" * 64,
)
survey.circles.create(circle=circle, quota=10)
print(survey.pk)
"""
ANSWERS = {"q-overall": "5", "q-price": "3"}


def links_of_a_new_wave(site: Site, officer: Person) -> list[str]:
    """Made on the officer's page; the addresses as residents get them."""
    survey = site.manage("shell", "-v0", "-c", WAVE).split()[-1]
    officer.go(f"/evaluation/surveys/{survey}/tokens/")
    officer.page.fill("#count", "2")
    officer.page.select_option("#channel", "link")
    officer.click("main form button[type=submit]")
    assert "各生成 2 个问卷码" in officer.text()
    officer.look()
    return re.findall(r"/survey/\w+/", officer.download("td a:has-text('下载')"))


def test_a_resident_answers(
    site: Site, visitor: NewPerson, new_chromium_context: NewContext
) -> None:
    first, second = links_of_a_new_wave(site, visitor("programme_officer"))
    resident = visitor()
    resident.go(first)
    resident.look()
    page = resident.page
    page.set_viewport_size(PHONE)
    size = "getComputedStyle(document.querySelector('.survey-question__text')).fontSize"
    assert float(page.evaluate(size).removesuffix("px")) >= 20
    # Asked only after “yes”.
    formats = page.locator("fieldset:has([name=q-formats])")
    assert not formats.is_visible()
    page.check("[name=q-lacking][value=yes]")
    assert formats.is_visible()
    page.fill("[name=q-words]", "多些早餐")
    # Settings stand in the address; what was typed stays, also over a reload.
    resident.click("text=标准字")
    page.set_viewport_size(PHONE)
    assert resident.path() == f"{first}?size=standard"
    assert float(page.evaluate(size).removesuffix("px")) < 20
    page.check("[name=q-formats][value=repair]")
    resident.go(first)
    page.set_viewport_size(PHONE)
    assert page.input_value("[name=q-words]") == "多些早餐"
    assert page.is_checked("[name=q-formats][value=repair]")
    resident.click("[data-send]")
    page.set_viewport_size(PHONE)
    assert "有 2 处需要修改" in resident.text("#errors")
    assert page.evaluate("document.activeElement.id") == "errors"
    assert page.input_value("[name=q-words]") == "多些早餐"
    resident.look()
    page.set_viewport_size(PHONE)
    for name, value in ANSWERS.items():
        page.check(f"[name={name}][value='{value}']")
    resident.click("[data-send]")
    assert "提交成功" in resident.text()
    resident.look()
    assert not json.loads(page.evaluate("JSON.stringify(Object.keys(localStorage))"))
    resident.go(first)
    assert "此问卷已提交" in resident.text()
    resident.go("/survey/")
    page.fill("#code", "wrong")
    resident.click("main button")
    assert "没有这个问卷码" in resident.text()
    resident.look()
    resident.go("/survey/wrong/")
    resident.look()
    assert not resident.context.cookies()
    # The same without any script.
    plain = new_chromium_context(java_script_enabled=False, viewport=PHONE).new_page()
    plain.goto(site.url + second)
    for name, value in (ANSWERS | {"q-lacking": "no", "q-formats": "repair"}).items():
        plain.check(f"[name={name}][value='{value}']")
    plain.click("text=标准字")
    assert plain.is_checked("[name=q-overall][value='5']")
    plain.click("[data-send]")
    assert "提交成功" in plain.inner_text("main")
