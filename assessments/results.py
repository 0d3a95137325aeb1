"""What a wave found out: satisfaction by place, age and channel; small numbers withheld."""

import datetime as dt
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

from assessments.models import Survey
from assessments.statistics import Satisfaction
from circles.models import Circle
from core.scope import Scope
from territory.models import District

Breakdown = Literal["district", "street", "circle", "age_band", "channel"]


@dataclass(frozen=True)
class Cell:
    """One line of a breakdown, as it may be shown.

    key     id of a street or circle, value of an age band or channel, id of the district
    found   None where it is withheld ("suppressed") or nobody answered ("empty")
    """

    key: str
    label: str
    state: Literal["shown", "suppressed", "empty"]
    found: Satisfaction | None = None


def satisfaction_of(
    survey: Survey, circles: Iterable[Circle | uuid.UUID] | None = None
) -> dict[uuid.UUID, Satisfaction]:
    """Circle id → satisfaction, nothing withheld: for grading, never shown as such."""
    raise NotImplementedError


def results(survey: Survey, by: Breakdown, scope: Scope, within: Any = None) -> list[Cell]:
    """The breakdown as the caller may see it; `within` a street or circle."""
    raise NotImplementedError


def last_survey(
    district: District, *, year: int | None = None, as_of: dt.date | None = None
) -> Survey | None:
    """The last satisfaction wave that was closed or published (by the end of `as_of`)."""
    raise NotImplementedError
