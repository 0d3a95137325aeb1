"""The lists of meetings and of proposals as workbooks: exactly what is shown."""

from collections.abc import Iterable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from coordination.models import Meeting, Proposal, ProposalOffice
from core.spreadsheets import Column, Kind, Sheet
from portal.coordination.files import workbook_answer
from portal.coordination.words import unit_name
from territory.models import District

MEETING_COLUMNS = (
    Column(key="title", title=gettext_lazy("会议名称"), width=36),
    Column(key="kind", title=gettext_lazy("会议类型"), width=12),
    Column(key="state", title=gettext_lazy("状态"), width=10),
    Column(key="planned_on", title=gettext_lazy("计划日期"), kind=Kind.DATE),
    Column(key="held_on", title=gettext_lazy("召开日期"), kind=Kind.DATE),
    Column(key="place", title=gettext_lazy("地点"), width=20),
    Column(key="chair", title=gettext_lazy("主持人"), width=12),
    Column(key="units", title=gettext_lazy("与会单位"), width=48),
    Column(key="proposed_by", title=gettext_lazy("提议单位"), width=20),
    Column(key="number", title=gettext_lazy("纪要文号"), width=24),
    Column(key="issued_on", title=gettext_lazy("印发日期"), kind=Kind.DATE),
    Column(key="filed_on", title=gettext_lazy("报备日期"), kind=Kind.DATE),
    Column(key="filed_with", title=gettext_lazy("报备单位"), width=20),
)
PROPOSAL_COLUMNS = (
    Column(key="kind", title=gettext_lazy("类型"), width=14),
    Column(key="session", title=gettext_lazy("届次"), width=22),
    Column(key="number", title=gettext_lazy("编号"), width=12),
    Column(key="title", title=gettext_lazy("标题"), width=44),
    Column(key="proposer", title=gettext_lazy("提出人"), width=14),
    Column(key="received_on", title=gettext_lazy("收到日期"), kind=Kind.DATE),
    Column(key="due_on", title=gettext_lazy("答复期限"), kind=Kind.DATE),
    Column(key="lead", title=gettext_lazy("主办"), width=20),
    Column(key="helping", title=gettext_lazy("会办"), width=28),
    Column(key="section", title=gettext_lazy("承办科室"), width=16),
    Column(key="state", title=gettext_lazy("状态"), width=12),
    Column(key="reply_number", title=gettext_lazy("答复文号"), width=24),
    Column(key="replied_on", title=gettext_lazy("答复日期"), kind=Kind.DATE),
    Column(key="result", title=gettext_lazy("办理结果"), width=16),
    Column(key="publicity", title=gettext_lazy("公开属性"), width=16),
    Column(key="feedback", title=gettext_lazy("委员反馈"), width=12),
)


def meetings_workbook(
    request: HttpRequest, rows: Iterable[Meeting], district: District
) -> HttpResponse:
    """`rows` with their units."""
    return _workbook(request, "meetings", _("联席会议"), MEETING_COLUMNS, rows, _meeting, district)


def proposals_workbook(
    request: HttpRequest, rows: Iterable[Proposal], district: District
) -> HttpResponse:
    """`rows` with their units."""
    name = _("提案建议")
    return _workbook(request, "proposals", name, PROPOSAL_COLUMNS, rows, _proposal, district)


def _workbook(
    request: HttpRequest,
    name: str,
    title: str,
    columns: tuple[Column, ...],
    rows: Iterable[Any],
    told: Any,
    district: District,
) -> HttpResponse:
    found = list(rows)
    notes = [f"{district.name} {title}"]
    if any(row.is_sample for row in found):
        notes.append(_("演示数据"))
    sheet = Sheet(title=title, columns=columns, rows=[told(row) for row in found], notes=notes)
    label = f"{title}{timezone.localdate():%Y%m%d}"
    return workbook_answer(request, name=name, label=label, sheets=[sheet])


def _meeting(row: Meeting) -> dict[str, Any]:
    same = ("title", "planned_on", "held_on", "place", "chair", "number", "issued_on", "filed_on")
    return {name: getattr(row, name) for name in (*same, "filed_with")} | {
        "kind": row.get_kind_display(),
        "state": row.get_state_display(),
        "units": "、".join(unit_name(link.office) for link in row.offices.all()),
        "proposed_by": unit_name(row.proposed_by) if row.proposed_by else "",
    }


def _proposal(row: Proposal) -> dict[str, Any]:
    same = ("session", "number", "title", "proposer", "received_on", "due_on", "section")
    links = row.offices.all()
    roles = ProposalOffice.Role
    return {name: getattr(row, name) for name in (*same, "reply_number", "replied_on")} | {
        "kind": row.get_kind_display(),
        "lead": "、".join(unit_name(o.office) for o in links if o.role == roles.LEAD),
        "helping": "、".join(unit_name(o.office) for o in links if o.role == roles.HELP),
        "state": row.get_state_display(),
        "result": row.get_result_display(),
        "publicity": row.get_publicity_display(),
        "feedback": row.get_feedback_display(),
    }
