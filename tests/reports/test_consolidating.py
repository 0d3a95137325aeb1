"""The district's report: sums over offices, known and unknown, frozen with everything behind it."""

import datetime as dt
import io
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from docx import Document
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase
from openpyxl import load_workbook

from accounts.policy import scope_of
from core.audit import Actor
from core.digests import json_digest
from core.versions import StaleVersionError
from reports.models import Consolidation, Period, ProgressReport, ReportAnswer
from reports.progress import consolidating
from reports.progress.writing import consolidation_word, consolidation_workbook
from tests.factories import (
    OfficeFactory,
    PeriodFactory,
    ProgressReportFactory,
    ReportTypeFactory,
    StreetFactory,
    UserFactory,
)

STATES = ("todo", "draft", "submitted", "returned", "accepted", "final")
FLOW, STOCK, PASSAGE, APART = "new", "open", "progress", "satisfaction"


class Room:
    """A form with a flow, a stock, a passage and a share, over two months."""

    def __init__(self) -> None:
        self.form: Any = ReportTypeFactory(name="月报")
        self.district: Any = self.form.district
        number = {"type": self.form, "kind": "number", "over_offices": "sum"}
        items = self.form.items
        items.all().delete()
        items.create(**number, key=FLOW, label="新开网点", over_time="sum", unit="家", sort=1)
        items.create(**number, key=STOCK, label="营业网点", over_time="last", unit="家", sort=2)
        items.create(key=APART, label="满意度", kind="percent", decimals=1, sort=3)
        items.create(key=PASSAGE, label="工作进展", kind="text", over_offices="join", sort=4)
        self.last: Any = PeriodFactory(type=self.form, code="2026-09")
        self.period: Any = PeriodFactory(type=self.form, code="2026-10")
        self.officer: Any = UserFactory(
            office=OfficeFactory(district=self.district), roles=["programme_officer"]
        )

    def office(self, name: str) -> Any:
        return OfficeFactory(street=StreetFactory(district=self.district, name=name), name=name)

    def report(self, office: Any, state: str, period: Any = None, **said: Any) -> Any:
        sent = {} if state in ("todo", "draft") else {"first_submitted_at": timezone.now()}
        no_change = said.pop("no_change", False)
        report = ProgressReportFactory(
            period=period or self.period, office=office, state=state, no_change=no_change, **sent
        )
        for key, value in said.items():
            content = {"text": value} if isinstance(value, str) else {"number": value}
            ReportAnswer.objects.create(report=report, key=key, **content)
        return report

    def said(self, person: Any = None) -> dict[str, Any]:
        who = person or self.officer
        return {"by": Actor(who.pk, str(who)), "scope": scope_of(who)}

    def draft(self) -> Consolidation:
        return consolidating.draft(period=self.period, **self.said())


def figure(content: Any, key: str) -> Any:
    return next(one for one in content["items"] if one["key"] == key)


class TotalsOverOffices(TestCase):
    """Against a plain oracle: what every office says, one after another."""

    @settings(max_examples=20)
    @given(
        st.lists(
            st.tuples(
                st.sampled_from(STATES),
                st.booleans(),
                st.none() | st.integers(0, 10**9),
                st.none() | st.integers(0, 10**6),
                st.none() | st.integers(0, 10**6),
            ),
            max_size=6,
        )
    )
    def test_totals(self, offices: list[tuple[str, bool, Any, Any, Any]]) -> None:
        room = Room()
        flow_total, flow_known, stock_total, stock_known = 0, 0, 0, 0
        for number, (state, no_change, flow, stock, before) in enumerate(offices):
            office = room.office(f"街{number}")
            room.report(office, "accepted", room.last, **{STOCK: before})
            room.report(office, state, no_change=no_change, **{FLOW: flow, STOCK: stock})
            if state not in ("accepted", "final"):
                continue
            if no_change:
                flow, stock = 0, before
            if flow is not None:
                flow_total, flow_known = flow_total + flow, flow_known + 1
            if stock is not None:
                stock_total, stock_known = stock_total + stock, stock_known + 1
        content = consolidating.content_of(Period.objects.get(pk=room.period.pk))
        for key, total, known in (
            (FLOW, flow_total, flow_known),
            (STOCK, stock_total, stock_known),
        ):
            told = figure(content, key)
            assert told["total"] == (str(total) if known else None)
            assert (told["known"], told["expected"]) == (known, len(offices))
            parts = [Decimal(part["value"]) for part in told["parts"] if part["value"] is not None]
            assert sum(parts) == total
            assert len(parts) == known


@pytest.fixture
def room(db: Any) -> Room:
    return Room()


