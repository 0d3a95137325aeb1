"""Reports as files: the district's report and single ones, in Word and Excel, figure for figure."""

import io
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from core.spreadsheets import Column, Sheet, write_rows
from core.spreadsheets.columns import Kind
from core.word import OfficialDocument
from reports.models import (
    Consolidation,
    Period,
    ProgressReport,
    ReportAnswer,
    ReportItem,
    ReportType,
)
from reports.progress.answers import FILLABLE
from reports.progress.values import plain

Content = Mapping[str, Any]
NO_VALUE = "—"
_NUMERALS = "一二三四五六七八九十"


def period_name(period: Period) -> str:
    """2026年11月, 2026年第4季度, 2026年度."""
    first = period.starts_on
    told = {"y": first.year, "m": first.month, "q": (first.month + 2) // 3}
    return {
        ReportType.Cadence.MONTH: _("%(y)d年%(m)d月"),
        ReportType.Cadence.QUARTER: _("%(y)d年第%(q)d季度"),
        ReportType.Cadence.YEAR: _("%(y)d年度"),
    }[ReportType.Cadence(period.type.cadence)] % told


def shown(value: str | None, decimals: int) -> str:
    """A kept number with separators and the item's decimals; “—” for unknown."""
    return NO_VALUE if value is None else f"{Decimal(value):,.{decimals}f}"


def numbered(n: int, title: str) -> str:
    """“一、总体情况”: the n-th (from 1) heading of the first level."""
    numeral = _NUMERALS[n - 1] if n <= len(_NUMERALS) else str(n)
    return f"{numeral}、{title}"


# --- The district's report -----------------------------------------------------------------------
def consolidation_title(consolidation: Consolidation) -> str:
    """What the district's report is called."""
    period = consolidation.period
    return _("普陀区一刻钟便民生活圈建设\n%(period)s工作进展情况（%(form)s汇总）") % {
        "period": period_name(period),
        "form": period.type.name,
    }


def offices_text(content: Content) -> str:
    """How many offices are in it, and which are not."""
    offices = content["offices"]
    told = _(
        "应报送单位 %(expected)d 家，审核通过 %(passed)d 家，其中无变化报送 %(no_change)d 家。"
    ) % {
        "expected": offices["expected"],
        "passed": offices["passed"],
        "no_change": offices["no_change"],
    }
    if offices["missing"]:
        told += _("尚未通过的有：%(names)s；下列数字不含以上单位，仅供参考。") % {
            "names": "、".join(offices["missing"])
        }
    return told


def consolidation_word(consolidation: Consolidation) -> OfficialDocument:
    """The district's report as an official document."""
    content, document = consolidation.content, OfficialDocument()
    if consolidation.is_sample:
        document.sample_mark()
    document.title(consolidation_title(consolidation))
    document.subtitle(_state_line(consolidation))
    document.heading(numbered(1, _("报送情况")))
    document.paragraph(offices_text(content))
    document.heading(numbered(2, _("主要数据")))
    document.table(
        [_("指标（事项）"), _("单位"), _("全区合计"), _("计入单位数")],
        [
            [
                figure["label"],
                figure["unit"],
                shown(figure["total"], figure["decimals"]),
                coverage(figure),
            ]
            for figure in totalled(content)
        ],
        [5, 1.5, 3, 2.5],
    )
    document.note(
        _("注：合计只含审核通过的报告中已填写的数，未填写的不作0计；计入单位数为“已填／应报”。")
    )
    number = 2
    for passage in content["texts"]:
        if passage["text"]:
            number += 1
            document.heading(numbered(number, passage["label"]))
            document.paragraph(passage["text"])
    document.signature(
        _("上海市普陀区商务委员会"), timezone.localdate(consolidation.final_at or consolidation.at)
    )
    return document


def consolidation_workbook(consolidation: Consolidation) -> bytes:
    """Totals, every office's value behind them, and the passages: the same figures as in Word."""
    content = consolidation.content
    notes = [
        consolidation_title(consolidation).replace("\n", ""),
        _state_line(consolidation),
        offices_text(content),
    ]
    if consolidation.is_sample:
        notes.append(_("演示数据，不代表普陀区实际情况"))
    return _saved(
        [
            Sheet(title=_("汇总"), columns=_total_columns(), rows=_totals(content), notes=notes),
            Sheet(
                title=_("分单位"),
                columns=_part_columns(content),
                rows=list(_by_office(content)),
                notes=notes[:1],
            ),
            Sheet(
                title=_("文字"),
                columns=_text_columns(),
                rows=list(_passages(content)),
                notes=notes[:1],
            ),
        ]
    )


def totalled(content: Content) -> list[Content]:
    """The figures that are added up over offices."""
    return [figure for figure in content["items"] if figure["gather"] != ReportItem.Gather.NONE]


def coverage(figure: Content) -> str:
    """“8／10”: how many offices are in a total, of how many that owe a report."""
    return f"{figure['known']}／{figure['expected']}"


def _state_line(consolidation: Consolidation) -> str:
    if consolidation.state == Consolidation.State.FINAL:
        day = timezone.localdate(consolidation.final_at)
        return _("第 %(n)d 次修订，%(day)s 定稿") % {"n": consolidation.revision, "day": day}
    return _("第 %(n)d 次修订，草稿") % {"n": consolidation.revision}


def _total_columns() -> list[Column]:
    return [
        Column(key="section", title=_("部分"), width=14),
        Column(key="label", title=_("指标（事项）"), width=28),
        Column(key="unit", title=_("单位")),
        Column(key="total", title=_("全区合计"), kind=Kind.DECIMAL, width=18),
        Column(key="known", title=_("已填单位数"), kind=Kind.INTEGER),
        Column(key="expected", title=_("应报单位数"), kind=Kind.INTEGER),
        Column(key="note", title=_("说明"), width=24),
    ]


def _totals(content: Content) -> list[list[Any]]:
    return [
        [
            figure["section"],
            figure["label"],
            figure["unit"],
            _decimal(figure["total"]),
            figure["known"],
            figure["expected"],
            _note(figure),
        ]
        for figure in content["items"]
    ]


def _note(figure: Content) -> str:
    if figure["gather"] == ReportItem.Gather.NONE:
        return _("不作全区合计")
    return _("数据不全，仅供参考") if figure["known"] < figure["expected"] else ""


def _part_columns(content: Content) -> list[Column]:
    figures = [
        Column(
            key=figure["key"],
            title=f"{figure['label']}（{figure['unit']}）" if figure["unit"] else figure["label"],
            kind=Kind.DECIMAL,
            width=16,
        )
        for figure in content["items"]
    ]
    return [
        Column(key="__office", title=_("单位"), width=22),
        Column(key="__kind", title=_("报送方式"), width=12),
        *figures,
    ]


def _by_office(content: Content) -> Iterator[dict[str, Any]]:
    rows: dict[str, dict[str, Any]] = {}
    for figure in content["items"]:
        for part in figure["parts"]:
            how = _("无变化报送") if part["no_change"] else _("报送")
            row = rows.setdefault(part["office"], {"__office": part["office_name"], "__kind": how})
            row[figure["key"]] = _decimal(part["value"])
    yield from rows.values()


def _text_columns() -> list[Column]:
    return [
        Column(key="label", title=_("事项"), width=16),
        Column(key="office", title=_("单位"), width=22),
        Column(key="text", title=_("内容"), width=80),
    ]


def _passages(content: Content) -> Iterator[list[Any]]:
    for passage in content["texts"]:
        yield [passage["label"], _("全区"), passage["text"]]
        for part in passage["parts"]:
            yield [passage["label"], part["office_name"], part["text"]]


# --- One report ----------------------------------------------------------------------------------
def report_word(report: ProgressReport) -> OfficialDocument:
    """One office's report as it stands now."""
    document = OfficialDocument()
    if report.is_sample or report.period.is_sample:
        document.sample_mark()
    form = report.period.type
    document.title(f"{report.office.name}\n{period_name(report.period)}{form.name}")
    document.subtitle(_report_line(report))
    answers = _answers(report)
    for number, (section, items) in enumerate(_sections(form), 1):
        document.heading(numbered(number, section))
        figures = [item for item in items if not item.is_text]
        if figures:
            document.table(
                [_("指标（事项）"), _("单位"), _("数值"), _("说明")],
                [
                    [item.label, item.unit, _figure_text(item, answers), _why(item, answers)]
                    for item in figures
                ],
                [4, 1.5, 2.5, 4],
            )
        for item in items:
            if item.is_text:
                document.heading(item.label, 2)
                document.paragraph(_passage_of(item, answers) or _("（未填写）"))
    if not form.is_official:
        document.note(_("注：本表式为默认样式，待区商务委确认。"))
    document.signature(report.office.name, timezone.localdate(report.submitted_at))
    return document


def report_workbook(report: ProgressReport) -> bytes:
    """One office's report, a line an item: the same figures as in Word."""
    answers = _answers(report)
    form = report.period.type
    columns = [
        Column(key="section", title=_("部分"), width=14),
        Column(key="label", title=_("指标（事项）"), width=28),
        Column(key="unit", title=_("单位")),
        Column(key="number", title=_("数值"), kind=Kind.DECIMAL, width=18),
        Column(key="text", title=_("文字"), width=60),
        Column(key="why", title=_("说明"), width=30),
    ]
    rows = [
        [
            item.section,
            item.label,
            item.unit,
            _number_of(item, answers),
            _passage_of(item, answers),
            _why(item, answers),
        ]
        for _section, items in _sections(form)
        for item in items
    ]
    notes = [
        f"{report.office.name} {period_name(report.period)}{form.name}",
        _report_line(report),
    ]
    if report.is_sample or report.period.is_sample:
        notes.append(_("演示数据，不代表普陀区实际情况"))
    return _saved([Sheet(title=form.name, columns=columns, rows=rows, notes=notes)])


def _report_line(report: ProgressReport) -> str:
    told = [str(report.get_state_display())]
    if report.no_change:
        told.append(_("无变化报送"))
    if report.submitted_at:
        at = f"{timezone.localtime(report.submitted_at):%Y-%m-%d %H:%M}"
        told.append(_("%(who)s %(at)s 报送") % {"who": report.submitted_by_label, "at": at})
    if report.submitted_at and report.state in FILLABLE:
        told.append(_("以下为修改中的内容，尚未再次报送"))
    form = report.period.type
    marks = (
        (_("表号"), form.table_number),
        (_("制定机关"), form.issuer),
        (_("批准（备案）文号"), form.approval_number),
    )
    told += [f"{label}：{text}" for label, text in marks if text]
    return "　".join(told)


def _sections(form: ReportType) -> list[tuple[str, list[ReportItem]]]:
    """The items by section, both in the form's order."""
    found: dict[str, list[ReportItem]] = {}
    for item in form.items.all():
        found.setdefault(item.section, []).append(item)
    return list(found.items())


def _answers(report: ProgressReport) -> dict[str, ReportAnswer]:
    """By item key; a 无变化报送 says nothing of any item."""
    if report.no_change:
        return {}
    return {answer.key: answer for answer in report.answers.all()}


def _number_of(item: ReportItem, answers: Mapping[str, ReportAnswer]) -> Decimal | None:
    answer = answers.get(item.key)
    return None if answer is None or item.is_text else answer.number


def _figure_text(item: ReportItem, answers: Mapping[str, ReportAnswer]) -> str:
    number = _number_of(item, answers)
    return shown(None if number is None else plain(number), item.decimals)


def _passage_of(item: ReportItem, answers: Mapping[str, ReportAnswer]) -> str:
    answer = answers.get(item.key)
    return answer.text if answer is not None and item.is_text else ""


def _why(item: ReportItem, answers: Mapping[str, ReportAnswer]) -> str:
    """Where a prefilled number came from, and why it is another one now."""
    answer = answers.get(item.key)
    if answer is None or item.is_text:
        return ""
    label = str((answer.origin or {}).get("label", ""))
    if answer.prefilled_number is not None and answer.prefilled_number != answer.number:
        before = shown(plain(answer.prefilled_number), item.decimals)
        changed = _("预填 %(n)s，已修改") % {"n": before}
        return f"{changed}：{answer.reason}" if answer.reason else changed
    return label


def _decimal(value: str | None) -> Decimal | None:
    return None if value is None else Decimal(value)


def _saved(sheets: Sequence[Sheet]) -> bytes:
    file = io.BytesIO()
    write_rows(file, sheets)
    return file.getvalue()
