"""Business formats, add-on services, industry codes: the same for everyone, kept by one role."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from core.admin import BaseAdmin, BaseInline, GatedForm, ReadOnlyAdmin, WordsField
from core.scope import Scope
from outlets.models import BusinessFormat, IndustryCode, Service, ServiceFormat


class AliasForm(GatedForm):
    """Aliases as words."""

    aliases = WordsField(label=_("别名"))


class ReferenceAdmin(BaseAdmin):
    """Rows that belong to no district."""

    gates = {
        "view": "outlets.formats",
        "add": "outlets.change_formats",
        "change": "outlets.change_formats",
    }
    form = AliasForm

    def rows(self, scope: Scope) -> "QuerySet[Any]":
        """All of them."""
        return self.model._default_manager.all()

    @admin.display(description=_("别名"))
    def also_called(self, row: Any) -> str:
        """Other words for it."""
        return "、".join(row.aliases) or "—"


@admin.register(BusinessFormat)
class BusinessFormatAdmin(ReferenceAdmin):
    list_display = (
        "name",
        "number",
        "category",
        "nature",
        "priority",
        "is_official",
        "also_called",
    )
    list_filter = ("category", "nature", "is_official")
    search_fields = ("name", "code", "name_en")
    ordering = ("number",)

    def get_readonly_fields(self, request: Any, obj: Any = None) -> tuple[str, ...]:
        """What figures are keyed by never changes."""
        return ("code", "number") if obj else ()


class ServiceFormatInline(BaseInline):
    model = ServiceFormat
    gates = {
        "view": "outlets.formats",
        "add": "outlets.change_formats",
        "change": "outlets.change_formats",
        "delete": "outlets.change_formats",
    }


@admin.register(Service)
class ServiceAdmin(ReferenceAdmin):
    list_display = ("name", "bit", "also_called")
    search_fields = ("name", "code", "name_en")
    ordering = ("bit",)
    inlines = (ServiceFormatInline,)

    def get_readonly_fields(self, request: Any, obj: Any = None) -> tuple[str, ...]:
        """The place of a service in the outlets' bits never changes."""
        return ("code", "bit") if obj else ()


@admin.register(IndustryCode)
class IndustryCodeAdmin(ReadOnlyAdmin):
    gates = {"view": "outlets.formats"}
    list_display = ("code", "name", "suggests")
    list_select_related = ("suggests",)
    list_filter = ("suggests",)
    search_fields = ("code", "name")
    ordering = ("code",)

    def rows(self, scope: Scope) -> "QuerySet[Any]":
        """All of them."""
        return IndustryCode.objects.all()
