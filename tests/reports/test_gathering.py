"""Quarters from months and years from quarters, against sums made another way."""

import datetime as dt
import uuid
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st

from reports.models import ProgressReport, ReportAnswer, ReportItem
from reports.progress.gathering import Part, gather, gathered
from reports.progress.prefilling import prefill
from reports.progress.spans import Span, span_of, spans_within
from tests.factories import OutletFactory
from tests.reports.reporting import (
    BY,
    CHANGSHOU,
    answers,
    number,
    pass_report,
    report_of,
    street,
    work_item,
)

YEAR = (dt.date(2026, 1, 1), dt.date(2026, 12, 31))
MONTHS = spans_within("month", *YEAR)
# A month that is missing, without change, passed without the number, or passed with it.
MISSING, UNCHANGED = "missing", "unchanged"
amounts = st.decimals(0, 10**9, places=2)
months = st.sampled_from([MISSING, UNCHANGED]) | st.none() | amounts
whole = st.sampled_from([UNCHANGED]) | amounts


def part(span: Span, said: Any, key: str = "sales") -> Part:
    """A lower period as it is found: unsaved rows are enough."""
    if said == MISSING:
        return Part(span)
    report = ProgressReport(pk=uuid.uuid4(), state="final", no_change=said == UNCHANGED)
    if said == UNCHANGED:
        # What was prefilled before 无变化 was chosen does not count.
        return Part(span, report, {key: ReportAnswer(key=key, number=Decimal(7), text="旧")})
    content = {"text": said} if isinstance(said, str) else {"number": said}
    return Part(span, report, {key: ReportAnswer(key=key, **content)})


def item(over_time: str, kind: str = "money") -> ReportItem:
    return ReportItem(key="sales", kind=kind, over_time=over_time)


def tags(found: Any) -> list[str]:
    marks: list[str] = found.origin["tags"]
    return marks


@given(st.lists(months, min_size=3, max_size=3))
def test_a_sum_is_of_what_is_known_and_says_when_that_is_not_all(said: list[Any]) -> None:
    quarter = MONTHS[9:]
    found = gathered(item("sum"), [part(*each) for each in zip(quarter, said, strict=True)], "m")
    fen = [int(amount * 100) for amount in said if isinstance(amount, Decimal)]
    silent = said.count(MISSING) + said.count(None)
    if fen:
        assert found.number is not None
        assert int(found.number * 100) == sum(fen)
    elif silent:
        assert found.number is None
    else:
        assert found.number == 0
    assert ("partial" in tags(found)) == bool(silent)
    assert found.origin["missing"] == [
        f"2026-{month}" for month, each in zip((10, 11, 12), said, strict=True) if each == MISSING
    ]


@given(st.lists(months, min_size=3, max_size=3))
def test_the_last_value_is_the_newest_known_one(said: list[Any]) -> None:
    parts = [part(*each) for each in zip(MONTHS[9:], said, strict=True)]
    found = gathered(item("last"), parts, "m")
    known = None
    behind = True
    for each in said:
        if isinstance(each, Decimal):
            known, behind = each, False
        elif each != UNCHANGED:
            behind = True
    assert found.number == known
    assert ("partial" in tags(found)) == behind


@given(st.lists(whole, min_size=12, max_size=12))
def test_a_year_from_quarters_is_the_year_from_months(said: list[Any]) -> None:
    for over_time in ("sum", "last"):
        direct = gathered(
            item(over_time), [part(*each) for each in zip(MONTHS, said, strict=True)], "m"
        )
        quarters = []
        for at in range(0, 12, 3):
            three = zip(MONTHS[at : at + 3], said[at : at + 3], strict=True)
            of_three = gathered(item(over_time), [part(*each) for each in three], "m")
            span = span_of("quarter", MONTHS[at].starts_on)
            # A quarter of nothing but 无变化 has no last value: it says 无变化 itself.
            given_on = UNCHANGED if of_three.number is None else of_three.number
            quarters.append(part(span, given_on))
        by_quarters = gathered(item(over_time), quarters, "q")
        assert by_quarters.number == direct.number
        assert tags(by_quarters) == tags(direct)


