"""Fieldwork as people do it: a visit from a phone, check sheets behind links, suspected changes."""

import base64
import re

import pytest

from tests.browser.conftest import NewPerson
from tests.browser.person import PHONE, Person
from tests.browser.site import Site

pytestmark = pytest.mark.browser
# A red pixel that a browser can decode.
PHOTO = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg=="
)


def some_outlet(person: Person) -> str:
    """The code of an open outlet with a neighbourhood."""
    found = person.page.request.get(f"{person.url}/api/v1/outlets/?status=open").json()
    return str(next(row["code"] for row in found["results"] if row["neighbourhood"]))


def test_a_visit_from_a_phone(visitor: NewPerson) -> None:
    person = visitor("programme_officer")
    person.context.grant_permissions(["geolocation"])
    person.context.set_geolocation({"longitude": 121.3961, "latitude": 31.2554, "accuracy": 9})
    code = some_outlet(person)
    person.go(f"/ledger/outlets/{code}/visit/")
    person.look()
    person.page.set_viewport_size(PHONE)
    page = person.page
    assert not page.is_visible("#changes")
    page.check("input[value=changed]")
    page.fill("#id_hours", "6:00–20:00")
    page.click("[data-locate]")
    person.until("document.querySelector('[data-place-said]').textContent.includes('已定位')")
    for number in range(2):
        photo = {"name": f"IMG_{number}.png", "mimeType": "image/png", "buffer": PHOTO}
        page.set_input_files("[data-photos] >> nth=0", photo)
        person.until(f"document.querySelectorAll('[data-thumbs] img').length === {number + 1}")
    page.fill("#id_note", "店主在场")
    page.set_viewport_size(PHONE)
    person.click("form[data-visit] button[type=submit]")
    assert "已记录，台账已更新" in person.text()
    assert page.locator("#visits img").count() == 2
    person.look()


def test_a_check_sheet_goes_out_and_comes_back(
    site: Site, visitor: NewPerson, visitors: object
) -> None:
    officer = visitor("programme_officer")
    officer.go("/ledger/checks/")
    officer.look()
    officer.page.select_option("#id_street", site.facts["street"])
    officer.click("main form button[type=submit]")
    officer.look()
    links = re.findall(rf"{site.url}/check/[\w-]+/", officer.text())
    assert links
    hood = visitor()
    for link in links:
        hood.go(link.removeprefix(site.url))
        if hood.page.locator("[data-line]").count() > 1:
            break
    hood.look()
    page = hood.page
    page.set_viewport_size(PHONE)
    lines = page.locator("[data-line]")
    count = lines.count()
    lines.nth(0).locator("input[value=same]").check()
    hood.until("document.querySelectorAll('.is-done').length === 1")
    # The connection is lost; what is written waits in the browser, also over a reload.
    hood.context.set_offline(True)
    lines.nth(1).locator("input[value=changed]").check()
    hours = lines.nth(1).locator("input[name=hours]")
    hours.fill("8:00–18:00")
    hood.until("document.querySelectorAll('.is-waiting').length === 1")
    hood.until("Object.values(localStorage).join('').includes('8:00–18:00')")
    page.set_viewport_size(PHONE)
    hood.context.set_offline(False)
    page.evaluate("dispatchEvent(new Event('online'))")
    hood.until("document.querySelectorAll('.is-done').length === 2")
    hood.troubles[:] = [one for one in hood.troubles if "ERR_INTERNET_DISCONNECTED" not in one]
    page.reload()
    assert hours.input_value() == "8:00–18:00"
    assert page.evaluate("localStorage.length") <= 1  # the theme at most
    page.fill("#new-name", "新开早餐店")
    page.fill("#new-address", "试验路 1 号")
    hood.click("[data-add] button")
    assert "新开早餐店" in hood.text("#new")
    hood.look()
    page.set_viewport_size(PHONE)
    page.fill("#returned_by", "王大妈")
    if count > 2:
        page.check("input[name=unfinished]")
    hood.click("[data-return] button")
    assert "已交回" in hood.text()
    hood.look()
    hood.go(links[-1].removeprefix(site.url) + "paper/")
    hood.look()
    hood.go("/check/wrong/")
    hood.look()
    officer.go("/ledger/checks/")
    officer.look()
    officer.click("tbody th a")
    officer.look()
    officer.click("td .button--main")
    officer.look()
    officer.click("form button.button--main")
    assert "已并入" in officer.text()
    assert "未填业态" in officer.text()
    officer.look()


def test_suspected_changes_are_decided(site: Site, visitor: NewPerson) -> None:
    person = visitor("programme_officer")
    token = person.context.cookies()
    csrf = next((one["value"] for one in token if one["name"] == "csrftoken"), "")
    outlets = person.page.request.get(f"{person.url}/api/v1/outlets/?status=open").json()
    rows = [row for row in outlets["results"] if row["credit_code"]][:2]
    notices = [
        {
            "external_id": f"gone-{n}",
            "kind": kind,
            "name": row["name"] + "（新）",
            "credit_code": row["credit_code"],
            "address": row["address"],
            "on": "2026-01-05",
        }
        for n, (row, kind) in enumerate(
            zip(rows, ("licence_gone", "licence_changed"), strict=False)
        )
    ]
    notices.append(
        {
            "external_id": "new-1",
            "kind": "licence_new",
            "name": "新设便利店",
            "address": "曹杨路 8 号",
            "industry_code": "5213",
            "street": site.facts["street"],
        }
    )
    pushed = person.page.request.post(
        f"{person.url}/api/v1/licence-notices/",
        data={"notices": notices},
        headers={"X-CSRFToken": csrf, "Referer": person.url},
    )
    assert pushed.status == 200, pushed.text()
    person.go("/ledger/changes/")
    person.look()
    person.page.click(".list-tools summary")
    assert "新设便利店" in person.download("text=导出 CSV")
    person.go("/ledger/changes/?kind=licence_new")
    person.click(".suspicion .button--main")
    person.look()
    person.page.check("input[value=create]")
    person.page.select_option("#id_street", site.facts["street"])
    person.click("main form button[type=submit]")
    assert "属实" in person.text()
    person.look()
    person.go("/ledger/changes/?kind=licence_changed")
    person.click(".suspicion .button--main")
    person.page.check("input[value=change]")
    person.look()
