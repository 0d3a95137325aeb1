"""What applications come to: eligibility and amount, with what was given before and siblings.

Caps serve the applications of a round in the order of their numbers, whichever is looked at first:
before each one stand what is held or spent under the policy, and those of the round with smaller
numbers that are under review (as computed) or reviewed (as decided on). What came to be held since,
`require_headroom` finds out before money is reserved.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils import translation
from django.utils.translation import gettext as _

from core.db import locked
from core.digests import json_digest
from core.money import round_half_up_fen
from subsidies.earlier import Earlier, earlier_of
from subsidies.models import Application, Policy
from subsidies.rules.computing import Computation, Line, compute
from subsidies.rules.eligibility import UNMET, Verdict, judge
from subsidies.rules.facts import clean_facts
from subsidies.rules.settling import Case, Settled, Spent, settle
from subsidies.rules.shapes import Input, Rule, read_rule

State = Application.State


@dataclass(frozen=True)
class Assessment:
    """Of one application, as the tables stand.

    eligibility  [{"key", "label", "state", "text", "clause"}], as the application keeps it
    computation  {"policy": {"code", "number", "version", "name", "document_number", "item",
                 "item_name", "ref", "form", "sha256"}, "facts": {…}, "lines": [{"key", "label",
                 "text", "clause", "amount"}], "caps": [the same], "before": [{"number", "title",
                 "amount", "is_held", "year"}], "amount", "missing": […], "sha256"}; sums as text
    computed     yuan; None = cannot be worked out, and `computation["missing"]` says why
    """

    eligibility: list[dict[str, Any]]
    computation: dict[str, Any]
    computed: Decimal | None

    @property
    def sha256(self) -> str:
        """Of what it rests on and comes to: who decides pins what they have seen."""
        return json_digest([self.computation["sha256"], self.eligibility])

    @property
    def state(self) -> str:
        """met, unmet or unknown: the worst of its conditions, and of its amount."""
        states = {one["state"] for one in self.eligibility}
        if UNMET in states:
            return UNMET
        return "unknown" if "unknown" in states or self.computed is None else "met"


@dataclass(frozen=True)
class _Worked:
    """One application worked out by itself."""

    row: Application
    rule: Rule
    facts: dict[str, str]
    verdicts: list[Verdict]
    computation: Computation

    @property
    def is_barred(self) -> bool:
        return any(one.state == UNMET for one in self.verdicts)

    @property
    def code(self) -> str:
        return self.row.round.policy.code


def assess(applications: Sequence[Application]) -> dict[UUID, Assessment]:
    """Work out many at once, in a constant number of queries, in the site's language.

    Each comes out the same, whichever others are asked for with it.
    """
    rows = _with_siblings(applications)
    earlier = earlier_of(rows, policies={row.round.policy.code for row in rows})
    wanted = {one.pk for one in applications}
    with translation.override(settings.LANGUAGE_CODE):
        rules: dict[int, Rule] = {}
        worked = [_work(row, rules, earlier) for row in rows]
        told: dict[UUID, Assessment] = {}
        for code in sorted({one.code for one in worked}):
            of_policy = [one for one in worked if one.code == code]
            told |= _settled(of_policy, wanted, earlier, code)
    return told


def assessment_of(application: Application) -> Assessment:
    """As it was decided on; until then as the tables stand."""
    if is_frozen(application):
        return Assessment(application.eligibility, application.computation, application.computed)
    return assess([application])[application.pk]


def is_frozen(application: Application) -> bool:
    """Whether a decision keeps what it rested on."""
    return bool(application.computation) and application.state not in OPEN


# Whose figures follow the tables.
OPEN = frozenset({State.DRAFT, State.SUBMITTED, State.SUPPLEMENT, State.ACCEPTED})


def inputs_of(application: Application) -> tuple[Input, ...]:
    """The facts that the rule of its item asks for."""
    return _rule_of(application, {}).inputs


def require_headroom(application: Application) -> None:
    """ValidationError when a cap would now be exceeded: others were supported meanwhile.

    Inside a transaction; locks the versions of the policy, so that no other application is proposed
    under it until the transaction ends. The amount is the one that was decided on.
    """
    code, district = application.round.policy.code, application.district_id
    versions = Policy.objects.filter(district=district, code=code)
    # Reads them all, in one order.
    list(locked(versions).values_list("pk", flat=True))
    earlier = earlier_of([application], policies=[code])
    with translation.override(settings.LANGUAGE_CODE):
        worked = _work(application, {}, earlier)
        faults = [
            _("“%(label)s”现已不符合：%(text)s") % {"label": one.label, "text": one.text}
            for one in worked.verdicts
            if one.state == UNMET
        ]
        case = _case(worked, worked.computation)
        settled = settle([case], Spent.of(earlier.given(code, application.pk)))[case.key]
        amount, left = application.amount or Decimal(0), settled.amount or Decimal(0)
        if left < amount:
            faults.append(
                _("其他申报列入支持后，“%(what)s”只余 %(left)s 元，本项为 %(amount)s 元")
                % {"what": _binding(settled), "left": f"{left:,.2f}", "amount": f"{amount:,.2f}"}
            )
    if faults:
        told = {"what": application, "why": "；".join(faults)}
        raise ValidationError(
            _("%(what)s：%(why)s。请退回审核，重新测算。") % told, code="headroom"
        )


# --- One by itself --------------------------------------------------------------------------------
def _with_siblings(applications: Sequence[Application]) -> list[Application]:
    """The applications, and those under review or reviewed of their rounds; by number."""
    asked, rounds = [one.pk for one in applications], {one.round_id for one in applications}
    siblings = Q(round__in=rounds, state__in=[State.ACCEPTED, State.REVIEWED])
    found = Application.objects.filter(Q(pk__in=asked) | siblings)
    return list(found.select_related("round__policy", "item").order_by("number", "pk"))


def _work(row: Application, rules: dict[int, Rule], earlier: Earlier) -> _Worked:
    rule = _rule_of(row, rules)
    facts = _cleaned(rule.inputs, {**row.facts, **row.checked})
    about = earlier.about(row, row.round.policy.code, row.item.key)
    return _Worked(row, rule, facts, judge(rule.conditions, facts, about), compute(rule, facts))


def _rule_of(row: Application, rules: dict[int, Rule]) -> Rule:
    if row.item_id not in rules:
        rules[row.item_id] = read_rule(row.item.rule, row.round.policy.common)
    return rules[row.item_id]


def _cleaned(inputs: Iterable[Input], given: Mapping[str, Any]) -> dict[str, str]:
    """What of the facts can be used; what cannot is not known."""
    try:
        return clean_facts(inputs, given, partial=True)
    except ValidationError as error:
        faulty = set(error.message_dict)
    return clean_facts(
        inputs, {key: value for key, value in given.items() if key not in faulty}, partial=True
    )


# --- Together -------------------------------------------------------------------------------------
def _settled(
    worked: list[_Worked], wanted: set[UUID], earlier: Earlier, code: str
) -> dict[UUID, Assessment]:
    """Applications under one policy."""
    running = [
        _case(one, _decided(one))
        for one in worked
        if one.row.state == State.REVIEWED
        or (one.row.state == State.ACCEPTED and not one.is_barred)
    ]
    together = settle(running, Spent.of(earlier.given(code)))
    ahead = [one for one in worked if str(one.row.pk) in together]
    told: dict[UUID, Assessment] = {}
    for one in worked:
        if one.row.pk not in wanted:
            continue
        key = str(one.row.pk)
        if one.row.state == State.ACCEPTED and key in together:
            settled = together[key]
        else:
            # What is not under review takes nothing from others, so it is settled apart.
            others = [case for case in running if case.key != key]
            spent = Spent.of(earlier.given(code, one.row.pk))
            settled = settle([*others, _case(one, one.computation)], spent)[key]
        told[one.row.pk] = _assessment(
            one, settled, _held_before(one, earlier) + _ahead_of(one, ahead, together)
        )
    return told


def _case(one: _Worked, computation: Computation) -> Case:
    row = one.row
    return Case(
        key=str(row.pk),
        number=row.number,
        applicant=str(row.enterprise_id),
        outlet=str(row.outlet_id or ""),
        item=row.item.key,
        year=row.round.year,
        computation=computation,
        caps=one.rule.caps,
        group=row.item.stack_group,
    )


def _decided(one: _Worked) -> Computation:
    """What a sibling takes: as computed, or what a reviewer lowered it to."""
    is_lowered = one.row.state == State.REVIEWED and one.row.amount != one.row.computed
    return Computation((), one.row.amount) if is_lowered else one.computation


def _binding(settled: Settled) -> str:
    """What left less than there was: the line after which the least stood."""
    known = [line for line in settled.lines if line.amount is not None]
    return min(known, key=lambda line: line.amount or 0).label if known else _("最高支持金额")


def _held_before(one: _Worked, earlier: Earlier) -> list[dict[str, Any]]:
    """Support of the same enterprise or outlet under the policy."""
    return [
        {
            "number": told.number,
            "title": told.title,
            "amount": _text(told.amount),
            "is_held": True,
            "year": told.year,
        }
        for told in earlier.of_case(one.row)
        if told.policy == one.code
    ]


def _ahead_of(
    one: _Worked, running: list[_Worked], together: Mapping[str, Settled]
) -> list[dict[str, Any]]:
    """Of the round's applications of the same enterprise or outlet those with smaller numbers."""
    row = one.row
    ahead = [
        other.row
        for other in running
        if other.row.pk != row.pk
        and (not row.number or other.row.number < row.number)
        and (
            other.row.enterprise_id == row.enterprise_id
            or (row.outlet_id is not None and other.row.outlet_id == row.outlet_id)
        )
    ]
    return [
        {
            "number": other.number,
            "title": other.title,
            "amount": _text(
                other.amount if other.state == State.REVIEWED else together[str(other.pk)].amount
            ),
            "is_held": False,
            "year": other.round.year,
        }
        for other in ahead
    ]


