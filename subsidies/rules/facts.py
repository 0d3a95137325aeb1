"""Facts as people give them, cleaned into canonical texts, and shown to people again."""

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from core.money import MoneyFormField
from core.numbers import number_text
from core.text import normalise
from subsidies.rules.fields import EMPTY
from subsidies.rules.parts import Input
from subsidies.rules.words import day_text, quantity

YES, NO = "true", "false"
NUMERIC = frozenset({"money", "number"})
_FLAGS = {True: YES, False: NO} | {
    word: answer
    for answer, words in {YES: "true yes on 1 是", NO: "false no off 0 否"}.items()
    for word in words.split()
}
# Both take full-width digits and thousands separators; none is negative.
_MONEY = MoneyFormField(min_value=0)
_NUMBER = MoneyFormField(min_value=0, max_digits=18, decimal_places=6)
_DAY = forms.DateField(input_formats=["%Y-%m-%d", "%Y/%m/%d", "%Y年%m月%d日"])


class Unknown(Exception):
    """What is needed is not known; str() says what, for people."""


def _decimal(field: MoneyFormField) -> Callable[[Input, Any], str]:
    def clean(_one: Input, value: Any) -> str:
        if isinstance(value, bool | float):
            raise ValidationError(_('数值请写成文字，如 "0.3"'))
        return number_text(field.clean(value))

    return clean


def _day(_one: Input, value: Any) -> str:
    return str(_DAY.clean(value).isoformat())


def _flag(_one: Input, value: Any) -> str:
    word = normalise(value).casefold() if isinstance(value, str) else value
    if word not in _FLAGS:
        raise ValidationError(_("应为是或否"))
    return _FLAGS[word]


def _choice(one: Input, value: Any) -> str:
    for option in one.options:
        if value in (option.value, option.label):
            return option.value
    raise ValidationError(_("“%(value)s”不在选项中") % {"value": value})


_CLEAN: Mapping[str, Callable[[Input, Any], str]] = {
    "money": _decimal(_MONEY),
    "number": _decimal(_NUMBER),
    "date": _day,
    "flag": _flag,
    "choice": _choice,
}


def clean_value(one: Input, value: Any) -> str:
    """One value of the input as its canonical text. ValidationError."""
    return _CLEAN[one.kind](one, value)


def clean_facts(
    inputs: Iterable[Input], given: Mapping[str, Any], *, partial: bool = False
) -> dict[str, str]:
    """Input key → text: money and number the shortest decimal, date ISO, flag "true"/"false".

    What is empty is left out; without `partial` a required one that is left out is a fault.
    ValidationError with a dict: input key → messages.
    """
    known = {one.key: one for one in inputs}
    faults: dict[str, list[str]] = {
        str(name): [_("不认识“%(named)s”") % {"named": name}] for name in given if name not in known
    }
    facts: dict[str, str] = {}
    for key, one in known.items():
        value = given.get(key)
        if value in EMPTY:
            if one.required and not partial:
                faults[key] = [_("请填写“%(label)s”。") % {"label": one.label}]
            continue
        try:
            facts[key] = clean_value(one, value)
        except ValidationError as error:
            faults[key] = error.messages
    if faults:
        raise ValidationError(faults)
    return facts


def fact(one: Input, facts: Mapping[str, str]) -> str:
    """What is known of the input; an optional flag that nobody set is no. Unknown."""
    value = facts.get(one.key, "")
    if not value and one.kind == "flag" and not one.required:
        return NO
    if not value:
        raise Unknown(_("缺少“%(label)s”") % {"label": one.label})
    return value


def show_value(one: Input, value: str | Decimal) -> str:
    """A canonical value as people read it: “860,000.00 元”, “120 ㎡”, “是”, “2025年3月1日”."""
    match one.kind:
        case "money" | "number":
            return quantity(Decimal(value), unit_of(one), money=one.kind == "money")
        case "date":
            return day_text(dt.date.fromisoformat(str(value)))
        case "flag":
            return _("是") if value == YES else _("否")
        case _:
            labels = {option.value: option.label for option in one.options}
            return labels.get(str(value), str(value))


def show_fact(one: Input, value: str | None) -> str:
    """The same of what may be missing: “—”."""
    return show_value(one, value) if value else "—"


def unit_of(one: Input) -> str:
    """The unit it is told in; money is yuan unless it says otherwise (元/㎡·天)."""
    return one.unit or ("元" if one.kind == "money" else "")
