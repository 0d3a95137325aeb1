"""Offices: the units people act for."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet

from accounts.admin.forms import OfficeForm
from accounts.models import Office
from core.admin import BaseAdmin
from core.scope import Scope


@admin.register(Office)
class OfficeAdmin(BaseAdmin):
    gates = {"view": "accounts.view", "add": "accounts.change", "change": "accounts.change"}
    form = OfficeForm
    list_display = ("name", "code", "kind", "street")
    list_filter = ("kind", "street")
    list_select_related = ("street",)
    search_fields = ("name", "code")
    ordering = ("kind", "code")

    def rows(self, scope: Scope) -> "QuerySet[Any]":
        """Those of the own district."""
        return Office.objects.filter(district__in=scope.district_ids)

    def get_readonly_fields(self, request: Any, obj: Any = None) -> tuple[str, ...]:
        """What the audit log knows an office by stays."""
        return ("district", "code") if obj else ()
