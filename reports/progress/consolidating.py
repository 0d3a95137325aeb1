"""The district's report over a period: sums and passages over offices, each traceable.

Only passed reports count. Every total says how many of the offices that owe a report are in it,
and names each of them with its report and its value; what is unknown is left out, never 0.

A 无变化报送 says that nothing was added in the period, and that what stood before stands: 0 where
months add up to a quarter, else the office's last number before.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.offices import short_name
from core import policy
from core.audit import Actor, act
from core.db import locked
from core.digests import json_digest
from core.scope import Scope
from core.versions import require_version
from reports.models import Consolidation, Period, ProgressReport, ReportAnswer, ReportItem
from reports.progress.overview import office_order
from reports.progress.values import MOST_CHARACTERS, plain

Content = dict[str, Any]
State = ProgressReport.State
PASSED = frozenset({State.ACCEPTED, State.FINAL})
Gather = ReportItem.Gather
# What an office writes that has nothing to write; left out of compilations.
NOTHING = frozenset({"无", "无。", "暂无", "暂无。", "没有", "/", "-"})


@dataclass(frozen=True)
class Said:
    """What one office's passed report says of one item; `since` the period of a number kept."""

    report: ProgressReport
    number: Decimal | None = None
    text: str = ""
    since: str = ""


def content_of(period: Period) -> Content:
    """The content of the district's report, reckoned anew from the passed reports.

    4 queries, 5 with 无变化报送.
    """
    reports = reports_of(period)
    passed = [report for report in reports if report.state in PASSED]
    answers, before = _answers_of(passed), _before(period, passed)
    items, texts = [], []
    for item in period.type.items.all():
        said = [
            _unchanged(report, item, before.get((report.office_id, item.key)))
            if report.no_change
            else _said(report, answers.get((report.pk, item.key)))
            for report in passed
        ]
        if item.is_text:
            texts.append(_text(item, said))
        else:
            items.append(_figure(item, said, len(reports)))
    return {"items": items, "texts": texts, "offices": _offices(reports)}


def reports_of(period: Period) -> list[ProgressReport]:
    """Every report that is owed in the period: streets in their order, then departments."""
    rows = ProgressReport.objects.filter(period=period).select_related("office__district", "street")
    found = list(rows.defer("street__outline", "office__district__outline"))
    return sorted(found, key=office_order)


def draft(*, period: Period, by: Actor, scope: Scope) -> Consolidation:
    """A draft of the district's report; an open one is reckoned anew, edited passages kept.

    After a 定稿 it is a new revision beside the old one.
    """
    policy.require(scope, "reports.consolidate", period)
    # Two who press at the same time: the second finds the first one's draft.
    with act("reports.consolidate", by=by) as this:
        locked(Period.objects.filter(pk=period.pk)).get()
        rows = Consolidation.objects.filter(period=period)
        # Held still: neither an edit nor the 定稿 in the meantime is written over.
        made = locked(rows.filter(state=Consolidation.State.DRAFT)).first()
        content = content_of(period)
        if made is None:
            last = rows.aggregate(last=Max("revision"))["last"] or 0
            made = Consolidation(
                district_id=period.district_id,
                period=period,
                revision=last + 1,
                is_sample=period.is_sample,
            )
        else:
            _keep_edits(content, made.content)
            made.version += 1
        made.content, made.at, made.by_label = content, timezone.now(), by.label[:120]
        made.save()
        this.obj = made
        this.changes = {"revision": made.revision, "passed": content["offices"]["passed"]}
    return made


def edit_texts(
    *,
    consolidation: Consolidation,
    texts: Mapping[str, str],
    by: Actor,
    scope: Scope,
    seen_version: int | None,
) -> Consolidation:
    """Write passages of the draft, by item key. ValidationError for others, and after 定稿."""
    with act("reports.edit_consolidation", by=by) as this:
        now = _open(consolidation, scope, seen_version)
        by_key = {passage["key"]: passage for passage in now.content["texts"]}
        changed = []
        for key, text in texts.items():
            if key not in by_key:
                raise ValidationError({key: _("本表没有这一项。")})
            if len(text) > MOST_CHARACTERS:
                raise ValidationError(
                    {key: _("文字过长，最多 %(n)d 个字符") % {"n": MOST_CHARACTERS}}
                )
            written = "\n".join(line.rstrip() for line in text.strip().splitlines())
            if written != by_key[key]["text"]:
                by_key[key] |= {"text": written, "edited": True}
                changed.append(key)
        now.by_label = by.label[:120]
        now.version += 1
        now.save()
        this.obj, this.changes = now, {"texts": changed}
    return now


def finalise(
    *, consolidation: Consolidation, by: Actor, scope: Scope, seen_version: int | None
) -> Consolidation:
    """定稿: the content is frozen with its digest.

    Refused while the figures are not those of the reports as they stand now.
    """
    with act("reports.finalise_consolidation", by=by) as this:
        now = _open(consolidation, scope, seen_version)
        fresh = content_of(now.period)
        if figures_in(fresh) != figures_in(now.content):
            raise ValidationError(
                _("汇总之后又有报告通过审核或退回，数字已不是最新；请先“重新汇总”再定稿。")
            )
        this.obj, this.from_state = now, now.state
        now.state = this.to_state = Consolidation.State.FINAL
        now.final_at, now.final_by_label = timezone.now(), by.label[:120]
        now.sha256 = this.payload_sha256 = json_digest(now.content)
        now.version += 1
        now.save()
    return now


