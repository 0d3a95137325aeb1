"""Enterprises and brands behind the outlets."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from core.admin import BaseAdmin, BaseInline, GatedForm, WordsField, scope_of
from outlets.models import Brand, BrandStoreCount, Enterprise

WRITING = {"add": "outlets.change_owners", "change": "outlets.change_owners"}


class OwnerAdmin(BaseAdmin):
    """What the outlets of a whole district refer to: written for the whole district."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Streets enter new owners with the outlets they stand behind."""
        return super().has_add_permission(request) and scope_of(request).all_streets

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """An owner may stand behind outlets of several streets."""
        return super().has_change_permission(request, obj) and scope_of(request).all_streets


@admin.register(Enterprise)
class EnterpriseAdmin(OwnerAdmin):
    gates = {"view": "outlets.enterprises", **WRITING}
    list_display = ("name", "credit_code", "is_sample")
    list_filter = ("is_sample",)
    search_fields = ("name", "credit_code")
    search_help_text = _("可按企业名称或统一社会信用代码查找")
    ordering = ("name",)
    fields = ("district", "name", "credit_code")
    actions_list = ("export",)


class StoreCountInline(BaseInline):
    model = BrandStoreCount
    gates = {"view": "outlets.brands", "delete": "outlets.change_owners", **WRITING}
    ordering = ("-on",)


class BrandForm(GatedForm):
    """Aliases as words."""

    aliases = WordsField(label=_("别名"))


@admin.register(Brand)
class BrandAdmin(OwnerAdmin):
    gates = {"view": "outlets.brands", **WRITING}
    form = BrandForm
    list_display = ("name", "chain_kind", "also_called", "is_sample")
    list_filter = ("chain_kind", "is_sample")
    search_fields = ("name",)
    ordering = ("name",)
    fields = ("district", "name", "chain_kind", "aliases")
    inlines = (StoreCountInline,)
    actions_list = ("export",)

    @admin.display(description=_("别名"))
    def also_called(self, brand: Brand) -> str:
        """Other words for it."""
        return "、".join(brand.aliases) or "—"
