"""The working calendar and the rules of reminding."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from core.admin.base import BaseAdmin
from core.models import CalendarDay, ReminderStage
from core.scope import Scope

GATES = {
    "view": "core.calendar",
    "add": "core.change_calendar",
    "change": "core.change_calendar",
    "delete": "core.change_calendar",
}


class _Common(BaseAdmin):
    """The same for everyone who may look."""

    gates = GATES

    def rows(self, scope: Scope) -> "QuerySet[Any]":
        """All of them."""
        return self.model._default_manager.all()


@admin.register(CalendarDay)
class CalendarDayAdmin(_Common):
    list_display = ("day", "standing", "name", "source")
    list_filter = ("working",)
    date_hierarchy = "day"
    ordering = ("-day",)
    fields = (("day", "working"), "name", "source")

    @display(description=_("安排"), ordering="working", label={"on": "info", "off": "warning"})
    def standing(self, day: CalendarDay) -> tuple[str, Any]:
        """Working, or off."""
        return ("on", _("上班")) if day.working else ("off", _("休息"))


@admin.register(ReminderStage)
class ReminderStageAdmin(_Common):
    list_display = ("subject", "offset", "audience", "is_official")
    list_filter = ("subject",)
    ordering = ("subject", "offset")
    fields = (("subject", "offset"), ("audience", "is_official"))
