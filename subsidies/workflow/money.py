"""The paths of budget orders, payment lists and clawbacks: one person asks, another approves."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from core.workflow import Machine, Move
from subsidies.models import BudgetOrder, Clawback, PaymentList

BUDGETS, APPROVE_BUDGET = "subsidies.manage_budgets", "subsidies.approve_budget"
PAYMENTS, APPROVE_PAYMENT = "subsidies.manage_payments", "subsidies.approve_payment"


def _submitters(row: Any) -> list[str]:
    return list(row.submitted_by_ids)


ORDER = Machine(
    "subsidies.order",
    (
        Move(
            word="submit",
            label=_("提交审批"),
            sources=frozenset({BudgetOrder.State.DRAFT}),
            target=BudgetOrder.State.SUBMITTED,
            action=BUDGETS,
        ),
        Move(
            word="return",
            label=_("退回修改"),
            sources=frozenset({BudgetOrder.State.SUBMITTED}),
            target=BudgetOrder.State.DRAFT,
            action=APPROVE_BUDGET,
            comment=True,
            apart=True,
        ),
        Move(
            word="approve",
            label=_("批准"),
            sources=frozenset({BudgetOrder.State.SUBMITTED}),
            target=BudgetOrder.State.APPROVED,
            action=APPROVE_BUDGET,
            apart=True,
        ),
        Move(
            word="refuse",
            label=_("不予批准"),
            sources=frozenset({BudgetOrder.State.SUBMITTED}),
            target=BudgetOrder.State.REFUSED,
            action=APPROVE_BUDGET,
            comment=True,
            apart=True,
        ),
    ),
    submitters=_submitters,
)

PAYMENT_LIST = Machine(
    "subsidies.payment_list",
    (
        Move(
            word="issue",
            label=_("审签并送拨付"),
            sources=frozenset({PaymentList.State.DRAFT}),
            target=PaymentList.State.ISSUED,
            action=APPROVE_PAYMENT,
            apart=True,
        ),
        Move(
            word="return",
            label=_("退回修改"),
            sources=frozenset({PaymentList.State.ISSUED}),
            target=PaymentList.State.DRAFT,
            action=APPROVE_PAYMENT,
            comment=True,
        ),
        Move(
            word="settle",
            label=_("结清"),
            sources=frozenset({PaymentList.State.ISSUED}),
            target=PaymentList.State.SETTLED,
            action=PAYMENTS,
        ),
    ),
    submitters=_submitters,
)

CLAWBACK = Machine(
    "subsidies.clawback",
    (
        Move(
            word="approve",
            label=_("批准追回"),
            sources=frozenset({Clawback.State.SUBMITTED}),
            target=Clawback.State.APPROVED,
            action=APPROVE_PAYMENT,
            apart=True,
        ),
        Move(
            word="refuse",
            label=_("不予批准"),
            sources=frozenset({Clawback.State.SUBMITTED}),
            target=Clawback.State.REFUSED,
            action=APPROVE_PAYMENT,
            comment=True,
            apart=True,
        ),
        Move(
            word="recover",
            label=_("登记到账"),
            sources=frozenset({Clawback.State.APPROVED}),
            target=Clawback.State.RECOVERED,
            action=PAYMENTS,
        ),
    ),
    submitters=_submitters,
)
