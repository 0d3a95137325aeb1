"""工作通报: every figure leads to what it is made of; edited, issued, then frozen."""

import datetime as dt
import io
import uuid
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from docx import Document

from accounts.policy import scope_of
from core.audit import Actor
from reports.bulletin import bulletin_word, draft_bulletin, edit_bulletin, issue_bulletin
from reports.models import Bulletin, ReportAnswer, WorkItem
from tests.factories import (
    OfficeFactory,
    PeriodFactory,
    ProgressReportFactory,
    ReportTypeFactory,
    StreetFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db
# The month before this one: its reports are due on the 5th of this one at the latest.
MONTH = (timezone.localdate().replace(day=1) - dt.timedelta(days=1)).replace(day=1)


class Month:
    """A month with two passed reports, one missing, two items of which one was adopted."""

    def __init__(self) -> None:
        self.form: Any = ReportTypeFactory(name="月报")
        self.district: Any = self.form.district
        self.form.items.all().delete()
        self.form.items.create(
            key="new", label="新开网点", kind="number", over_offices="sum", unit="家"
        )
        self.form.items.create(
            key="progress", label="工作进展", kind="text", over_offices="join", sort=2
        )
        self.period: Any = PeriodFactory(
            type=self.form,
            code=f"{MONTH:%Y-%m}",
            due_on=MONTH + dt.timedelta(days=20),
            ends_on=MONTH + dt.timedelta(days=15),
        )
        commission = OfficeFactory(district=self.district)
        self.officer: Any = UserFactory(office=commission, roles=["programme_officer"])
        self.leader: Any = UserFactory(office=commission, roles=["leader"])
        self.offices = [self.report(name, new) for name, new in (("甲街", 1200), ("乙街", 34))]
        self.report("丙街", None)

    def report(self, name: str, new: int | None) -> Any:
        office = OfficeFactory(street=StreetFactory(district=self.district, name=name), name=name)
        day = timezone.make_aware(dt.datetime.combine(MONTH, dt.time(9)))
        passed = {"state": "accepted", "first_submitted_at": day} if new is not None else {}
        report = ProgressReportFactory(period=self.period, office=office, **passed)
        if new is not None:
            ReportAnswer.objects.create(report=report, key="new", number=new)
            ReportAnswer.objects.create(report=report, key="progress", text=f"{name}走访")
        return office

    def item(self, title: str, state: str, **columns: Any) -> WorkItem:
        made: WorkItem = WorkItem.objects.create(
            district=self.district,
            office=self.offices[0],
            category="event",
            title=title,
            state=state,
            happened_on=MONTH + dt.timedelta(days=3),
            **columns,
        )
        return made

    def said(self, person: Any = None) -> dict[str, Any]:
        who = person or self.officer
        return {"by": Actor(who.pk, str(who)), "scope": scope_of(who)}

    def draft(self, **said: Any) -> Bulletin:
        given = said or self.said()
        return draft_bulletin(district=self.district, month=MONTH, **given)


@pytest.fixture
def month() -> Month:
    return Month()


def section(bulletin: Bulletin, key: str) -> dict[str, Any]:
    return next(one for one in bulletin.content["sections"] if one["key"] == key)


def test_every_figure_leads_to_its_sources(month: Month) -> None:
    adopted = month.item("夏季市集", "adopted", attendees=1500, sales=Decimal("35000"))
    month.item("不宜采用", "declined")
    with pytest.raises(PermissionDenied):
        month.draft(**month.said(month.leader))
    made = month.draft()
    reporting = section(made, "reporting")
    assert "报告 3 份，按时报送 2 份，按时率 66.7%" in reporting["text"]
    assert "未报的单位：丙街" in reporting["text"]
    figures = section(made, "figures")
    assert "（应报 3 家，审核通过 2 家）：新开网点 1,234 家。" in figures["text"]
    [source] = figures["sources"]
    behind = ReportAnswer.objects.filter(report__in=source["reports"], key=source["key"])
    assert sum(answer.number or 0 for answer in behind) == Decimal(source["value"]) == 1234
    news = section(made, "news")
    assert "夏季市集（1,500 人次，带动消费额 3.5 万元）。（甲街，" in news["text"]
    assert [uuid.UUID(one["id"]) for one in news["sources"]] == [adopted.pk]
    assert section(made, "text:progress")["text"] == "甲街：甲街走访\n乙街：乙街走访"
    assert "尚无定稿" in section(made, "gaps")["text"]
    assert [row[0] for row in made.content["table"]["rows"]] == ["甲街", "乙街", "丙街"]


def test_what_was_rewritten_stays_and_what_is_issued_is_frozen(month: Month) -> None:
    first = month.draft()
    edited = edit_bulletin(
        bulletin=first,
        title=first.title,
        sections={"news": {"title": "亮点", "text": "办了市集。"}},
        seen_version=first.version,
        **month.said(),
    )
    month.item("秋季市集", "adopted")
    again = month.draft()
    assert again.pk == first.pk
    assert section(again, "news")["text"] == "办了市集。"
    assert len(section(again, "news")["sources"]) == 1
    with pytest.raises(ValidationError) as refused:
        issue_bulletin(
            bulletin=again, number="", day=MONTH - dt.timedelta(days=1), seen_version=None,
            **month.said(),
        )  # fmt: skip
    assert set(refused.value.message_dict) == {"number", "day"}
    issued = issue_bulletin(
        bulletin=again,
        number="普商务通报1号",
        day=timezone.localdate(),
        seen_version=again.version,
        **month.said(),
    )
    assert issued.state == "issued"
    for change in (lambda: month.draft(), lambda: _edit(month, issued)):
        with pytest.raises(ValidationError):
            change()
    text = "\n".join(
        paragraph.text
        for paragraph in Document(io.BytesIO(bulletin_word(issued).bytes())).paragraphs
    )
    for words in ("普商务通报1号", "亮点", "办了市集。", "一、报送情况", "1,234"):
        assert words in text, words
    assert edited.version < issued.version


def _edit(month: Month, bulletin: Bulletin) -> None:
    edit_bulletin(bulletin=bulletin, title="改", sections={}, seen_version=None, **month.said())


def test_from_the_page(month: Month) -> None:
    client = Client()
    client.force_login(month.officer)
    made = client.post(reverse("reporting:bulletins"), {"month": f"{MONTH:%Y-%m}"})
    bulletin = Bulletin.objects.get()
    assert made["Location"] == reverse("reporting:bulletin", args=[bulletin.pk])
    typed = {
        "title": bulletin.title,
        "version": str(bulletin.version),
        "text-figures": "数据略。\r\n",
        "number": "普商务通报2号",
        "day": timezone.localdate().isoformat(),
        "do": "issue",
    }
    act = reverse("reporting:bulletin_act", args=[bulletin.pk])
    client.post(act, typed)
    client.post(act, typed | {"text-figures": "再改"})
    bulletin.refresh_from_db()
    assert (bulletin.state, section(bulletin, "figures")["text"]) == ("issued", "数据略。")
    word = client.get(reverse("reporting:bulletin_word", args=[bulletin.pk]))
    assert word.content.startswith(b"PK")


def test_what_is_refused_stays_in_the_form_beside_the_others_words(month: Month) -> None:
    bulletin = month.draft()
    client = Client()
    client.force_login(month.officer)
    act = reverse("reporting:bulletin_act", args=[bulletin.pk])
    typed = {"title": bulletin.title, "version": str(bulletin.version), "do": "save"}
    client.post(act, typed | {"text-news": "甲的文字。"})
    late = client.post(act, typed | {"text-news": "乙的文字。"})
    page = late.content.decode()
    assert late.status_code == 409
    assert "甲的文字。" in page
    assert "乙的文字。" in page
    bulletin.refresh_from_db()
    assert section(bulletin, "news")["text"] == "甲的文字。"
