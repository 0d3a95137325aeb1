"""The register of outlets: list, form, acts, history, facts of any day."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import display

from core.admin import ActForm, ActPage, BaseAdmin, button, label_acts, scope_of
from core.audit import current_actor
from core.masking import mask_name, mask_phone
from core.policy import may, require
from outlets import services
from outlets.admin.exporting import ledger_query
from outlets.admin.forms import CloseForm, MergeForm, OutletForm, one_by_code
from outlets.admin.labels import GivesLabels, LabelInline
from outlets.models import Outlet, OutletFacts
from outlets.models.outlet import Status
from outlets.telling import told
from territory.models import District, Street

label_acts(
    {
        "outlets.create": gettext_lazy("登记网点"),
        "outlets.change": gettext_lazy("修改网点"),
        "outlets.close": gettext_lazy("关闭网点"),
        "outlets.merge": gettext_lazy("合并网点"),
        "outlets.void": gettext_lazy("作废网点"),
        "outlets.import": gettext_lazy("导入台账"),
        "outlets.verify_places": gettext_lazy("核实网点位置"),
        "outlets.export": gettext_lazy("导出网点台账"),
        "outlets.directory": gettext_lazy("打印商业网点设施目录"),
        "outlets.contact_read": gettext_lazy("查看联系方式"),
        "outlets.confirm_completeness": gettext_lazy("确认台账完整"),
        "outlets.withdraw_completeness": gettext_lazy("撤回台账完整的确认"),
    }
)
CHANGE = gettext_lazy("本次变更")


def is_present(outlet: Outlet) -> bool:
    """Whether the row still counts as one of its own."""
    return not outlet.void and outlet.merged_into_id is None


def is_trading(outlet: Outlet) -> bool:
    """Whether the outlet can still be closed."""
    return is_present(outlet) and outlet.status not in (Status.CLOSED, Status.MOVED)


@admin.register(Outlet)
class OutletAdmin(GivesLabels, BaseAdmin):
    gates = {"view": "outlets.view", "add": "outlets.change", "change": "outlets.change"}
    through_services = True
    form = OutletForm
    facts = (OutletFacts, "outlet")
    list_display = (
        "name",
        "code",
        "main_format",
        "street",
        "state",
        "chain_kind",
        "place",
        "masked_phone",
        "sample",
    )
    list_filter = (
        "street",
        "main_format",
        "status",
        "chain_kind",
        "place_state",
        "outside",
        "void",
        "is_sample",
    )
    list_select_related = ("main_format", "street")
    search_fields = ("name", "code", "address", "pinyin", "licence_name", "brand__name")
    search_help_text = gettext_lazy("可按网点名称、编码、地址、拼音首字母、营业执照名称或品牌查找")
    ordering = ("street__sort", "code")
    autocomplete_fields = ("enterprise", "brand", "neighbourhood")
    readonly_fields = ("masked_contact", "masked_phone", "standing")
    actions_list = ("export",)
    actions_detail = ("close", "merge", "void", "give_label")
    inlines = (LabelInline,)
    fieldsets = (
        (None, {"fields": ("standing", ("name", "code"), ("licence_name", "enterprise"))}),
        (
            gettext_lazy("经营"),
            {
                "fields": (
                    ("main_format", "status"),
                    ("brand", "chain_kind"),
                    "services",
                    ("facility_form", "breakfast_kind"),
                    ("opened_on", "hours"),
                    ("employees", "industry_code"),
                    ("business_area", "building_area"),
                    ("ownership", "licences"),
                    ("licence_until", "credit_grade"),
                )
            },
        ),
        (
            gettext_lazy("位置"),
            {
                "fields": (
                    ("street", "neighbourhood"),
                    ("address", "floor_room"),
                    ("lon", "lat"),
                    ("place_state", "outside"),
                    "declared_circles",
                )
            },
        ),
        (
            gettext_lazy("服务"),
            {
                "fields": (
                    ("open_24h", "elderly_friendly"),
                    ("cash_accepted", "supply"),
                    ("mother_infant", "delivery"),
                    ("dark_store", "rent_subsidy"),
                )
            },
        ),
        (
            gettext_lazy("联系与采集"),
            {
                "fields": (
                    ("contact", "phone"),
                    ("collected_by", "collected_on"),
                    "data_source",
                )
            },
        ),
        (CHANGE, {"fields": (("on", "reason"), "seen_version")}),
    )

    # --- List ----------------------------------------------------------------------------------
    def get_search_results(
        self, request: HttpRequest, queryset: "QuerySet[Any]", search_term: str
    ) -> "tuple[QuerySet[Any], bool]":
        """As everywhere else; no outlet is found twice."""
        rows: Any = queryset
        return rows.search(search_term), False

    @display(
        description=gettext_lazy("状态"),
        ordering="status",
        label={
            "open": "success",
            "preparing": "info",
            "suspended": "warning",
            "closed": "",
            "moved": "",
            "merged": "",
            "void": "",
        },
    )
    def state(self, outlet: Outlet) -> tuple[str, str]:
        """Status, and whether the row still counts."""
        if outlet.void:
            return "void", _("作废")
        if outlet.merged_into_id:
            return "merged", _("已并入")
        return outlet.status, outlet.get_status_display()

    @display(
        description=gettext_lazy("位置核实"),
        ordering="place_state",
        label={"verified": "success", "unverified": "warning", "failed": "danger"},
    )
    def place(self, outlet: Outlet) -> tuple[str, str]:
        """How far the position can be trusted."""
        return outlet.place_state, outlet.get_place_state_display()

    @display(description=gettext_lazy("演示"), label={"sample": "warning"})
    def sample(self, outlet: Outlet) -> tuple[str, str] | str:
        """Sample rows say so."""
        return ("sample", _("演示数据")) if outlet.is_sample else ""

    @admin.display(description=gettext_lazy("联系人"))
    def masked_contact(self, outlet: Outlet) -> str:
        """The contact's name as lists show it."""
        return mask_name(outlet.contact) or "—"

    @admin.display(description=gettext_lazy("电话"))
    def masked_phone(self, outlet: Outlet) -> str:
        """The contact's number as lists show it."""
        return mask_phone(outlet.phone) or "—"

    # --- Form ----------------------------------------------------------------------------------
    @admin.display(description=gettext_lazy("在册情况"))
    def standing(self, outlet: Outlet) -> str:
        """Closed since, merged into, void: what the form itself does not ask."""
        words = []
        if outlet.void:
            words.append(_("已作废"))
        if outlet.merged_into:
            words.append(_("已并入 %(code)s %(name)s") % _named(outlet.merged_into))
        if outlet.closed_on:
            words.append(
                _("%(state)s，自 %(day)s")
                % {"state": outlet.get_status_display(), "day": outlet.closed_on}
            )
        if outlet.is_sample:
            words.append(_("演示数据"))
        version = _("第 %(number)d 版") % {"number": outlet.version}
        return "；".join([*(words or [_("在册")]), version])

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Without the change's own fields for readers, without contacts for whom they are not."""
        groups = super().get_fieldsets(request, obj)
        if obj is None:
            new = (None, {"fields": (("name", "code"), ("licence_name", "enterprise"))})
            groups = [new, *groups[1:]]
        elif not self.has_change_permission(request, obj):
            groups = [group for group in groups if group[0] != CHANGE]
        if not may(scope_of(request), "outlets.contact", obj):
            hidden = ("masked_contact", "masked_phone")
            groups = [
                (title, {**options, "fields": _replaced(options["fields"], hidden)})
                for title, options in groups
            ]
        return groups

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """What a row is known by outside stays."""
        fields = tuple(super().get_readonly_fields(request, obj))
        return (*fields, "code") if obj else fields

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Merged and void rows are only read."""
        return super().has_change_permission(request, obj) and (obj is None or is_present(obj))

    def choices_of(self, db_field: Any, request: HttpRequest) -> "QuerySet[Any] | None":
        """A street user's rows lie in streets of theirs."""
        rows = super().choices_of(db_field, request)
        scope = scope_of(request)
        if db_field.remote_field.model is Street and rows is not None and not scope.all_streets:
            return rows.filter(pk__in=scope.street_ids)
        return rows

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Through the service, from the day given, for the reason given."""
        given = form.cleaned_data
        told = {"on": given["on"], "reason": given["reason"], "by": current_actor()}
        if change:
            saved = services.change_outlet(
                outlet=obj, changes=form.changes, seen_version=given["seen_version"], **told
            )
        else:
            values = {name: given[name] for name in given if name in services.EDITABLE}
            saved = services.create_outlet(
                district=self._district_of(request, given), values=values, **told
            )
        obj.pk, obj.version = saved.pk, saved.version
        obj._state.adding = False

    def _district_of(self, request: HttpRequest, given: dict[str, Any]) -> Any:
        if given.get("street"):
            return given["street"].district
        return District.objects.visible_to(scope_of(request)).get()

    # --- Acts ----------------------------------------------------------------------------------
    @button(
        gate="outlets.close",
        label=gettext_lazy("关闭／迁出"),
        icon="storefront",
        shown_for=is_trading,
    )
    def close(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """The outlet trades no more."""
        outlet = self.row(request, object_id)

        def run(given: dict[str, Any]) -> str:
            services.close_outlet(outlet=outlet, by=current_actor(), **given)
            return _("已登记“%(name)s”自 %(day)s 起%(state)s。") % {
                "name": outlet,
                "day": given["on"],
                "state": Status(given["status"]).label,
            }

        page = ActPage(
            title=_("关闭或迁出：%(name)s") % {"name": outlet},
            explanation=_("登记后，该网点自所填日期起不再计入各项指标；以前的情况照旧保留。"),
            submit=_("登记关闭"),
            form=CloseForm,
            run=run,
        )
        return self.act_page(request, page, gate="outlets.close", obj=outlet)

    @button(
        gate="outlets.change",
        label=gettext_lazy("并入另一网点"),
        icon="merge",
        shown_for=is_present,
    )
    def merge(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """The row is a double of another."""
        outlet = self.row(request, object_id)

        def run(given: dict[str, Any]) -> str:
            rows = self.rows(scope_of(request)).filter(district=outlet.district_id)
            keep = one_by_code(rows.exclude(pk=outlet.pk), given["code"])
            services.merge_outlets(
                keep=keep, others=[outlet], by=current_actor(), reason=given["reason"]
            )
            return _("“%(name)s”已并入 %(code)s。") % {"name": outlet, "code": keep.code}

        page = ActPage(
            title=_("并入另一网点：%(name)s") % {"name": outlet},
            explanation=_("本条记录与另一条是同一家店时使用。并入后本条不再单独计数，历史保留。"),
            submit=_("确认并入"),
            form=MergeForm,
            run=run,
            danger=True,
        )
        return self.act_page(request, page, gate="outlets.change", obj=outlet)

    @button(
        gate="outlets.change",
        label=gettext_lazy("作废"),
        icon="block",
        shown_for=is_present,
    )
    def void(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """The row should never have been."""
        outlet = self.row(request, object_id)

        def run(given: dict[str, Any]) -> str:
            services.void_outlet(outlet=outlet, by=current_actor(), **given)
            return _("“%(name)s”已作废。") % {"name": outlet}

        page = ActPage(
            title=_("作废：%(name)s") % {"name": outlet},
            explanation=_(
                "仅用于登记错误、从未存在的网点；作废后在任何日期都不计数。停止营业的请用“关闭／迁出”。"
            ),
            submit=_("确认作废"),
            form=ActForm,
            run=run,
            danger=True,
        )
        return self.act_page(request, page, gate="outlets.change", obj=outlet)

    @button(label=gettext_lazy("导出"), icon="download")
    def export(self, request: HttpRequest) -> HttpResponse:
        """To the ledger's own export, of exactly the rows that the list shows."""
        require(scope_of(request), self.gates["view"])
        try:
            query = ledger_query(request.GET)
        except ValidationError as error:
            messages.error(request, "；".join(error.messages))
            return redirect("admin:outlets_outlet_changelist")
        return redirect(f"{reverse('ledger:export')}?{query}")

    # --- History -------------------------------------------------------------------------------
    def told(self, request: HttpRequest, obj: Model, name: str, value: Any) -> str | None:
        """Services by name; contacts only to those who may read them."""
        return told(name, value, contacts=may(scope_of(request), "outlets.contact", obj))


def _named(outlet: Outlet) -> dict[str, str]:
    return {"code": outlet.code, "name": outlet.name}


def _replaced(fields: Any, hidden: tuple[str, str]) -> tuple[Any, ...]:
    return tuple(hidden if line == ("contact", "phone") else line for line in fields)
