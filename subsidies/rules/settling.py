"""What caps and stacking groups leave of amounts that were computed one by one."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Protocol

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.money import round_half_up_fen
from subsidies.rules.computing import Computation, Line
from subsidies.rules.parts import Cap
from subsidies.rules.words import yuan

Bucket = tuple[str, ...]
Tally = tuple[Decimal, int]
_NOTHING: Tally = (Decimal(0), 0)


@dataclass(frozen=True)
class Case:
    """One application to be settled.

    key        its own, e.g. the primary key as text
    number     受理编号: caps serve cases in this order (then by key); none = last
    applicant  the enterprise; outlet: "" if it is about none (then the applicant stands for it)
    item       key of the policy's item; group: its stacking group, "" = none
    year       the budget year
    caps       `rule.caps`
    """

    key: str
    number: str
    applicant: str
    outlet: str
    item: str
    year: int
    computation: Computation
    caps: tuple[Cap, ...] = ()
    group: str = ""


@dataclass(frozen=True)
class Given:
    """Support given (or held) before, under the same policy; yuan."""

    applicant: str
    outlet: str
    item: str
    year: int
    amount: Decimal
    group: str = ""


class _Counted(Protocol):
    """What of a case, or of support given before, says into which buckets it goes."""

    @property
    def applicant(self) -> str: ...
    @property
    def outlet(self) -> str: ...
    @property
    def item(self) -> str: ...
    @property
    def year(self) -> int: ...
    @property
    def group(self) -> str: ...


@dataclass(frozen=True)
class _Per:
    """By what a cap counts, and its words: the usual label, what was given before."""

    of: Callable[[_Counted], Bucket]
    label: Any
    before: Any
    # Always of one item, wherever it is told.
    of_item: bool = False


PER: Mapping[str, _Per] = {
    "applicant": _Per(
        lambda one: (one.applicant,), gettext_lazy("每家企业累计"), gettext_lazy("累计已获支持")
    ),
    "applicant_year": _Per(
        lambda one: (one.applicant, str(one.year)),
        gettext_lazy("每家企业每年"),
        gettext_lazy("本年度已获支持"),
    ),
    "item_year": _Per(
        lambda one: (one.applicant, str(one.year)),
        gettext_lazy("本事项每家企业每年"),
        gettext_lazy("本年度已获支持"),
        of_item=True,
    ),
    "clause_year": _Per(
        lambda one: (str(one.year),),
        gettext_lazy("本事项全区每年"),
        gettext_lazy("本年度全区已获支持"),
        of_item=True,
    ),
    "outlet": _Per(
        lambda one: _subject(one), gettext_lazy("每个网点"), gettext_lazy("该网点已获支持")
    ),
}


def _subject(one: _Counted) -> Bucket:
    """The outlet; the applicant stands for it where a case is about none."""
    return ("outlet", one.outlet) if one.outlet else ("applicant", one.applicant)


def _bucket(per: str, one: _Counted, *, shared: bool) -> Bucket:
    of_all = shared and not PER[per].of_item
    return (per, "" if of_all else one.item, *PER[per].of(one))


def _group(one: _Counted) -> Bucket:
    return ("group", one.group, *_subject(one), str(one.year))


def _buckets(one: _Counted) -> set[Bucket]:
    """Everything that an amount of this case counts for."""
    every = {_bucket(per, one, shared=shared) for per in PER for shared in (False, True)}
    return every | {_group(one)} if one.group else every


def _add(tallies: dict[Bucket, Tally], one: _Counted, amount: Decimal) -> None:
    for bucket in _buckets(one):
        given, times = tallies.get(bucket, _NOTHING)
        tallies[bucket] = (given + amount, times + (amount > 0))


@dataclass(frozen=True)
class Spent:
    """What was given before: `Spent.of(givens)`; empty = nothing."""

    tallies: Mapping[Bucket, Tally] = field(default_factory=dict)

    @classmethod
    def of(cls, given: Iterable[Given]) -> "Spent":
        """Added up by everything that a cap may count by."""
        tallies: dict[Bucket, Tally] = {}
        for one in given:
            _add(tallies, one, one.amount)
        return cls(tallies)

    @classmethod
    def told(cls, case: Case, told: Mapping[str, Decimal]) -> "Spent":
        """As an example tells it for one case: {"applicant_year": 58000, "applicant_count": 4}."""
        tallies = {
            _bucket(per, case, shared=shared): (
                told.get(per, Decimal(0)),
                int(told.get(f"{per}_count", 0)),
            )
            for per in PER
            for shared in (False, True)
        }
        return cls(tallies)


@dataclass(frozen=True)
class Settled:
    """What caps and stacking add to the computation's lines, and what is left (None = unknown)."""

    lines: tuple[Line, ...]
    amount: Decimal | None
    missing: tuple[str, ...] = ()


