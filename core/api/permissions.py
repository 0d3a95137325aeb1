"""The gate in front of every face: which act a request is, and whether the caller may."""

from typing import Any

from django.utils.translation import gettext as _
from rest_framework.exceptions import PermissionDenied
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from core import policy
from core.api.callers import scope_of
from core.scope import Scope


class SignedIn(BasePermission):
    """Any person or token, whatever their roles (`me`)."""

    def has_permission(self, request: Request, view: Any) -> bool:
        return bool(request.user and request.user.is_authenticated)


class GatePermission(SignedIn):
    """Asks `core.policy` about the act that the view's `gates` names for the request.

    `gates` maps a viewset's action (or a plain view's method) to a policy action; one that is not
    named is refused.
    """

    def has_permission(self, request: Request, view: Any) -> bool:
        if not super().has_permission(request, view):
            return False
        if not _has_handler(request, view):
            return True  # the answer is 405, which tells nothing
        require(scope_of(request), _act_of(request, view))
        return True

    def has_object_permission(self, request: Request, view: Any, obj: Any) -> bool:
        require(scope_of(request), _act_of(request, view), obj)
        return True


def require(scope: Scope, action: str, obj: Any = None) -> None:
    """`core.policy.require`, which also tells a token what it lacks."""
    lacking = _lacking_token_scope(scope, action)
    if lacking:
        raise PermissionDenied(_("令牌缺少权限范围 %(scope)s。") % {"scope": lacking})
    policy.require(scope, action, obj)


def _lacking_token_scope(scope: Scope, action: str) -> str:
    rule = policy.actions().get(action)
    if scope.token_scopes is None or rule is None or not scope.has_role(*rule.roles):
        return ""
    return "" if rule.token_scope in scope.token_scopes else rule.token_scope


def _has_handler(request: Request, view: Any) -> bool:
    method = (request.method or "").lower()
    return method in view.http_method_names and hasattr(view, method)


def _act_of(request: Request, view: Any) -> str:
    name = getattr(view, "action", None) or (request.method or "").lower()
    return str(view.gates.get("get" if name == "head" else name, ""))
