"""拨付清单: conditions found to hold, lists made of what can be paid, signed by another, frozen.

Locks, as everywhere: list → applications → instalments (`subsidies.services.budget`).
"""

import datetime as dt
import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from core import policy
from core.audit import Act, Actor, act
from core.db import locked
from core.scope import Scope
from core.text import normalise
from core.versions import require_version
from core.workflow import moving
from subsidies.accounts import Account, account_faults, account_of
from subsidies.models import Application, BudgetLine, Instalment, PaymentList
from subsidies.payable import what_it_waits_for
from subsidies.services.payment_notices import tell_makers, tell_signers
from subsidies.workflow.money import PAYMENT_LIST, PAYMENTS
from territory.models import District

State = Instalment.State
MOST = 500


def confirm_condition(
    *,
    instalment: Instalment,
    on: dt.date,
    note: str,
    by: Actor,
    scope: Scope,
    seen_version: int | None = None,
) -> Instalment:
    """条件核实: what must hold before the instalment is paid was found to hold on that day.

    ValidationError by field: `on` in the future or before `not_before`; no `note`.
    """
    with act("subsidies.confirm_condition", by=by) as this:
        now = _held([instalment])[0]
        policy.require(scope, "subsidies.confirm_condition", now.application)
        require_version(now, seen_version)
        if now.state not in (State.PLANNED, State.RESERVED):
            told = {"state": now.get_state_display()}
            raise ValidationError(_("该期现为“%(state)s”，不再核实条件。") % told, code="state")
        if not note.strip():
            raise ValidationError({"note": _("请写明依据什么核实，例如现场核验日期、材料名称。")})
        if on > timezone.localdate():
            raise ValidationError({"on": _("核实日期不能晚于今天。")})
        if now.not_before and on < now.not_before:
            day = {"day": now.not_before}
            raise ValidationError({"on": _("该期最早拨付日为 %(day)s，核实不能早于此日。") % day})
        now.condition_met_on, now.condition_note = on, note.strip()[:300]
        now.version += 1
        now.save(update_fields=["condition_met_on", "condition_note", "version"])
        this.obj, this.comment = now.application, now.condition_note
        this.changes = {"instalment": now.number, "condition": now.condition, "on": on}
    return now


def create_list(
    *,
    line: BudgetLine,
    instalments: Sequence[Instalment],
    note: str = "",
    by: Actor,
    scope: Scope,
) -> PaymentList:
    """A list of these instalments, all or none; its number is the next of the year."""
    policy.require(scope, PAYMENTS, line)
    if not instalments:
        raise ValidationError(_("请先勾选要列入清单的分期。"))
    with act("subsidies.create_payment_list", by=by) as this:
        # Before the list is written, which holds its budget line: who pays locks that line last.
        _held(instalments)
        # Held while the next number is found, so that two lists do not take the same.
        locked(District.objects.filter(pk=line.district_id).only("pk")).get()
        made = PaymentList.objects.create(
            district_id=line.district_id,
            line=line,
            number=_next_number(line.district_id),
            note=note.strip()[:300],
            is_sample=line.is_sample,
        )
        taken = _take(made, instalments, by)
        made.save(update_fields=["submitted_by_ids"])
        this.obj = made
        this.changes = {"number": made.number, "line": str(line)} | _told(taken)
    return made


def add_to_list(
    *,
    payment_list: PaymentList,
    instalments: Sequence[Instalment],
    by: Actor,
    scope: Scope,
    seen_version: int | None = None,
) -> PaymentList:
    """More of them on a draft, all or none; ValidationError says of each why not."""
    if not instalments:
        raise ValidationError(_("请先勾选要列入清单的分期。"))
    with _changing("add_to_payment_list", payment_list, by, scope, seen_version) as (now, this):
        this.changes = {"number": now.number} | _told(_take(now, instalments, by))
    return now


