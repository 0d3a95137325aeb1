"""Titles (标识): the kinds there are, and the outlets that carry them."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import display
from unfold.widgets import (
    UnfoldAdminDateWidget,
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextInputWidget,
)

from core.admin import ActForm, ActPage, BaseInline, ReadOnlyAdmin, button, label_acts
from core.audit import current_actor
from core.scope import Scope
from outlets.admin.formats import ReferenceAdmin
from outlets.models import Label, Outlet, OutletLabel
from outlets.services.labels import give_label, withdraw_label

label_acts(
    {
        "outlets.give_label": gettext_lazy("登记标识"),
        "outlets.withdraw_label": gettext_lazy("取消标识"),
    }
)


@admin.register(Label)
class LabelAdmin(ReferenceAdmin):
    list_display = ("name", "code", "source", "is_official", "also_called")
    list_filter = ("is_official",)
    search_fields = ("name", "code", "name_en")
    ordering = ("sort", "code")

    def get_readonly_fields(self, request: Any, obj: Any = None) -> tuple[str, ...]:
        """What other systems know it by never changes."""
        return ("code",) if obj else ()


class GiveForm(ActForm):
    """Which title, of which year, by which document."""

    label = forms.ModelChoiceField(
        label=gettext_lazy("标识"),
        queryset=Label.objects.order_by("sort", "code"),
        widget=UnfoldAdminSelectWidget,
    )
    year = forms.IntegerField(
        label=gettext_lazy("认定年份"),
        initial=lambda: timezone.localdate().year,
        widget=UnfoldAdminIntegerFieldWidget,
    )
    basis = forms.CharField(
        label=gettext_lazy("依据"),
        max_length=200,
        widget=UnfoldAdminTextInputWidget,
        help_text=gettext_lazy("认定文件的名称或文号。"),
    )
    valid_until = forms.DateField(
        label=gettext_lazy("有效期至"),
        required=False,
        widget=UnfoldAdminDateWidget,
        help_text=gettext_lazy("文件没有规定有效期的留空。"),
    )
    reason = forms.CharField(
        label=gettext_lazy("说明"),
        max_length=100,
        required=False,
        widget=UnfoldAdminTextInputWidget,
    )
    field_order = ("label", "year", "basis", "valid_until", "reason")


class WithdrawForm(ActForm):
    """From which day a title holds no more."""

    on = forms.DateField(
        label=gettext_lazy("自何日起"), initial=timezone.localdate, widget=UnfoldAdminDateWidget
    )
    field_order = ("on", "reason")


class LabelInline(BaseInline):
    """The titles of an outlet; they are given and withdrawn by acts."""

    model = OutletLabel
    gates = {"view": "outlets.view"}
    fields = ("label", "year", "basis", "valid_until", "withdrawn_on")
    ordering = ("-year", "label__sort")

    def rows(self, scope: Scope) -> "QuerySet[Any]":
        """Those of the outlet, which the caller was found to see."""
        return OutletLabel.objects.select_related("label")


class GivesLabels:
    """The act on outlets that gives them a title."""

    @button(
        gate="outlets.change",
        label=gettext_lazy("登记标识"),
        icon="award_star",
        shown_for=lambda outlet: not outlet.void and outlet.merged_into_id is None,
    )
    def give_label(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """The outlet was given a title."""
        register: Any = self
        outlet: Outlet = register.row(request, object_id)

        def run(given: dict[str, Any]) -> str:
            made = give_label(outlet=outlet, by=current_actor(), **given)
            return _("已为“%(name)s”登记标识“%(label)s”。") % {"name": outlet, "label": made.label}

        page = ActPage(
            title=_("登记标识：%(name)s") % {"name": outlet},
            explanation=_("按认定文件登记；标识随网点显示，可按标识筛选，不影响各项指标。"),
            submit=_("登记标识"),
            form=GiveForm,
            run=run,
        )
        answer: HttpResponse = register.act_page(request, page, gate="outlets.change", obj=outlet)
        return answer


@admin.register(OutletLabel)
class OutletLabelAdmin(ReadOnlyAdmin):
    gates = {"view": "outlets.view"}
    list_display = ("outlet", "label", "year", "basis", "valid_until", "withdrawn_on", "sample")
    list_display_links = ("outlet",)
    list_select_related = ("outlet", "label")
    list_filter = ("label", "year", "is_sample")
    search_fields = ("outlet__name", "outlet__code", "basis")
    search_help_text = gettext_lazy("可按网点名称、编码或依据查找")
    ordering = ("-year", "label__sort", "id")
    fields = ("outlet", "label", "year", "basis", "valid_until", "withdrawn_on")
    actions_list = ("export",)
    actions_detail = ("withdraw",)

    def rows(self, scope: Scope) -> "QuerySet[Any]":
        """Those of outlets that the caller sees."""
        rows = OutletLabel.objects.filter(outlet__district__in=scope.district_ids)
        streets: Any = scope.street_ids
        return rows if scope.all_streets else rows.filter(outlet__street__in=streets)

    @display(description=gettext_lazy("演示"), label={"sample": "warning"})
    def sample(self, row: OutletLabel) -> tuple[str, str] | str:
        """Sample rows say so."""
        return ("sample", _("演示数据")) if row.is_sample else ""

    @button(
        gate="outlets.change",
        label=gettext_lazy("取消标识"),
        icon="block",
        shown_for=lambda row: row.withdrawn_on is None,
    )
    def withdraw(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """The title holds no more."""
        held: OutletLabel = self.row(request, object_id)

        def run(given: dict[str, Any]) -> str:
            told = {name: given[name] for name in ("on", "reason")}
            withdraw_label(given=held, by=current_actor(), **told)
            return _("“%(name)s”的标识“%(label)s”已取消。") % {
                "name": held.outlet,
                "label": held.label,
            }

        page = ActPage(
            title=_("取消标识：%(name)s") % {"name": held.outlet},
            explanation=_("自所填日期起不再作为“%(label)s”显示；以前的情况照旧保留。")
            % {"label": held.label},
            submit=_("确认取消"),
            form=WithdrawForm,
            run=run,
            danger=True,
        )
        return self.act_page(request, page, gate="outlets.change", obj=held)
