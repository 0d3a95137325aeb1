"""How much: the steps of a rule, line by line as on paper."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Context, Decimal, localcontext

from django.utils.translation import gettext as _

from core.money import round_half_up_fen
from subsidies.rules.facts import YES, Unknown, fact, show_value, unit_of
from subsidies.rules.parts import Bonus, Input, Lookup, Row, Rule, Step
from subsidies.rules.words import percent, quantity, tier, yuan

# Wide enough that no product of facts and rates loses a digit before it is rounded.
_EXACT = Context(prec=80, rounding=ROUND_HALF_UP)
# Yuan; what comes to more was typed wrongly, and could not be kept.
_MOST = Decimal(10) ** 15


@dataclass(frozen=True)
class Line:
    """One line of the paper. `amount` is what stands at its end; None = not known."""

    key: str
    label: str
    text: str
    clause: str
    amount: Decimal | None


@dataclass(frozen=True)
class Computation:
    """All lines, the amount at the end, and why it is not known (`missing`)."""

    lines: tuple[Line, ...]
    amount: Decimal | None
    missing: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Running:
    """The amount so far, its unit, and how the next line names it (once)."""

    amount: Decimal
    unit: str = "元"
    name: str = ""

    @property
    def shown(self) -> str:
        return f"{self.name} {quantity(self.amount, self.unit, money=True)}".strip()


def compute(rule: Rule, facts: Mapping[str, str]) -> Computation:
    """The steps one after another: facts are canonical (`clean_facts`).

    The running amount is rounded half up to the fen after each step, unless the step says
    `rounds: none`; at the end always. From the first thing that is not known the amount is None,
    and every further thing that is not known is named, too.
    """
    lines: list[Line] = []
    missing: list[str] = [] if rule.steps else [_("没有测算步骤")]
    running: _Running | None = None
    with localcontext(_EXACT):
        for step in rule.steps:
            try:
                running, text = _carried_out(step, facts, running)
            except Unknown as unknown:
                running, reason = None, str(unknown)
                missing += [reason] if reason else []
                text = f"{step.label}：{reason or _('前一步尚不能确定')}"
            amount = running.amount if running else None
            lines.append(Line(step.key, step.label, text, step.clause, amount))
        if running and running.amount != (final := round_half_up_fen(running.amount)):
            text = _("四舍五入到分：%(amount)s") % {"amount": yuan(final)}
            lines.append(Line("round", _("四舍五入"), text, "", final))
    return Computation(
        tuple(lines), lines[-1].amount if lines else None, tuple(dict.fromkeys(missing))
    )


def _carried_out(
    step: Step, facts: Mapping[str, str], before: _Running | None
) -> tuple[_Running, str]:
    """The amount after the step, and the step's text. Unknown."""
    made, text = _STEPS[step.kind](step, facts, before)
    exact = made.amount
    if exact > _MOST:
        raise Unknown(_("“%(label)s”金额过大，请核对数据") % {"label": step.label})
    if step.rounds == "fen":
        made = replace(made, amount=round_half_up_fen(exact))
    if step.kind in _PRODUCTS:
        text = f"{text} = {replace(made, name='').shown}"
    elif made.amount != exact:
        text += _("，四舍五入到分为 %(amount)s") % {"amount": replace(made, name="").shown}
    return made, text


def _take(step: Step, facts: Mapping[str, str], _before: _Running | None) -> tuple[_Running, str]:
    one = _input(step)
    known = fact(one, facts)
    amount, text = Decimal(known), f"{one.label} {show_value(one, known)}"
    if step.limit:
        most, which = _found(step, step.limit, facts)
        shown = quantity(most, unit_of(one), money=True) + which
        if amount > most:
            text = _("%(taken)s，超过上限 %(limit)s，按上限计") % {"taken": text, "limit": shown}
        else:
            text = _("%(taken)s，未超过上限 %(limit)s") % {"taken": text, "limit": shown}
        amount = min(amount, most)
    return _Running(amount, unit_of(one), one.label), text


def _fixed(step: Step, facts: Mapping[str, str], _before: _Running | None) -> tuple[_Running, str]:
    amount, which = _found(step, step.amount, facts)
    return _Running(amount, name=step.label), f"{step.label}{which} {yuan(amount)}"


