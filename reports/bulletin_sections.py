"""What a month's 工作通报 says of itself: each section with its text and the sources behind it."""

import calendar
import datetime as dt
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from accounts.models import Office
from accounts.offices import short_name
from core.scope import Scope
from metrics.gaps import gaps
from metrics.models import Release
from reports.models import Period, ReportItem, WorkItem
from reports.progress.consolidating import Content, content_of
from reports.progress.rates import Rates, Tally, rates
from reports.progress.writing import shown, totalled
from territory.models import District

Section = dict[str, Any]
MOST_GAPS = 5
# Figures of 工作信息, with the word that follows the number.
FIGURES = (("sessions", "场"), ("attendees", "人次"), ("jobs", "个岗位"))
_WAN = Decimal(10_000)


@dataclass(frozen=True)
class Built:
    """The content of a draft, and whether sample data is in it."""

    content: dict[str, Any]
    is_sample: bool


@dataclass(frozen=True)
class _Month:
    """A district's month: its days, periods that end in it, and their consolidated content."""

    district: District
    since: dt.date
    until: dt.date
    periods: list[Period]
    contents: list[Content]


def build(district: District, month: dt.date, scope: Scope) -> Built:
    """The sections and the table of the month that starts on `month`."""
    last = calendar.monthrange(month.year, month.month)[1]
    until = month.replace(day=last)
    ending = Period.objects.filter(
        district=district, ends_on__gte=month, ends_on__lte=until
    ).select_related("type")
    periods = list(ending.order_by("ends_on", "type_code"))
    this = _Month(district, month, until, periods, [content_of(period) for period in periods])
    items = _adopted(this)
    release = _release(this)
    found = rates(district, month, until)
    passages = list(_passages(this))
    sections = [
        _reporting(this, found),
        _figures(this),
        *passages[:1],
        _news(items),
        _gaps(release, scope),
        *passages[1:],
    ]
    is_sample = (
        any(period.is_sample for period in periods)
        or any(item.is_sample for item in items)
        or bool(release and release.run.is_sample)
    )
    return Built({"sections": sections, "table": _table(this, found)}, is_sample)


def _section(key: str, title: str, text: str, sources: Sequence[Any]) -> Section:
    return {"key": key, "title": title, "text": text, "sources": list(sources), "edited": False}


# --- Who has reported ----------------------------------------------------------------------------
def _reporting(month: _Month, found: Rates) -> Section:
    total = found.total
    if not total.expected:
        text = _("本月各报表尚未到报送截止日。")
        return _section("reporting", _("报送情况"), text, [])
    told = {
        "expected": total.expected,
        "on_time": total.on_time,
        "share": percent(total.on_time_share),
        "passed": total.passed,
        "complete": percent(total.complete_share),
    }
    text = (
        _(
            "本月应报送进展报告 %(expected)d 份，按时报送 %(on_time)d 份，按时率 %(share)s；"
            "审核通过 %(passed)d 份，完整率 %(complete)s。"
        )
        % told
    )
    offices = _offices(found)
    for label, names in (
        (_("迟报的单位：%(names)s。"), _named(offices, found, "late")),
        (_("未报的单位：%(names)s。"), _named(offices, found, "missing")),
    ):
        if names:
            text += label % {"names": "、".join(names)}
    sources = [
        {
            "kind": "period",
            "id": str(period.pk),
            "label": f"{period.code} {period.type.name}",
            "value": _counted(found.periods.get(period.pk, Tally())),
        }
        for period in month.periods
    ]
    return _section("reporting", _("报送情况"), text, sources)


def _offices(found: Rates) -> list[Office]:
    """The offices that the rates are about, streets first."""
    rows = Office.objects.filter(pk__in=found.offices).select_related("street", "district")
    return sorted(
        rows.defer("street__outline", "district__outline"),
        key=lambda one: (one.street is None, one.street.sort if one.street else 0, one.code),
    )


def _named(offices: list[Office], found: Rates, what: str) -> list[str]:
    return [short_name(office) for office in offices if getattr(found.offices[office.pk], what)]


def _counted(tally: Tally) -> str:
    return _("应报 %(a)d，按时 %(b)d，通过 %(c)d") % {
        "a": tally.expected,
        "b": tally.on_time,
        "c": tally.passed,
    }


def _table(month: _Month, found: Rates) -> dict[str, Any]:
    head = [_("单位"), _("应报"), _("按时"), _("迟报"), _("未报"), _("按时率")]
    rows = [
        [
            short_name(office),
            *(str(getattr(tally, name)) for name in ("expected", "on_time", "late", "missing")),
            percent(tally.on_time_share),
        ]
        for office in _offices(found)
        if (tally := found.offices[office.pk])
    ]
    return {"head": head, "rows": rows}


def percent(share: float | None) -> str:
    """A fraction with one decimal of a per cent; “—” where nothing was expected."""
    return "—" if share is None else f"{share * 100:.1f}%"


# --- What they report ----------------------------------------------------------------------------
def _figures(month: _Month) -> Section:
    """The district's totals, form by form, each with the reports that it is made of."""
    lines, sources = [], []
    for period, content in zip(month.periods, month.contents, strict=True):
        told = [figure for figure in totalled(content) if figure["total"] is not None]
        if not told:
            continue
        offices = content["offices"]
        lead = _("%(form)s（应报 %(a)d 家，审核通过 %(b)d 家）：") % {
            "form": period.type.name,
            "a": offices["expected"],
            "b": offices["passed"],
        }
        lines.append(lead + "；".join(_said(figure, offices["passed"]) for figure in told) + "。")
        sources += [_traced(period, figure) for figure in told]
    text = "\n".join(lines) or _("本月尚无审核通过的报告。")
    return _section("figures", _("主要数据"), text, sources)


