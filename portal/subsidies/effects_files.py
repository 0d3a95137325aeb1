"""What is taken away from the page of effects: its tables, and the form of 绩效自评."""

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import audit
from core.spreadsheets import Column, Kind, Sheet
from core.word import word_response
from portal.coordination.files import workbook_answer
from portal.views.common import own_district, page, scope_of
from subsidies.effects import Line, Total
from subsidies.self_assessment import (
    SelfAssessment,
    releases_text,
    self_assessment,
    self_assessment_document,
    unknown_text,
)
from territory.models import District

Texts = gettext_lazy
GROUP_COLUMNS = (
    Column(key="supports", title=Texts("支持项目"), kind=Kind.INTEGER),
    Column(key="enterprises", title=Texts("支持企业"), kind=Kind.INTEGER),
    Column(key="outlets", title=Texts("支持网点"), kind=Kind.INTEGER),
    Column(key="opened", title=Texts("已开业"), kind=Kind.INTEGER),
    Column(key="filled", title=Texts("补齐业态"), kind=Kind.INTEGER),
    Column(key="amount", title=Texts("支持金额（元）"), kind=Kind.DECIMAL, width=16),
    Column(key="paid", title=Texts("已拨付（元）"), kind=Kind.DECIMAL, width=16),
    Column(key="compounds", title=Texts("新增可达小区"), kind=Kind.INTEGER),
    Column(key="residents", title=Texts("新增可达居民（人）"), kind=Kind.INTEGER, width=18),
    Column(key="cost", title=Texts("单位成本（元/人）"), kind=Kind.DECIMAL, width=18),
    Column(key="why", title=Texts("单位成本说明"), width=20),
    Column(key="unknown", title=Texts("无法测算（项）"), kind=Kind.INTEGER),
    Column(key="paid_unknown", title=Texts("无法测算的已拨付（元）"), kind=Kind.DECIMAL, width=22),
)
LINE_COLUMNS = (
    Column(key="number", title=Texts("受理编号"), width=16),
    Column(key="round", title=Texts("资金批次"), width=22),
    Column(key="policy", title=Texts("扶持政策"), width=26),
    Column(key="item", title=Texts("支持事项"), width=20),
    Column(key="enterprise", title=Texts("申报企业"), width=26),
    Column(key="outlet", title=Texts("网点"), width=26),
    Column(key="street", title=Texts("街道（镇）"), width=16),
    Column(key="amount", title=Texts("支持金额（元）"), kind=Kind.DECIMAL, width=16),
    Column(key="paid", title=Texts("已拨付（元）"), kind=Kind.DECIMAL, width=16),
    Column(key="format", title=Texts("业态"), width=14),
    Column(key="open", title=Texts("已开业"), kind=Kind.FLAG),
    Column(key="filled", title=Texts("补齐业态"), kind=Kind.FLAG),
    Column(key="compounds", title=Texts("新增可达小区"), kind=Kind.INTEGER),
    Column(key="residents", title=Texts("新增可达居民（人）"), kind=Kind.INTEGER, width=18),
    Column(key="before", title=Texts("扶持前定稿"), kind=Kind.DATE),
    Column(key="after", title=Texts("扶持后定稿"), kind=Kind.DATE),
    Column(key="note", title=Texts("说明"), width=40),
)
FORM_COLUMNS = (
    Column(key="group", title=Texts("类别"), width=14),
    Column(key="name", title=Texts("指标"), width=20),
    Column(key="target", title=Texts("年度目标值"), width=16),
    Column(key="result", title=Texts("实际完成值"), width=24),
    Column(key="source", title=Texts("数据来源"), width=44),
)
METHOD = Texts(
    "新增可达：扶持前定稿时步行时限内没有该业态网点、扶持后受支持网点在时限内的小区；"
    "小区、路网和时限按扶持后定稿，同一小区只计一次"
)


def workbook(
    request: HttpRequest,
    district: District,
    name: str,
    groups: Sequence[Total],
    total: Total,
    lines: Sequence[Line],
) -> HttpResponse:
    """The groups and the applications beneath them, as on the page."""
    notes = _notes(_("%(district)s扶持成效") % {"district": district.name}, total, lines)
    sheets = [_group_sheet(name, groups, total, notes), _line_sheet(lines, notes)]
    return workbook_answer(request, name="effects", label=_("扶持成效"), sheets=sheets)


