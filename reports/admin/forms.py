"""Report forms: drafts are edited with their duties, items and rules; published ones are frozen."""

from typing import Any

from django import forms as django_forms
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import display
from unfold.enums import ActionVariant
from unfold.widgets import UnfoldAdminTextareaWidget

from core.admin import ActPage, BaseAdmin, BaseInline, BaseStackedInline, button
from core.audit import current_actor
from reports.forms import copy_form, publish_form, retire_form
from reports.models import ReportDuty, ReportItem, ReportRule, ReportType

GATES = {
    "view": "reports.forms",
    "add": "reports.change_forms",
    "change": "reports.change_forms",
    "delete": "reports.change_forms",
}


class ReasonForm(django_forms.Form):
    """Why."""

    comment = django_forms.CharField(
        label=gettext_lazy("理由"), max_length=500, widget=UnfoldAdminTextareaWidget
    )


def is_draft(form: ReportType) -> bool:
    """Whether the form may still be changed."""
    return form.state == ReportType.State.DRAFT


def is_published(form: ReportType) -> bool:
    """Whether the form is in use."""
    return form.state == ReportType.State.PUBLISHED


class OfDraft:
    """Rows of a form: as frozen as the form is."""

    gates: Any = GATES

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Only of a draft."""
        allowed: bool = super().has_change_permission(request, obj)  # type: ignore[misc]
        return allowed and (obj is None or is_draft(obj))

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Only to a draft."""
        allowed: bool = super().has_add_permission(request, obj)  # type: ignore[misc]
        return allowed and (obj is None or is_draft(obj))

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Only from a draft."""
        allowed: bool = super().has_delete_permission(request, obj)  # type: ignore[misc]
        return allowed and (obj is None or is_draft(obj))


class DutyInline(OfDraft, BaseInline):
    model = ReportDuty
    fields = ("audience", "office", "valid_from", "valid_to")
    autocomplete_fields = ("office",)


class ItemInline(OfDraft, BaseStackedInline):
    model = ReportItem
    autocomplete_fields = ("clause",)
    fields = (
        ("section", "label", "key"),
        ("kind", "unit", "decimals", "required"),
        ("source", "source_code"),
        ("over_time", "over_offices", "most_words"),
        ("help", "clause", "sort"),
    )


class RuleInline(OfDraft, BaseInline):
    model = ReportRule
    fields = ("code", "left", "operator", "right", "constant", "severity", "message")


@admin.register(ReportType)
class ReportTypeAdmin(BaseAdmin):
    gates = {key: gate for key, gate in GATES.items() if key != "delete"}
    list_display = ("name", "code", "number", "standing", "cadence", "due", "confirmed")
    list_filter = ("state", "cadence", "is_official")
    search_fields = ("name", "code", "table_number")
    search_help_text = gettext_lazy("可按名称、编码或表号查找")
    ordering = ("code", "-number")
    readonly_fields = ("state",)
    autocomplete_fields = ("clause",)
    inlines = (DutyInline, ItemInline, RuleInline)
    actions_detail = ("publish", "copy", "retire")
    fieldsets = (
        (
            None,
            {"fields": (("name", "code", "number"), ("district", "state"), "note", "is_official")},
        ),
        (
            gettext_lazy("报送周期和截止日"),
            {
                "fields": (
                    ("cadence", "valid_from"),
                    ("due_kind", "due_number"),
                    ("opens_before_end", "closes_after_due"),
                    "assembled_from",
                )
            },
        ),
        (
            gettext_lazy("统计报表标识（文件未载明的留空）"),
            {
                "fields": (
                    ("table_number", "issuer"),
                    ("approval_number", "valid_until"),
                    "clause",
                )
            },
        ),
    )

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """What is in use, or was, stays as it is: a new version takes its place."""
        return super().has_change_permission(request, obj) and (obj is None or is_draft(obj))

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Each change is a version of its own."""
        obj.version += 1 if change else 0
        super().save_model(request, obj, form, change)

    @display(
        description=gettext_lazy("状态"),
        ordering="state",
        label={"published": "success", "draft": "warning", "retired": "info"},
    )
    def standing(self, form: ReportType) -> tuple[str, str]:
        """Whether it is in use."""
        return form.state, form.get_state_display()

    @display(description=gettext_lazy("口径"), label={"unconfirmed": "warning"})
    def confirmed(self, form: ReportType) -> tuple[str, str]:
        """Unofficial forms say so."""
        if form.is_official:
            return "official", _("正式")
        return "unconfirmed", _("待区商务委确认")

    @admin.display(description=gettext_lazy("报送截止"))
    def due(self, form: ReportType) -> str:
        """The due day in words."""
        if form.due_kind == ReportType.DueKind.WORKDAY:
            return _("期后第 %(n)d 个工作日") % {"n": form.due_number}
        return _("期后 %(n)d 日，遇休息日顺延") % {"n": form.due_number}

    @button(
        gate="reports.change_forms",
        label=gettext_lazy("发布"),
        icon="publish",
        variant=ActionVariant.PRIMARY,
        shown_for=is_draft,
    )
    def publish(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Put the draft into use."""
        row = self.row(request, object_id)

        def run(given: dict[str, Any]) -> str:
            published = publish_form(form=row, by=current_actor(), seen_version=row.version)
            return _("“%(form)s”第 %(n)d 版已发布，自下一个报告期起使用。") % {
                "form": published.name,
                "n": published.number,
            }

        page = ActPage(
            title=_("发布：%(name)s") % {"name": row},
            explanation=_("发布后本版不再修改，原有版本停用；已开放的报告期仍按原版填报。"),
            submit=_("确认发布"),
            form=django_forms.Form,
            run=run,
        )
        return self.act_page(request, page, gate="reports.change_forms", obj=row)

    @button(gate="reports.change_forms", label=gettext_lazy("复制为新版"), icon="content_copy")
    def copy(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Begin the next version."""
        row = self.row(request, object_id)

        def run(given: dict[str, Any]) -> HttpResponse:
            made = copy_form(form=row, by=current_actor())
            return redirect("admin:reports_reporttype_change", made.pk)

        page = ActPage(
            title=_("复制为新版：%(name)s") % {"name": row},
            explanation=_("生成一份草稿，内容与本版相同；修改后发布，本版即停用。"),
            submit=_("生成草稿"),
            form=django_forms.Form,
            run=run,
        )
        return self.act_page(request, page, gate="reports.change_forms", obj=row)

    @button(
        gate="reports.change_forms",
        label=gettext_lazy("停用"),
        icon="block",
        shown_for=is_published,
    )
    def retire(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Ask it of nobody any more."""
        row = self.row(request, object_id)

        def run(given: dict[str, Any]) -> str:
            retire_form(form=row, by=current_actor(), comment=given["comment"])
            return _("“%(form)s”已停用，不再开放新的报告期。") % {"form": row.name}

        page = ActPage(
            title=_("停用：%(name)s") % {"name": row},
            explanation=_("停用后不再开放新的报告期；已有的报告照旧保留。"),
            submit=_("确认停用"),
            form=ReasonForm,
            run=run,
            danger=True,
        )
        return self.act_page(request, page, gate="reports.change_forms", obj=row)
