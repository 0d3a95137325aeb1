"""Grades: proposed from the figures, sent for decision, decided on, published."""

import datetime as dt
from collections.abc import Iterable

from assessments.models import Grade, Standard
from circles.models import Circle
from core.audit import Actor
from core.scope import Scope
from territory.models import District


def propose_grades(
    *,
    district: District,
    year: int,
    circles: Iterable[Circle] | None = None,
    standard: Standard | None = None,
    by: Actor,
    scope: Scope | None,
) -> list[Grade]:
    """测评: 拟评等级 for every evaluation of the year that has a checklist; constant queries.

    Makes grades or refreshes proposed ones; submitted, approved and published ones are left alone.
    """
    raise NotImplementedError


def submit_grade(
    *, grade: Grade, comment: str = "", by: Actor, scope: Scope, seen_version: int | None = None
) -> Grade:
    """报审."""
    raise NotImplementedError


def return_grade(
    *, grade: Grade, comment: str, by: Actor, scope: Scope, seen_version: int | None = None
) -> Grade:
    """退回修改."""
    raise NotImplementedError


def approve_grade(
    *,
    grade: Grade,
    outcome: str,
    reason: str,
    decided_on: dt.date,
    number: str = "",
    by: Actor,
    scope: Scope,
    seen_version: int | None = None,
) -> Grade:
    """审定: the outcome; what differs from the proposal says why; moves the circle."""
    raise NotImplementedError


def publish_grade(
    *, grade: Grade, comment: str = "", by: Actor, scope: Scope, seen_version: int | None = None
) -> Grade:
    """公布."""
    raise NotImplementedError