# --- What is kept ---------------------------------------------------------------------------------
def _assessment(one: _Worked, settled: Settled, before: list[dict[str, Any]]) -> Assessment:
    eligibility = [
        {
            "key": told.key,
            "label": told.label,
            "state": told.state,
            "text": told.text,
            "clause": told.clause,
        }
        for told in one.verdicts
    ]
    computation: dict[str, Any] = {
        "policy": _policy_told(one.row),
        "facts": one.facts,
        "lines": [_line(line, one.row.item.ref) for line in one.computation.lines],
        "caps": [_line(line) for line in settled.lines],
        "before": before,
        "amount": _text(settled.amount),
        "missing": list(dict.fromkeys([*one.computation.missing, *settled.missing])),
    }
    computation["sha256"] = json_digest(computation)
    return Assessment(eligibility, computation, settled.amount)


def _policy_told(row: Application) -> dict[str, Any]:
    policy, item = row.round.policy, row.item
    content = {"common": policy.common, "rule": item.rule, "stack_group": item.stack_group}
    return {
        "code": policy.code,
        "number": policy.number,
        "version": policy.version,
        "name": policy.name,
        "document_number": policy.document_number,
        "item": item.key,
        "item_name": item.name,
        "ref": item.ref,
        "form": item.form,
        "sha256": json_digest(content),
    }


def _line(line: Line, ref: str = "") -> dict[str, Any]:
    """`ref`: the item's own clause, for lines that name none."""
    return {
        "key": line.key,
        "label": line.label,
        "text": line.text,
        "clause": line.clause or ref,
        "amount": _text(line.amount),
    }


def _text(amount: Decimal | None) -> str | None:
    """Yuan as JSON keeps them: to the fen, or exactly where a step was not rounded."""
    if amount is None:
        return None
    in_fen = round_half_up_fen(amount)
    return str(in_fen if in_fen == amount else amount)
