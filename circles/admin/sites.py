"""Public facilities and spaces that can be used: lists, forms, closing."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import display

from circles import services
from circles.admin.forms import DayForm, FacilityForm, SpaceForm
from circles.models import Facility, Space
from circles.services.facilities import FACILITIES
from circles.services.spaces import SPACES
from core.admin import ActPage, BaseAdmin, button, label_acts, scope_of
from core.audit import current_actor
from outlets.models import BusinessFormat
from territory.models import Street

label_acts(
    {
        "circles.create_facility": gettext_lazy("登记公共服务设施"),
        "circles.change_facility": gettext_lazy("修改公共服务设施"),
        "circles.close_facility": gettext_lazy("停用公共服务设施"),
        "facilities.import": gettext_lazy("导入公共服务设施台账"),
        "circles.create_space": gettext_lazy("登记可利用空间"),
        "circles.change_space": gettext_lazy("修改可利用空间"),
        "circles.close_space": gettext_lazy("收回可利用空间"),
        "spaces.import": gettext_lazy("导入可利用空间台账"),
    }
)
ENTRY = gettext_lazy("本次登记")
CHANGE = gettext_lazy("本次变更")
WHERE = (("street", "neighbourhood"), "address", ("lon", "lat"), "place_state")


class SiteAdmin(BaseAdmin):
    """What both registers have in common."""

    through_services = True
    list_select_related = ("street",)
    search_help_text = gettext_lazy("可按名称、编码或地址查找")
    ordering = ("street__sort", "code")
    autocomplete_fields = ("neighbourhood",)
    readonly_fields: Any = ("standing",)
    actions_list = ("export",)
    actions_detail = ("close",)

    @display(
        description=gettext_lazy("位置核实"),
        ordering="place_state",
        label={"verified": "success", "unverified": "warning", "failed": "danger"},
    )
    def place(self, site: Any) -> tuple[str, str]:
        """How far the position can be trusted."""
        return site.place_state, site.get_place_state_display()

    @display(description=gettext_lazy("演示"), label={"sample": "warning"})
    def sample(self, site: Any) -> tuple[str, str] | str:
        """Sample rows say so."""
        return ("sample", _("演示数据")) if site.is_sample else ""

    @admin.display(description=gettext_lazy("在册情况"))
    def standing(self, site: Any) -> str:
        """What the form itself does not ask."""
        words = [_("已作废") if site.void else _("在册")]
        if site.is_sample:
            words.append(_("演示数据"))
        return "；".join([*words, _("第 %(number)d 版") % {"number": site.version}])

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """A new row without its standing; readers are asked for no reason."""
        [(title, first), *groups] = super().get_fieldsets(request, obj)
        if obj is None:
            fields = tuple(line for line in first["fields"] if line != "standing")
            return [(title, {"fields": fields}), *groups, (ENTRY, {"fields": ("reason",)})]
        groups = [(title, first), *groups]
        if not self.has_change_permission(request, obj):
            return groups
        return [*groups, (CHANGE, {"fields": (("reason", "seen_version"),)})]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """The code stays."""
        fields = tuple(super().get_readonly_fields(request, obj))
        return (*fields, "code") if obj else fields

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Void rows are only read."""
        return super().has_change_permission(request, obj) and not (obj and obj.void)

    def choices_of(self, db_field: Any, request: HttpRequest) -> "QuerySet[Any] | None":
        """A street user's rows lie in streets of theirs."""
        rows = super().choices_of(db_field, request)
        scope = scope_of(request)
        if db_field.remote_field.model is Street and rows is not None and not scope.all_streets:
            return rows.filter(pk__in=scope.street_ids)
        return rows

    def settled(self, obj: Any, saved: Any) -> None:
        """The form's row is the one that the service wrote."""
        obj.pk, obj.version = saved.pk, saved.version
        obj._state.adding = False