def _said(figure: Mapping[str, Any], passed: int) -> str:
    """A total in words; money in 万元; who is in it where not everybody who passed is."""
    if figure["kind"] == ReportItem.Kind.MONEY:
        amount = _("%(n)s 万元") % {"n": in_wan(Decimal(figure["total"]))}
    else:
        amount = f"{shown(figure['total'], figure['decimals'])} {figure['unit']}".rstrip()
    counted = ""
    if figure["known"] < passed:
        counted = _("（%(n)d 家单位合计）") % {"n": figure["known"]}
    return f"{figure['label']} {amount}{counted}"


def _traced(period: Period, figure: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "kind": "figure",
        "id": str(period.pk),
        "key": figure["key"],
        "label": f"{period.code} {figure['label']}",
        "value": figure["total"],
        "reports": [part["report"] for part in figure["parts"] if part["value"] is not None],
    }


def _passages(month: _Month) -> Iterator[Section]:
    """What the offices write, one section for each thing asked, in the forms' order."""
    texts: dict[str, tuple[str, list[str], list[Any]]] = {}
    for period, content in zip(month.periods, month.contents, strict=True):
        joined = {
            item.key
            for item in period.type.items.all()
            if item.over_offices == ReportItem.Gather.JOIN
        }
        for passage in content["texts"]:
            if passage["key"] not in joined or not passage["text"]:
                continue
            _title, lines, sources = texts.setdefault(passage["key"], (passage["label"], [], []))
            lines.append(passage["text"])
            sources += [
                {
                    "kind": "report",
                    "id": part["report"],
                    "label": f"{part['office_name']} {period.code}",
                    "value": "",
                }
                for part in passage["parts"]
            ]
    for key, (title, lines, sources) in texts.items():
        yield _section(f"text:{key}", title, "\n".join(lines), sources)


# --- 工作信息 -------------------------------------------------------------------------------------
def _adopted(month: _Month) -> list[WorkItem]:
    rows = WorkItem.objects.filter(
        district=month.district,
        state=WorkItem.State.ADOPTED,
        happened_on__gte=month.since,
        happened_on__lte=month.until,
    )
    rank = {category: at for at, category in enumerate(WorkItem.Category.values)}
    found = rows.select_related("office__district").defer("office__district__outline")
    return sorted(found, key=lambda item: (rank[item.category], item.happened_on, item.pk))


def _news(items: list[WorkItem]) -> Section:
    if not items:
        return _section("news", _("工作信息"), _("本月没有采用的工作信息。"), [])
    counts = Counter(item.get_category_display() for item in items)
    parts = "、".join(f"{name} {n} 条" for name, n in counts.items())
    lines = [_("本月采用工作信息 %(n)d 条：%(parts)s。") % {"n": len(items), "parts": parts}]
    lines += [_told(item) for item in items]
    sources = [
        {"kind": "item", "id": str(item.pk), "label": item.title, "value": short_name(item.office)}
        for item in items
    ]
    return _section("news", _("工作信息"), "\n".join(lines), sources)


def _told(item: WorkItem) -> str:
    """One item: what, the figures that the unit states, its words, who and when."""
    figures = [
        f"{amount:,} {unit}"
        for column, unit in FIGURES
        if (amount := getattr(item, column)) is not None
    ]
    if item.sales is not None:
        figures.append(_("带动消费额 %(n)s 万元") % {"n": in_wan(item.sales)})
    numbers = f"（{'，'.join(figures)}）" if figures else ""
    text = f"{item.text.rstrip('。')}。" if item.text else ""
    source = _("（%(office)s，%(m)d月%(d)d日）") % {
        "office": short_name(item.office),
        "m": item.happened_on.month,
        "d": item.happened_on.day,
    }
    return f"{item.title}{numbers}。{text}{source}"


def in_wan(amount: Decimal) -> str:
    """Yuan in 万元, with as many decimals as it has and two at most."""
    return f"{amount / _WAN:,.2f}".rstrip("0").rstrip(".")


# --- 短板 ----------------------------------------------------------------------------------------
def _release(month: _Month) -> Release | None:
    """The last 定稿 of figures up to the month's end."""
    rows = Release.objects.filter(district=month.district, cutoff__lte=month.until)
    return rows.select_related("run").order_by("-cutoff", "-at").first()


def _gaps(release: Release | None, scope: Scope) -> Section:
    title = _("短板情况")
    if release is None:
        return _section("gaps", title, _("本月末以前尚无定稿数据。"), [])
    found = gaps(release.run, scope)
    told = found[:MOST_GAPS]
    lead = _("据统计截止日 %(day)s 的定稿，全区短板 %(n)d 项。") % {
        "day": release.cutoff,
        "n": len(found),
    }
    lines = [
        _("%(circle)s%(format)s%(state)s，步行时限内到不了的居民 %(n)s 人；")
        % {
            "circle": gap.circle.name,
            "format": gap.format.name,
            "state": _state_of(gap.missing),
            "n": f"{gap.unreached:,}",
        }
        for gap in told
    ]
    text = lead
    if lines:
        text += _("影响居民较多的有：") + "".join(lines).rstrip("；") + "。"
    sources = [
        {
            "kind": "gap",
            "id": str(release.run_id),
            "label": f"{gap.circle.name} {gap.format.name}",
            "value": str(gap.unreached),
        }
        for gap in told
    ]
    return _section("gaps", title, text, sources)


def _state_of(missing: bool | None) -> str:
    if missing is None:
        return _("情况不明")
    return _("缺失") if missing else _("偏少")
