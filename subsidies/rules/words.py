"""Numbers and days in the words of official papers."""

import datetime as dt
from decimal import Decimal

from django.utils.translation import gettext as _

from core.money import FEN


def plain(number: Decimal) -> str:
    """Grouped, without needless zeros: “30,000”, “0.5”."""
    text = f"{number:,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def money(amount: Decimal) -> str:
    """Grouped, at least to the fen: “860,000.00”, and more decimals where it has them."""
    return f"{amount:,.2f}" if amount == amount.quantize(FEN) else plain(amount)


def quantity(number: Decimal, unit: str, *, money: bool = False) -> str:
    """“860,000.00 元”, “120 ㎡”."""
    text = _money(number) if money else plain(number)
    return f"{text} {unit}".strip()


_money = money


def yuan(amount: Decimal) -> str:
    """“258,000.00 元”."""
    return quantity(amount, "元", money=True)


def tier(start: Decimal | None, end: Decimal | None, unit: str) -> str:
    """“10,000 ㎡以上、不足 30,000 ㎡”: from its start, up to but without its end."""
    above = _("%(start)s以上") % {"start": quantity(start, unit)} if start is not None else ""
    below = _("不足 %(end)s") % {"end": quantity(end, unit)} if end is not None else ""
    return "、".join(filter(None, [above, below])) or _("不限")


def percent(rate: Decimal) -> str:
    """“30%”, “33.3%”."""
    return f"{plain(rate * 100)}%"


def day_text(day: dt.date) -> str:
    """“2025年3月1日”."""
    return f"{day.year}年{day.month}月{day.day}日"


def cited(text: str, clause: str) -> str:
    """The text with its clause in brackets."""
    return f"{text}（{clause}）" if clause else text
