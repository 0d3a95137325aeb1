"""Rules of data quality, whose numbers the commission sets, and what they have found."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import display
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminIntegerFieldWidget,
)

from core.admin import BaseAdmin, GatedForm, ReadOnlyAdmin, WordsField, label_acts
from core.scope import Scope
from outlets.models import QualityFinding, QualityRule
from outlets.models.outlet import FacilityForm
from outlets.quality import words_of
from outlets.quality.services import enqueue_check
from territory.models import District

label_acts(
    {
        "outlets.waive_finding": gettext_lazy("确认数据无误"),
        "outlets.unwaive_finding": gettext_lazy("撤销确认无误"),
        "outlets.change_qualityrule": gettext_lazy("调整数据质量规则"),
    }
)
# What the numbers of a rule are called.
NUMBERS: Mapping[str, Any] = {
    "metres": gettext_lazy("限值（米）"),
    "months": gettext_lazy("限值（月）"),
    "words": gettext_lazy("词语"),
    "except_forms": gettext_lazy("不检查的设施形态"),
}
PREFIX = "number_"


class FormsField(forms.TypedMultipleChoiceField):
    """设施形态, chosen by name."""

    def __init__(self, **kwargs: Any) -> None:
        widget = UnfoldAdminCheckboxSelectMultipleWidget
        super().__init__(choices=FacilityForm.choices, widget=widget, required=False, **kwargs)


def number_field(name: str, value: Any) -> forms.Field:
    """The field that asks for a number of a rule: of the kind that the number is."""
    label = NUMBERS.get(name, name)
    if name == "except_forms":
        return FormsField(label=label, initial=value)
    if isinstance(value, list):
        return WordsField(label=label, initial=value, required=True)
    least = 1 if name == "months" else 0
    return forms.IntegerField(
        label=label,
        initial=value,
        min_value=least,
        max_value=100_000,
        widget=UnfoldAdminIntegerFieldWidget,
    )


@admin.register(QualityRule)
class QualityRuleAdmin(BaseAdmin):
    gates = {"view": "outlets.quality_rules", "change": "outlets.change_quality_rules"}
    list_display = ("name", "severity", "in_force", "numbers_told", "remedy")
    list_filter = ("severity", "in_force")
    search_fields = ("name", "code")
    ordering = ("sort", "code")
    readonly_fields = ("code", "name", "remedy", "official")

    def rows(self, scope: Scope) -> "QuerySet[Any]":
        """All of them: the same for everyone."""
        return QualityRule.objects.all()

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """The rule's own words, what is decided about it, and its numbers one by one."""
        fields = ["name", "remedy", "severity", "in_force"]
        if obj is None or not self.has_change_permission(request, obj):
            return [*fields, "numbers_told", "official"]
        return [*fields, *(PREFIX + name for name in obj.numbers), "official"]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """Readers see the numbers in words."""
        return (*self.readonly_fields, "numbers_told")

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> Any:
        """A form with a field for each number of the rule."""
        if obj is not None and self.has_change_permission(request, obj):
            asked = {
                PREFIX + name: number_field(name, value) for name, value in obj.numbers.items()
            }
            kwargs["form"] = type("QualityRuleForm", (GatedForm,), asked)
        return super().get_form(request, obj, change=change, **kwargs)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Write the rule; every register is looked through again."""
        obj.numbers = {name: form.cleaned_data[PREFIX + name] for name in obj.numbers}
        obj.save()
        for district in District.objects.all():
            enqueue_check(district)

    @admin.display(description=gettext_lazy("参数"))
    def numbers_told(self, rule: QualityRule) -> str:
        """The numbers in words."""
        forms_named = dict(FacilityForm.choices)
        told = []
        for name, value in rule.numbers.items():
            values = value if isinstance(value, list) else [value]
            words = "、".join(str(forms_named.get(each, each)) for each in values)
            told.append(f"{NUMBERS.get(name, name)}：{words or '—'}")
        return "；".join(told) or "—"

    @admin.display(description=gettext_lazy("口径"))
    def official(self, rule: QualityRule) -> str:
        """No document says what is to be checked, or how strictly."""
        return _("平台默认值，待区商务委确认")


@admin.register(QualityFinding)
class QualityFindingAdmin(ReadOnlyAdmin):
    gates = {"view": "outlets.view"}
    list_display = ("outlet", "street", "rule", "wrong", "since", "state")
    list_display_links = ("outlet",)
    list_select_related = ("outlet", "street", "rule")
    list_filter = ("street", "rule", "since")
    search_fields = ("outlet__name", "outlet__code")
    search_help_text = gettext_lazy("可按网点名称或编码查找")
    ordering = ("rule__sort", "street__sort", "id")
    fields = ("outlet", "street", "rule", "wrong", "since", "state", "reason")
    actions_list = ("export",)

    def rows(self, scope: Scope) -> "QuerySet[Any]":
        """Those of the caller's streets, of rules in force."""
        rows: QuerySet[Any] = QualityFinding.objects.visible_to(scope).filter(rule__in_force=True)
        return rows

    @admin.display(description=gettext_lazy("问题"))
    def wrong(self, finding: QualityFinding) -> str:
        """What is wrong, with its figures."""
        return words_of(finding.rule_id, finding.detail)

    @display(description=gettext_lazy("状态"), label={"open": "warning", "waived": "success"})
    def state(self, finding: QualityFinding) -> tuple[str, str]:
        """Open, or confirmed as right."""
        if finding.waived_at:
            return "waived", _("%(who)s确认无误") % {"who": finding.waived_by_label}
        return "open", _("待处理")
