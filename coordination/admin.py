"""The admin page of working mechanisms; what moves has pages of its own."""

from django.contrib import admin

from coordination.models import Mechanism
from core.admin import BaseAdmin


@admin.register(Mechanism)
class MechanismAdmin(BaseAdmin):
    gates = {
        "view": "coordination.roster",
        "add": "coordination.change_roster",
        "change": "coordination.change_roster",
    }
    list_display = ("name", "kind", "code", "clause", "is_sample")
    list_filter = ("kind",)
    list_select_related = ("clause__document",)
    search_fields = ("name", "code")
    ordering = ("sort", "code")
    autocomplete_fields = ("clause",)
    fields = (("name", "code"), ("kind", "district"), ("clause", "sort"))