@page("subsidies.effects")
def assess(request: HttpRequest, kind: str) -> HttpResponse:
    """绩效自评表 of a year (and a policy) as .docx or .xlsx."""
    scope = scope_of(request)
    year = request.GET.get("year", "")
    told = self_assessment(
        own_district(scope),
        scope,
        int(year) if year.isascii() and year.isdecimal() and len(year) == 4 else _this_year(),
        request.GET.get("policy", "")[:60],
    )
    label = _("扶持资金绩效自评表%(year)d") % {"year": told.year}
    if kind == "xlsx":
        return workbook_answer(request, name="self_assessment", label=label, sheets=_sheets(told))
    document = self_assessment_document(told)
    audit.note("portal.export", list="self_assessment", rows=len(told.rows), query=str(told.year))
    return word_response(document, label)


def _this_year() -> int:
    return timezone.localdate().year


def _notes(title: str, total: Total, lines: Sequence[Line]) -> list[str]:
    notes = [title, str(METHOD), releases_text(lines)]
    if text := unknown_text(total):
        notes.append(text)
    if any(line.application.is_sample for line in lines):
        notes.append(_("演示数据"))
    return notes


def _group_sheet(
    name: str, groups: Sequence[Total], total: Total, notes: Sequence[str], title: str = ""
) -> Sheet:
    columns = [Column(key="label", title=name, width=30), *GROUP_COLUMNS]
    rows = [_group(one, one.label) for one in groups]
    if groups:
        rows.append(_group(total, _("合计")))
    return Sheet(title=title or _("扶持成效"), columns=columns, rows=rows, notes=notes)


def _group(one: Total, label: str) -> dict[str, Any]:
    told = {column.key: getattr(one, column.key) for column in GROUP_COLUMNS}
    told["compounds"] = one.compounds if one.residents is not None else None
    return told | {"label": label}


def _line_sheet(lines: Sequence[Line], notes: Sequence[str]) -> Sheet:
    rows = [_line(line) for line in lines]
    return Sheet(title=_("支持项目明细"), columns=LINE_COLUMNS, rows=rows, notes=notes)


def _line(line: Line) -> dict[str, Any]:
    row, effect = line.application, line.effect
    told = {
        "number": row.number,
        "round": row.round.name,
        "policy": row.round.policy.name,
        "item": row.item.name,
        "enterprise": row.enterprise.name,
        "outlet": row.outlet.name if row.outlet else "",
        "street": row.street.name if row.street else "",
        "amount": row.amount,
        "paid": line.paid,
    }
    if effect is None:
        return told | {"note": line.why}
    return told | {
        "format": effect.format.name if effect.format else "",
        "open": effect.is_open,
        "filled": effect.filled_format,
        "compounds": len(effect.compounds) if line.known else None,
        "residents": effect.residents,
        "before": effect.before.cutoff if effect.before else None,
        "after": effect.after.cutoff,
        "note": effect.note,
    }


def _sheets(told: SelfAssessment) -> list[Sheet]:
    named = {"district": told.district.name, "year": told.year}
    title = _("%(district)s便民生活圈扶持资金%(year)d年度绩效自评表") % named
    notes = [title, told.policy or _("全部扶持政策"), str(METHOD), told.releases]
    if text := unknown_text(told.total):
        notes.append(text)
    notes.append(_("年度目标值、满意度由业务科室填写，平台不代填"))
    if told.is_sample:
        notes.append(_("演示数据"))
    form = [
        {
            "group": row.group,
            "name": row.name,
            "target": row.target or _("待填"),
            "result": row.result,
            "source": row.source,
        }
        for row in told.rows
    ]
    return [
        Sheet(title=_("绩效自评表"), columns=FORM_COLUMNS, rows=form, notes=notes),
        _group_sheet(_("扶持政策"), told.policies, told.total, notes, _("按政策")),
        _group_sheet(_("街道（镇）"), told.streets, told.total, notes, _("按街道（镇）")),
    ]
