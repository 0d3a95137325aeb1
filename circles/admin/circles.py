"""Living circles: list, form, the acts on their path, history and facts of any day."""

from typing import Any

from django.contrib import admin
from django.db.models import Count, Prefetch, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import display
from unfold.enums import ActionVariant

from circles import services
from circles.admin.forms import (
    BoundaryForm,
    CircleForm,
    DayForm,
    NewCircleForm,
    PartnersForm,
    StateForm,
)
from circles.models import Circle, CircleFacts, CircleStreet
from circles.services.details import change_circle
from core.admin import ActPage, BaseAdmin, button, label_acts, scope_of
from core.audit import current_actor
from core.scope import Scope
from territory.models import District, Street

label_acts(
    {
        "circles.create": gettext_lazy("登记生活圈"),
        "circles.change": gettext_lazy("修改生活圈"),
        "circles.set_boundary": gettext_lazy("绘制生活圈边界"),
        "circles.set_boundaries": gettext_lazy("导入生活圈边界"),
        "circles.change_state": gettext_lazy("变更生活圈状态"),
        "circles.serve_compounds": gettext_lazy("调整覆盖小区"),
        "circles.set_partners": gettext_lazy("调整协同街镇"),
    }
)
CHANGE = "circles.change"


@admin.register(Circle)
class CircleAdmin(BaseAdmin):
    gates = {"view": "circles.view", "add": CHANGE, "change": CHANGE}
    through_services = True
    form = CircleForm
    facts = (CircleFacts, "circle")
    list_display = (
        "name",
        "code",
        "standing",
        "level",
        "lead_street",
        "partners_named",
        "compounds_served",
        "batch",
        "sample",
    )
    list_filter = ("lead_street", "state", "level", "batch", "is_sample")
    list_select_related = ("lead_street", "batch")
    search_fields = ("name", "code", "theme", "lead_street__name")
    search_help_text = gettext_lazy("可按生活圈名称、编码、特色主题或主报街镇查找")
    ordering = ("lead_street__sort", "code")
    readonly_fields = ("path", "partners_named", "compounds_served", "drawn")
    actions_list = ("export",)
    actions_detail = ("move", "draw", "serve", "join")

    def rows(self, scope: Scope) -> "QuerySet[Any]":
        """The caller's circles, with what the list shows beside them."""
        links = CircleStreet.objects.filter(role="partner").select_related("street")
        return (
            super()
            .rows(scope)
            .annotate(served=Count("compound_links"))
            .prefetch_related(
                Prefetch("street_links", links.order_by("street__sort"), to_attr="partner_links")
            )
        )

    # --- List ----------------------------------------------------------------------------------
    @display(
        description=gettext_lazy("状态"),
        ordering="state",
        label={
            "accepted": "success",
            "built": "success",
            "building": "info",
            "nurtured": "info",
            "withdrawn": "",
        },
    )
    def standing(self, circle: Circle) -> tuple[str, str]:
        """Where the circle stands on its path."""
        return circle.state, circle.get_state_display()

    @admin.display(description=gettext_lazy("协同街镇"))
    def partners_named(self, circle: Any) -> str:
        """The other streets it lies in."""
        return "、".join(link.street.name for link in circle.partner_links) or "—"

    @admin.display(description=gettext_lazy("覆盖小区"), ordering="served")
    def compounds_served(self, circle: Any) -> int:
        """How many compounds it serves."""
        return int(circle.served)

    @display(description=gettext_lazy("演示"), label={"sample": "warning"})
    def sample(self, circle: Circle) -> tuple[str, str] | str:
        """Sample rows say so."""
        return ("sample", _("演示数据")) if circle.is_sample else ""

    # --- Form ----------------------------------------------------------------------------------
    @admin.display(description=gettext_lazy("建设进程"))
    def path(self, circle: Circle) -> str:
        """State, level and the days of its path."""
        days = (
            (_("启动"), circle.started_on),
            (_("建成"), circle.built_on),
            (_("验收"), circle.accepted_on),
        )
        words = [circle.get_state_display()]
        if circle.level:
            words.append(f"{circle.get_level_display()}（{circle.level_year}）")
        words += [f"{word} {day}" for word, day in days if day]
        words.append(_("第 %(number)d 版") % {"number": circle.version})
        return "；".join(words)

    @admin.display(description=gettext_lazy("边界"))
    def drawn(self, circle: Circle) -> str:
        """Whether there is a boundary."""
        return str(_("已绘制") if circle.boundary else _("未绘制"))

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """A new circle is entered whole; later what is dated changes by acts."""
        plain = (("layout", "theme"), "batch", ("responsible", "planner"), "operator")
        if obj is None:
            first = (("code", "name"), "lead_street", "partners", *plain, "boundary")
            entry = (gettext_lazy("本次登记"), {"fields": (("on", "reason"), "seen_version")})
            return [(None, {"fields": first}), entry]
        seen = (("code", "name"), "path", ("lead_street", "partners_named"))
        fields = (*seen, ("compounds_served", "drawn"), *plain)
        groups = [(None, {"fields": fields})]
        if not self.has_change_permission(request, obj):
            return groups
        return [*groups, (gettext_lazy("本次变更"), {"fields": ("reason", "seen_version")})]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """The code and the lead street stay."""
        fields = tuple(super().get_readonly_fields(request, obj))
        return (*fields, "code", "lead_street") if obj else fields

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> Any:
        """A new circle is entered whole; partners are chosen among the district's streets."""
        kwargs.setdefault("form", CircleForm if obj else NewCircleForm)
        form = super().get_form(request, obj, change=change, **kwargs)
        if "partners" in form.base_fields:
            form.base_fields["partners"].queryset = self._streets(request)
        return form

    def _streets(self, request: HttpRequest) -> "QuerySet[Street]":
        return Street.objects.visible_to(scope_of(request)).order_by("sort", "code")

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Through the services, from the day given, for the reason given."""
        given = form.cleaned_data
        told = {"by": current_actor(), "reason": given["reason"]}
        if change:
            saved = change_circle(
                circle=obj, changes=form.changes, seen_version=given["seen_version"], **told
            )
        else:
            lead = given["lead_street"]
            columns = {field.name for field in Circle._meta.concrete_fields}
            values = {
                name: value
                for name, value in given.items()
                if name in columns - {"lead_street", "boundary"}
            }
            saved = services.create_circle(
                district=District.objects.get(pk=lead.district_id),
                values=values,
                lead_street=lead,
                partners=given["partners"],
                boundary=given["boundary"],
                on=given["on"],
                **told,
            )
        obj.pk, obj.version = saved.pk, saved.version
        obj._state.adding = False

    # --- Acts ----------------------------------------------------------------------------------
    @button(
        gate=CHANGE,
        label=gettext_lazy("变更状态"),
        icon="moving",
        variant=ActionVariant.PRIMARY,
    )
    def move(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """The next step of the path."""
        circle = self.row(request, object_id)

        def run(given: dict[str, Any]) -> str:
            moved = services.change_state(circle=circle, by=current_actor(), **given)
            return _("“%(name)s”自 %(day)s 起为“%(state)s”。") % {
                "name": moved,
                "day": given["on"],
                "state": moved.get_state_display(),
            }

        page = ActPage(
            title=_("变更状态：%(name)s") % {"name": circle},
            explanation=_("现为“%(state)s”。路径：培育 → 在建 → 建成 → 已验收评价；可退出。")
            % {"state": circle.get_state_display()},
            submit=_("确认变更"),
            form=StateForm,
            run=run,
        )
        return self.act_page(request, page, gate=CHANGE, obj=circle)

    @button(gate=CHANGE, label=gettext_lazy("绘制边界"), icon="polyline")
    def draw(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """A new boundary from a day on."""
        circle = self.row(request, object_id)

        def run(given: dict[str, Any]) -> str:
            services.set_boundary(circle=circle, by=current_actor(), **given)
            return _("“%(name)s”的边界已更新，指标将自动重算。") % {"name": circle}

        page = ActPage(
            title=_("绘制边界：%(name)s") % {"name": circle},
            explanation=_("新边界自所填日期起生效；以前的边界照旧保留，可在变更记录中查看。"),
            submit=_("保存边界"),
            form=BoundaryForm,
            run=run,
        )
        return self.act_page(request, page, gate=CHANGE, obj=circle)

    @button(
        gate=CHANGE,
        label=gettext_lazy("按边界带出小区"),
        icon="location_city",
        shown_for=lambda circle: bool(circle.boundary),
    )
    def serve(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Serve the compounds inside the boundary that lie in the circle's streets."""
        circle = self.row(request, object_id)
        streets = set(circle.street_links.values_list("street_id", flat=True))
        inside = [
            compound
            for compound in services.prefill_from_boundary(circle)
            if compound.street_id in streets
        ]

        def run(given: dict[str, Any]) -> str:
            services.serve_compounds(circle=circle, compounds=inside, by=current_actor(), **given)
            return _("“%(name)s”现覆盖 %(count)d 个小区。") % {
                "name": circle,
                "count": len(inside),
            }

        page = ActPage(
            title=_("按边界带出小区：%(name)s") % {"name": circle},
            explanation=_(
                "边界以内、位于主报和协同街镇的小区共 %(count)d 个：%(names)s。"
                "确认后，覆盖小区改为以上各小区，覆盖社区随之带出。"
            )
            % {
                "count": len(inside),
                "names": "、".join(compound.name for compound in inside[:30])
                + ("……" if len(inside) > 30 else ""),
            },
            submit=_("确认带出"),
            form=DayForm,
            run=run,
        )
        return self.act_page(request, page, gate=CHANGE, obj=circle)

    @button(gate=CHANGE, label=gettext_lazy("协同街镇"), icon="group_add")
    def join(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Which streets take part."""
        circle = self.row(request, object_id)
        streets = self._streets(request).exclude(pk=circle.lead_street_id)

        class OwnForm(PartnersForm):
            def __init__(self, *args: Any, **kwargs: Any) -> None:
                super().__init__(*args, **kwargs)
                field: Any = self.fields["partners"]
                field.queryset = streets

        def run(given: dict[str, Any]) -> str:
            services.set_partners(circle=circle, by=current_actor(), **given)
            return _("“%(name)s”的协同街镇已更新。") % {"name": circle}

        page = ActPage(
            title=_("协同街镇：%(name)s") % {"name": circle},
            explanation=_("主报街镇为%(street)s；协同街镇可查看本生活圈，不能修改。")
            % {"street": circle.lead_street},
            submit=_("保存"),
            form=OwnForm,
            run=run,
            initial={"partners": [link.street_id for link in circle.partner_links]},
        )
        return self.act_page(request, page, gate=CHANGE, obj=circle)
