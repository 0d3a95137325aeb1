"""下达、收回、调剂、结转: proposed by one person, approved by another, and then moved."""

import datetime as dt
import uuid
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from accounts.people import recipients_by_id, recipients_of_commission
from accounts.roles import APPROVER
from core import policy
from core.audit import Act, Actor, act
from core.db import locked
from core.notices import Recipient, notify
from core.scope import Scope
from core.versions import require_version
from core.workflow import moving
from subsidies.models import BudgetLine, BudgetOrder, Instalment
from subsidies.services.carrying import TAKES_ALONG, carry_out, require_unpaid, total_of
from subsidies.services.lines import open_fund, open_line
from subsidies.workflow.money import BUDGETS, ORDER

__all__ = [
    "approve_order",
    "change_order",
    "create_order",
    "open_fund",
    "open_line",
    "refuse_order",
    "remove_order",
    "return_order",
    "submit_order",
]

Kind, State = BudgetOrder.Kind, BudgetOrder.State
BETWEEN = frozenset({Kind.TRANSFER, Kind.CARRY})
CHANGEABLE = ("line", "to_line", "amount", "document_number", "reason")


# --- Before it is sent ----------------------------------------------------------------------------
def create_order(
    *,
    kind: str,
    line: BudgetLine,
    amount: Decimal,
    reason: str,
    to_line: BudgetLine | None = None,
    document_number: str = "",
    instalments: Sequence[Instalment] = (),
    by: Actor,
    scope: Scope,
) -> BudgetOrder:
    """A draft. `instalments`: unpaid ones of the line that 结转 or 收回 takes along.

    ValidationError by field.
    """
    order = BudgetOrder(district=line.district, kind=kind, submitted_by_ids=_persons(by))
    order.is_sample = line.is_sample
    told = {
        "line": line,
        "to_line": to_line,
        "amount": amount,
        "document_number": document_number,
        "reason": reason,
    }
    with act("subsidies.create_order", by=by, obj=order) as this:
        policy.require(scope, BUDGETS, order)
        _put(order, told, instalments)
        order.save()
        order.instalments.set(instalments)
        this.changes = _told(order)
    return order


def change_order(
    *,
    order: BudgetOrder,
    changes: Mapping[str, Any],
    instalments: Sequence[Instalment] | None = None,
    by: Actor,
    scope: Scope,
    seen_version: int | None = None,
) -> BudgetOrder:
    """Edit a draft: line, to_line, amount, document_number, reason; None leaves instalments."""
    with act("subsidies.change_order", by=by) as this:
        now = _draft(order, scope, seen_version)
        along = list(now.instalments.all()) if instalments is None else list(instalments)
        told = {name: getattr(now, name) for name in CHANGEABLE}
        _put(now, told | {name: changes[name] for name in CHANGEABLE if name in changes}, along)
        # Whoever had a hand in it does not approve it.
        now.submitted_by_ids = sorted({*now.submitted_by_ids, *_persons(by)})
        now.version += 1
        now.save()
        now.instalments.set(along)
        this.obj, this.changes = now, _told(now)
    return now


def remove_order(
    *, order: BudgetOrder, by: Actor, scope: Scope, seen_version: int | None = None
) -> None:
    """Drop a draft that nobody sent; what it said stays in the audit log."""
    with act("subsidies.remove_order", by=by) as this:
        now = _draft(order, scope, seen_version)
        this.obj, this.changes = order, _told(now)
        now.delete()


def _draft(order: BudgetOrder, scope: Scope, seen_version: int | None) -> BudgetOrder:
    now = locked(BudgetOrder.objects.filter(pk=order.pk)).get()
    policy.require(scope, BUDGETS, now)
    require_version(now, seen_version)
    if now.state != State.DRAFT:
        told = {"state": now.get_state_display()}
        raise ValidationError(_("这项预算调整%(state)s，不能再修改。") % told, code="state")
    return now


def _put(order: BudgetOrder, told: Mapping[str, Any], along: Sequence[Instalment]) -> None:
    """Set what is told, in the stored form; ValidationError by field."""
    for name, value in told.items():
        setattr(order, name, value.strip() if isinstance(value, str) else value)
    if order.kind not in BETWEEN:
        order.to_line = None
    errors = _lines_wrong(order) | _sums_wrong(order, along)
    if not order.reason:
        errors["reason"] = _("请写明事由。")
    if errors:
        raise ValidationError(errors)
    order.clean_fields(exclude=["line", "to_line", "district"])


def _lines_wrong(order: BudgetOrder) -> dict[str, Any]:
    line, to_line = order.line, order.to_line
    if line.district_id != order.district_id:
        return {"line": _("预算指标不在本区。")}
    if order.kind not in BETWEEN:
        return {}
    if to_line is None or to_line.district_id != order.district_id:
        return {"to_line": _("请选择调入的预算指标。")}
    if to_line.pk == line.pk:
        return {"to_line": _("调出和调入不能是同一项预算指标。")}
    if order.kind == Kind.TRANSFER and to_line.year != line.year:
        return {"to_line": _("调剂在同一年度内进行；跨年度请办理结转。")}
    if order.kind == Kind.CARRY and (to_line.fund_id != line.fund_id or to_line.year <= line.year):
        return {"to_line": _("结转到同一专项资金以后年度的预算指标。")}
    return {}


