"""Lists: searched, filtered, sorted, exported as shown."""

import csv
import io

import pytest

from tests.browser.conftest import NewPerson
from tests.browser.person import Person

pytestmark = pytest.mark.browser


def test_circles_are_found_sorted_and_exported_as_shown(visitor: NewPerson) -> None:
    person = visitor("programme_officer")
    person.go("/circles/")
    person.look()
    everything = _names(person)
    assert len(everything) > 5
    person.page.fill("#filter-q", everything[0])
    person.click(".filters button[type=submit]")
    assert _names(person) == [everything[0]]
    assert person.page.input_value("#filter-q") == everything[0]
    assert _exported(person, "circles")[0][1] == everything[0]
    person.click(".chip")
    assert person.path() == "/circles/"
    assert _names(person) == everything
    person.page.select_option("#filter-state", "accepted")
    person.page.select_option("#filter-level", "basic")
    person.click(".filters button[type=submit]")
    assert set(_column(person, 2)) == {"基础型"}
    assert person.page.locator(".chip").count() == 2
    person.click("text=清除全部条件")
    head = person.page.locator("thead button", has_text="缺失业态")
    head.click()
    missing = [int(text.removesuffix("个")) for text in _column(person, 5)]
    assert missing == sorted(missing, reverse=True)
    head.click()
    assert [int(text.removesuffix("个")) for text in _column(person, 5)] == sorted(missing)
    person.page.fill("#filter-q", "没有这个圈")
    person.click(".filters button[type=submit]")
    assert "还没有生活圈" in person.text() or "没有符合条件" in person.text()
    person.look()


def test_gaps_are_filtered_and_exported_as_shown(visitor: NewPerson) -> None:
    person = visitor("leader")
    person.go("/gaps/")
    person.look()
    total = len(_names(person))
    person.page.select_option("#filter-missing", "1")
    person.click(".filters button[type=submit]")
    states = _column(person, 3)
    assert 0 < len(states) < total
    assert set(states) == {"缺失"}
    rows = _exported(person, "gaps")
    assert len(rows) == len(states)
    person.look()


def _names(person: Person) -> list[str]:
    return person.page.locator("main tbody th a").all_inner_texts()


def _column(person: Person, number: int) -> list[str]:
    cells = person.page.locator(f"main tbody tr > :nth-child({number + 1})")
    return [text.strip() for text in cells.all_inner_texts()]


def _exported(person: Person, name: str) -> list[list[str]]:
    """The rows of the list's CSV, without its head."""
    person.page.click(".list-tools details:has-text('导出') summary")
    text = person.download("text=导出 CSV")
    return list(csv.reader(io.StringIO(text)))[1:]
