"""Who is asking: the scope and the actor of a request."""

from typing import Any

from core.audit import Actor, current_actor
from core.scope import NOBODY, Scope


def scope_of(request: Any) -> Scope:
    """The caller's scope; the empty one before authentication and when the schema is drawn."""
    return getattr(request, "scope", NOBODY)


def actor_of(request: Any) -> Actor:
    """The caller as services and the audit log want it, with the id of the running request."""
    scope = scope_of(request)
    request_id = current_actor().request_id
    return Actor(scope.user_id, scope.label, scope.office_code, request_id, scope.acting_for)
