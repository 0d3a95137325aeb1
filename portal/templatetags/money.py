"""Amounts as people read them: yuan to the fen, or 万元 where figures are large."""

from decimal import Decimal
from typing import Any

from django import template

register = template.Library()
_WAN = Decimal(10_000)
NONE = "—"


@register.filter
def yuan(amount: Any) -> str:
    """Yuan with grouped digits and two decimals, “258,000.00”; “—” where nobody knows."""
    return NONE if amount is None else f"{Decimal(amount):,.2f}"


@register.filter
def wan(amount: Any) -> str:
    """万元 with as many decimals as it has, “25.8”, “0.0001”: no fen is rounded away."""
    if amount is None:
        return NONE
    text = f"{Decimal(amount) / _WAN:,.6f}"
    return text.rstrip("0").rstrip(".")


@register.inclusion_tag("subsidies/budget_bar.html")
def budget_bar(line: Any) -> dict[str, float]:
    """What of the granted is paid and reserved, as a bar; the figures stand beside it."""

    def share(amount: Any) -> float:
        return float(round(Decimal(amount) * 100 / line.granted, 2)) if line.granted else 0.0

    return {"paid": share(line.paid), "reserved": share(line.reserved)}
