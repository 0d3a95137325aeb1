"""The one gate. Each room's `policy.py` registers who may do what; every face asks `may`.

An action is `room.verb` (`outlets.view`, `outlets.change`, `metrics.release`). Unknown actions are
refused, so a forgotten registration denies instead of allowing.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _

from core.scope import Scope

ObjectRule = Callable[[Scope, Any], bool]


@dataclass(frozen=True)
class Rule:
    """Roles that may act, the token scope needed, and a rule on the object itself."""

    roles: frozenset[str]
    token_scope: str
    on_object: ObjectRule | None = None


_rules: dict[str, Rule] = {}


def register(
    action: str, *, roles: Iterable[str], token_scope: str = "", on_object: ObjectRule | None = None
) -> None:
    """Say who may do `action`; `token_scope` is what an API token needs besides ('' = never)."""
    _rules[action] = Rule(frozenset(roles), token_scope, on_object)


def may(scope: Scope, action: str, obj: Any = None) -> bool:
    """Whether the caller may do `action` (on `obj`, if given)."""
    rule = _rules.get(action)
    if rule is None or not scope.has_role(*rule.roles):
        return False
    if scope.token_scopes is not None and rule.token_scope not in scope.token_scopes:
        return False
    return obj is None or rule.on_object is None or rule.on_object(scope, obj)


def require(scope: Scope, action: str, obj: Any = None) -> None:
    """Raise PermissionDenied, naming who could, unless the caller may."""
    if may(scope, action, obj):
        return
    raise PermissionDenied(
        _("您没有此项权限。可办理的角色：%(roles)s。")
        % {"roles": "、".join(who_may(action)) or "—"}
    )


def who_may(action: str) -> list[str]:
    """Names of the roles that may do `action`, for the forbidden page."""
    rule = _rules.get(action)
    return [str(ROLE_NAMES.get(role, role)) for role in sorted(rule.roles)] if rule else []


def actions() -> dict[str, Rule]:
    """All registered actions, for tests and the permission table in the handbook."""
    return dict(_rules)


# Filled by accounts, which owns the roles; kept here so that messages can name them.
ROLE_NAMES: dict[str, Any] = {}
