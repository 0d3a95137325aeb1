"""Money for applications: reserved before 公示, released, next year's commitments, carried over."""

import calendar
import datetime as dt
from collections.abc import Sequence

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from core import policy
from core.audit import Act, Actor, act
from core.db import locked
from core.scope import Scope
from subsidies.models import Application, BudgetLine, BudgetOrder, Instalment
from subsidies.plans import commitments
from subsidies.querysets import HELD
from subsidies.rules.shapes import read_rule
from subsidies.rules.splitting import Part, split
from subsidies.services.budget import move_all
from subsidies.services.carrying import (
    held,
    releasing_entry,
    reserving_entry,
    save_all,
    total_of,
)
from subsidies.services.orders import create_order, submit_order
from subsidies.workflow.money import BUDGETS

State = Instalment.State


def reserve(*, application: Application, this: Act) -> list[Instalment]:
    """Make the application's instalments and reserve those of the budget's year.

    Inside the caller's act, which holds the application's lock. Raises `application.attempt`
    (saved here, too). The money comes from the line of (round.policy.fund, round.year); later
    years' instalments stay 待安排: they are commitments. ValidationError, code "budget".
    """
    line = _line_of(application)
    parts = _parts_of(application)
    application.attempt += 1
    application.save(update_fields=["attempt"])
    rows = [_instalment(application, part) for part in parts]
    now = [one for one in rows if one.year <= line.year]
    for one in now:
        one.line, one.state = line, State.RESERVED
    move_all([reserving_entry(line, one) for one in now], this)
    return Instalment.objects.bulk_create(rows)


def release(*, application: Application, this: Act) -> list[Instalment]:
    """Give back what is reserved for the application and cancel all its unpaid instalments.

    Inside the caller's act, which holds the application's lock. ValidationError where an
    instalment is on a payment list or paid.
    """
    asked = application.instalments.exclude(state=State.CANCELLED).select_related("line")
    rows = list(locked(asked))
    if any(one.state in (State.LISTED, State.PAID) for one in rows):
        raise ValidationError(
            _("“%(application)s”已有分期列入拨付清单或已拨付，不能撤销安排。")
            % {"application": application},
            code="state",
        )
    return _cancel(application, rows, this)


def stop(*, application: Application, this: Act) -> list[Instalment]:
    """Cancel what is not paid yet and give back what is reserved of it; what was paid stays.

    As `release`; ValidationError where an instalment is on a payment list.
    """
    asked = application.instalments.exclude(state__in=[State.CANCELLED, State.PAID])
    rows = list(locked(asked.select_related("line")))
    if any(one.state == State.LISTED for one in rows):
        raise ValidationError(
            _("“%(application)s”有分期列在拨付清单上，请先移出清单，或等拨付结果登记后再终止。")
            % {"application": application},
            code="state",
        )
    return _cancel(application, rows, this)


def _cancel(application: Application, rows: list[Instalment], this: Act) -> list[Instalment]:
    for one in rows:
        one.application = application
    move_all([releasing_entry(one) for one in rows if one.state == State.RESERVED], this)
    for one in rows:
        one.state = State.CANCELLED
    save_all(rows)
    return rows


def _line_of(application: Application) -> BudgetLine:
    """The line that the application's round is paid from."""
    round_ = application.round
    line = BudgetLine.objects.filter(fund=round_.policy.fund_id, year=round_.year).first()
    if line is None:
        told = {"fund": round_.policy.fund or _("该政策"), "year": round_.year}
        raise ValidationError(
            _("“%(fund)s”%(year)d年度还没有预算指标，请财务先开设并下达。") % told, code="budget"
        )
    return line


def _parts_of(application: Application) -> list[Part]:
    if not application.amount:
        told = {"application": application}
        raise ValidationError(
            _("“%(application)s”没有支持金额，不能安排资金。") % told, code="amount"
        )
    item, round_ = application.item, application.round
    rule = read_rule(item.rule, round_.policy.common)
    return split(application.amount, rule.instalments, round_.year)


