"""Versions of support policies: drafted, copied, published once and for all, closed."""

from collections.abc import Mapping, Sequence
from typing import Any

from core.audit import Actor
from core.scope import Scope
from subsidies.models import Fund, Policy
from territory.models import District

Row = Mapping[str, Any]


def create_policy(
    *, district: District, values: Row, by: Actor, scope: Scope, fund: Fund | None = None
) -> Policy:
    """A draft without items, the next number of its code."""
    raise NotImplementedError


def change_policy(
    *, policy: Policy, values: Row, by: Actor, scope: Scope, seen_version: int | None = None
) -> Policy:
    """Change a draft's own columns (not its code), or its `common`."""
    raise NotImplementedError


def add_item(
    *, policy: Policy, values: Row, by: Actor, scope: Scope, seen_version: int | None = None
) -> Policy:
    """An item more, at the end."""
    raise NotImplementedError


def replace_item(
    *,
    policy: Policy,
    key: str,
    values: Row,
    by: Actor,
    scope: Scope,
    seen_version: int | None = None,
) -> Policy:
    """Change columns of an item of a draft; `rule` as a whole."""
    raise NotImplementedError


def remove_item(
    *, policy: Policy, key: str, by: Actor, scope: Scope, seen_version: int | None = None
) -> Policy:
    """An item less."""
    raise NotImplementedError


def arrange_items(
    *,
    policy: Policy,
    rows: Sequence[Row],
    by: Actor,
    scope: Scope,
    seen_version: int | None = None,
) -> Policy:
    """These items in this order, by key."""
    raise NotImplementedError


def copy_policy(*, policy: Policy, by: Actor, scope: Scope) -> Policy:
    """A draft with all that this version has, the next number of its code."""
    raise NotImplementedError


def publish_policy(
    *, policy: Policy, by: Actor, scope: Scope, seen_version: int | None = None
) -> Policy:
    """Freeze a draft and put it in the place of the published version of its code."""
    raise NotImplementedError


def close_policy(
    *, policy: Policy, comment: str, by: Actor, scope: Scope, seen_version: int | None = None
) -> Policy:
    """停用: no new round under it; those under way keep it."""
    raise NotImplementedError


def lacking(policy: Policy) -> list[str]:
    """Why it cannot be published yet, one sentence each; empty = ready."""
    raise NotImplementedError