def figures_in(content: Content) -> dict[str, Any]:
    """What of a content is reckoned and not written: totals with their parts, offices, sources."""
    sources = [(text["key"], text["parts"]) for text in content["texts"]]
    return {"items": content["items"], "offices": content["offices"], "texts": sources}


def is_partial(content: Content) -> bool:
    """Whether a report is missing that is owed."""
    offices = content["offices"]
    return bool(offices["passed"] < offices["expected"])


def _open(consolidation: Consolidation, scope: Scope, seen_version: int | None) -> Consolidation:
    rows = Consolidation.objects.select_related("period__type")
    now = locked(rows.filter(pk=consolidation.pk)).get()
    require_version(now, seen_version)
    policy.require(scope, "reports.consolidate", now)
    if now.state == Consolidation.State.FINAL:
        raise ValidationError(_("本修订已定稿，不能修改；请另起新的修订。"), code="state")
    return now


def _keep_edits(content: Content, before: Content) -> None:
    written = {one["key"]: one["text"] for one in before["texts"] if one["edited"]}
    for passage in content["texts"]:
        if passage["key"] in written:
            passage |= {"text": written[passage["key"]], "edited": True}


def _answers_of(reports: Sequence[ProgressReport]) -> dict[tuple[Any, str], ReportAnswer]:
    telling = [report.pk for report in reports if not report.no_change]
    rows = ReportAnswer.objects.filter(report__in=telling)
    return {(answer.report_id, answer.key): answer for answer in rows}


def _before(
    period: Period, reports: Sequence[ProgressReport]
) -> dict[tuple[Any, str], ReportAnswer]:
    """The last number before the period of every office that reports no change, by item key."""
    offices = [report.office_id for report in reports if report.no_change]
    if not offices:
        return {}
    rows = ReportAnswer.objects.filter(
        report__office__in=offices,
        report__period__district=period.district_id,
        report__period__type_code=period.type_code,
        report__period__ends_on__lt=period.starts_on,
        report__state__in=PASSED,
        report__no_change=False,
        number__isnull=False,
    )
    rows = rows.select_related("report__period").order_by("report__period__ends_on", "pk")
    return {(answer.report.office_id, answer.key): answer for answer in rows}


def _unchanged(report: ProgressReport, item: ReportItem, before: ReportAnswer | None) -> Said:
    """What 无变化 comes to: nothing added, and what stood before stands."""
    if item.is_text:
        return Said(report)
    if item.over_time == Gather.SUM:
        return Said(report, Decimal(0))
    if before is None:
        return Said(report)
    return Said(report, before.number, since=before.report.period.code)


def _said(report: ProgressReport, answer: ReportAnswer | None) -> Said:
    if answer is None:
        return Said(report)
    return Said(report, answer.number, answer.text)


def _figure(item: ReportItem, said: Sequence[Said], expected: int) -> Content:
    known = [one for one in said if one.number is not None]
    total = _total(item.over_offices, known)
    return {
        "key": item.key,
        "section": item.section,
        "label": item.label,
        "unit": item.unit,
        "kind": item.kind,
        "decimals": item.decimals,
        "gather": item.over_offices,
        "total": None if total is None else plain(total),
        "known": len(known),
        "expected": expected,
        "parts": [
            _part(one) | {"value": plain(one.number) or None, "since": one.since} for one in said
        ],
    }


def _total(gather: str, known: Sequence[Said]) -> Decimal | None:
    """Over what is known; None where nothing is, or where offices are not added up."""
    numbers = [one.number for one in known if one.number is not None]
    if not numbers:
        return None
    if gather == Gather.SUM:
        return sum(numbers, Decimal(0))
    if gather == Gather.LAST:
        latest = max(known, key=lambda one: (one.report.submitted_at or _LONG_AGO, one.report.pk))
        return latest.number
    return None


_LONG_AGO = dt.datetime.min.replace(tzinfo=dt.UTC)


def _text(item: ReportItem, said: Sequence[Said]) -> Content:
    telling = [one for one in said if one.text.strip()]
    joined = ""
    if item.over_offices == Gather.JOIN:
        joined = "\n".join(
            f"{short_name(one.report.office)}：{one.text.strip()}"
            for one in telling
            if one.text.strip() not in NOTHING
        )
    return {
        "key": item.key,
        "section": item.section,
        "label": item.label,
        "text": joined,
        "edited": False,
        "parts": [_part(one) | {"text": one.text.strip()} for one in telling],
    }


def _part(said: Said) -> Content:
    report = said.report
    return {
        "report": str(report.pk),
        "office": report.office.code,
        "office_name": short_name(report.office),
        "no_change": report.no_change,
    }


def _offices(reports: Sequence[ProgressReport]) -> Content:
    passed = [report for report in reports if report.state in PASSED]
    return {
        "expected": len(reports),
        "passed": len(passed),
        "no_change": sum(report.no_change for report in passed),
        "missing": [short_name(report.office) for report in reports if report.state not in PASSED],
    }


__all__ = [
    "PASSED",
    "content_of",
    "draft",
    "edit_texts",
    "figures_in",
    "finalise",
    "is_partial",
    "reports_of",
]
