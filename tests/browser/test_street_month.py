"""A street's month from a phone: reminded, filled in, sent, sent back, mended, passed.

And what must not cost a word: a server that is killed, a sign-in that expires, a second writer.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from core.text import count_words_cn
from portal.demo.accounts import PASSWORD
from tests.browser.conftest import NewPerson
from tests.browser.person import DESKTOP, PHONE, Person
from tests.browser.site import Server, Site, serving
from tests.outlets.pictures import png

pytestmark = pytest.mark.browser
MAKE = "from tests.browser import month; month.main()"
TEXTS = (
    "曹杨路新开早餐店2家，覆盖居民约3,000人（GB/T 32100-2015）。",
    "it’s “引号”… — ①②③ ㎡ 𠮷野家 a\u200bb",
    " \u3000首行　缩进\n第二段\t制表 ",
    "",
)


@pytest.fixture
def month(site: Site) -> dict[str, str]:
    """A report that is owed: its id, its street's code."""
    facts: dict[str, str] = json.loads(
        site.manage("shell", "--no-imports", "-c", MAKE).splitlines()[-1]
    )
    return facts


@pytest.fixture
def server(site: Site, tmp_path: Path) -> Iterator[Server]:
    """A server of one's own over the site's database, to be killed."""
    with serving(site.environment, tmp_path / "web.log") as made:
        yield made


def on_phone(person: Person) -> Person:
    person.page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    return person


def write(person: Person, key: str, text: str) -> None:
    person.page.fill(f"[name=value-{key}]", text)


def until_said(person: Person, text: str) -> None:
    person.until(f"document.querySelector('[data-said]').textContent.includes('{text}')")


def until_saved(person: Person) -> None:
    """Nothing waits in this browser, and the page says so."""
    person.until("!Object.keys(localStorage).some((name) => name.startsWith('report:'))")
    until_said(person, "已保存")


def answers(person: Person, report: str) -> dict[str, Any]:
    """What the server holds."""
    told = person.page.request.get(f"{person.url}/desk/reports/{report}/answers/").json()
    return {one["key"]: one["value"] for one in told["answers"]}


def test_from_the_reminder_to_acceptance(month: dict[str, str], visitor: NewPerson) -> None:
    report = month["report"]
    street = visitor(f"street_officer_{month['street']}")
    street.go("/desk/")
    assert "进展报送" in street.text(".owed")
    assert "截止" in street.text(".owed")
    street.look()
    on_phone(street)
    button = street.page.locator(".owed__act a").bounding_box()
    assert button
    assert button["y"] > PHONE["height"] * 0.75, "where the thumb is"
    assert "到期提醒" in street.text("#notices")
    street.click("#notices li a:has-text('月度工作进展')")
    assert street.path() == f"/desk/reports/{report}/"
    counted = street.page.evaluate(
        "async (texts) => { const words = await import('/static/js/report-words.js');"
        " return texts.map(words.countWords); }",
        list(TEXTS),
    )
    assert counted == [count_words_cn(text) for text in TEXTS]

    # A prefilled number is changed only with a reason.
    on_phone(street)
    before = street.page.input_value("[name=value-outlets_open]")
    assert street.page.is_hidden("[name=reason-outlets_open]")
    write(street, "outlets_open", str(int(before) + 2))
    assert street.page.is_visible("[name=reason-outlets_open]")
    street.until(
        "document.querySelector('#item-outlets_open [data-line-said]').textContent.includes('原因')"
    )
    assert answers(street, report)["outlets_open"] == before
    street.page.fill("[name=reason-outlets_open]", "两家新店尚未录入台账")
    until_saved(street)
    assert answers(street, report)["outlets_open"] == str(int(before) + 2)
    write(street, "progress", "走访商户，推进早餐网点补建。")
    assert "14 / 500 字" in street.text("#item-progress [data-words]")
    until_saved(street)
    photo = {"name": "现场.png", "mimeType": "image/png", "buffer": png()}
    street.page.set_input_files("#files-input", photo)
    street.click(".files__add button")
    assert "现场.png" in street.text("#files")
    street.look()

    # What is refused is said before sending; the field is one tap away.
    on_phone(street)
    street.click("[data-to-send]")
    assert "不得报送" in street.text()
    assert street.page.is_disabled(".report-bar button[type=submit]")
    street.look()
    on_phone(street)
    street.click(".note--error a")
    write(street, "next_steps", "继续核对台账。")
    street.click("[data-to-send]")
    assert "两家新店尚未录入台账" in street.text()
    street.look()
    on_phone(street)
    street.click(".report-bar button[type=submit]")
    assert "已报送" in street.text()

    officer = visitor("programme_officer")
    officer.go(f"/reports/{report}/")
    assert "已修改" in officer.text("#item-outlets_open")
    officer.look()
    officer.page.click("#item-progress summary:has-text('填写意见')")
    officer.page.fill("[name=comment-progress]", "请写明早餐网点的数量。")
    officer.page.fill("#comment", "工作进展不够具体。")
    officer.click("button[value=return]")
    assert "已退回修改" in officer.text()

    street.go("/desk/")
    assert "工作进展不够具体。" in street.text(".owed")
    on_phone(street)
    street.click(".owed__act a")
    assert "请写明早餐网点的数量。" in street.text("#item-progress")
    street.look()
    on_phone(street)
    write(street, "progress", "走访商户 40 户，补建早餐网点 2 个。")
    street.page.press("[name=value-progress]", "Tab")
    until_saved(street)
    street.click("[data-to-send]")
    street.click(".report-bar button[type=submit]")
    street.go(f"/desk/reports/{report}/history/")
    assert "补建早餐网点 2 个" in street.text("table")
    street.look()

    officer.go(f"/reports/{report}/")
    assert "请写明早餐网点的数量。" in officer.text("#item-progress")
    officer.click("button[value=accept]")
    assert "审核通过" in officer.text(".report-head")
    street.go("/desk/")
    assert "审核通过" in street.text(".owed--sent")
    street.look()