def remove_from_list(
    *,
    payment_list: PaymentList,
    instalments: Sequence[Instalment],
    by: Actor,
    scope: Scope,
    seen_version: int | None = None,
) -> PaymentList:
    """Off a draft again; what they are stays reserved."""
    with _changing("remove_from_payment_list", payment_list, by, scope, seen_version) as (
        now,
        this,
    ):
        rows = [row for row in _held(instalments) if row.payment_list_id == now.pk]
        for row in rows:
            row.state, row.payment_list = State.RESERVED, None
            row.account_name = row.bank = row.account_number = ""
            row.version += 1
            row.save()
        this.changes = {"number": now.number} | _told(rows)
    return now


def issue_list(
    *,
    payment_list: PaymentList,
    comment: str = "",
    on: dt.date | None = None,
    by: Actor,
    scope: Scope,
    seen_version: int | None = None,
) -> PaymentList:
    """审签并送拨付, by another than who made it; frozen from now on. Refused where an account is
    wrong, or an instalment can no longer be paid."""
    with moving(
        PAYMENT_LIST,
        payment_list,
        "issue",
        by=by,
        scope=scope,
        comment=comment,
        seen_version=seen_version,
    ) as (now, this):
        rows = _held(now.instalments.all())
        if not rows:
            raise ValidationError(_("清单中没有分期，不能送拨付。"))
        if wrong := faults_of(rows):
            raise ValidationError(wrong)
        now.issued_on = on or timezone.localdate()
        this.changes = {"number": now.number} | _told(rows)
        this.payload_sha256 = digest_of(rows)
        tell_makers(now, this, lazy("拨付清单已审签：%(what)s"), comment)
    return now


def return_list(
    *,
    payment_list: PaymentList,
    comment: str,
    by: Actor,
    scope: Scope,
    seen_version: int | None = None,
) -> PaymentList:
    """退回修改, while nothing of it is paid."""
    with moving(
        PAYMENT_LIST,
        payment_list,
        "return",
        by=by,
        scope=scope,
        comment=comment,
        seen_version=seen_version,
    ) as (now, this):
        if now.instalments.filter(state=State.PAID).exists():
            raise ValidationError(_("清单中已有分期拨付，不能退回；有误的按追回办理。"))
        now.issued_on = None
        this.changes = {"number": now.number}
        tell_makers(now, this, lazy("拨付清单已退回：%(what)s"), comment)
    return now


def ask_to_issue(*, payment_list: PaymentList, by: Actor, scope: Scope) -> int:
    """提请审签: tells who signs, once for each version; refused where it could not be issued."""
    with act("subsidies.ask_payment_list", by=by, obj=payment_list) as this:
        now = locked(PaymentList.objects.filter(pk=payment_list.pk)).get()
        policy.require(scope, PAYMENTS, now)
        _require_draft(now)
        rows = _held(now.instalments.all())
        if not rows:
            raise ValidationError(_("清单中没有分期，不能提请审签。"))
        if wrong := faults_of(rows):
            raise ValidationError(wrong)
        this.obj, this.changes = now, {"number": now.number} | _told(rows)
        return tell_signers(now)


# --- What stands on a list ------------------------------------------------------------------------
def faults_of(rows: Iterable[Instalment]) -> list[str]:
    """Why the list of these rows cannot be issued: accounts, and applications that fell out."""
    told = []
    for row in rows:
        faults = account_faults(row)
        if row.application.state not in (Application.State.APPROVED, Application.State.PAYING):
            state = row.application.get_state_display()
            faults.append(_("申报现为“%(state)s”") % {"state": state})
        if faults:
            told.append(f"{name_of(row)}：{'；'.join(faults)}")
    return told


def name_of(row: Instalment) -> str:
    """受理编号 企业 第n期."""
    told = {
        "number": row.application.number,
        "enterprise": row.application.enterprise.name,
        "n": row.number,
    }
    return _("%(number)s %(enterprise)s 第%(n)d期") % told


