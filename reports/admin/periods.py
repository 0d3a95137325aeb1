"""Periods: read here; the beat opens and closes them, the overview shows who owes what."""

from django.contrib import admin
from django.utils.translation import gettext_lazy
from unfold.decorators import display

from core.admin import ReadOnlyAdmin
from reports.models import Period


@admin.register(Period)
class PeriodAdmin(ReadOnlyAdmin):
    gates = {"view": "reports.forms"}
    list_display = ("type", "code", "standing", "opens_on", "due_on", "closes_on", "is_sample")
    list_filter = ("state", "type_code", "is_sample")
    list_select_related = ("type",)
    date_hierarchy = "due_on"
    ordering = ("-due_on", "type_code")
    fields = (
        ("type", "code"),
        ("starts_on", "ends_on"),
        ("opens_on", "due_on", "closes_on"),
        ("state", "is_sample"),
    )

    @display(
        description=gettext_lazy("状态"),
        ordering="state",
        label={"open": "success", "closed": "info"},
    )
    def standing(self, period: Period) -> tuple[str, str]:
        """Whether reports may still be sent."""
        return period.state, period.get_state_display()
