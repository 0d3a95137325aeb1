"""What a round lacks for its next step, in words: for its page and for the acts themselves."""

import datetime as dt
from collections import Counter
from collections.abc import Iterable
from decimal import Decimal

from django.db.models import Count, Sum
from django.utils.translation import gettext as _

from core.audit import Actor
from subsidies.models import (
    Application,
    BudgetLine,
    Instalment,
    Objection,
    Policy,
    PolicyItem,
    Round,
)
from subsidies.publicity import Period
from subsidies.querysets import HELD
from subsidies.rules.shapes import read_rule
from subsidies.rules.splitting import split

State, Case = Round.State, Application.State
# Filed, and neither on the list nor ended.
UNDECIDED = (Case.SUBMITTED, Case.SUPPLEMENT, Case.ACCEPTED, Case.REVIEWED)
# Nothing more happens to them.
ENDED = (Case.DONE, Case.NOT_ACCEPTED, Case.REFUSED, Case.WITHDRAWN, Case.CANCELLED)
# Lists in messages are no longer than that.
MOST_NAMED = 20


def line_of(round_: Round) -> BudgetLine | None:
    """预算指标 that the round's money comes from; None while none was given."""
    fund = round_.policy.fund_id
    return BudgetLine.objects.filter(fund=fund, year=round_.year).first() if fund else None


def lacking_to_open(round_: Round, today: dt.date) -> list[str]:
    """What stands in the way of 申报通知."""
    rule, told = round_.policy, []
    if rule.state != Policy.State.PUBLISHED:
        told.append(_("扶持政策“%(policy)s”尚未发布或已停用。") % {"policy": rule})
    if rule.is_reference:
        told.append(_("“%(policy)s”为外地参考，不能据以开展申报。") % {"policy": rule})
    if rule.fund_id is None:
        told.append(_("扶持政策未明确专项资金。"))
    if rule.valid_from > round_.opens_on or (rule.valid_to and rule.valid_to <= round_.opens_on):
        told.append(_("申报开始日不在政策有效期内。"))
    if round_.closes_on < today:
        told.append(_("申报截止日已过，请先修改。"))
    return told


def share_of_year(amount: Decimal | None, item: PolicyItem, round_: Round) -> Decimal:
    """What of an amount falls into the round's budget year: later instalments are commitments."""
    rule = read_rule(item.rule, round_.policy.common)
    parts = split(amount or Decimal(0), rule.instalments, round_.year)
    return sum((part.amount for part in parts if part.year == round_.year), Decimal(0))


def wanted_of(round_: Round) -> Decimal:
    """What putting all that is reviewed on the list would take from the year's budget."""
    asked = Application.objects.filter(round=round_, state=Case.REVIEWED)
    rows = list(asked.only("item", "amount"))
    items = {one.pk: one for one in round_.policy.items.all()} if rows else {}
    shares = (share_of_year(row.amount, items[row.item_id], round_) for row in rows)
    return sum(shares, Decimal(0))


def warnings(round_: Round, line: BudgetLine | None) -> list[str]:
    """What does not stand in the way but should be known."""
    if line is None:
        told = {"year": round_.year, "fund": round_.policy.fund or "—"}
        return [_("%(fund)s%(year)d年度预算指标尚未下达，列入拟支持名单前须先下达。") % told]
    return []


def lacking_to_announce(
    round_: Round, cases: Iterable[Application] | None = None, *, brief: bool = False
) -> list[str]:
    """What stands in the way of 公示. Applications may be given, else one query.

    brief  counts what is undecided by state instead of naming it
    """
    rows = list(cases) if cases is not None else _filed(round_)
    told = []
    if round_.meeting_on is None or not round_.minutes_number:
        told.append(_("尚未登记集体审议（日期、纪要号）。"))
    if not any(row.state == Case.PROPOSED for row in rows):
        told.append(_("拟支持名单为空。"))
    if open_cases := [row for row in rows if row.state in UNDECIDED]:
        said = {"n": len(open_cases), "which": _counted(open_cases) if brief else named(open_cases)}
        told.append(_("还有 %(n)d 项申报未办理完：%(which)s。") % said)
    return told


