"""Residential compounds: where the residents are."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import display

from circles.admin.forms import CompoundForm
from circles.models import Compound, CompoundFacts
from circles.services.details import change_compound
from core.admin import BaseAdmin, label_acts
from core.audit import current_actor

label_acts(
    {
        "circles.create_compound": gettext_lazy("登记小区"),
        "circles.change_compound": gettext_lazy("修改小区"),
        "circles.import_compounds": gettext_lazy("导入小区台账"),
    }
)


@admin.register(Compound)
class CompoundAdmin(BaseAdmin):
    gates = {"view": "circles.compounds", "change": "circles.change_compounds"}
    through_services = True
    form = CompoundForm
    facts = (CompoundFacts, "compound")
    list_display = (
        "name",
        "code",
        "kind",
        "street",
        "neighbourhood",
        "population",
        "population_60",
        "households",
        "located",
        "sample",
    )
    list_filter = ("street", "kind", "is_sample")
    list_select_related = ("street", "neighbourhood")
    search_fields = ("name", "code", "address", "neighbourhood__name")
    search_help_text = gettext_lazy("可按小区名称、编码、地址或居（村）委会查找")
    ordering = ("street__sort", "code")
    autocomplete_fields = ("neighbourhood",)
    readonly_fields = ("code",)
    actions_list = ("export",)
    fieldsets = (
        (None, {"fields": (("code", "name"), ("kind", "address"), ("street", "neighbourhood"))}),
        (gettext_lazy("位置"), {"fields": (("lon", "lat"),)}),
        (
            gettext_lazy("居民"),
            {
                "fields": (
                    ("households", "population"),
                    ("population_0_3", "population_0_6"),
                    ("population_18_35", "population_60"),
                )
            },
        ),
        (
            gettext_lazy("新建居住区"),
            {
                "fields": (
                    ("planned_on", "built_on"),
                    ("accepted_on", "delivered_on"),
                    ("floor_area", "commercial_area"),
                )
            },
        ),
    )

    @admin.display(description=gettext_lazy("已定位"), boolean=True)
    def located(self, compound: Compound) -> bool:
        """Whether it stands on the map."""
        return compound.lon is not None

    @display(description=gettext_lazy("演示"), label={"sample": "warning"})
    def sample(self, compound: Compound) -> tuple[str, str] | str:
        """Sample rows say so."""
        return ("sample", _("演示数据")) if compound.is_sample else ""

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Readers are asked for no reason."""
        groups = super().get_fieldsets(request, obj)
        if not self.has_change_permission(request, obj):
            return groups
        return [*groups, (gettext_lazy("本次变更"), {"fields": (("on", "reason"), "seen_version")})]

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Through the service, from the day given, for the reason given."""
        given = form.cleaned_data
        saved = change_compound(
            compound=obj,
            changes=form.changes,
            on=given["on"],
            by=current_actor(),
            reason=given["reason"],
            seen_version=given["seen_version"],
        )
        obj.version = saved.version

    def told(self, request: Any, obj: Any, name: str, value: Any) -> str | None:
        """Numbers of residents that nobody knows are unknown, not none."""
        if value is None and name.startswith(("population", "households")):
            return _("未填")
        return None