def test_passages_are_joined_under_the_names_of_their_periods() -> None:
    said = ["开了三家店", UNCHANGED, "  "]
    parts = [part(*each) for each in zip(MONTHS[9:], said, strict=True)]
    assert gathered(item("join", "text"), parts, "m").text == "【10月】开了三家店"
    assert gathered(item("last", "text"), parts, "m").text == "开了三家店"
    quarters = spans_within("quarter", *YEAR)
    parts = [part(*each) for each in zip(quarters[2:], ["甲", "乙"], strict=True)]
    joined = gathered(item("join", "text"), parts, "q").text
    assert joined == "【第三季度】甲\n【第四季度】乙"


@pytest.mark.django_db
def test_a_quarter_takes_the_months_that_have_passed_and_names_the_others() -> None:
    with time_machine.travel("2026-12-20 09:00:00+08:00", tick=False):
        OutletFactory.create_batch(2, street=street(), opened_on=dt.date(2026, 10, 10))
        work_item(dt.date(2026, 10, 3), sessions=50)
        october, november = (report_of("street_month", f"2026-{n}") for n in (10, 11))
        pass_report(october, new_outlets=3, sessions=None, sales=Decimal(100), progress="十月")
        pass_report(november, new_outlets=4, outlets_open=80, progress="十一月")
    with time_machine.travel("2026-12-22 09:00:00+08:00", tick=False):
        # December's month has not been opened yet: its report is still to come.
        quarter = report_of("street_quarter", "2026-Q4")
        done = prefill(report=quarter, by=BY)
        assert done.missing == ("2026-12",)
        found = answers(quarter)
        assert (found["new_outlets"].number, found["outlets_open"].number) == (7, 80)
        assert found["new_outlets"].origin["tags"] == ["partial"]
        assert [each["value"] for each in found["new_outlets"].origin["parts"]] == ["3", "4"]
        assert found["new_outlets"].origin["label"] == "由本单位各月月报汇总"
        assert found["progress"].text == "【10月】十月\n【11月】十一月"
        # The months say nothing of it, but the office's own 工作信息 does.
        assert (found["sessions"].number, found["sessions"].origin["source"]) == (50, "work_items")
        # Neither does anybody know.
        assert (found["jobs"].number, found["spaces_reused"].number) == (None, None)
    with time_machine.travel("2027-01-04 09:00:00+08:00", tick=False):
        pass_report(report_of("street_month", "2026-12"), no_change=True)
        assert prefill(report=quarter, by=BY).missing == ()
        found = answers(quarter)
        assert (found["new_outlets"].number, found["new_outlets"].origin["tags"]) == (7, [])
        assert (found["outlets_open"].number, found["outlets_open"].origin["tags"]) == (80, [])


@pytest.mark.django_db
@time_machine.travel("2027-01-04 09:00:00+08:00", tick=False)
def test_a_street_that_owes_no_months_is_prefilled_from_its_own_ledger() -> None:
    OutletFactory(street=street(CHANGSHOU), opened_on=dt.date(2026, 10, 10))
    report_of("street_month", "2026-12")
    quarter = report_of("street_quarter", "2026-Q4", CHANGSHOU)
    assert gather(quarter, quarter.period.type.items.all()) == {}
    done = prefill(report=quarter, by=BY)
    assert done.missing == ()
    assert number(quarter, "new_outlets") == 1


@pytest.mark.django_db
@time_machine.travel("2027-01-04 09:00:00+08:00", tick=False)
def test_a_year_is_assembled_from_quarters_of_the_same_office_only() -> None:
    own, other = (
        report_of("street_quarter", "2026-Q4", of) for of in ("street_310107005", CHANGSHOU)
    )
    pass_report(own, investment=Decimal("1500000.50"), satisfaction=Decimal("91.5"))
    pass_report(other, investment=Decimal(9), satisfaction=Decimal(1))
    year = report_of("street_year", "2026")
    prefill(report=year, by=BY)
    found = answers(year)
    assert found["investment"].number == Decimal("1500000.50")
    assert found["satisfaction"].number == Decimal("91.5")
    # Three quarters were never opened: nobody owes them, and nothing is missing.
    assert found["investment"].origin["missing"] == []
