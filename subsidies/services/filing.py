"""Filing on an enterprise's behalf: drafted, submitted, completed once, accepted or declined."""

from typing import Any

from core.audit import Actor
from core.scope import Scope
from outlets.models import Enterprise, Outlet
from subsidies.models import Application, PolicyItem, Round
from territory.models import Street


def create_application(
    *,
    round: Round,
    item: PolicyItem,
    enterprise: Enterprise,
    outlet: Outlet | None = None,
    street: Street | None = None,
    told: dict[str, Any] | None = None,
    by: Actor,
    scope: Scope,
) -> Application:
    """A draft with its evidence checklist; facts prefilled from the register where they can be."""
    raise NotImplementedError


def change_application(
    *,
    application: Application,
    told: dict[str, Any],
    by: Actor,
    scope: Scope,
    seen_version: int | None = None,
) -> Application:
    """What is told of title, summary, facts, contact, phone, account; drafts may be incomplete."""
    raise NotImplementedError


def submit_application(
    *,
    application: Application,
    comment: str = "",
    by: Actor,
    scope: Scope,
    seen_version: int | None = None,
) -> Application:
    """Filed, or filed again after 补正; ValidationError names everything that is missing at once.

    The first time it is given its number, `2026-01-0007`.
    """
    raise NotImplementedError


def withdraw_application(
    *,
    application: Application,
    comment: str,
    by: Actor,
    scope: Scope,
    seen_version: int | None = None,
) -> Application:
    """撤回."""
    raise NotImplementedError


def ask_application(
    *,
    application: Application,
    comment: str,
    lacking: dict[str, str] | None = None,
    by: Actor,
    scope: Scope,
    seen_version: int | None = None,
) -> Application:
    """一次性告知补正, once: everything that is lacking, due in the round's working days.

    lacking  evidence key → what is wrong with it; beside the lines that are missing or marked
    """
    raise NotImplementedError


def accept_application(
    *,
    application: Application,
    comment: str = "",
    by: Actor,
    scope: Scope,
    seen_version: int | None = None,
) -> Application:
    """受理."""
    raise NotImplementedError


def decline_application(
    *,
    application: Application,
    comment: str,
    by: Actor,
    scope: Scope,
    seen_version: int | None = None,
) -> Application:
    """不予受理, with the reason."""
    raise NotImplementedError