def _instalment(application: Application, part: Part) -> Instalment:
    not_before, condition = _not_before(application, part), part.condition
    if part.months and not_before is None:
        # The day is not known, so a person finds that it has come: nothing is paid at once.
        opened = _("开业满%(n)d个月") % {"n": part.months}
        condition = f"{condition}；{opened}"[:200] if condition else opened
    return Instalment(
        application=application,
        number=part.number,
        attempt=application.attempt,
        year=part.year,
        amount=part.amount,
        condition=condition,
        not_before=not_before,
    )


def _not_before(application: Application, part: Part) -> dt.date | None:
    """So many months after the outlet opened; None where that is not asked, or not known."""
    opened_on = application.outlet.opened_on if application.outlet else None
    if not part.months or opened_on is None:
        return None
    year, month = divmod(opened_on.year * 12 + opened_on.month - 1 + part.months, 12)
    last_day = calendar.monthrange(year, month + 1)[1]
    return dt.date(year, month + 1, min(opened_on.day, last_day))


# --- Year by year ---------------------------------------------------------------------------------
def commitments_of(line: BudgetLine) -> list[Instalment]:
    """Planned instalments that the line's year (or one before) owes, in the applications' order."""
    rows = commitments(line.fund).filter(year__lte=line.year)
    rows = rows.select_related("application__enterprise", "application__round")
    return list(rows.order_by("year", "application__number", "number", "id"))


def reserve_commitments(*, line: BudgetLine, by: Actor, scope: Scope) -> list[Instalment]:
    """落实本年度承诺: reserve the planned instalments of the line's fund and year, all or none."""
    with act("subsidies.reserve_commitments", by=by, obj=line) as this:
        policy.require(scope, BUDGETS, line)
        asked = {one.pk for one in commitments_of(line)}
        # Looked at once more under their locks: somebody may have been first.
        rows = [
            one
            for one in held(sorted(asked))
            if one.state == State.PLANNED and one.application.state in HELD
        ]
        if not rows:
            raise ValidationError(_("没有待落实的本年度承诺。"), code="state")
        for one in rows:
            one.line, one.state, one.year = line, State.RESERVED, line.year
        move_all([reserving_entry(line, one) for one in rows], this)
        save_all(rows)
        this.changes = {"instalments": len(rows), "amount": str(total_of(rows))}
    return rows


def carry_over(
    *,
    instalments: Sequence[Instalment],
    to_line: BudgetLine,
    reason: str = "",
    by: Actor,
    scope: Scope,
) -> BudgetOrder:
    """结转: an order, sent for approval, that moves these unpaid instalments and their money."""
    return _year_end(
        BudgetOrder.Kind.CARRY, instalments, to_line, reason or _("年末未拨付资金结转"), by, scope
    )


def take_back(
    *, instalments: Sequence[Instalment], reason: str = "", by: Actor, scope: Scope
) -> BudgetOrder:
    """收回: an order, sent for approval, that takes back the money of these unpaid instalments.

    They become commitments of the next year.
    """
    return _year_end(
        BudgetOrder.Kind.REDUCE, instalments, None, reason or _("年末未拨付资金收回"), by, scope
    )


def _year_end(
    kind: str,
    instalments: Sequence[Instalment],
    to_line: BudgetLine | None,
    reason: str,
    by: Actor,
    scope: Scope,
) -> BudgetOrder:
    line = instalments[0].line if instalments else None
    if line is None:
        raise ValidationError(_("请先勾选未拨付的分期。"))
    with transaction.atomic():
        order = create_order(
            kind=kind,
            line=line,
            to_line=to_line,
            amount=total_of(instalments),
            reason=reason,
            instalments=instalments,
            by=by,
            scope=scope,
        )
        return submit_order(order=order, by=by, scope=scope)
