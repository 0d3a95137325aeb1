"""追回: asked for with a reason, approved by another, recovered into the budget or the treasury."""

import datetime as dt
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db.models import Sum
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from core import policy
from core.audit import Actor, act
from core.scope import Scope
from core.versions import require_version
from core.workflow import moving
from subsidies.models import BudgetMove, Clawback, Instalment, Payment
from subsidies.services import budget
from subsidies.services.paying import hold
from subsidies.services.payment_lists import cleaned_number
from subsidies.services.payment_notices import tell_of_clawback
from subsidies.workflow.money import CLAWBACK

Kind = BudgetMove.Kind


def ask_clawback(
    *,
    instalment: Instalment,
    amount: Decimal,
    reason: str,
    by: Actor,
    scope: Scope,
    seen_version: int | None = None,
) -> Clawback:
    """Ask for money back: at most what was paid less what was asked for before.

    seen_version  of the instalment
    """
    with act("subsidies.ask_clawback", by=by, comment=reason.strip()[:300]) as this:
        now = hold([instalment.pk])[instalment.pk]
        policy.require(scope, "subsidies.ask_clawback", now.application)
        require_version(now, seen_version)
        if now.state != Instalment.State.PAID:
            told = {"state": now.get_state_display()}
            raise ValidationError(_("该期现为“%(state)s”，拨付后才能追回。") % told, code="state")
        if not reason.strip():
            raise ValidationError({"reason": _("请写明追回的事由。")})
        most = recoverable(now)
        if not 0 < amount <= most:
            sums = {"most": f"{most:,.2f}"}
            raise ValidationError({"amount": _("须大于零，最多 %(most)s 元。") % sums})
        made = Clawback.objects.create(
            district_id=now.application.district_id,
            instalment=now,
            number=now.clawbacks.count() + 1,
            amount=amount,
            reason=reason.strip()[:300],
            submitted_by_ids=sorted(str(person) for person in by.persons),
        )
        # Two people who saw the same rest do not both ask for it.
        now.version += 1
        now.save(update_fields=["version"])
        this.obj = made
        this.changes = _told(made)
        tell_of_clawback(made, this, lazy("请审批资金追回：%(what)s"), approvers=True)
    return made


def approve_clawback(
    *,
    clawback: Clawback,
    comment: str = "",
    by: Actor,
    scope: Scope,
    seen_version: int | None = None,
) -> Clawback:
    """批准追回, by another than who asked."""
    with moving(
        CLAWBACK, clawback, "approve", by=by, scope=scope, comment=comment,
        seen_version=seen_version,
    ) as (now, this):  # fmt: skip
        this.changes = _told(now)
        tell_of_clawback(now, this, lazy("资金追回已批准：%(what)s"), approvers=False)
    return now


def refuse_clawback(
    *,
    clawback: Clawback,
    comment: str,
    by: Actor,
    scope: Scope,
    seen_version: int | None = None,
) -> Clawback:
    """不予批准: the amount can be asked for again."""
    with moving(
        CLAWBACK, clawback, "refuse", by=by, scope=scope, comment=comment,
        seen_version=seen_version,
    ) as (now, this):  # fmt: skip
        this.changes = _told(now)
        tell_of_clawback(now, this, lazy("资金追回未获批准：%(what)s"), approvers=False)
    return now


def recover_clawback(
    *,
    clawback: Clawback,
    on: dt.date,
    voucher: str,
    by: Actor,
    scope: Scope,
    seen_version: int | None = None,
) -> Clawback:
    """登记到账. In the budget's own year the money can be used again; later it goes back to the
    treasury (缴回财政) and leaves what was granted, too."""
    with moving(CLAWBACK, clawback, "recover", by=by, scope=scope, seen_version=seen_version) as (
        now,
        this,
    ):
        held = hold([now.instalment_id])[now.instalment_id]
        payment = Payment.objects.get(instalment=held)
        if on > timezone.localdate():
            raise ValidationError({"on": _("到账日期不能晚于今天。")})
        if on < payment.paid_on:
            told = {"day": payment.paid_on}
            raise ValidationError({"on": _("到账日期不能早于拨付的 %(day)s。") % told})
        if not cleaned_number(voucher):
            raise ValidationError({"voucher": _("请填写凭证号。")})
        line = held.line
        if line is None:  # the database does not let it be
            raise ValidationError(_("该期没有预算指标。"))
        now.recovered_on, now.voucher = on, cleaned_number(voucher)[:60]
        now.is_returned = on.year > line.year
        kinds = [Kind.CLAWBACK, Kind.REDUCE] if now.is_returned else [Kind.CLAWBACK]
        budget.move_all(
            [
                budget.Entry(
                    line=line,
                    kind=kind,
                    amount=now.amount,
                    application=held.application,
                    instalment=held.number,
                    attempt=now.number,
                )
                for kind in kinds
            ],
            this,
        )
        this.changes = _told(now) | {
            "on": on,
            "voucher": now.voucher,
            "returned_to_treasury": now.is_returned,
        }
    return now


def recoverable(instalment: Instalment) -> Decimal:
    """What can still be asked for, yuan: paid, less asked for and not refused."""
    asked = instalment.clawbacks.exclude(state=Clawback.State.REFUSED)
    rest: Decimal = instalment.amount - (asked.aggregate(sum=Sum("amount"))["sum"] or Decimal(0))
    return rest


def _told(now: Clawback) -> dict[str, object]:
    return {
        "application": now.instalment.application.number,
        "instalment": now.instalment.number,
        "number": now.number,
        "amount": now.amount,
    }
