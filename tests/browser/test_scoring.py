"""A card scored on the spot with a phone: declared, cut off, looked at from two devices, sent."""

import json
from typing import Any

import pytest

from tests.browser.conftest import NewPerson
from tests.browser.person import DESKTOP, PHONE, Person
from tests.browser.site import Site
from tests.outlets.pictures import jpeg

pytestmark = pytest.mark.browser
MAKE = "from tests.browser import cards; cards.main()"
SHOWN = "[data-item]:not([hidden])"
PICTURE = {"name": "现场.jpg", "mimeType": "image/jpeg", "buffer": jpeg()}


def until_said(person: Person, text: str) -> None:
    person.until(f"document.querySelector('[data-said]').textContent.includes('{text}')")


def until_saved(person: Person) -> None:
    """Nothing waits in this browser, neither scores nor photos."""
    person.until("!Object.keys(localStorage).some((name) => name.startsWith('scorecard:'))")
    person.until("!document.querySelector('.thumbs .is-waiting')")
    person.until("document.querySelector('[data-said]').textContent.includes('已')")


def held(person: Person, card: str) -> dict[str, Any]:
    """What the server has: points and reason by item."""
    told = person.page.request.get(f"{person.url}/evaluation/scorecards/{card}/scores/").json()
    return {one["key"]: (one["value"], one["reason"]) for one in told["answers"]}


def test_a_card_is_scored_on_the_spot(site: Site, visitor: NewPerson) -> None:
    facts = json.loads(site.manage("shell", "--no-imports", "-c", MAKE).splitlines()[-1])
    card = facts["card"]
    address = f"/evaluation/scorecards/{card}/"
    expert = visitor("expert")
    assert expert.path() == "/evaluation/my-scorecards/"
    expert.look()
    expert.go(address)
    assert expert.page.locator("#score-form").count() == 0, "declared first"
    expert.look()
    expert.page.check("[name=declared]")
    expert.click("text=确认并开始评分")

    expert.page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    assert "适老化" in expert.text(SHOWN)
    for name in ("less", "more"):
        box = expert.page.locator(f"{SHOWN} [data-{name}]").bounding_box()
        assert box
        assert min(box["width"], box["height"]) >= 44, "for a thumb"
    for _tap in range(3):
        expert.page.click(f"{SHOWN} [data-less]")
    until_saved(expert)
    # From the full marks down, a point each.
    assert held(expert, card) == {"elderly_friendly": ("18", "")}
    expert.look(widths=[PHONE])
    expert.look(widths=[DESKTOP])
    expert.page.set_viewport_size(PHONE)  # type: ignore[arg-type]

    # The connection is lost in the middle, and then the page.
    expert.page.click("[data-next]")
    assert expert.page.evaluate("document.activeElement.textContent") == "证照公示"
    expert.context.set_offline(True)
    expert.page.click(f"{SHOWN} [data-grade='0']")
    expert.page.fill(f"{SHOWN} [name^=reason-]", "未公示")
    until_said(expert, "已留在本机")
    expert.page.set_input_files(f"{SHOWN} [data-photo-input] >> nth=0", PICTURE)
    expert.page.wait_for_selector(".thumbs .is-waiting")
    expert.page.close()
    expert.context.set_offline(False)
    expert.reopen()
    expert.go(address)
    until_saved(expert)
    assert held(expert, card)["signs"] == ("0", "未公示")
    assert expert.page.locator("#item-signs [data-photo]").count() == 1
    expert.page.set_viewport_size(PHONE)  # type: ignore[arg-type]

    # The same card on another device: nobody's points are lost unseen.
    other = visitor("expert")
    other.go(address + "#item-signs")
    other.page.click(f"{SHOWN} [data-grade='20']")
    other.page.click(f"{SHOWN} [data-more]")
    until_saved(other)
    expert.page.click("[data-next]")
    expert.page.click(f"{SHOWN} [data-grade='30']")
    expert.page.wait_for_selector(".conflict")
    assert "30 分" in expert.text(".conflict__sides")
    assert "20.5 分" in expert.text(".conflict__sides")
    expert.look(widths=[PHONE])
    assert held(expert, card)["signs"] == ("20.5", "未公示")
    expert.page.click(".conflict button:has-text('用本机的')")
    until_saved(expert)
    assert held(expert, card)["signs"] == ("30", "未公示")

    expert.click("[data-to-summary]")
    assert "48" in expert.text(".score-total")
    expert.look()
    expert.page.fill("#opinion", "总体较好。")
    expert.click("text=提交评分")
    assert "已提交评分" in expert.text()
    expert.look()
    expert.forgive("ERR_INTERNET_DISCONNECTED")

    officer = visitor("programme_officer")
    officer.go("/evaluation/scoring/?step=to_confirm")
    officer.look()
    officer.go(f"/evaluation/{facts['evaluation']}/scoring/")
    officer.look()
    officer.click("button:has-text('确认 1 份评分表')")
    assert "已确认" in officer.text()
    officer.click("button:has-text('公布 1 份评分表')")
    assert "已公布" in officer.text()
    officer.go("/evaluation/scoring/assign/?state=all")
    officer.look()
