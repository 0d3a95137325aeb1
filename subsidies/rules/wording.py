"""The rule in words, for those who read policies and not JSON."""

from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal

from django.utils.translation import gettext as _

from subsidies.rules.eligibility import sign_text, wanted_text
from subsidies.rules.facts import show_value, unit_of
from subsidies.rules.parts import Condition, Instalment, Lookup, Rule, Step
from subsidies.rules.settling import cap_text
from subsidies.rules.words import cited, percent, quantity, tier, yuan

Show = Callable[[Decimal], str]


def rule_text(rule: Rule) -> list[str]:
    """Conditions, calculation, caps and instalments, one line each, with its clause in brackets."""
    return [
        *(cited(condition_text(one), one.clause) for one in rule.conditions),
        *(line for step in rule.steps for line in _step_lines(step)),
        *(cited(cap_text(cap), cap.clause) for cap in rule.caps),
        *(_instalment(number, one) for number, one in enumerate(rule.instalments, start=1)),
    ]


def condition_text(one: Condition) -> str:
    """“条件：稳定经营满一年——稳定经营月数 不低于 12 个月”."""
    told = _("条件：%(label)s") % {"label": one.label}
    if one.kind == "not_funded" and one.years is None:
        return told + _("（标准待定）")
    if one.input is None:
        return told
    if one.other:
        share = percent(one.value) if isinstance(one.value, Decimal) else _("（标准待定）")
        words = {"part": one.input.label, "whole": one.other.label}
        return f"{told}——{_('%(part)s占%(whole)s的比例') % words} {sign_text(one, True)} {share}"
    if one.input.kind in ("flag", "choice") and one.op == "=":
        return f"{told}——{one.input.label}：{wanted_text(one)}"
    return f"{told}——{one.input.label} {sign_text(one, True)} {wanted_text(one)}"


def _step_lines(step: Step) -> Iterator[str]:
    """The step's lines; the clause stands with the first."""
    lines = _STEPS[step.kind](step)
    yield cited(next(lines), step.clause)
    yield from lines


def _take(step: Step) -> Iterator[str]:
    one = step.input
    yield _("依据：%(label)s") % {"label": one.label if one else step.label}
    if step.limit and one:
        unit = unit_of(one)
        yield from _looked(_("上限"), step.limit, lambda value: quantity(value, unit, money=True))


def _fixed(step: Step) -> Iterator[str]:
    yield from _looked(step.label, step.amount, yuan)


def _times(step: Step) -> Iterator[str]:
    told = _("乘以 %(label)s") % {"label": step.input.label if step.input else step.label}
    if step.most is not None and step.input:
        told += _("（最多按 %(most)s计）") % {"most": quantity(step.most, step.input.unit)}
    yield told


def _rate(step: Step) -> Iterator[str]:
    yield from _looked(step.label, step.amount, percent)
    for bonus in step.bonus:
        value = _("（标准待定）") if bonus.value is None else percent(bonus.value)
        words = {"flag": bonus.flag.label, "rate": value}
        if bonus.how == "plus":
            yield _("　%(flag)s：另加 %(rate)s") % words
        else:
            yield _("　%(flag)s：按 %(rate)s") % words


_STEPS: Mapping[str, Callable[[Step], Iterator[str]]] = {
    "take": _take,
    "fixed": _fixed,
    "times": _times,
    "rate": _rate,
    "cap": _fixed,
}


def _looked(label: str, look: Lookup, show: Show) -> Iterator[str]:
    """The constant on the label's own line, or a line for each row of the table."""
    if look.by is None:
        yield f"{label} {_value(look.value, show)}"
        return
    yield _("%(label)s，按%(by)s：") % {"label": label, "by": look.by.label}
    for row in look.table:
        name = (
            show_value(look.by, row.only)
            if row.only is not None
            else tier(row.start, row.end, look.by.unit)
        )
        yield f"　{name}：{_value(row.value, show)}"


def _value(value: Decimal | None, show: Show) -> str:
    return _("标准待定") if value is None else show(value)


def _instalment(number: int, one: Instalment) -> str:
    told = _("第%(number)s期 %(share)s") % {"number": number, "share": percent(one.share)}
    if one.year_offset:
        told += _("，第%(year)s年") % {"year": one.year_offset + 1}
    if one.months:
        told += _("，满 %(months)s 个月后") % {"months": one.months}
    return f"{told}，{one.condition}" if one.condition else told