def settle(cases: Sequence[Case], spent: Spent) -> dict[str, Settled]:
    """By case key. The order of the sequence does not matter.

    1. 就高不重复: of one stacking group only the highest is paid for one outlet and year; what
       was given before in the group counts (only the difference is left).
    2. Caps, case by case in the order of the numbers, each in the order of the rule.
    A case whose amount is not known stays so and takes nothing.
    """
    tallies = dict(spent.tallies)
    in_order = sorted(cases, key=lambda one: (not one.number, one.number, one.key))
    left_out = _left_out(in_order)
    settled: dict[str, Settled] = {}
    for case in in_order:
        settled[case.key] = made = _settled(case, left_out.get(case.key), tallies)
        if made.amount:
            _add(tallies, case, made.amount)
    return settled


def _left_out(in_order: Iterable[Case]) -> dict[str, Case]:
    """Key of a case that stands back → the case of its group that is paid instead."""
    groups: dict[Bucket, list[Case]] = defaultdict(list)
    for case in in_order:
        if case.group and case.computation.amount is not None:
            groups[_group(case)].append(case)
    found: dict[str, Case] = {}
    for rivals in groups.values():
        # Of equal ones the first in order.
        best = max(rivals, key=lambda one: one.computation.amount or 0)
        found |= {one.key: best for one in rivals if one is not best}
    return found


def _settled(case: Case, better: Case | None, tallies: Mapping[Bucket, Tally]) -> Settled:
    amount = case.computation.amount
    if amount is None:
        return Settled((), None, case.computation.missing)
    if better:
        return Settled((_stands_back(better),), Decimal("0.00"))
    lines: list[Line] = []
    if case.group and (before := tallies.get(_group(case), _NOTHING)[0]):
        amount = round_half_up_fen(max(amount - before, Decimal(0)))
        text = _("就高不重复：同类事项已获支持 %(before)s，本次补足差额 %(left)s") % {
            "before": yuan(before),
            "left": yuan(amount),
        }
        lines.append(Line("stacking", _("就高不重复"), text, "", amount))
    for number, cap in enumerate(case.caps, start=1):
        left, text = _capped(cap, amount, tallies.get(_bucket(cap.per, case, shared=cap.shared)))
        lines.append(Line(f"cap-{number}", cap_label(cap), text, cap.clause, left))
        if left is None:
            return Settled(tuple(lines), None, (text,))
        amount = left
    return Settled(tuple(lines), amount)


def _stands_back(better: Case) -> Line:
    words = {
        "number": better.number or better.key,
        "amount": yuan(better.computation.amount or _NOTHING[0]),
    }
    text = _("就高不重复：同一网点的 %(number)s 测算为 %(amount)s，本项不再支持") % words
    return Line("stacking", _("就高不重复"), text, "", Decimal("0.00"))


def cap_label(cap: Cap) -> str:
    """Its own label, or the usual one."""
    return cap.label or str(PER[cap.per].label)


def cap_text(cap: Cap) -> str:
    """“每家企业每年最高 800,000.00 元”, “每家企业最多 5 个”."""
    label = cap_label(cap)
    if cap.count is not None:
        return _("%(label)s最多 %(count)s 个") % {"label": label, "count": cap.count}
    if cap.amount is None:
        return _("“%(label)s”标准待定") % {"label": label}
    return _("%(label)s最高 %(most)s") % {"label": label, "most": yuan(cap.amount)}


def _capped(cap: Cap, amount: Decimal, tally: Tally | None) -> tuple[Decimal | None, str]:
    """What the cap leaves of the amount, and the line's text."""
    given, times = tally or _NOTHING
    told = cap_text(cap)
    if cap.count is not None:
        counted = _("%(cap)s，已有 %(times)s 个") % {"cap": told, "times": times}
        if times < cap.count:
            return amount, counted
        return Decimal("0.00"), counted + _("，本项不再支持")
    if cap.amount is None:
        return None, told
    room = round_half_up_fen(max(cap.amount - given, Decimal(0)))
    if given:
        own = "" if cap.shared and not PER[cap.per].of_item else _("本事项")
        told += _("，%(before)s %(given)s，尚可支持 %(room)s") % {
            "before": f"{own}{PER[cap.per].before}",
            "given": yuan(given),
            "room": yuan(room),
        }
    if amount <= room:
        return amount, told + _("，未超过")
    return room, told + _("，超过，按 %(room)s计") % {"room": yuan(room)}
