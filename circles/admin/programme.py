"""Pilot batches, designations, and what was looked for on the ground."""

from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from circles.models import Circle, Designation, FormatCheck, PilotBatch
from core.admin import BaseAdmin, ReadOnlyAdmin
from core.scope import Scope

BATCHES = {
    "view": "circles.batches",
    "add": "circles.change_batches",
    "change": "circles.change_batches",
}


@admin.register(PilotBatch)
class PilotBatchAdmin(BaseAdmin):
    gates = BATCHES
    list_display = ("name", "code", "year", "stage", "planned")
    list_filter = ("stage", "year")
    search_fields = ("name", "code")
    ordering = ("year", "code")
    autocomplete_fields = ("streets", "clause")


@admin.register(Designation)
class DesignationAdmin(BaseAdmin):
    gates = {**BATCHES, "delete": "circles.change_batches"}
    list_display = ("street", "level", "batch", "year", "clause")
    list_filter = ("street", "year")
    list_select_related = ("street", "clause__document")
    ordering = ("-year", "street__sort")
    autocomplete_fields = ("clause",)

    def rows(self, scope: Scope) -> "QuerySet[Any]":
        """Those of the own district's streets: they are public."""
        return Designation.objects.filter(street__district__in=scope.district_ids)


@admin.register(FormatCheck)
class FormatCheckAdmin(ReadOnlyAdmin):
    gates = {"view": "circles.view"}
    list_display = ("where", "format", "found", "checked_on", "by_label")
    list_filter = ("street", "format", "found")
    list_select_related = ("circle", "street", "format")
    date_hierarchy = "checked_on"
    ordering = ("-checked_on",)

    def rows(self, scope: Scope) -> "QuerySet[Any]":
        """Those in streets and circles the caller sees."""
        circles = Circle.objects.visible_to(scope).values("pk")
        rows = FormatCheck.objects.filter(
            Q(circle__district__in=scope.district_ids) | Q(street__district__in=scope.district_ids)
        )
        if scope.all_streets:
            return rows
        return rows.filter(Q(circle__in=circles) | Q(street__in=scope.street_ids))

    @admin.display(description=_("地点"))
    def where(self, check: FormatCheck) -> str:
        """The circle or street."""
        return str(check.circle or check.street)
