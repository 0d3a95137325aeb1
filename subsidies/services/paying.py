"""What the treasury paid: booked once for each instalment, whatever is retried or races.

Each booking locks list → application → instalment → budget line before it looks whether the
instalment is paid. Behind the locks stand three unique keys: one payment for an instalment, one
PAY of an (application, instalment, attempt) in the ledger, one number in the ledger of a line.
"""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from core import policy
from core.audit import Actor, act
from core.db import locked
from core.scope import Scope
from core.workflow import moving
from subsidies.accounts import plain_name, same_name
from subsidies.models import (
    Application,
    BudgetLine,
    BudgetMove,
    Instalment,
    Payment,
    PaymentImport,
    PaymentList,
)
from subsidies.services import budget
from subsidies.services.payment_lists import cleaned_number
from subsidies.workflow.applications import APPLICATION
from subsidies.workflow.money import PAYMENT_LIST, PAYMENTS

State = Instalment.State
Faults = dict[str, str]


@dataclass(frozen=True)
class Told:
    """What the treasury says of one payment, in stored form."""

    paid_on: dt.date
    voucher: str
    amount: Decimal
    account_name: str

    @classmethod
    def of(cls, paid_on: dt.date, voucher: str, amount: Decimal, account_name: str) -> "Told":
        """From what was typed."""
        return cls(paid_on, cleaned_number(voucher)[:60], amount, plain_name(account_name)[:120])


def record_payment(
    *,
    instalment: Instalment,
    paid_on: dt.date,
    voucher: str,
    amount: Decimal,
    account_name: str,
    by: Actor,
    scope: Scope,
    brought: PaymentImport | None = None,
) -> Payment:
    """Book that the treasury paid an instalment of an issued list. A retry pays once.

    Told again with the same data the same payment is answered; with other data ValidationError,
    code "recorded", says what is recorded. ValidationError by field where it does not fit: the
    amount, the payee's name, the day, a voucher of another payment. The first payment moves the
    application to 拨付中, the last one to 已办结, and the list to 已结清 when all of it is paid.
    """
    told = Told.of(paid_on, voucher, amount, account_name)
    with transaction.atomic():
        held = hold([instalment.pk])[instalment.pk]
        policy.require(scope, PAYMENTS, held.application)
        return book(held, told, by=by, scope=scope, brought=brought)


def hold(keys: Iterable[Any]) -> dict[Any, Instalment]:
    """The instalments by key, locked with all that paying them changes, in the order of locks.

    Each brings its list, application (with the enterprise) and line as they stand.
    """
    keys = list(keys)
    asked = list(Instalment.objects.filter(pk__in=keys).only("payment_list", "application"))
    lists = {row.payment_list_id for row in asked if row.payment_list_id}
    list(locked(PaymentList.objects.filter(pk__in=lists)))
    applications = {row.application_id for row in asked}
    list(locked(Application.objects.filter(pk__in=applications).only("pk")))
    list(locked(Instalment.objects.filter(pk__in=keys).only("pk")))
    lines = Instalment.objects.filter(pk__in=keys).values("line")
    list(locked(BudgetLine.objects.filter(pk__in=lines)))
    # Read after all of them are held: nothing of it can change any more.
    rows = Instalment.objects.filter(pk__in=keys).order_by("pk")
    return {
        row.pk: row
        for row in rows.select_related("payment_list", "application__enterprise", "line")
    }


def book(
    held: Instalment,
    told: Told,
    *,
    by: Actor,
    scope: Scope,
    brought: PaymentImport | None = None,
) -> Payment:
    """As `record_payment`, of an instalment that is held."""
    payment = Payment.objects.filter(instalment=held).first()
    if payment is not None:
        if not is_same(payment, told):
            raise ValidationError(recorded_text(payment), code="recorded")
        return payment
    if faults := faults_in(held, told, used_vouchers([told], held.application.district_id)):
        raise ValidationError(faults)
    with act("subsidies.record_payment", by=by) as this:
        line: Any = held.line
        budget.move(
            line=line,
            kind=BudgetMove.Kind.PAY,
            amount=held.amount,
            this=this,
            application=held.application,
            instalment=held.number,
            attempt=held.attempt,
        )
        payment = Payment.objects.create(
            district_id=held.application.district_id,
            instalment=held,
            paid_on=told.paid_on,
            voucher=told.voucher,
            amount=told.amount,
            account_name=told.account_name,
            brought=brought,
            act=this.id,
        )
        held.state, held.version = State.PAID, held.version + 1
        held.save(update_fields=["state", "version"])
        _move_application(held, by, scope)
        _settle_list(held, by, scope)
        this.obj = held.application
        this.changes = {
            "list": str(held.payment_list),
            "instalment": held.number,
            "amount": held.amount,
            "paid_on": told.paid_on,
            "voucher": told.voucher,
            "file": brought.name if brought else "",
        }
    return payment


