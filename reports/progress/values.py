"""What may stand in an answer: numbers as people type them, passages as they are."""

import re
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from core.text import normalise, strip_unseen
from reports.models import ReportItem

# What the column keeps: 16 digits before the point, 4 after it.
_WHOLE_DIGITS = 16
_MONEY_PLACES = 2
MOST_CHARACTERS = 20_000
_GROUPED = re.compile(r"[+-]?\d{1,3}(,\d{3})+(\.\d*)?")
_PERCENT_MOST = Decimal(100)


@dataclass(frozen=True)
class Content:
    """The content of an answer: one of the two is filled; an unknown number is None."""

    number: Decimal | None = None
    text: str = ""


def content_of(item: ReportItem, value: Any) -> Content:
    """`value` as the item takes it; ValidationError (a bare message) when it does not.

    Numbers may be Decimal, int, or text as typed (full-width digits, grouped thousands); "" and
    None are unknown. A passage over the item's word limit is kept (nobody's words are lost) and
    stands in the way of sending only (`rules`).
    """
    if item.is_text:
        return Content(text=_passage(value))
    number = _number(value)
    if number is not None:
        _require_fit(item, number)
    return Content(number=number)


def places_of(item: ReportItem) -> int:
    """How many decimals the item's number may have; money always has its fen."""
    if item.kind == ReportItem.Kind.MONEY:
        return max(item.decimals, _MONEY_PLACES)
    return item.decimals


def plain(number: Decimal | None) -> str:
    """A number without needless zeros and exponents; "" when unknown."""
    if number is None:
        return ""
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _passage(value: Any) -> str:
    if value is None:
        return ""
    if not isinstance(value, str):
        raise ValidationError(_("此项应填文字。"))
    text = "\n".join(strip_unseen(line).rstrip() for line in value.splitlines()).strip("\n")
    if len(text) > MOST_CHARACTERS:
        raise ValidationError(
            _("文字过长（%(count)d 个字符），最多 %(most)d 个；请改作附件。")
            % {"count": len(text), "most": MOST_CHARACTERS}
        )
    return text


def _number(value: Any) -> Decimal | None:
    if isinstance(value, str):
        value = normalise(value)
        if _GROUPED.fullmatch(value):
            value = value.replace(",", "")
    if value in (None, ""):
        return None
    if isinstance(value, bool | float) or not isinstance(value, Decimal | int | str):
        raise ValidationError(_("此项应填数值。"))
    try:
        number = Decimal(value)
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite():
        raise ValidationError(_("“%(value)s”不是数值；请只填数字。") % {"value": str(value)[:40]})
    return number


def _require_fit(item: ReportItem, number: Decimal) -> None:
    if number.adjusted() >= _WHOLE_DIGITS:
        raise ValidationError(_("数值过大，请核对单位（%(unit)s）。") % {"unit": item.unit or "—"})
    places = places_of(item)
    exponent = number.normalize().as_tuple().exponent
    if isinstance(exponent, int) and -exponent > places:
        raise ValidationError(
            _("最多保留 %(places)d 位小数。") % {"places": places}
            if places
            else _("此项应填整数。")
        )
    if item.kind == ReportItem.Kind.PERCENT and not 0 <= number <= _PERCENT_MOST:
        raise ValidationError(_("百分比应在 0 到 100 之间，例如 35 表示 35%。"))
