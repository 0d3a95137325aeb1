"""What the figures say to each computed item of a scorecard, for many circles at once."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from assessments.models import Evaluation


@dataclass(frozen=True)
class Measured:
    """One computed item of one circle.

    x       the figure; None = there is none, or it is not known for sure
    points  what it earns; None = unknown (情况不明), never 0
    text    the figure in words: “82.5%”, “15/23 类，情况不明 3 类”, or why there is none
    """

    x: Decimal | None
    points: Decimal | None
    text: str


def measures_of(
    evaluations: Iterable[Evaluation],
) -> dict[uuid.UUID, dict[str, Measured]]:
    """{evaluation id: {item key: measured}} for every computed item; constant queries.

    An indicator's figure is the one of the run that the checklist's 定稿 signed off; checklist
    figures are the checklist's verdicts; satisfaction is that of the last wave of the year.
    """
    raise NotImplementedError