def test_a_server_killed_while_somebody_types(
    month: dict[str, str], server: Server, visitors: Any
) -> None:
    report = month["report"]
    person = visitors(server.url).sign_in(f"street_officer_{month['street']}")
    person.go(f"/desk/reports/{report}/")
    field = person.page.locator("[name=value-problems]")
    field.press_sequentially("先写一半，", delay=20)
    until_saved(person)
    field.press_sequentially("正在写时")
    server.kill()
    field.press_sequentially("服务器停了，")
    until_said(person, "未能保存，已留在本机，恢复后自动补存")
    field.press_sequentially("还在写。")
    server.start()
    person.page.evaluate("dispatchEvent(new Event('online'))")
    until_saved(person)
    assert answers(person, report)["problems"] == "先写一半，正在写时服务器停了，还在写。"

    # Once more, and the page is closed before the server is back.
    field.press_sequentially("又断一次")
    server.kill()
    field.press_sequentially("，页面也关了。")
    person.page.close(run_before_unload=False)
    server.start()
    person.reopen()
    person.go(f"/desk/reports/{report}/")
    until_saved(person)
    whole = "先写一半，正在写时服务器停了，还在写。又断一次，页面也关了。"
    assert person.page.input_value("[name=value-problems]") == whole
    assert answers(person, report)["problems"] == whole
    person.forgive("ERR_CONNECTION_REFUSED", "ERR_CONNECTION_RESET", "ERR_EMPTY_RESPONSE")


def test_a_sign_in_that_expires_while_somebody_types(
    month: dict[str, str], visitor: NewPerson
) -> None:
    person = visitor(f"street_officer_{month['street']}")
    person.go(f"/desk/reports/{month['report']}/")
    page = person.page
    write(person, "problems", "闲置空间不足，")
    until_saved(person)
    person.context.clear_cookies(name="sessionid")
    page.locator("[name=value-problems]").press_sequentially("登录过期也不丢。")
    until_said(person, "登录已过期")
    with person.context.expect_page() as opening:
        page.click("[data-said] a")
    door = opening.value
    door.fill("#id_username", f"street_officer_{month['street']}")
    door.fill("#id_password", PASSWORD)
    door.click("main button[type=submit]")
    door.wait_for_url("**/desk/signed-in/")
    door.close()
    until_saved(person)
    assert answers(person, month["report"])["problems"] == "闲置空间不足，登录过期也不丢。"
    # The other forms of the page go on, too: the token is the new one.
    person.click(".reread button")
    assert "已重新读取" in person.text()


def test_two_people_write_in_one_field(month: dict[str, str], visitor: NewPerson) -> None:
    report = month["report"]
    officer = visitor(f"street_officer_{month['street']}")
    head = visitor(f"street_head_{month['street']}")
    for person in (officer, head):
        person.go(f"/desk/reports/{report}/")
    write(officer, "progress", "经办人写的。")
    until_saved(officer)
    write(head, "progress", "分管领导写的。")
    head.page.wait_for_selector(".conflict")
    assert "经办人写的。" in head.text(".conflict__sides")
    head.look(widths=[DESKTOP])
    head.look(widths=[PHONE])
    assert answers(officer, report)["progress"] == "经办人写的。"
    head.page.click(".conflict button:has-text('合并后保存')")
    until_saved(head)
    assert answers(head, report)["progress"] == "经办人写的。\n分管领导写的。"
    # The first one, who knows nothing of it, decides for theirs.
    write(officer, "progress", "经办人又写了。")
    officer.page.wait_for_selector(".conflict")
    officer.page.click(".conflict button:has-text('用对方的')")
    assert officer.page.input_value("[name=value-progress]") == "经办人写的。\n分管领导写的。"
    write(officer, "problems", "无")
    until_saved(officer)
    assert answers(officer, report)["progress"] == "经办人写的。\n分管领导写的。"
