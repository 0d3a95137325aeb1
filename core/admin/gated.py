"""Django's permission questions, answered by the one gate instead of its permission tables."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django.db.models import Model, QuerySet
from django.http import HttpRequest

from core import policy
from core.scope import Scope


class Gated:
    """What `BaseAdmin` and `BaseInline` have in common.

    `gates` maps view, add, change and delete to acts of `core.policy`; one that is not named is
    refused to everyone.
    """

    gates: ClassVar[Mapping[str, str]] = {}
    model: Any
    admin_site: Any

    def may(self, request: HttpRequest, verb: str, obj: Model | None = None) -> bool:
        """Whether the caller may do `verb` here (to `obj`, if given)."""
        seen = None if obj is None else self.seen_by_gate(obj)
        return policy.may(scope_of(request), self.gates.get(verb, ""), seen)

    def seen_by_gate(self, obj: Model) -> Any:
        """What the gate judges of a row: the row, or what it belongs to."""
        return obj

    def who_could(self, verb: str) -> list[str]:
        """Names of the roles that may do `verb`, for the forbidden page."""
        return policy.who_may(self.gates.get(verb, ""))

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Whether the caller may look."""
        return self.may(request, "view", obj)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Whether the caller may add rows (`obj` is an inline's parent)."""
        return self.may(request, "add")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Whether the caller may change."""
        return self.may(request, "change", obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Whether the caller may delete."""
        return self.may(request, "delete", obj)

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Whether anything is here for the caller."""
        return self.may(request, "view")

    def rows(self, scope: Scope) -> "QuerySet[Any]":
        """The rows the caller may see."""
        return self.model._default_manager.visible_to(scope)

    def get_queryset(self, request: HttpRequest) -> "QuerySet[Any]":
        """The caller's rows, for lists, counts, actions, autocompletes and single pages alike."""
        rows = self.rows(scope_of(request))
        ordering = self.get_ordering(request)  # type: ignore[attr-defined]
        return rows.order_by(*ordering) if ordering else rows

    def choices_of(self, db_field: Any, request: HttpRequest) -> "QuerySet[Any] | None":
        """The rows a relation may point to: those of the other table's own admin page."""
        other = self.admin_site.get_model_admin(db_field.remote_field.model)
        return other.get_queryset(request)

    def formfield_for_foreignkey(self, db_field: Any, request: Any, **kwargs: Any) -> Any:
        """Offer and accept only what the caller may see."""
        kwargs.setdefault("queryset", self.choices_of(db_field, request))
        return super().formfield_for_foreignkey(  # type: ignore[misc]
            db_field, request, **kwargs
        )

    def formfield_for_manytomany(self, db_field: Any, request: Any, **kwargs: Any) -> Any:
        """Offer and accept only what the caller may see."""
        kwargs.setdefault("queryset", self.choices_of(db_field, request))
        return super().formfield_for_manytomany(  # type: ignore[misc]
            db_field, request, **kwargs
        )


def scope_of(request: HttpRequest) -> Scope:
    """The caller's scope, as accounts' middleware set it."""
    scope: Scope = request.scope  # type: ignore[attr-defined]
    return scope
