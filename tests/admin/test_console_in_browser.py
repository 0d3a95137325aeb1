"""The console in a real browser: nothing forbidden is tried, nothing leaves the site."""

from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page

from tests import factories as make
from tests.admin.conftest import World

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def watched(context: BrowserContext, complaints: list[str]) -> Page:
    """A page whose errors, refused scripts among them, are kept."""
    page = context.new_page()
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    return page


def sign_in(page: Page, site: str, person: Any) -> None:
    """Through the form, as people do."""
    page.goto(f"{site}/accounts/login/?next=/admin/outlets/outlet/")
    page.fill("#id_username", person.username)
    page.fill("#id_password", make.PASSWORD)
    page.click("main button[type=submit]")
    page.wait_for_url("**/admin/outlets/outlet/")


@pytest.mark.parametrize("width", [1440, 390])
def test_an_officer_changes_an_outlet(
    width: int, world: World, live_server: Any, new_chromium_context: Any
) -> None:
    complaints: list[str] = []
    context = new_chromium_context(viewport={"width": width, "height": 900})
    page = watched(context, complaints)
    outlet = world.own.rows["outlets.outlet"]
    sign_in(page, live_server.url, world.person("street_officer"))
    page.get_by_role("link", name=outlet.name).click()
    # The autocomplete asks the server and shows what it answers.
    page.locator(".field-enterprise .select2-selection").click()
    page.locator(".select2-results__option", has_text="商贸有限公司").first.wait_for()
    page.keyboard.press("Escape")
    page.fill("#id_name", "改名早餐店")
    page.click("button[name=_save]")
    page.get_by_text("这个字段是必填项").or_(page.get_by_text("该字段是必填项")).wait_for()
    page.fill("#id_reason", "走访核实")
    page.click("button[name=_continue]")
    page.get_by_text("第 2 版").wait_for()
    page.goto(f"{live_server.url}/admin/outlets/outlet/{outlet.pk}/history/?day=2024-06-30")
    assert page.locator(".version__changes").first.inner_text().count("改名早餐店") == 1
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert not complaints


def test_filters_and_menus_work_under_the_content_policy(
    world: World, live_server: Any, chromium: BrowserContext
) -> None:
    complaints: list[str] = []
    page = watched(chromium, complaints)
    sign_in(page, live_server.url, world.person("programme_officer"))
    assert page.locator("#result_list tbody tr.data-row").count() == 2
    page.locator("a", has_text="筛选").first.click()
    page.select_option("select[name=street__id__exact]", label=world.own.street.name)
    page.get_by_role("button", name="应用筛选").click()
    page.wait_for_url("**street__id__exact=*")
    assert page.locator("#result_list tbody tr.data-row").count() == 1
    titles = page.locator("#nav-sidebar h2").all_inner_texts()
    assert [title.strip() for title in titles] == [
        "工作台",
        "商业网点",
        "便民生活圈",
        "报送与协调",
        "分级评价",
        "资金扶持",
        "指标测算",
        "文件与日志",
    ]
    assert not complaints
