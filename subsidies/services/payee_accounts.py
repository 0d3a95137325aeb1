"""更正账户: an approved application's account set right, with why, before money goes out."""

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from core import policy
from core.audit import Actor, act
from core.db import locked
from core.scope import Scope
from core.versions import require_version
from subsidies.accounts import account_of, as_told, faults_in
from subsidies.models import Application, Instalment, PaymentList
from subsidies.payable import PAYING
from subsidies.services.payment_lists import remember, set_account
from subsidies.workflow.money import PAYMENTS

FIELDS = ("account_name", "bank", "account_number")


def correct_account(
    *,
    application: Application,
    account_name: str,
    bank: str,
    account_number: str,
    reason: str,
    by: Actor,
    scope: Scope,
    seen_version: int | None = None,
) -> Application:
    """The account of an approved application; drafts of lists take it over.

    Who corrects it has had a hand in those lists, so that another signs them. ValidationError
    without `reason`, when the account would still be wrong, or while it is on a list that was
    issued: that list is returned first.
    """
    with act("subsidies.correct_account", by=by, comment=reason.strip()[:500]) as this:
        lists = _hold_lists(application)
        now = locked(Application.objects.filter(pk=application.pk)).get()
        policy.require(scope, PAYMENTS, now)
        require_version(now, seen_version)
        if now.state not in PAYING:
            state = {"state": now.get_state_display()}
            raise ValidationError(_("申报现为“%(state)s”，不能更正账户。") % state, code="state")
        if not reason.strip():
            raise ValidationError({"reason": _("请写明更正的依据。")})
        rows = list(locked(now.instalments.filter(state=Instalment.State.LISTED)))
        for row in rows:
            _require_draft(lists.get(row.payment_list_id))
        before = account_of(now)
        now.account_name, now.bank, now.account_number = account_name, bank, account_number
        set_account(now, account_of(now))
        if faults := faults_in(account_of(now), now.enterprise.name):
            raise ValidationError(faults)
        now.version += 1
        now.save(update_fields=[*FIELDS, "version", "updated_at"])
        for row in rows:
            set_account(row, account_of(now))
            row.version += 1
            row.save(update_fields=[*FIELDS, "version"])
        for one in lists.values():
            if one.pk in {row.payment_list_id for row in rows}:
                remember(one, by)
                one.version += 1
                one.save(update_fields=["submitted_by_ids", "version"])
        this.obj = now
        this.changes = {"before": as_told(before), "after": as_told(account_of(now))}
    return now


def _hold_lists(application: Application) -> dict[Any, PaymentList]:
    """The lists it is on, locked before it, as everywhere."""
    listed = application.instalments.filter(state=Instalment.State.LISTED)
    keys = list(listed.values_list("payment_list", flat=True))
    return {row.pk: row for row in locked(PaymentList.objects.filter(pk__in=keys))}


def _require_draft(listed: PaymentList | None) -> None:
    if listed is None:
        raise ValidationError(_("该申报正被列入清单，请刷新后再试。"), code="state")
    if listed.state != PaymentList.State.DRAFT:
        told = {"list": listed}
        raise ValidationError(
            _("已列入送拨付的清单 %(list)s，请先由审签人退回该清单。") % told, code="state"
        )