def lacking_to_approve(round_: Round, period: Period | None) -> list[str]:
    """What stands in the way of 审定: the period, and objections that wait."""
    told = []
    if period is None:
        return [_("尚未公示。")]
    if not period.over:
        until = {"day": period.until.isoformat(), "days": period.days}
        told.append(_("公示未满 %(days)d 个工作日，公示至 %(day)s。") % until)
    waiting = Objection.objects.filter(application__round=round_, outcome=Objection.Outcome.OPEN)
    if n := waiting.count():
        told.append(_("还有 %(n)d 件异议未处理。") % {"n": n})
    return told


def lacking_to_finish(round_: Round) -> list[str]:
    """Applications that are still paid or wait for it, with the instalments that are unpaid."""
    rows = Application.objects.filter(round=round_).exclude(state__in=[*ENDED, Case.DRAFT])
    cases = list(rows.order_by("number", "id"))
    if not cases:
        return []
    unpaid = Instalment.objects.filter(application__in=cases).exclude(
        state__in=[Instalment.State.PAID, Instalment.State.CANCELLED]
    )
    later: dict[object, list[Instalment]] = {}
    for one in unpaid.order_by("application", "attempt", "number"):
        later.setdefault(one.application_id, []).append(one)
    said = [_("还有 %(n)d 项申报未办结：") % {"n": len(cases)}]
    said += [_unpaid_text(case, later.get(case.pk, [])) for case in cases[:MOST_NAMED]]
    if (more := len(cases) - MOST_NAMED) > 0:
        said.append(_("另有 %(n)d 项") % {"n": more})
    return said


def _unpaid_text(case: Application, instalments: list[Instalment]) -> str:
    if not instalments:
        return f"{case}（{case.get_state_display()}）"
    parts = [
        _("第%(n)d期 %(year)d年 %(amount)s元")
        % {"n": one.number, "year": one.year, "amount": f"{one.amount:,.2f}"}
        for one in instalments
    ]
    return _("%(case)s（未拨付：%(what)s）") % {"case": case, "what": "、".join(parts)}


def named(cases: Iterable[Application]) -> str:
    """“2026-01-0001 某项目（已申报）、…”, as many as one reads."""
    rows = sorted(cases, key=lambda row: (row.number, str(row.pk)))
    told = [f"{row}（{row.get_state_display()}）" for row in rows[:MOST_NAMED]]
    if len(rows) > MOST_NAMED:
        told.append(_("等"))
    return "、".join(told)


def _counted(cases: Iterable[Application]) -> str:
    """“已受理 1 项、已审核 12 项”, in the order of the path."""
    found = Counter(row.state for row in cases)
    told = [
        _("%(state)s %(n)d 项") % {"state": Case(state).label, "n": found[state]}
        for state in UNDECIDED
        if found[state]
    ]
    return "、".join(told)


def _filed(round_: Round) -> list[Application]:
    rows = Application.objects.filter(round=round_).exclude(state=Case.DRAFT)
    return list(rows.only("id", "number", "title", "state").order_by("number", "id"))


def submitters(now: Round, by: Actor) -> list[str]:
    """Who submitted the round so far, and the caller with those they act for."""
    return sorted({*now.submitted_by_ids, *(str(person) for person in by.persons)})


# --- Counts ---------------------------------------------------------------------------------------
class Tally:
    """How many applications of a round stand where, and what their amounts come to."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self.amounts: dict[str, Decimal] = {}

    @property
    def filed(self) -> int:
        """All but drafts."""
        return sum(n for state, n in self.counts.items() if state != Case.DRAFT)

    @property
    def undecided(self) -> int:
        """Filed, and neither on the list nor ended."""
        return sum(self.counts[state] for state in UNDECIDED)

    @property
    def held(self) -> int:
        """On the list, or further."""
        return sum(self.counts[state] for state in HELD)

    @property
    def amount(self) -> Decimal:
        """Of those on the list or further, yuan."""
        return sum((self.amounts.get(state, Decimal(0)) for state in HELD), Decimal(0))


def tallies(rounds: Iterable[Round], visible: object = None) -> dict[object, Tally]:
    """By round; of the applications of a queryset `visible`, else of all. One query."""
    found: dict[object, Tally] = {one.pk: Tally() for one in rounds}
    rows = Application.objects.all() if visible is None else visible
    counted = rows.filter(round__in=list(found))  # type: ignore[attr-defined]
    for one in counted.order_by().values("round", "state").annotate(n=Count("pk"), s=Sum("amount")):
        tally = found[one["round"]]
        tally.counts[one["state"]] = one["n"]
        tally.amounts[one["state"]] = one["s"] or Decimal(0)
    return found
