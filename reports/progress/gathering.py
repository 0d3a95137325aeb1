"""A quarter assembled from its months, a year from its quarters (S4 联席会议 四2, 四3)."""

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from reports.models import Period, ProgressReport, ReportAnswer, ReportItem, ReportType
from reports.progress.sources import Found
from reports.progress.spans import Span, spans_within
from reports.progress.values import plain

SOURCE = "gather"
LABELS = {
    ReportType.Cadence.MONTH: _("由本单位各月月报汇总"),
    ReportType.Cadence.QUARTER: _("由本单位各季季报汇总"),
    ReportType.Cadence.YEAR: _("由本单位年报汇总"),
}
Gather = ReportItem.Gather
PASSED = (ProgressReport.State.ACCEPTED, ProgressReport.State.FINAL)


@dataclass(frozen=True)
class Part:
    """One lower period of the office: its passed report, or None where it is still missing."""

    span: Span
    report: ProgressReport | None = None
    answers: dict[str, ReportAnswer] = field(default_factory=dict)

    @property
    def unchanged(self) -> bool:
        """无变化报送: nothing came to pass, and what stood before stands."""
        return self.report is not None and self.report.no_change


def gather(
    report: ProgressReport, items: Iterable[ReportItem], today: dt.date | None = None
) -> dict[str, Found]:
    """What the office's passed reports of the lower form come to, by item key.

    Nothing where no lower report has passed yet. What lacks a period, or a number in one, is
    tagged `partial`; `missing` in its origin names the periods. Four queries.
    """
    wanted = [item for item in items if item.over_time != Gather.NONE]
    code = report.period.type.assembled_from
    if not code or not wanted:
        return {}
    parts = parts_of(report, today or timezone.localdate())
    if not any(part.report for part in parts):
        return {}
    return {item.key: gathered(item, parts, code) for item in wanted}


def parts_of(report: ProgressReport, today: dt.date) -> list[Part]:
    """The lower periods that the office owes within the report's, oldest first.

    A period that was opened without the office, or never opened, is not owed; one that is still to
    be opened is missing, provided the office owes others.
    """
    form = report.period.type
    lower = ReportType.objects.filter(district=form.district_id, code=form.assembled_from)
    cadence = lower.values_list("cadence", flat=True).first()
    if cadence is None:
        return []
    since, until = report.period.starts_on, report.period.ends_on
    opened = Period.objects.filter(
        district=form.district_id,
        type_code=form.assembled_from,
        starts_on__gte=since,
        ends_on__lte=until,
    )
    codes = set(opened.values_list("code", flat=True))
    rows = ProgressReport.objects.filter(office=report.office_id, period__in=opened)
    owed = {
        row.period.code: row for row in rows.select_related("period").prefetch_related("answers")
    }
    return [
        _part(span, owed.get(span.code))
        for span in spans_within(cadence, since, until)
        if span.code in owed or (owed and span.code not in codes and span.ends_on >= today)
    ]


def _part(span: Span, report: ProgressReport | None) -> Part:
    if report is None or report.state not in PASSED:
        return Part(span)
    return Part(span, report, {answer.key: answer for answer in report.answers.all()})


def gathered(item: ReportItem, parts: list[Part], form: str) -> Found:
    """What the parts (not empty) come to for one item; `form` is the lower form's code."""
    sum_ = _HOW[item.over_time](item, parts)
    told = [part for part in parts if part.report]
    origin: dict[str, Any] = {
        "source": SOURCE,
        "label": str(LABELS[ReportType.Cadence(parts[0].span.cadence)]),
        "form": form,
        "day": told[-1].span.ends_on.isoformat() if told else "",
        "tags": sorted(_tags(item, told) | ({"partial"} if sum_.partial else set())),
        "parts": [_told(item, part) for part in told],
        "missing": [part.span.code for part in parts if part.report is None],
    }
    return Found(sum_.number, sum_.text, origin)


def _told(item: ReportItem, part: Part) -> dict[str, Any]:
    answer = part.answers.get(item.key)
    number = answer.number if answer and not part.unchanged else None
    return {
        "period": part.span.code,
        "report": str(part.report.pk) if part.report else "",
        "value": plain(number),
        "no_change": part.unchanged,
    }


def _tags(item: ReportItem, parts: list[Part]) -> set[str]:
    """What the parts' own prefilled values carried, where they still stand."""
    answers = [part.answers[item.key] for part in parts if item.key in part.answers]
    return {
        tag
        for answer in answers
        if answer.number == answer.prefilled_number
        for tag in answer.origin.get("tags", ())
    }


@dataclass(frozen=True)
class _Sum:
    number: Decimal | None = None
    text: str = ""
    # Something that should have counted is missing or not known.
    partial: bool = False


def _numbers(item: ReportItem, parts: list[Part]) -> list[Decimal | None]:
    """The numbers in turn, None where missing or unknown; 无变化报送 is passed over."""
    answers = [part.answers.get(item.key) for part in parts if not part.unchanged]
    return [answer.number if answer else None for answer in answers]


def _sum(item: ReportItem, parts: list[Part]) -> _Sum:
    numbers = _numbers(item, parts)
    if not numbers:
        # Only 无变化: nothing was added in any of them.
        return _Sum(Decimal(0))
    known = [number for number in numbers if number is not None]
    return _Sum(sum(known, Decimal(0)) if known else None, partial=len(known) < len(numbers))


def _last(item: ReportItem, parts: list[Part]) -> _Sum:
    if item.is_text:
        return _Sum(text=next((text for _span, text in reversed(_texts(item, parts))), ""))
    numbers = _numbers(item, parts)
    number = next((number for number in reversed(numbers) if number is not None), None)
    return _Sum(number, partial=not numbers or numbers[-1] is None)


def _join(item: ReportItem, parts: list[Part]) -> _Sum:
    """The passages, each under the name of its period."""
    told = [f"【{title_of(span)}】{text}" for span, text in _texts(item, parts)]
    return _Sum(text="\n".join(told), partial=any(part.report is None for part in parts))


def _texts(item: ReportItem, parts: list[Part]) -> list[tuple[Span, str]]:
    """What was written, in turn; periods without words left out."""
    answers = [(part.span, part.answers.get(item.key)) for part in parts if not part.unchanged]
    return [(span, text) for span, answer in answers if answer and (text := answer.text.strip())]


def title_of(span: Span) -> str:
    """11月, 第四季度, 2026年: as a passage is headed in the report above."""
    month = span.ends_on.month
    titles = {
        ReportType.Cadence.MONTH: f"{month}月",
        ReportType.Cadence.QUARTER: f"第{'一二三四'[month // 3 - 1]}季度",
        ReportType.Cadence.YEAR: f"{span.ends_on.year}年",
    }
    return titles[ReportType.Cadence(span.cadence)]


_HOW: Mapping[str, Callable[[ReportItem, list[Part]], _Sum]] = {
    Gather.SUM: _sum,
    Gather.LAST: _last,
    Gather.JOIN: _join,
}
