"""`/subsidies/payment-lists/<id>/`: one list: its rows, what is wrong, its files and acts."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.views.decorators.http import require_POST

from core import audit, policy
from core.models import AuditEvent
from core.scope import Scope
from core.word import word_response
from core.workflow import open_moves
from portal.coordination.acting import common_of, run_here, seen_in
from portal.coordination.files import workbook_answer
from portal.coordination.trails import trail_of
from portal.subsidies.payment_lists import back_to, find, unknown_word
from portal.subsidies.payment_shared import (
    LIST_STATUS,
    account_lines,
    crumbs_of,
    nav,
    rows_of,
    standing,
    ticked,
)
from portal.views.common import page, scope_of
from subsidies.accounts import account_faults
from subsidies.models import Instalment, PaymentList
from subsidies.payable import PAYING, payable
from subsidies.payment_books import list_sheet, template_sheet
from subsidies.payment_papers import letter_of
from subsidies.services.payment_lists import (
    add_to_list,
    ask_to_issue,
    issue_list,
    remove_from_list,
    return_list,
)
from subsidies.workflow.money import PAYMENT_LIST

State = PaymentList.State
MOST = 200
OTHERS = {
    "subsidies.create_payment_list": lazy("编制"),
    "subsidies.add_to_payment_list": lazy("列入分期"),
    "subsidies.remove_from_payment_list": lazy("移出分期"),
    "subsidies.ask_payment_list": lazy("提请审签"),
}
DONE = {
    "add": lazy("已列入清单。"),
    "remove": lazy("已移出清单，资金仍为已安排。"),
    "ask": lazy("已提请审签。"),
    "issue": lazy("已审签，清单冻结，可下载送国库拨付。"),
    "return": lazy("已退回修改。"),
}


@page("subsidies.payments")
def payment_list(request: HttpRequest, pk: Any) -> HttpResponse:
    """The list with its rows."""
    return show(request, find(request, pk))


def show(request: HttpRequest, listed: PaymentList, typed: str = "") -> HttpResponse:
    """The page; `typed` is a refused comment."""
    scope, today = scope_of(request), timezone.localdate()
    rows = rows_on(listed, scope)
    lines = _lines(rows, scope)
    moves = {move.word for move in open_moves(PAYMENT_LIST, listed, scope)}
    is_draft = listed.state == State.DRAFT
    may_pay = policy.may(scope, "subsidies.manage_payments", listed)
    paid = [row for row in rows if row.state == Instalment.State.PAID]
    more = payable(rows_of(scope, listed.district), today).filter(line=listed.line_id)
    context = {
        "crumbs": crumbs_of(
            listed.district,
            (_("拨付清单"), reverse("subsidies:payment_lists")),
            (listed.number, ""),
        ),
        "nav": nav("payment_lists"),
        "listed": listed,
        "status": LIST_STATUS[State(listed.state)],
        "lines": lines,
        "faults": sum(1 for line in lines if line["faults"]),
        "total": _sum(rows),
        "paid": _sum(paid),
        "paid_n": len(paid),
        "rest": _sum(rows) - _sum(paid),
        "days": (today - listed.issued_on).days if listed.issued_on else None,
        "is_draft": is_draft,
        "may_pay": may_pay,
        "may_change": may_pay and is_draft,
        "more": list(more.order_by("application__number", "number")[:MOST])
        if may_pay and is_draft
        else [],
        "may_issue": "issue" in moves,
        "may_return": "return" in moves and not paid,
        "own_work": is_draft
        and "issue" not in moves
        and policy.may(scope, "subsidies.approve_payment", listed),
        "sees_accounts": policy.may(scope, "subsidies.see_accounts"),
        "typed": typed,
        "trail": trail_of(listed, PAYMENT_LIST, others=OTHERS),
    }
    return render(request, "subsidies/payment_list.html", context, status=422 if typed else 200)


def rows_on(listed: PaymentList, scope: Scope) -> list[Instalment]:
    """Its instalments in the order of the list."""
    rows = rows_of(scope, listed.district).filter(payment_list=listed)
    return list(rows.order_by("application__number", "number", "id"))


def _sum(rows: list[Instalment]) -> Decimal:
    return sum((row.amount for row in rows), Decimal(0))


def _lines(rows: list[Instalment], scope: Scope) -> list[dict[str, Any]]:
    today = timezone.localdate()
    keys = [str(row.application_id) for row in rows]
    corrected = set(
        AuditEvent.objects.filter(
            action="subsidies.correct_account", object_id__in=keys
        ).values_list("object_id", flat=True)
    )
    return [
        {
            "row": row,
            "account": account_lines(row, scope),
            "faults": account_faults(row) if row.state == Instalment.State.LISTED else [],
            "fell_out": row.state == Instalment.State.LISTED
            and row.application.state not in PAYING,
            "corrected": str(row.application_id) in corrected,
            "payment": getattr(row, "payment", None),
        }
        | standing(row, today)
        for row in rows
    ]


@require_POST
@page("subsidies.payments")
def move(request: HttpRequest, pk: Any, word: str) -> HttpResponse:
    """列入、移出、提请审签、审签、退回."""
    listed = find(request, pk)
    common = common_of(request, seen_in(request)) | {"payment_list": listed}
    comment = request.POST.get("comment", "").strip()
    runs: dict[str, Callable[[], Any]] = {
        "add": lambda: add_to_list(instalments=ticked(request), **common),
        "remove": lambda: remove_from_list(instalments=ticked(request), **common),
        "ask": lambda: ask_to_issue(payment_list=listed, by=common["by"], scope=common["scope"]),
        "issue": lambda: issue_list(comment=comment, **common),
        "return": lambda: return_list(comment=comment, **common),
    }
    if word not in runs:
        raise unknown_word()
    return run_here(
        request,
        back_to(listed),
        DONE[word],
        runs[word],
        (lambda refusal: show(request, find(request, pk), comment)) if comment else None,
    )


# --- Files ----------------------------------------------------------------------------------------
@page("subsidies.payments")
def book(request: HttpRequest, pk: Any) -> HttpResponse:
    """拨付清单 (Excel)."""
    listed, scope = find(request, pk), scope_of(request)
    whole = policy.may(scope, "subsidies.see_accounts")
    sheet = list_sheet(listed, rows_on(listed, scope), whole=whole)
    label = _("拨付清单") + listed.number
    return workbook_answer(request, name="payment-list", label=label, sheets=[sheet])


@page("subsidies.see_accounts")
def template(request: HttpRequest, pk: Any) -> HttpResponse:
    """The table that comes back with day and voucher of what was paid."""
    listed, scope = find(request, pk), scope_of(request)
    sheet = template_sheet(listed, rows_on(listed, scope))
    label = _("支付结果") + listed.number
    return workbook_answer(request, name="payment-results", label=label, sheets=[sheet])


@page("subsidies.see_accounts")
def letter(request: HttpRequest, pk: Any) -> HttpResponse:
    """拨付函 (Word), with the accounts in full: it goes to the treasury."""
    listed, scope = find(request, pk), scope_of(request)
    document = letter_of(listed, rows_on(listed, scope))
    audit.note("portal.export", list="payment_letter", payment_list=listed.number)
    return word_response(document, f"{_('拨付函')}{listed.number}.docx")