def digest_of(rows: Sequence[Instalment]) -> str:
    """SHA-256 of what the treasury is asked to pay."""
    told = [
        [row.application.number, row.number, str(row.amount), *account_fields(row)]
        for row in sorted(rows, key=lambda row: str(row.pk))
    ]
    return hashlib.sha256(json.dumps(told, ensure_ascii=False).encode()).hexdigest()


def account_fields(row: Instalment) -> list[str]:
    """户名、开户行、账号 as listed."""
    return [row.account_name, row.bank, row.account_number]


def _told(rows: Sequence[Instalment]) -> dict[str, Any]:
    return {
        "instalments": [f"{row.application.number}/{row.number}" for row in rows],
        "amount": sum((row.amount for row in rows), Decimal(0)),
    }


def _take(now: PaymentList, instalments: Sequence[Instalment], by: Actor) -> list[Instalment]:
    """Put them on the held list with their accounts as they are now; all, or none and why."""
    on, refused = timezone.localdate(), []
    rows = _held(instalments)
    if now.instalments.count() + len(rows) > MOST:
        raise ValidationError(_("一份清单最多 %(most)d 笔，请分成几份。") % {"most": MOST})
    for row in rows:
        if why := _why_not(now, row, on):
            refused.append(f"{name_of(row)}：{why}")
    if refused:
        raise ValidationError(refused)
    for row in rows:
        row.state, row.payment_list = State.LISTED, now
        set_account(row, account_of(row.application))
        row.version += 1
        row.save()
    remember(now, by)
    return rows


def _why_not(now: PaymentList, row: Instalment, on: dt.date) -> str:
    if row.payment_list_id == now.pk:
        return _("已在本清单中")
    if row.state == State.RESERVED and row.line_id != now.line_id:
        return _("预算指标与清单不同，一份清单只列同一项预算指标")
    return what_it_waits_for(row, on)


def set_account(row: Any, account: Account) -> None:
    row.account_name, row.bank, row.account_number = account.name, account.bank, account.number


def remember(now: PaymentList, by: Actor) -> None:
    """Who had a hand in the list must not sign it."""
    now.submitted_by_ids = sorted({*now.submitted_by_ids, *map(str, by.persons)})


# --- Locks ----------------------------------------------------------------------------------------
@contextmanager
def _changing(
    word: str, payment_list: PaymentList, by: Actor, scope: Scope, seen_version: int | None
) -> Iterator[tuple[PaymentList, Act]]:
    with act(f"subsidies.{word}", by=by) as this:
        now = locked(PaymentList.objects.filter(pk=payment_list.pk)).get()
        policy.require(scope, PAYMENTS, now)
        require_version(now, seen_version)
        _require_draft(now)
        this.obj = now
        yield now, this
        remember(now, by)
        now.version += 1
        now.save()


def _require_draft(now: PaymentList) -> None:
    if now.state != PaymentList.State.DRAFT:
        told = {"number": now.number, "state": now.get_state_display()}
        raise ValidationError(
            _("清单 %(number)s 现为“%(state)s”，不能再改动。") % told, code="state"
        )


def _held(instalments: Iterable[Instalment]) -> list[Instalment]:
    """The rows as they stand, locked after their applications, with their enterprises."""
    asked = list(instalments)
    keys = {row.application_id for row in asked}
    list(locked(Application.objects.filter(pk__in=keys).only("pk")))
    rows = locked(Instalment.objects.filter(pk__in=[row.pk for row in asked]))
    return list(rows.select_related("application__enterprise"))


def _next_number(district: Any) -> str:
    """BF2026-007: a text that no spreadsheet takes for a day."""
    head = f"BF{timezone.localdate().year}-"
    numbers = PaymentList.objects.filter(district=district, number__startswith=head)
    found = [
        int(tail)
        for number in numbers.values_list("number", flat=True)
        if (tail := number.removeprefix(head)).isdecimal()
    ]
    return f"{head}{max(found, default=0) + 1:03d}"


def cleaned_number(text: str) -> str:
    """A list's or voucher's number as typed, in stored form."""
    return normalise(text).replace(" ", "")