@admin.register(Facility)
class FacilityAdmin(SiteAdmin):
    gates = {
        "view": "circles.facilities",
        "add": "circles.change_facilities",
        "change": "circles.change_facilities",
    }
    form = FacilityForm
    list_display = ("name", "code", "kind", "street", "state", "authority", "place", "sample")
    list_filter = ("street", "kind", "place_state", "void", "is_sample")
    search_fields = ("name", "code", "address", "authority")
    fieldsets = (
        (None, {"fields": ("standing", ("name", "code"), ("kind", "authority"))}),
        (gettext_lazy("位置"), {"fields": WHERE}),
        (
            gettext_lazy("服务"),
            {"fields": (("capacity", "hours"), ("opened_on", "closed_on"))},
        ),
    )

    @display(
        description=gettext_lazy("状态"),
        ordering="closed_on",
        label={"open": "success", "planned": "info", "closed": "", "void": ""},
    )
    def state(self, site: Facility) -> tuple[str, str]:
        """Whether it serves anybody today."""
        today = timezone.localdate()
        if site.void:
            return "void", _("作废")
        if site.closed_on and site.closed_on <= today:
            return "closed", _("停用")
        if site.opened_on and site.opened_on > today:
            return "planned", _("待启用")
        return "open", _("在用")

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Through the services, for the reason given."""
        given = form.cleaned_data
        told: dict[str, Any] = {"reason": given["reason"], "by": current_actor()}
        if change:
            saved = services.change_facility(
                facility=obj, changes=form.changes, seen_version=given["seen_version"], **told
            )
        else:
            values = {name: given[name] for name in given if name in FACILITIES.editable}
            saved = services.create_facility(
                district=given["street"].district, values=values, **told
            )
        self.settled(obj, saved)

    @button(
        gate="circles.change_facilities",
        label=gettext_lazy("停用"),
        icon="block",
        shown_for=lambda site: not site.void and site.closed_on is None,
    )
    def close(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """The facility serves nobody any more."""
        site = self.row(request, object_id)

        def run(given: dict[str, Any]) -> str:
            services.close_facility(facility=site, by=current_actor(), **given)
            return _("已登记“%(name)s”自 %(day)s 起停用。") % {"name": site, "day": given["on"]}

        page = ActPage(
            title=_("停用：%(name)s") % {"name": site},
            explanation=_("登记后，该设施自所填日期起不再计入步行可达测算；以前的情况照旧保留。"),
            submit=_("登记停用"),
            form=DayForm,
            run=run,
        )
        return self.act_page(request, page, gate="circles.change_facilities", obj=site)


@admin.register(Space)
class SpaceAdmin(SiteAdmin):
    gates = {
        "view": "circles.spaces",
        "add": "circles.change_spaces",
        "change": "circles.change_spaces",
    }
    form = SpaceForm
    list_display = ("name", "code", "kind", "street", "standing_in_words", "area", "rent", "sample")
    list_filter = ("street", "kind", "state", "void", "is_sample")
    search_fields = ("name", "code", "address", "owner")
    readonly_fields = ("standing", "formats_named")
    fieldsets = (
        (None, {"fields": ("standing", ("name", "code"), ("kind", "state"), ("area", "owner"))}),
        (gettext_lazy("位置"), {"fields": WHERE}),
        (
            gettext_lazy("利用"),
            {
                "fields": (
                    ("use_mode", "rent"),
                    ("available_from", "available_until"),
                    "wanted_formats",
                )
            },
        ),
    )

    @display(
        description=gettext_lazy("状态"),
        ordering="state",
        label={"available": "success", "negotiating": "info", "in_use": "", "gone": "", "void": ""},
    )
    def standing_in_words(self, site: Space) -> tuple[str, str]:
        """Whether it can be had."""
        if site.void:
            return "void", _("作废")
        if site.available_until and site.available_until <= timezone.localdate():
            return "gone", _("已到期")
        return site.state, site.get_state_display()

    @admin.display(description=gettext_lazy("拟引入业态"))
    def formats_named(self, site: Space) -> str:
        """The wanted formats by name."""
        return formats_in_words(site.wanted_formats)

    def told(self, request: HttpRequest, obj: Any, name: str, value: Any) -> str | None:
        """Wanted formats by name in the history, too."""
        return formats_in_words(value or []) if name == "wanted_formats" else None

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Readers see the names of the wanted formats."""
        groups = super().get_fieldsets(request, obj)
        if obj is None or self.has_change_permission(request, obj):
            return groups
        return [
            (
                title,
                {
                    "fields": tuple(
                        "formats_named" if line == "wanted_formats" else line
                        for line in options["fields"]
                    )
                },
            )
            for title, options in groups
        ]

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Through the services, for the reason given."""
        given = form.cleaned_data
        told: dict[str, Any] = {"reason": given["reason"], "by": current_actor()}
        if change:
            saved = services.change_space(
                space=obj, changes=form.changes, seen_version=given["seen_version"], **told
            )
        else:
            values = {name: given[name] for name in given if name in SPACES.editable}
            saved = services.create_space(district=given["street"].district, values=values, **told)
        self.settled(obj, saved)

    @button(
        gate="circles.change_spaces",
        label=gettext_lazy("收回"),
        icon="block",
        shown_for=lambda site: not site.void,
    )
    def close(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """The space can no longer be had."""
        site = self.row(request, object_id)

        def run(given: dict[str, Any]) -> str:
            services.close_space(space=site, by=current_actor(), **given)
            return _("已登记“%(name)s”自 %(day)s 起不再可用。") % {
                "name": site,
                "day": given["on"],
            }

        page = ActPage(
            title=_("收回：%(name)s") % {"name": site},
            explanation=_("空间被收回、拆除或另作他用时使用；自所填日期起不再列为可用空间。"),
            submit=_("登记收回"),
            form=DayForm,
            run=run,
        )
        return self.act_page(request, page, gate="circles.change_spaces", obj=site)


def formats_in_words(codes: list[str]) -> str:
    """Formats by name, in the order of the codes."""
    names = dict(BusinessFormat.objects.filter(code__in=codes).values_list("code", "name"))
    return "、".join(names.get(code, code) for code in codes) or "—"
