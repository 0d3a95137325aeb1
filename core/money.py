"""Money: `Decimal` yuan in Python, whole fen in the database.

Floats are refused everywhere: 0.1 + 0.2 must never reach a budget.
"""

import re
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models.expressions import Combinable
from django.utils.translation import gettext_lazy as _

from core.text import normalise

FEN = Decimal("0.01")
MAX_FEN = 2**63 - 1
_GROUPED = re.compile(r"[+-]?\d{1,3}(,\d{3})+(\.\d*)?")


class MoneyError(ValueError):
    """An amount that is no whole number of fen, or too large to keep."""


def to_fen(yuan: Decimal | int | str) -> int:
    """Yuan to whole fen. MoneyError for floats, more than two decimals, no number, overflow."""
    if isinstance(yuan, bool | float) or not isinstance(yuan, Decimal | int | str):
        raise MoneyError(_("金额须为十进制数，不能是 %(kind)s") % {"kind": type(yuan).__name__})
    try:
        amount = Decimal(yuan)
    except InvalidOperation:
        raise MoneyError(_("“%(value)s”不是金额") % {"value": yuan}) from None
    if not amount.is_finite():
        raise MoneyError(_("“%(value)s”不是金额") % {"value": yuan})
    if amount.adjusted() > 18:
        raise MoneyError(_("金额过大"))
    numerator, denominator = amount.as_integer_ratio()
    fen, rest = divmod(numerator * 100, denominator)
    if rest:
        raise MoneyError(_("金额最多两位小数（精确到分）"))
    if abs(fen) > MAX_FEN:
        raise MoneyError(_("金额过大"))
    return fen


def from_fen(fen: int) -> Decimal:
    """Whole fen to yuan, always with two decimals."""
    return Decimal(fen).scaleb(-2)


def round_half_up_fen(yuan: Decimal) -> Decimal:
    """Yuan rounded to the fen, halves away from zero (四舍五入)."""
    return yuan.quantize(FEN, rounding=ROUND_HALF_UP)


class MoneyFormField(forms.DecimalField):
    """Yuan with at most two decimals; full-width digits and thousands separators are accepted."""

    default_error_messages = {
        "invalid": _("请填写数字，如 120000 或 120000.50，不写单位。"),
        "min_value": _("不能小于 %(limit_value)s。"),
        "max_value": _("不能大于 %(limit_value)s。"),
        "max_digits": _("数字太长，最多 %(max)s 位。"),
        "max_decimal_places": _("最多保留 %(max)s 位小数。"),
        "max_whole_digits": _("数字太大，整数部分最多 %(max)s 位。"),
    }

    def __init__(self, **options: Any) -> None:
        # A field of type "number" drops what is pasted with separators, as pages show it.
        options.setdefault(
            "widget", forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})
        )
        super().__init__(**{"max_digits": 19, "decimal_places": 2} | options)

    def to_python(self, value: Any) -> Any:
        if isinstance(value, str):
            value = normalise(value)
            if _GROUPED.fullmatch(value):
                value = value.replace(",", "")
        return super().to_python(value)


if TYPE_CHECKING:
    WholeNumberField = models.BigIntegerField[Decimal | int | str | Combinable | None, Any]
else:
    WholeNumberField = models.BigIntegerField


class MoneyField(WholeNumberField):
    """A column of whole fen that reads and takes `Decimal` yuan (ints and strings are yuan too)."""

    description = _("金额（元）")

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Decimal | None:
        """Fen to yuan; averages, which are no whole fen, are rounded half up."""
        if value is None:
            return None
        if isinstance(value, int):
            return from_fen(value)
        return round_half_up_fen(Decimal(str(value)).scaleb(-2))

    def to_python(self, value: Any) -> Decimal | None:
        if value is None:
            return None
        try:
            return from_fen(to_fen(value))
        except MoneyError as error:
            raise ValidationError(str(error), code="invalid") from error

    def get_prep_value(self, value: Any) -> Any:
        if value is None or hasattr(value, "resolve_expression"):
            return value
        return to_fen(value)

    def formfield(self, **options: Any) -> forms.Field | None:
        return models.Field.formfield(self, **{"form_class": MoneyFormField} | options)
