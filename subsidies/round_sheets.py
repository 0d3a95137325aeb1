"""A round's applications as a sheet, with the columns that a section works with."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from core.scope import Scope
from core.spreadsheets import Column, Kind, Sheet
from subsidies.models import Application, Instalment, Round
from subsidies.round_rules import ENDED
from subsidies.shown import phone_for

COLUMNS = (
    Column(key="number", title=lazy("受理编号"), width=16),
    Column(key="title", title=lazy("项目名称"), width=28),
    Column(key="enterprise", title=lazy("申报企业"), width=28),
    Column(key="credit_code", title=lazy("统一社会信用代码"), width=22),
    Column(key="item", title=lazy("支持事项"), width=22),
    Column(key="form", title=lazy("支持方式"), width=10),
    Column(key="outlet", title=lazy("网点"), width=22),
    Column(key="street", title=lazy("街道（镇）"), width=16),
    Column(key="circle", title=lazy("便民生活圈"), width=20),
    Column(key="contact", title=lazy("联系人"), width=10),
    Column(key="phone", title=lazy("联系电话"), width=14),
    Column(key="state", title=lazy("状态"), width=10),
    Column(key="submitted_on", title=lazy("申报日期"), kind=Kind.DATE),
    Column(key="accepted_on", title=lazy("受理日期"), kind=Kind.DATE),
    Column(key="reviewed_on", title=lazy("审核日期"), kind=Kind.DATE),
    Column(key="conditions", title=lazy("条件核验"), width=30),
    Column(key="computed", title=lazy("测算金额（元）"), kind=Kind.DECIMAL, width=16),
    Column(key="amount", title=lazy("支持金额（元）"), kind=Kind.DECIMAL, width=16),
    Column(key="lowered", title=lazy("核减理由"), width=24),
    Column(key="this_year", title=lazy("其中本年度安排（元）"), kind=Kind.DECIMAL, width=18),
    Column(key="later", title=lazy("以后年度（元）"), kind=Kind.DECIMAL, width=16),
    Column(key="paid", title=lazy("已拨付（元）"), kind=Kind.DECIMAL, width=16),
    Column(key="note", title=lazy("办理意见"), width=30),
)


def cases_sheet(round_: Round, cases: Iterable[Application], scope: Scope) -> Sheet:
    """The applications given, in their order; telephone numbers as the caller may see them."""
    rows = list(cases)
    parts: dict[Any, list[Instalment]] = {}
    kept = Instalment.objects.filter(application__in=rows)
    for one in kept.exclude(state=Instalment.State.CANCELLED):
        parts.setdefault(one.application_id, []).append(one)
    notes = [f"{round_.name} · {round_.policy.name}", round_.get_state_display()]
    if round_.is_sample:
        notes.append(_("演示数据"))
    told = [_told(round_, row, parts.get(row.pk, []), scope) for row in rows]
    return Sheet(title=_("申报汇总表"), columns=COLUMNS, rows=told, notes=notes)


def _told(round_: Round, row: Application, parts: list[Instalment], scope: Scope) -> dict[str, Any]:
    return {
        "number": row.number,
        "title": row.title,
        "enterprise": row.enterprise.name,
        "credit_code": row.enterprise.credit_code,
        "item": row.item.name,
        "form": row.item.get_form_display(),
        "outlet": row.outlet.name if row.outlet else "",
        "street": row.street.name if row.street else "",
        "circle": row.circle.name if row.circle else "",
        "contact": row.contact,
        "phone": phone_for(row, scope),
        "state": row.get_state_display(),
        "submitted_on": row.submitted_at,
        "accepted_on": row.accepted_on,
        "reviewed_on": row.reviewed_on,
        "conditions": _conditions(row),
        "computed": row.computed,
        "amount": None if row.state in ENDED and row.state != "done" else row.amount,
        "lowered": row.lowered_reason,
        "this_year": _sum(one for one in parts if one.year <= round_.year),
        "later": _sum(one for one in parts if one.year > round_.year),
        "paid": _sum(one for one in parts if one.state == Instalment.State.PAID),
        "note": row.decision_note,
    }


def _conditions(row: Application) -> str:
    """What is unmet or unknown; 符合 when all is met, nothing before it was looked at."""
    if not row.eligibility:
        return ""
    left = [
        f"{one.get('label', '')}：{one.get('text', '')}"
        for one in row.eligibility
        if one.get("state") != "met"
    ]
    return "；".join(left) or _("符合")


def _sum(parts: Iterable[Instalment]) -> Decimal | None:
    """None where nothing is arranged."""
    amounts = [one.amount for one in parts]
    return sum(amounts, Decimal(0)) if amounts else None