def test_the_district_report_from_draft_to_revision(room: Room) -> None:
    first = room.report(room.office("甲街"), "accepted", new=3, open=10, progress="开了三家店")
    room.report(room.office("乙街"), "accepted", new=4, satisfaction=Decimal("91.5"), progress="无")
    late = room.report(room.office("丙街"), "submitted", new=5, open=7)
    street_head = UserFactory(office=first.office, roles=["street_head"])
    approver = UserFactory(office=room.officer.office, roles=["approver"])
    for person in (street_head, approver):
        with pytest.raises(PermissionDenied):
            consolidating.draft(period=room.period, **room.said(person))
    draft = room.draft()
    content = draft.content
    assert content["offices"] == {
        "expected": 3,
        "passed": 2,
        "no_change": 0,
        "missing": ["丙街"],
    }
    assert consolidating.is_partial(content)
    assert (figure(content, FLOW)["total"], figure(content, STOCK)["total"]) == ("7", "10")
    assert figure(content, STOCK)["known"] == 1
    assert figure(content, APART)["total"] is None
    [passage] = content["texts"]
    assert passage["text"] == "甲街：开了三家店"

    edited = consolidating.edit_texts(
        consolidation=draft, texts={PASSAGE: "全区开了七家店"}, seen_version=1, **room.said()
    )
    with pytest.raises(StaleVersionError):
        consolidating.edit_texts(
            consolidation=draft, texts={PASSAGE: "别的"}, seen_version=1, **room.said()
        )
    # Another report passes: the draft's figures are no longer those of the reports.
    ProgressReport.objects.filter(pk=late.pk).update(state="accepted")
    with pytest.raises(ValidationError):
        consolidating.finalise(consolidation=edited, seen_version=None, **room.said())
    fresh = room.draft()
    assert fresh.pk == draft.pk
    assert fresh.content["texts"][0]["text"] == "全区开了七家店"
    final = consolidating.finalise(consolidation=fresh, seen_version=fresh.version, **room.said())
    assert (final.state, final.sha256) == ("final", json_digest(final.content))
    with pytest.raises(ValidationError):
        consolidating.edit_texts(
            consolidation=final, texts={PASSAGE: "改"}, seen_version=None, **room.said()
        )
    ReportAnswer.objects.filter(report=late, key=FLOW).update(number=50)
    second = room.draft()
    kept = Consolidation.objects.get(pk=final.pk)
    assert (second.revision, figure(second.content, FLOW)["total"]) == (2, "57")
    assert json_digest(kept.content) == kept.sha256


def test_word_and_excel_hold_the_figures_of_the_page(room: Room) -> None:
    room.report(room.office("甲街"), "accepted", new=1234, open=10, progress="开店")
    before = room.office("乙街")
    room.report(before, "accepted", room.last, open=90)
    room.report(before, "accepted", no_change=True)
    draft = room.draft()
    client = Client()
    client.force_login(room.officer)
    page = client.get(reverse("reporting:period", args=[room.period.pk])).content.decode()
    assert "1,234" in page
    assert "沿用 2026-09" in page
    table = Document(io.BytesIO(consolidation_word(draft).bytes())).tables[0]
    rows = {row.cells[0].text: row.cells[2].text for row in table.rows}
    assert (rows["新开网点"], rows["营业网点"]) == ("1,234", "100")
    book = load_workbook(io.BytesIO(consolidation_workbook(draft)))
    totals = {row[1]: row[3] for row in book.worksheets[0].iter_rows(values_only=True)}
    assert (totals["新开网点"], totals["营业网点"]) == (1234, 100)
    parts = {row[0]: row[3] for row in book.worksheets[1].iter_rows(values_only=True)}
    assert (parts["甲街"], parts["乙街"]) == (10, 90)
    for kind in ("word", "excel"):
        file = client.get(reverse("reporting:period_file", args=[room.period.pk, 1, kind]))
        assert file.content.startswith(b"PK")
        report = ProgressReport.objects.filter(period=room.period).earliest("pk")
        one = client.get(reverse("reporting:report_file", args=[report.pk, kind]))
        assert one.content.startswith(b"PK")


def test_from_the_page(room: Room) -> None:
    room.report(room.office("甲街"), "accepted", new=3, progress="开店")
    client = Client()
    client.force_login(room.officer)
    act = reverse("reporting:period_act", args=[room.period.pk])
    client.post(act, {"do": "draft"})
    told = {"version": "1", f"text-{PASSAGE}": "一切\r\n顺利", "do": "finalise"}
    client.post(act, told)
    made = Consolidation.objects.get()
    assert (made.state, made.content["texts"][0]["text"]) == ("final", "一切\n顺利")
    assert made.final_at is not None
    assert made.final_at.date() <= timezone.now().date() + dt.timedelta(days=1)


def test_what_is_refused_stays_in_the_form_beside_the_others_words(room: Room) -> None:
    room.report(room.office("甲街"), "accepted", new=3, progress="开店")
    draft = room.draft()
    client = Client()
    client.force_login(room.officer)
    act = reverse("reporting:period_act", args=[room.period.pk])
    typed = {"do": "save", "version": str(draft.version)}
    client.post(act, typed | {f"text-{PASSAGE}": "先写的"})
    late = client.post(act, typed | {f"text-{PASSAGE}": "后写的"})
    page = late.content.decode()
    assert late.status_code == 409
    assert "先写的" in page
    assert "后写的" in page
    assert Consolidation.objects.get().content["texts"][0]["text"] == "先写的"
