"""What applications come to: eligibility and amount, with what was given before and siblings."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from subsidies.models import Application


@dataclass(frozen=True)
class Assessment:
    """Of one application, as the tables stand.

    eligibility  as `Application.eligibility` keeps it
    computation  as `Application.computation` keeps it; see `computation_of`
    computed     yuan; None = cannot be worked out (`computation["missing"]` says what lacks)
    """

    eligibility: list[dict[str, Any]]
    computation: dict[str, Any]
    computed: Decimal | None


def assess(applications: Sequence[Application]) -> dict[UUID, Assessment]:
    """Work out many at once, in a constant number of queries."""
    raise NotImplementedError


def require_headroom(application: Application) -> None:
    """ValidationError when a cap would now be exceeded: others were supported meanwhile."""
    raise NotImplementedError
