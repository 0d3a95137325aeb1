"""Numbers as people write them, kept exactly."""

from decimal import Decimal, InvalidOperation
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _


def number_text(value: Any) -> str:
    """The shortest text of a decimal. ValidationError when it is no number."""
    if isinstance(value, bool):
        raise ValidationError(_("应为数字"))
    try:
        number = Decimal(format(value, ".15g") if isinstance(value, float) else str(value).strip())
    except InvalidOperation:
        raise ValidationError(_("“%(value)s”不是数字") % {"value": value}) from None
    if not number.is_finite() or abs(number) >= Decimal(10) ** 12:
        raise ValidationError(_("“%(value)s”不是数字") % {"value": value})
    text = format(number.normalize(), "f")
    return "0" if text in ("-0", "0") else text
