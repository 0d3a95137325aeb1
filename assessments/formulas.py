"""From a figure to points along an item's curve. Pure; exact; rounded once, half up to 0.01.

Figures come as floats and are taken at their shortest decimal form (`Decimal(repr(x))`). Between
two nodes of a curve the arithmetic is done in fractions, so that a figure that lies on a tie is
rounded as a person with paper would round it.
"""

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Any, Protocol

CENT = Decimal("0.01")
Node = Sequence[Any]
# A share of counts stays a fraction.
Figure = Decimal | Fraction


class Curved(Protocol):
    """What of an item makes its points: `ScoreItem`, or a row of an unsaved standard."""

    curve: str
    curve_points: Any
    points: Decimal


def exact(figure: float | int | Decimal | str | None) -> Decimal | None:
    """A figure as it is written; None stays None, and so does what is no number."""
    if figure is None:
        return None
    made = Decimal(repr(figure)) if isinstance(figure, float) else Decimal(figure)
    return made if made.is_finite() else None


def half_up(amount: Decimal | Fraction) -> Decimal:
    """Rounded to 0.01, ties away from zero."""
    cents = Fraction(amount) * 100
    whole, rest = divmod(abs(cents), 1)
    rounded = int(whole) + (1 if rest >= Fraction(1, 2) else 0)
    return (Decimal(rounded if cents >= 0 else -rounded) * CENT).quantize(CENT)


def share_at(curve: str, points: Sequence[Node], x: Figure) -> Fraction:
    """The share of the full marks that `x` earns, 0–1.

    points  [[x, share], …] with x rising, at least one; below the first and above the last node
            their shares hold. linear: straight between nodes; steps: the share of the last node
            not above x
    """
    nodes = [(Fraction(str(at)), Fraction(str(share))) for at, share in points]
    at = Fraction(x)
    below = [node for node in nodes if node[0] <= at]
    above = [node for node in nodes if node[0] > at]
    if not below:
        share = nodes[0][1]
    elif not above or curve == "steps":
        share = below[-1][1]
    else:
        (x0, y0), (x1, y1) = below[-1], above[0]
        share = y0 + (at - x0) * (y1 - y0) / (x1 - x0)
    return min(max(share, Fraction(0)), Fraction(1))


def points_of(item: Curved, x: Figure | None) -> Decimal | None:
    """The points that the figure earns, 0 … full marks, half up to 0.01; no figure, no points."""
    if x is None or not item.curve_points:
        return None
    return half_up(share_at(item.curve, item.curve_points, x) * Fraction(Decimal(item.points)))


def total_of(points: Sequence[Decimal | None]) -> Decimal | None:
    """Σ of the points; None as soon as one is unknown."""
    known = [one for one in points if one is not None]
    if len(known) < len(points):
        return None
    return sum(known, Decimal(0)).quantize(CENT, rounding=ROUND_HALF_UP)