def _times(step: Step, facts: Mapping[str, str], before: _Running | None) -> tuple[_Running, str]:
    one = _input(step)
    known = fact(one, facts)
    counted = units = Decimal(known)
    told = f"{one.label} {show_value(one, known)}"
    if step.most is not None and units > step.most:
        counted = step.most
        told += _("（最多按 %(most)s计）") % {"most": quantity(counted, one.unit)}
    was = _known(before)
    made = _Running(was.amount * counted, _without(was.unit, one.unit))
    return made, f"{was.shown} × {told}"


def _rate(step: Step, facts: Mapping[str, str], before: _Running | None) -> tuple[_Running, str]:
    rate, which = _found(step, step.amount, facts)
    held = [(_worth(step, one), one) for one in step.bonus if fact(one.flag, facts) == YES]
    # The highest of those that stand instead; what is added comes on top: no order matters.
    instead = [(value, one.flag.label) for value, one in held if one.how == "instead"]
    if instead:
        rate, label = max(instead)
        which = f"（{label}）"
    for value, one in held:
        if one.how == "plus":
            rate += value
            words = {"label": one.flag.label, "rate": percent(value)}
            which += _("（含%(label)s另加 %(rate)s）") % words
    was = _known(before)
    return _Running(was.amount * rate, was.unit), f"{was.shown} × {percent(rate)}{which}"


def _worth(step: Step, bonus: Bonus) -> Decimal:
    if bonus.value is None:
        raise Unknown(f"{_open(step)}（{bonus.flag.label}）")
    return bonus.value


def _cap(step: Step, facts: Mapping[str, str], before: _Running | None) -> tuple[_Running, str]:
    most, which = _found(step, step.amount, facts)
    was = _known(before)
    told = {"label": f"{step.label}{which}", "most": quantity(most, was.unit, money=True)}
    if was.amount > most:
        text = _("%(label)s %(most)s，超过，按 %(most)s计") % told
    else:
        text = _("%(label)s %(most)s，未超过") % told
    return _Running(min(was.amount, most), was.unit), text


_Kind = Callable[[Step, Mapping[str, str], _Running | None], tuple[_Running, str]]
_STEPS: Mapping[str, _Kind] = {
    "take": _take,
    "fixed": _fixed,
    "times": _times,
    "rate": _rate,
    "cap": _cap,
}
_PRODUCTS = frozenset({"times", "rate"})


def _known(before: _Running | None) -> _Running:
    """What the step works on; an unknown one has been named already."""
    if before is None:
        raise Unknown
    return before


def _input(step: Step) -> Input:
    if step.input is None:
        raise Unknown(_open(step))
    return step.input


def _open(step: Step) -> str:
    return _("“%(label)s”标准待定") % {"label": step.label}


def _found(step: Step, look: Lookup, facts: Mapping[str, str]) -> tuple[Decimal, str]:
    """The value, and in brackets by what it was chosen. Unknown: 标准待定, or in no row."""
    value, which = look.value, ""
    if look.by:
        known = fact(look.by, facts)
        shown = f"{look.by.label}：{show_value(look.by, known)}"
        row = next((row for row in look.table if row_holds(row, known)), None)
        which = f"（{shown}）"
        if row and row.only is None:
            which = _("（%(shown)s，属 %(tier)s）") % {
                "shown": shown,
                "tier": tier(row.start, row.end, look.by.unit),
            }
        if row is None:
            raise Unknown(
                _("“%(label)s”没有对应的档次%(which)s") % {"label": step.label, "which": which}
            )
        value = row.value
    if value is None:
        raise Unknown(_open(step) + which)
    return value, which


def row_holds(row: Row, known: str) -> bool:
    """Whether the row is the one for this canonical value: its choice, or in [start, end)."""
    if row.only is not None:
        return row.only == known
    number = Decimal(known)
    return (row.start is None or number >= row.start) and (row.end is None or number < row.end)


def _without(unit: str, factor: str) -> str:
    """“元/㎡·天” times “㎡” is “元/天”."""
    above, _slash, below = unit.partition("/")
    left = [part for part in below.split("·") if part]
    if factor in left:
        left.remove(factor)
    return "/".join(filter(None, [above, "·".join(left)]))
