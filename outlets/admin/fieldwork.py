"""Visits, rounds of check sheets and suspected changes: only read here; acts happen at the desk."""

from types import SimpleNamespace
from typing import Any

from django.contrib import admin
from django.db.models import Model, QuerySet
from django.utils.translation import gettext_lazy as _

from core.admin import ReadOnlyAdmin, label_acts
from core.scope import Scope
from outlets.models import CheckRound, CheckSheet, Suspicion, Visit

label_acts(
    {
        "outlets.visit": _("现场核查"),
        "outlets.start_round": _("下发核对表"),
        "outlets.renew_link": _("换发核对链接"),
        "outlets.open_sheet": _("首次打开核对链接"),
        "outlets.return_sheet": _("交回核对表"),
        "outlets.merge_sheet": _("核对表并入台账"),
        "outlets.push_licences": _("推送证照变化"),
        "outlets.list_stale": _("列出久未核实网点"),
        "outlets.confirm_suspicion": _("疑似变化属实"),
        "outlets.dismiss_suspicion": _("疑似变化不属实"),
    }
)


class FieldworkAdmin(ReadOnlyAdmin):
    """Rows with a district and a street of their own."""

    gates = {"view": "outlets.view"}


@admin.register(Visit)
class VisitAdmin(FieldworkAdmin):
    list_display = ("outlet", "finding", "street", "away", "by_label", "at", "is_sample")
    list_select_related = ("outlet", "street")
    list_filter = ("street", "finding")
    search_fields = ("outlet__name", "outlet__code", "by_label")
    date_hierarchy = "at"
    ordering = ("-at", "-id")
    fields = (
        "outlet",
        "finding",
        "note",
        ("lon", "lat"),
        ("accuracy", "away"),
        ("by_label", "at"),
    )


@admin.register(CheckRound)
class CheckRoundAdmin(FieldworkAdmin):
    list_display = ("title", "street", "issued_on", "due_on", "by_label", "is_sample")
    list_select_related = ("street",)
    list_filter = ("street",)
    search_fields = ("title", "by_label")
    ordering = ("-at", "-id")
    fields = ("title", "street", ("issued_on", "due_on"), "by_label", "at")


@admin.register(CheckSheet)
class CheckSheetAdmin(FieldworkAdmin):
    list_display = ("neighbourhood", "round", "state", "valid_until", "returned_at", "merged_at")
    list_select_related = ("neighbourhood", "round__street")
    list_filter = ("state",)
    search_fields = ("neighbourhood__name", "round__title")
    ordering = ("-round__at", "neighbourhood__sort", "id")
    fields = (
        "round",
        "neighbourhood",
        "state",
        ("opened_at", "valid_until"),
        ("returned_at", "returned_by"),
        ("merged_at", "merged_by_label"),
    )

    def rows(self, scope: Scope) -> "QuerySet[Any]":
        """Those of the rounds that the caller sees."""
        return CheckSheet.objects.filter(round__in=CheckRound.objects.visible_to(scope))

    def seen_by_gate(self, obj: Model) -> Any:
        """The street whose round it belongs to."""
        row: Any = obj
        return SimpleNamespace(district_id=row.round.district_id, street_id=row.round.street_id)


@admin.register(Suspicion)
class SuspicionAdmin(FieldworkAdmin):
    list_display = ("kind", "outlet", "street", "month", "state", "source", "at", "is_sample")
    list_select_related = ("outlet", "street")
    list_filter = ("street", "kind", "state")
    search_fields = ("outlet__name", "outlet__code", "external_id")
    date_hierarchy = "month"
    ordering = ("-at", "-id")
    fields = (
        "kind",
        "outlet",
        "street",
        ("source", "external_id"),
        "content",
        ("month", "at"),
        "state",
        ("decided_by_label", "decided_at"),
        "comment",
    )
