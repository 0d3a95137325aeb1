"""下达、收回、调剂、结转: proposed by one person, approved by another, and then moved."""

from core.audit import Actor
from core.scope import Scope
from subsidies.models import BudgetLine, Fund


def open_line(*, fund: Fund, year: int, by: Actor, scope: Scope) -> BudgetLine:
    """The fund's budget line of the year, with nothing granted yet; the one there is, if any."""
    raise NotImplementedError