def _move_application(held: Instalment, by: Actor, scope: Scope) -> None:
    """拨付中 with the first payment, 已办结 with the last."""
    rest = Instalment.objects.filter(application=held.application_id)
    is_last = not rest.exclude(state__in=[State.PAID, State.CANCELLED]).exists()
    application = Application.objects.get(pk=held.application_id)
    word = "finish" if is_last else "pay"
    if not is_last and application.state != Application.State.APPROVED:
        return
    with moving(APPLICATION, application, word, by=by, scope=scope) as (_now, this):
        this.changes = {"instalment": held.number}


def _settle_list(held: Instalment, by: Actor, scope: Scope) -> None:
    """结清, when all of it is paid."""
    listed = held.payment_list
    if listed is None or listed.instalments.exclude(state=State.PAID).exists():
        return
    with moving(PAYMENT_LIST, listed, "settle", by=by, scope=scope) as (now, this):
        this.changes = {"number": now.number}


# --- Whether it fits ------------------------------------------------------------------------------
def is_same(payment: Payment, told: Told) -> bool:
    """Whether the payment is what is told: a retry."""
    return (
        payment.paid_on == told.paid_on
        and payment.voucher == told.voucher
        and payment.amount == told.amount
        and same_name(payment.account_name, told.account_name)
    )


def recorded_text(payment: Payment) -> str:
    """What is booked already."""
    told = {
        "day": payment.paid_on,
        "voucher": payment.voucher,
        "amount": f"{payment.amount:,.2f}",
        "name": payment.account_name,
    }
    said = _("%(day)s，凭证号 %(voucher)s，%(amount)s 元，%(name)s") % told
    return _("该期已入账（%(what)s），与本次不同，未再入账。") % {"what": said}


def faults_in(row: Instalment, told: Told, used: dict[str, Any]) -> Faults:
    """Field → what does not fit. Reads the instalment's list.

    used  voucher → instalment key of the payments that bear it, see `used_vouchers`
    """
    listed = row.payment_list
    if row.state != State.LISTED or listed is None:
        state = {"state": row.get_state_display()}
        return {"instalment": _("该期现为“%(state)s”，不在送拨付的清单中") % state}
    if listed.state != PaymentList.State.ISSUED or listed.issued_on is None:
        told_list = {"number": listed.number, "state": listed.get_state_display()}
        why = _("清单 %(number)s 现为“%(state)s”，审签送拨付后才能登记拨付") % told_list
        return {"instalment": why}
    faults: Faults = {}
    if told.amount != row.amount:
        sums = {"told": f"{told.amount:,.2f}", "asked": f"{row.amount:,.2f}"}
        faults["amount"] = _("金额 %(told)s 元，清单为 %(asked)s 元") % sums
    if not same_name(told.account_name, row.account_name):
        names = {"told": told.account_name or "—", "asked": row.account_name}
        faults["account_name"] = _("户名“%(told)s”，清单为“%(asked)s”") % names
    if told.paid_on > timezone.localdate():
        faults["paid_on"] = _("支付日期晚于今天")
    elif told.paid_on < listed.issued_on:
        days = {"day": listed.issued_on}
        faults["paid_on"] = _("支付日期早于清单送拨付的 %(day)s") % days
    if not told.voucher:
        faults["voucher"] = _("未填凭证号")
    elif used.get(_voucher_key(told), row.pk) != row.pk:
        voucher = {"voucher": told.voucher}
        faults["voucher"] = _("凭证号 %(voucher)s 已用于另一笔拨付") % voucher
    return faults


def used_vouchers(told: Iterable[Told], district: Any) -> dict[str, Any]:
    """Of the vouchers told those that a payment of the same year bears → its instalment."""
    asked = {one.voucher for one in told if one.voucher}
    rows = Payment.objects.filter(district=district, voucher__in=asked)
    return {
        f"{paid_on.year}:{voucher}": instalment
        for voucher, paid_on, instalment in rows.values_list("voucher", "paid_on", "instalment")
    }


def _voucher_key(told: Told) -> str:
    """Numbers of vouchers begin anew each year."""
    return f"{told.paid_on.year}:{told.voucher}"
