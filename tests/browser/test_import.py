"""A ledger of 1,400 rows from upload to undo: by mouse at a desk, by keyboard on a phone."""

import json
import re
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from tests.browser.conftest import NewPerson
from tests.browser.person import DESKTOP, PHONE, Person
from tests.browser.site import ROOT, Site

pytestmark = pytest.mark.browser
MEANT = "便利店"
READ_TILES = """
[...document.querySelectorAll("[data-tiles] .tile")].map((tile) =>
  [".tile__label", ".tile__count"].map((part) => tile.querySelector(part).textContent))
"""
TO_READ = {"开业日期": "2023-03-01", "营业面积（㎡）": "50", "网点名称": "补名小店"}


@pytest.fixture
def ledger(site: Site, tmp_path: Path) -> tuple[Path, dict[str, int]]:
    """The file and what is in it."""
    path = tmp_path / "街道台账.xlsx"
    made = subprocess.run(
        [sys.executable, "-m", "tests.browser.crooked", site.facts["street"], str(path)],
        cwd=ROOT,
        env=site.environment,
        capture_output=True,
        text=True,
        check=True,
    )
    return path, json.loads(made.stdout.splitlines()[-1])


def test_by_mouse_at_a_desk(
    visitor: NewPerson, site: Site, ledger: tuple[Path, dict[str, int]]
) -> None:
    path, facts = ledger
    person = visitor(f"street_officer_{site.facts['street']}")
    page = person.page
    person.go("/ledger/imports/")
    person.look()
    page.set_input_files("#id_file", path)
    person.click("text=上传并继续")
    person.look()
    assert "还缺少必需的列：网点名称" in person.text()
    page.locator("tr", has=page.get_by_role("rowheader", name="店招")).locator(
        "select"
    ).select_option("name")
    assert page.locator("input[name=crs]:checked").count() == 0
    person.click("main button:has-text('检查各行')")
    assert "没有写明坐标系" in person.text()
    assert page.locator("tr:has-text('店招') select").input_value() == "name"
    page.locator("label.system", has_text="GCJ-02").click()
    person.click("main button:has-text('检查各行')")
    assert page.locator("[data-progress]").is_visible()
    person.look(widths=[DESKTOP])
    _run(person, site)
    counts = _tiles(person)
    assert sum(counts.values()) == facts["rows"]
    assert (counts["有误"], counts["疑似重复"]) == (facts["wrong"], facts["doubts"])
    person.look()

    _type(person, _wrong(person, value="便利超市店"), MEANT)
    page.locator(".chip:has-text('全部替换')").first.click()
    _until_wrong(person, facts["wrong"] - facts["misspelt"])
    # By what they are called: a cell that is judged meanwhile is no longer among the wrong ones.
    wrong = page.locator("[data-cell] input[aria-invalid=true]")
    for name in wrong.evaluate_all("cells => cells.map(cell => cell.id)"):
        cell = page.locator(f"[id='{name}']")
        cell.fill(TO_READ[_label(cell)])
        cell.blur()
    _until_wrong(person, 0)
    assert _tiles(person)["有误"] == 0

    person.click("text=下一步：比对")
    person.look()
    assert page.locator("fieldset.pair").count() == facts["doubts"]
    page.locator("fieldset.pair").first.get_by_label("合并").check()
    person.click("text=保存本页的处理")
    person.click("button[name=all][value=keep]")
    person.click("text=变更")
    assert "06:15-23:45" in person.text()
    person.look()
    person.go(person.path().partition("?")[0])
    assert "将要写入" in person.text()
    person.look()
    person.click("text=确认导入")
    _run(person, site)
    assert "已写入台账" in person.text()
    person.look()
    person.click("text=撤销这次导入……")
    assert "将撤销写入的" in person.text()
    person.look()
    page.fill("#id_reason", "试导入")
    person.click("main button:has-text('撤销导入')")
    _run(person, site)
    assert "已撤销" in person.text()


