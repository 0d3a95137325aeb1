"""The policy documents and their clauses: what is printed there is only read."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from core.admin.base import ReadOnlyAdmin
from core.models import Clause, Document
from core.scope import Scope


class SourceAdmin(ReadOnlyAdmin):
    """The same for everyone signed in."""

    gates = {"view": "core.sources"}

    def rows(self, scope: Scope) -> "QuerySet[Any]":
        """All of them."""
        return self.model._default_manager.all()


@admin.register(Document)
class DocumentAdmin(SourceAdmin):
    list_display = ("short_name", "number", "issuer", "issued_on", "level", "status")
    list_display_links = ("short_name",)
    list_filter = ("level",)
    search_fields = ("name", "short_name", "number", "issuer")
    ordering = ("level", "-issued_on")


@admin.register(Clause)
class ClauseAdmin(SourceAdmin):
    list_display = ("where", "title", "units_named", "manner")
    list_filter = ("document", "manner")
    list_select_related = ("document",)
    search_fields = ("ref", "title", "text")
    ordering = ("document__level", "document__code", "sort")
    fields = ("document", "ref", "title", "text", "units_named", "manner")

    @admin.display(description=_("条款"), ordering="document__code")
    def where(self, clause: Clause) -> str:
        """The clause as it is cited."""
        return str(clause)

    @admin.display(description=_("责任单位"))
    def units_named(self, clause: Clause) -> str:
        """The units the clause names."""
        return "、".join(clause.units) or "—"
