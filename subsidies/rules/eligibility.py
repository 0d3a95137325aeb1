"""May it be supported: each condition met, unmet or unknown, with the reason in words."""

import datetime as dt
import operator
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import ROUND_DOWN, Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from subsidies.rules.facts import NUMERIC, Unknown, fact, show_value
from subsidies.rules.parts import Condition, Input
from subsidies.rules.words import day_text, percent

MET, UNMET, UNKNOWN = "met", "unmet", "unknown"


@dataclass(frozen=True)
class About:
    """What the platform knows of the applicant; None = not known.

    on           the day on which it is judged; years are counted back from it
    blacklisted  whether the enterprise is on a list of the dishonest (失信、黑名单)
    funded_on    days of earlier support for the same outlet (or enterprise), of whatever item
    item_on      days of earlier support under this item
    """

    on: dt.date
    blacklisted: bool | None = None
    funded_on: tuple[dt.date, ...] | None = None
    item_on: tuple[dt.date, ...] | None = None


@dataclass(frozen=True)
class Verdict:
    """One condition's outcome: state met | unmet | unknown."""

    key: str
    label: str
    state: str
    text: str
    clause: str = ""


def judge(conditions: Iterable[Condition], facts: Mapping[str, str], about: About) -> list[Verdict]:
    """One verdict per condition, in their order. Facts are canonical (`clean_facts`)."""
    return [_judged(one, facts, about) for one in conditions]


def _judged(one: Condition, facts: Mapping[str, str], about: About) -> Verdict:
    try:
        holds, text = _KINDS[one.kind](one, facts, about)
        state = MET if holds else UNMET
    except Unknown as unknown:
        state, text = UNKNOWN, str(unknown)
    return Verdict(one.key, one.label, state, text, one.clause)


@dataclass(frozen=True)
class _Sign:
    """A comparison: how it is done, and in words when it holds and when it does not."""

    holds: Callable[[Any, Any], bool]
    met: Any
    unmet: Any
    day_met: Any = ""
    day_unmet: Any = ""


SIGNS = {
    ">=": _Sign(
        operator.ge,
        gettext_lazy("不低于"),
        gettext_lazy("不足"),
        gettext_lazy("不早于"),
        gettext_lazy("早于"),
    ),
    ">": _Sign(
        operator.gt,
        gettext_lazy("超过"),
        gettext_lazy("未超过"),
        gettext_lazy("晚于"),
        gettext_lazy("不晚于"),
    ),
    "<=": _Sign(
        operator.le,
        gettext_lazy("不超过"),
        gettext_lazy("超过"),
        gettext_lazy("不晚于"),
        gettext_lazy("晚于"),
    ),
    "<": _Sign(
        operator.lt,
        gettext_lazy("低于"),
        gettext_lazy("达到或超过"),
        gettext_lazy("早于"),
        gettext_lazy("不早于"),
    ),
    "=": _Sign(operator.eq, gettext_lazy("等于"), gettext_lazy("不等于")),
    "in": _Sign(
        lambda value, listed: value in listed, gettext_lazy("属于"), gettext_lazy("不属于")
    ),
}


def wanted_text(one: Condition) -> str:
    """What a comparison asks for, in words: “70%”, “12 个月”, “菜店、早餐店”."""
    if one.value is None or one.input is None:
        return _("（标准待定）")
    if isinstance(one.value, tuple):
        return "、".join(show_value(one.input, value) for value in one.value)
    return show_value(one.input, one.value)


def sign_text(one: Condition, holds: bool) -> str:
    """The sign in words: “不低于”; of days “不早于”."""
    sign = SIGNS[one.op]
    if one.input and one.input.kind == "date" and sign.day_met:
        return str(sign.day_met if holds else sign.day_unmet)
    return str(sign.met if holds else sign.unmet)


def _asked(one: Condition) -> Input:
    if one.input is None or one.value is None:
        raise Unknown(_("“%(label)s”标准待定") % {"label": one.label})
    return one.input


def _compare(one: Condition, facts: Mapping[str, str], _about: About) -> tuple[bool, str]:
    asked = _asked(one)
    known = fact(asked, facts)
    holds = SIGNS[one.op].holds(Decimal(known) if asked.kind in NUMERIC else known, one.value)
    shown = show_value(asked, known)
    if asked.kind in ("flag", "choice"):
        text = f"{asked.label}：{shown}"
        return holds, text if holds else text + _("，应为%(wanted)s") % {"wanted": wanted_text(one)}
    words = {"label": asked.label, "shown": shown, "sign": sign_text(one, holds)}
    return holds, _("%(label)s %(shown)s，%(sign)s %(wanted)s") % (
        words | {"wanted": wanted_text(one)}
    )


def _ratio(one: Condition, facts: Mapping[str, str], _about: About) -> tuple[bool, str]:
    asked, bound = _asked(one), one.value
    if one.other is None or not isinstance(bound, Decimal):
        raise Unknown(_("“%(label)s”标准待定") % {"label": one.label})
    part, whole = Decimal(fact(asked, facts)), Decimal(fact(one.other, facts))
    if not whole:
        raise Unknown(_("“%(label)s”为0，无法比较") % {"label": one.other.label})
    holds = bool(SIGNS[one.op].holds(part, bound * whole))
    return holds, _("%(part)s为%(whole)s的 %(share)s，%(sign)s %(wanted)s") % {
        "part": asked.label,
        "whole": one.other.label,
        "share": _share(part, whole, bound),
        "sign": sign_text(one, holds),
        "wanted": percent(bound),
    }


def _share(part: Decimal, whole: Decimal, bound: Decimal) -> str:
    """The share with two decimals, cut off; with more if it would look like the bound itself."""
    exact = part / whole
    short = exact.quantize(Decimal("0.0001"), rounding=ROUND_DOWN)
    longer = exact.quantize(Decimal("1E-8"), rounding=ROUND_DOWN)
    return percent(short if short != bound or exact == bound else longer)


def _not_blacklisted(_one: Condition, _facts: Any, about: About) -> tuple[bool, str]:
    if about.blacklisted is None:
        raise Unknown(_("尚未核查信用记录"))
    return not about.blacklisted, _("列入失信名单") if about.blacklisted else _("未列入失信名单")


def _not_funded(one: Condition, _facts: Any, about: About) -> tuple[bool, str]:
    if one.years is None:
        raise Unknown(_("“%(label)s”标准待定") % {"label": one.label})
    if about.funded_on is None:
        raise Unknown(_("尚未核查以往支持情况"))
    recent = [day for day in about.funded_on if _years_after(day, one.years) > about.on]
    if recent:
        words = {"years": one.years, "day": day_text(max(recent))}
        return False, _("%(years)s年内已获支持（%(day)s）") % words
    return True, _("%(years)s年内未获支持") % {"years": one.years}


def _first_time(_one: Condition, _facts: Any, about: About) -> tuple[bool, str]:
    if about.item_on is None:
        raise Unknown(_("尚未核查以往支持情况"))
    if about.item_on:
        return False, _("本事项已获支持（%(day)s）") % {"day": day_text(max(about.item_on))}
    return True, _("本事项首次申报")


def _years_after(day: dt.date, years: int) -> dt.date:
    """The same day so many years on; of 29 February the 28th where there is none."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)


_KINDS: Mapping[str, Callable[[Condition, Mapping[str, str], About], tuple[bool, str]]] = {
    "compare": _compare,
    "ratio": _ratio,
    "not_blacklisted": _not_blacklisted,
    "not_funded": _not_funded,
    "first_time": _first_time,
}
