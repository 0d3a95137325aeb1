"""Review: what was found instead of what was declared, checks by others, and the decision."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from core.audit import Actor
from core.scope import Scope
from subsidies.models import Application, Check

# An application and the version that was looked at.
Seen = tuple[Application, int | None]


def correct_facts(
    *,
    application: Application,
    checked: Mapping[str, Any],
    reason: str,
    by: Actor,
    scope: Scope,
    seen_version: int | None = None,
) -> Application:
    """审定数据: input key → value found; an empty one goes back to what was declared."""
    raise NotImplementedError


def record_check(
    *,
    application: Application,
    kind: str,
    unit: str,
    on: dt.date,
    outcome: str,
    document_number: str = "",
    note: str = "",
    files: Iterable[Any] = (),
    by: Actor,
    scope: Scope,
    seen_version: int | None = None,
) -> Check:
    """第三方审计、信用核查、联审、现场核验: what others found."""
    raise NotImplementedError


def review_application(
    *,
    application: Application,
    amount: Decimal | None = None,
    reason: str = "",
    note: str = "",
    by: Actor,
    scope: Scope,
    seen_version: int | None = None,
) -> Application:
    """审核通过: keeps eligibility and computation; `amount` None = as computed, lower by reason."""
    raise NotImplementedError


def return_application(
    *,
    application: Application,
    comment: str,
    by: Actor,
    scope: Scope,
    seen_version: int | None = None,
) -> Application:
    """退回审核: 已审核 → 已受理."""
    raise NotImplementedError


def refuse_application(
    *,
    application: Application,
    comment: str,
    by: Actor,
    scope: Scope,
    seen_version: int | None = None,
) -> Application:
    """不予支持."""
    raise NotImplementedError


def review_applications(
    *, applications: Sequence[Seen], note: str = "", by: Actor, scope: Scope
) -> list[Application]:
    """审核通过 as computed, all of them or none."""
    raise NotImplementedError
