"""Enterprises and brands behind the outlets, alliances, credit results, declared stores."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.enums import ActionVariant
from unfold.widgets import UnfoldAdminDateWidget, UnfoldAdminTextInputWidget

from core.admin import (
    ActForm,
    ActPage,
    BaseAdmin,
    BaseInline,
    GatedForm,
    ReadOnlyAdmin,
    TableForm,
    WordsField,
    button,
    label_acts,
    scope_of,
)
from core.audit import current_actor
from core.scope import Scope
from outlets.models import AllianceMember, Brand, BrandStoreCount, CreditResult, Enterprise
from outlets.services.alliances import join_alliance, leave_alliance
from outlets.services.credit import CREDIT_RESULTS, import_credit_results
from territory.models import District

label_acts(
    {
        "outlets.join_alliance": gettext_lazy("登记加入企业联盟"),
        "outlets.leave_alliance": gettext_lazy("登记退出企业联盟"),
        "outlets.declare_stores": gettext_lazy("登记品牌门店数"),
        "outlets.import_credit": gettext_lazy("导入信用评价结果"),
    }
)
WRITING = {"add": "outlets.change_owners", "change": "outlets.change_owners"}
ALLIANCES, CREDIT = "outlets.change_alliances", "outlets.import_credit"


class OwnerAdmin(BaseAdmin):
    """What the outlets of a whole district refer to: written for the whole district."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Streets enter new owners with the outlets they stand behind."""
        return super().has_add_permission(request) and scope_of(request).all_streets

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """An owner may stand behind outlets of several streets."""
        return super().has_change_permission(request, obj) and scope_of(request).all_streets


class AllianceInline(BaseInline):
    """Joined and left by acts."""

    model = AllianceMember
    gates = {"view": "outlets.enterprises"}
    fields = ("alliance", "duty", "joined_on", "left_on")
    ordering = ("-joined_on",)


class CreditInline(BaseInline):
    """Imported, never written here."""

    model = CreditResult
    gates = {"view": "outlets.enterprises"}
    fields = ("source", "grade", "on", "blacklisted")
    ordering = ("-on",)


class JoinForm(ActForm):
    """Since when an enterprise is a member of which alliance."""

    alliance = forms.CharField(
        label=gettext_lazy("企业联盟"), max_length=80, widget=UnfoldAdminTextInputWidget
    )
    duty = forms.CharField(
        label=gettext_lazy("联盟职务"),
        max_length=40,
        required=False,
        widget=UnfoldAdminTextInputWidget,
    )
    joined_on = forms.DateField(
        label=gettext_lazy("加入日期"), initial=timezone.localdate, widget=UnfoldAdminDateWidget
    )
    field_order = ("alliance", "duty", "joined_on", "reason")


class LeaveForm(ActForm):
    """Until when."""

    on = forms.DateField(
        label=gettext_lazy("退出日期"), initial=timezone.localdate, widget=UnfoldAdminDateWidget
    )
    field_order = ("on", "reason")


def told(given: dict[str, Any]) -> dict[str, Any]:
    """What the act's form says, without the version that these rows do not have."""
    return {name: value for name, value in given.items() if name != "seen_version"}


