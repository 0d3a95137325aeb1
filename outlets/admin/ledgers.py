"""Ledgers taken in, and what streets have confirmed as complete."""

from types import SimpleNamespace
from typing import Any

from django.contrib import admin
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy as _
from unfold.enums import ActionVariant

from core.admin import BaseAdmin, ReadOnlyAdmin, button, scope_of
from core.audit import current_actor
from core.policy import require
from core.scope import Scope
from outlets.models import Import, LedgerCompleteness
from outlets.services.completeness import confirm_completeness
from territory.models import Street

# The page of five steps, where it is mounted.
IMPORT_PAGE = "ledger:imports"
COUNTS = {
    "rows": _("行数"),
    "new": _("新增"),
    "changed": _("变更"),
    "unchanged": _("未变"),
    "failed": _("有误"),
    "brands": _("新品牌"),
    "enterprises": _("新企业"),
}


def import_page() -> str | None:
    """The address of the page that takes ledgers in; None while there is none."""
    try:
        return reverse(IMPORT_PAGE)
    except NoReverseMatch:
        return None


def in_streets(rows: "QuerySet[Any]", scope: Scope) -> "QuerySet[Any]":
    """Of the district's rows those of the caller's streets."""
    streets: Any = scope.street_ids
    return rows if scope.all_streets else rows.filter(street__in=streets)


@admin.register(Import)
class ImportAdmin(ReadOnlyAdmin):
    gates = {"view": "outlets.view"}
    list_display = ("file_name", "subject", "street", "counted", "by_label", "at")
    list_select_related = ("street",)
    list_filter = ("street", "subject")
    search_fields = ("file_name", "by_label")
    date_hierarchy = "at"
    ordering = ("-at",)
    fields = ("file_name", "subject", "street", "counted", "by_label", "at", "sha256")
    actions_list = ("take_in",)

    def rows(self, scope: Scope) -> "QuerySet[Any]":
        """Those of the own district; to a street its own."""
        rows = Import.objects.filter(district__in=scope.district_ids)
        return in_streets(rows, scope)

    @admin.display(description=_("结果"))
    def counted(self, row: Import) -> str:
        """The counts in words."""
        return "，".join(f"{COUNTS.get(name, name)} {n}" for name, n in row.counts.items()) or "—"

    @button(
        gate="outlets.import",
        label=_("导入台账"),
        icon="upload_file",
        variant=ActionVariant.PRIMARY,
    )
    def take_in(self, request: HttpRequest) -> HttpResponse:
        """To the page of five steps."""
        require(scope_of(request), "outlets.import")
        return redirect(import_page() or "home")

    def get_actions_list(self, request: HttpRequest) -> list[Any]:
        """The button leads somewhere, or is not there."""
        return super().get_actions_list(request) if import_page() else []


@admin.register(LedgerCompleteness)
class LedgerCompletenessAdmin(BaseAdmin):
    gates = {"view": "outlets.view", "add": "outlets.change"}
    list_display = ("street", "format", "on", "by_label", "is_sample")
    list_select_related = ("street", "format")
    list_filter = ("street", "format")
    ordering = ("-on", "street__sort", "format__number")
    fields = ("street", "format", "on")

    def rows(self, scope: Scope) -> "QuerySet[Any]":
        """Those of the own district; to a street its own."""
        rows = LedgerCompleteness.objects.filter(street__district__in=scope.district_ids)
        return in_streets(rows, scope)

    def seen_by_gate(self, obj: Model) -> Any:
        """The street that gave its word."""
        row: Any = obj
        return SimpleNamespace(district_id=row.street.district_id, street_id=row.street_id)

    def choices_of(self, db_field: Any, request: HttpRequest) -> "QuerySet[Any] | None":
        """A street gives its word for itself alone."""
        rows = super().choices_of(db_field, request)
        scope = scope_of(request)
        if db_field.remote_field.model is Street and rows is not None and not scope.all_streets:
            return rows.filter(pk__in=scope.street_ids)
        return rows

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Who gave the word is who signed in."""
        given = {"street": obj.street, "format": obj.format, "on": obj.on}
        kept = confirm_completeness(**given, by=current_actor())
        obj.pk, obj._state.adding = kept.pk, False