def test_by_keyboard_alone_on_a_phone(
    visitor: NewPerson, site: Site, ledger: tuple[Path, dict[str, int]]
) -> None:
    path, facts = ledger
    person = visitor(f"street_officer_{site.facts['street']}")
    person.page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    keys = Keys(person)
    # Whoever listens has the dialog kept from opening; begun late, a slow browser opens it first.
    person.page.on("filechooser", lambda _chooser: None)
    person.go("/ledger/imports/")
    keys.to("#id_file")
    with person.page.expect_file_chooser() as chooser:
        keys.press("Space")
    chooser.value.set_files(path)
    keys.to("button[data-busy]")
    keys.press_and_go("Enter")

    if person.page.locator("tr:has-text('店招') select").input_value() != "name":
        keys.to("tr:has-text('店招') select")
        keys.down_to("name")
    keys.to("input[name=crs]")
    keys.down_to("gcj02")
    keys.press("Space")
    keys.to("main form[data-columns-form] .import-acts button[type=submit]")
    keys.press_and_go("Enter")
    _run(person, site)

    keys.to("[data-cell] input[aria-invalid=true]")
    wrong = facts["wrong"]
    replaced = False
    for _attempt in range(wrong):
        now = person.page.evaluate(
            "({value: document.activeElement.value, "
            "label: document.activeElement.labels[0].textContent})"
        )
        misspelt = now["value"] == "便利超市店"
        keys.press("Control+a")
        keys.type(MEANT if misspelt else _meant(now["label"]))
        keys.press("Enter")
        wrong -= 1
        _until_wrong(person, wrong)
        if misspelt and not replaced:
            keys.to("button[name=replace]", back=True)
            keys.press("Enter")
            wrong -= facts["misspelt"] - 1
            _until_wrong(person, wrong)
            replaced = True
        if not wrong:
            break
        keys.to("[data-cell] input[aria-invalid=true]", around=True)
    assert _tiles(person)["有误"] == 0

    keys.to("[data-next]")
    keys.press_and_go("Enter")
    person.look(widths=[PHONE])
    person.page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    keys.to("button[name=all][value=keep]")
    keys.press_and_go("Enter")
    keys.to("a:has-text('下一步：确认')")
    keys.press_and_go("Enter")
    keys.to("button:has-text('确认导入')")
    keys.press_and_go("Enter")
    _run(person, site)
    keys.to("a:has-text('撤销这次导入')")
    keys.press_and_go("Enter")
    keys.to("main .button--danger")
    keys.press_and_go("Enter")
    _run(person, site)
    assert "已撤销" in person.text()


class Keys:
    """A person's keyboard: what is not reached with it is not reached."""

    def __init__(self, person: Person) -> None:
        self.page = person.page

    def to(self, selector: str, *, back: bool = False, around: bool = False) -> None:
        """Tab until the focus is on what matches."""
        target = self.page.locator(selector)
        for way in ("Shift+Tab", "Tab") if around else ("Shift+Tab" if back else "Tab",):
            for _step in range(160):
                if any(one.evaluate("e => e === document.activeElement") for one in target.all()):
                    return
                self.page.keyboard.press(way)
        raise AssertionError(f"the keyboard never reaches {selector}")

    def press(self, key: str) -> None:
        self.page.keyboard.press(key)

    def down_to(self, value: str) -> None:
        """Arrow down to the choice with that value."""
        for _step in range(60):
            if self.page.evaluate("document.activeElement.value") == value:
                return
            self.page.keyboard.press("ArrowDown")
        raise AssertionError(f"no choice {value}")

    def type(self, text: str) -> None:
        self.page.keyboard.type(text)

    def press_and_go(self, key: str) -> None:
        """Press what opens another page."""
        with self.page.expect_navigation(wait_until="load"):
            self.page.keyboard.press(key)


def _run(person: Person, site: Site) -> None:
    """Let the waiting job run, and the page find out by itself."""
    site.manage("runjobs", "--once")
    person.page.wait_for_selector("[data-progress]", state="detached", timeout=30_000)
    person.page.wait_for_load_state()


def _tiles(person: Person) -> dict[str, int]:
    texts = person.page.evaluate(READ_TILES)
    return {label.strip(): int(count) for label, count in texts}


def _until_wrong(person: Person, count: int) -> None:
    """Wait until so many rows are wrong: each saved cell is judged on the server."""
    deadline = time.monotonic() + 60
    while _tiles(person)["有误"] != count:
        assert time.monotonic() < deadline, (_tiles(person), count)
        person.page.wait_for_timeout(50)


def _wrong(person: Person, value: str) -> Any:
    return person.page.locator(f"[data-cell] input[aria-invalid=true][value='{value}']").first


def _type(person: Person, cell: Any, text: str) -> None:
    """Correct a cell and wait for its judgement."""
    before = _tiles(person)["有误"]
    cell.fill(text)
    cell.blur()
    _until_wrong(person, before - 1)


def _label(cell: Any) -> str:
    return _title(cell.evaluate("e => e.labels[0].textContent"))


def _title(label: str) -> str:
    return re.sub(r"第 \d+ 行", "", label).strip()


def _meant(label: str) -> str:
    return TO_READ[_title(label)]