@admin.register(Enterprise)
class EnterpriseAdmin(OwnerAdmin):
    gates = {"view": "outlets.enterprises", **WRITING}
    list_display = ("name", "credit_code", "is_sample")
    list_filter = ("is_sample",)
    search_fields = ("name", "credit_code")
    search_help_text = gettext_lazy("可按企业名称或统一社会信用代码查找")
    ordering = ("name",)
    fields = ("district", "name", "credit_code")
    inlines = (AllianceInline, CreditInline)
    actions_list = ("export",)
    actions_detail = ("join",)

    @button(gate=ALLIANCES, label=gettext_lazy("加入企业联盟"), icon="group_add")
    def join(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """The enterprise is a member from a day on."""
        enterprise = self.row(request, object_id)

        def run(given: dict[str, Any]) -> str:
            member = join_alliance(enterprise=enterprise, by=current_actor(), **told(given))
            return _("“%(enterprise)s”自 %(day)s 起为“%(alliance)s”成员。") % {
                "enterprise": enterprise,
                "day": member.joined_on,
                "alliance": member.alliance,
            }

        page = ActPage(
            title=_("加入企业联盟：%(name)s") % {"name": enterprise},
            explanation=_("登记该企业参加的区级或街镇企业联盟（“七个一”之一）。"),
            submit=_("登记加入"),
            form=JoinForm,
            run=run,
        )
        return self.act_page(request, page, gate=ALLIANCES, obj=enterprise)


class OfEnterprisesAdmin(ReadOnlyAdmin):
    """What is kept of enterprises, for those who see the enterprise."""

    gates = {"view": "outlets.enterprises"}
    list_select_related = ("enterprise",)

    def rows(self, scope: Scope) -> "QuerySet[Any]":
        """Those of the enterprises the caller sees."""
        rows = super().rows(scope)
        if scope.all_streets:
            return rows
        return rows.filter(enterprise__in=Enterprise.objects.visible_to(scope).values("pk"))


@admin.register(AllianceMember)
class AllianceMemberAdmin(OfEnterprisesAdmin):
    list_display = ("enterprise", "alliance", "duty", "joined_on", "left_on", "is_sample")
    list_filter = ("is_sample",)
    search_fields = ("enterprise__name", "alliance")
    search_help_text = gettext_lazy("可按企业名称或企业联盟查找")
    ordering = ("alliance", "-joined_on", "enterprise__name")
    fields = ("enterprise", "alliance", "duty", "joined_on", "left_on")
    actions_list = ("export",)
    actions_detail = ("leave",)

    @button(
        gate=ALLIANCES,
        label=gettext_lazy("退出企业联盟"),
        icon="group_remove",
        shown_for=lambda member: member.left_on is None,
    )
    def leave(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """The membership ends."""
        member = self.row(request, object_id)

        def run(given: dict[str, Any]) -> str:
            left = leave_alliance(member=member, by=current_actor(), **told(given))
            return _("“%(enterprise)s”已于 %(day)s 退出。") % {
                "enterprise": left.enterprise,
                "day": left.left_on,
            }

        page = ActPage(
            title=_("退出企业联盟：%(name)s") % {"name": member},
            explanation=_("登记后，该企业自所填日期起不再是联盟成员；以前的记录照旧保留。"),
            submit=_("登记退出"),
            form=LeaveForm,
            run=run,
        )
        return self.act_page(request, page, gate=ALLIANCES, obj=member)


@admin.register(CreditResult)
class CreditResultAdmin(OfEnterprisesAdmin):
    list_display = ("enterprise", "source", "grade", "on", "blacklisted", "is_sample")
    list_filter = ("blacklisted", "is_sample")
    search_fields = ("enterprise__name", "enterprise__credit_code")
    search_help_text = gettext_lazy("可按企业名称或统一社会信用代码查找")
    date_hierarchy = "on"
    ordering = ("-on", "enterprise__name", "source")
    fields = ("enterprise", "source", "grade", "on", "blacklisted")
    actions_list = ("take_in", "export")

    @button(
        gate=CREDIT,
        label=gettext_lazy("导入信用评价结果"),
        icon="upload_file",
        variant=ActionVariant.PRIMARY,
    )
    def take_in(self, request: HttpRequest) -> HttpResponse:
        """A table of results that others gave."""

        def run(given: dict[str, Any]) -> str:
            taken = import_credit_results(
                district=District.objects.visible_to(scope_of(request)).get(),
                file=given["file"].file,
                filename=given["file"].name,
                by=current_actor(),
            )
            return (
                _("共 %(rows)d 行：新增 %(new)d，更新 %(changed)d，未变 %(unchanged)d。")
                % taken.counts()
            )

        page = ActPage(
            title=_("导入信用评价结果"),
            explanation=_("列：%(columns)s。全部无误才写入；同一企业、来源、日期的以新文件为准。")
            % {"columns": "、".join(str(column.title) for column in CREDIT_RESULTS)},
            submit=_("导入"),
            form=TableForm,
            run=run,
        )
        return self.act_page(request, page, gate=CREDIT)


class StoreCountInline(BaseInline):
    model = BrandStoreCount
    gates = {"view": "outlets.brands", "delete": "outlets.change_owners", **WRITING}
    ordering = ("-on",)


class BrandForm(GatedForm):
    """Aliases as words."""

    aliases = WordsField(label=gettext_lazy("别名"))


@admin.register(Brand)
class BrandAdmin(OwnerAdmin):
    gates = {"view": "outlets.brands", **WRITING}
    form = BrandForm
    list_display = ("name", "chain_kind", "also_called", "is_sample")
    list_filter = ("chain_kind", "is_sample")
    search_fields = ("name",)
    ordering = ("name",)
    fields = ("district", "name", "chain_kind", "aliases")
    inlines = (StoreCountInline,)
    actions_list = ("export",)

    @admin.display(description=gettext_lazy("别名"))
    def also_called(self, brand: Brand) -> str:
        """Other words for it."""
        return "、".join(brand.aliases) or "—"