def _sums_wrong(order: BudgetOrder, along: Sequence[Instalment]) -> dict[str, Any]:
    if order.amount is None or order.amount <= 0:
        return {"amount": _("金额须大于零。")}
    if along and order.kind not in TAKES_ALONG:
        return {"instalments": _("只有结转和收回可以带分期。")}
    require_unpaid(order.line, along)
    if total_of(along) > order.amount:
        told = {"total": f"{total_of(along):,.2f}"}
        return {"amount": _("金额不能小于所带分期合计 %(total)s 元。") % told}
    return {}


# --- Moves ----------------------------------------------------------------------------------------
def submit_order(
    *,
    order: BudgetOrder,
    comment: str = "",
    by: Actor,
    scope: Scope,
    seen_version: int | None = None,
) -> BudgetOrder:
    """提交审批; tells those who approve. 下达 needs the document's number."""
    with moving(
        ORDER, order, "submit", by=by, scope=scope, comment=comment, seen_version=seen_version
    ) as (now, this):
        if now.kind == Kind.GRANT and not now.document_number:
            raise ValidationError({"document_number": _("下达须填写指标文文号。")})
        now.submitted_by_ids = sorted({*now.submitted_by_ids, *_persons(by)})
        this.changes = _told(now)
        _tell(recipients_of_commission(now.district, APPROVER), now, this, lazy("请审批：%(what)s"))
    return now


def return_order(
    *,
    order: BudgetOrder,
    comment: str,
    by: Actor,
    scope: Scope,
    seen_version: int | None = None,
) -> BudgetOrder:
    """退回修改; tells who had sent it."""
    return _answered(
        "return", order, lazy("预算调整已退回：%(what)s"), comment, by, scope, seen_version
    )


def refuse_order(
    *,
    order: BudgetOrder,
    comment: str,
    by: Actor,
    scope: Scope,
    seen_version: int | None = None,
) -> BudgetOrder:
    """不予批准: final; nothing is moved."""
    return _answered(
        "refuse", order, lazy("预算调整未批准：%(what)s"), comment, by, scope, seen_version
    )


def _answered(
    word: str,
    order: BudgetOrder,
    title: Any,
    comment: str,
    by: Actor,
    scope: Scope,
    seen_version: int | None,
) -> BudgetOrder:
    with moving(
        ORDER, order, word, by=by, scope=scope, comment=comment, seen_version=seen_version
    ) as (now, this):
        if word == "refuse":
            now.decided_on = timezone.localdate()
        this.changes = _told(now)
        _tell(_senders(now), now, this, title, comment)
    return now


def approve_order(
    *,
    order: BudgetOrder,
    comment: str = "",
    decided_on: dt.date | None = None,
    by: Actor,
    scope: Scope,
    seen_version: int | None = None,
) -> BudgetOrder:
    """批准, by another person: the money moves in the same transaction.

    ValidationError, code "budget", where a line has less free than is taken from it.
    """
    with moving(
        ORDER, order, "approve", by=by, scope=scope, comment=comment, seen_version=seen_version
    ) as (now, this):
        now.decided_on = decided_on or timezone.localdate()
        if now.decided_on > timezone.localdate():
            raise ValidationError({"decided_on": _("审批日期不能晚于今天。")})
        moves = carry_out(now, this)
        this.changes = _told(now) | {"moves": len(moves)}
        _tell(_senders(now), now, this, lazy("预算调整已批准：%(what)s"), comment)
    return now


# --- What is told ---------------------------------------------------------------------------------
def order_path(order: BudgetOrder) -> str:
    """Where the order is dealt with."""
    return f"/subsidies/budgets/orders/{order.pk}/"


def _persons(by: Actor) -> list[str]:
    return sorted(str(person) for person in by.persons)


def _senders(order: BudgetOrder) -> list[Recipient]:
    return recipients_by_id(uuid.UUID(one) for one in order.submitted_by_ids)


def _told(order: BudgetOrder) -> dict[str, Any]:
    """What of an order the audit log keeps with each act."""
    along: Iterable[Any] = order.instalments.order_by("pk").values_list("pk", flat=True)
    return {
        "kind": order.kind,
        "line": str(order.line),
        "to_line": str(order.to_line or ""),
        "amount": str(order.amount),
        "document_number": order.document_number,
        "reason": order.reason,
        "instalments": [str(pk) for pk in along],
    }


def _tell(
    people: list[Recipient], order: BudgetOrder, this: Act, title: Any, text: str = ""
) -> None:
    # In the site's language, whoever acts.
    with translation.override(settings.LANGUAGE_CODE):
        told = {
            "kind": order.get_kind_display(),
            "line": order.line,
            "amount": f"{order.amount:,.2f}",
        }
        what = _("%(line)s %(kind)s %(amount)s 元") % told
        key = f"budget_order:{this.id}"
        notify(
            key=key,
            people=people,
            title=str(title) % {"what": what},
            text=text or order.reason,
            path=order_path(order),
        )
