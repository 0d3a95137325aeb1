"""The forms of a standard's own columns, its levels and its checklist."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assessments.models import ChecklistItem, Questionnaire, Standard
from circles.models import Facility
from circles.models.circle import Level
from core.models import Clause
from outlets.models import BusinessFormat, Service
from outlets.models.outlet import FacilityForm
from portal.coordination.acting import DayField, LongField, SeenForm
from portal.editing.rows import (
    NamesField,
    NumberField,
    PercentField,
    RowForm,
    codes_in,
)
from territory.models import District

HEAD = (
    "name",
    "valid_from",
    "valid_to",
    "source",
    "clause",
    "is_official",
    "questionnaire",
    "experts",
    "aggregation",
    "divergence",
    "review_share",
    "min_answers",
    "note",
)
# Words for circles that a scorecard or checklist can be about.
LEVELS = tuple((code, label) for code, label in Level.choices if code)


class ClauseField(forms.ModelChoiceField):
    """A clause by its document and place."""

    def __init__(self, **options: Any) -> None:
        rows = Clause.objects.select_related("document").order_by("document__code", "id")
        super().__init__(rows, required=False, empty_label=gettext_lazy("（不填）"), **options)

    def label_from_instance(self, obj: Any) -> str:
        """《文件》 五(三)."""
        return str(obj)


class HeadForm(SeenForm):
    """What stands above the parts of a standard."""

    name = forms.CharField(label=gettext_lazy("标准名称"), max_length=100)
    valid_from = DayField(label=gettext_lazy("自何日起适用"))
    valid_to = DayField(
        label=gettext_lazy("至何日止（不含）"),
        required=False,
        initial=None,
        help_text=gettext_lazy("不填即长期适用。"),
    )
    source = forms.CharField(
        label=gettext_lazy("来源"),
        max_length=300,
        help_text=gettext_lazy("文件名称和文号；尚无文件的写明如何拟定。"),
    )
    clause = ClauseField(label=gettext_lazy("依据条款"))
    is_official = forms.BooleanField(
        label=gettext_lazy("已由区商务委确认为正式标准"),
        required=False,
        help_text=gettext_lazy("不勾选的，凡用到它的地方都标“待区商务委确认”。"),
    )
    questionnaire = forms.ModelChoiceField(
        Questionnaire.objects.none(),
        label=gettext_lazy("满意度调查表"),
        required=False,
        empty_label=gettext_lazy("（不指定）"),
    )
    experts = forms.IntegerField(
        label=gettext_lazy("每个生活圈评审专家数"), min_value=0, max_value=20, initial=3
    )
    aggregation = forms.ChoiceField(
        label=gettext_lazy("专家评分汇总"), choices=Standard.Aggregation.choices
    )
    divergence = NumberField(
        label=gettext_lazy("分歧上限（分）"),
        min_value=0,
        max_digits=5,
        decimal_places=2,
        initial=Decimal(15),
        help_text=gettext_lazy("最高与最低评分之差超过此数的，增加一名专家。"),
    )
    review_share = PercentField(label=gettext_lazy("年度复核抽样比例（%）"), initial=Decimal("0.2"))
    min_answers = forms.IntegerField(
        label=gettext_lazy("每个生活圈有效问卷下限（份）"),
        min_value=0,
        max_value=30000,
        initial=100,
        help_text=gettext_lazy("不足此数的，满意度不作为定级条件的依据。"),
    )
    note = LongField(label=gettext_lazy("说明"), max_length=2000, required=False)

    def __init__(self, *args: Any, district: District, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = Questionnaire.objects.filter(
            district=district, purpose=Questionnaire.Purpose.SATISFACTION
        ).exclude(state=Questionnaire.State.RETIRED)
        choice: Any = self.fields["questionnaire"]
        choice.queryset = rows.order_by("code", "-number")
        choice.label_from_instance = with_number

    @classmethod
    def of(cls, row: Standard, data: Any = None) -> "HeadForm":
        """Filled with the version's columns."""
        initial: dict[str, Any] = {name: getattr(row, name) for name in HEAD}
        initial["seen_version"] = row.version
        return cls(data, district=row.district, initial=initial)


def with_number(row: Any) -> str:
    """The name with its 版次, and its state unless published."""
    text = _("%(name)s（第 %(n)d 版）") % {"name": row.name, "n": row.number}
    return text if row.state == "published" else f"{text} · {row.get_state_display()}"


# --- Levels ---------------------------------------------------------------------------------------
class LevelForm(forms.Form):
    """What one level asks for. `items` are the checklist's keys by name."""

    used = forms.BooleanField(label=gettext_lazy("设此等级"), required=False)
    min_basic = forms.IntegerField(
        label=gettext_lazy("基本保障类最少种类数"), min_value=0, max_value=200, required=False
    )
    min_quality = forms.IntegerField(
        label=gettext_lazy("品质提升类最少种类数"), min_value=0, max_value=200, required=False
    )
    min_score = NumberField(
        label=gettext_lazy("评价得分下限（分）"),
        min_value=0,
        max_value=100,
        max_digits=5,
        decimal_places=2,
        required=False,
    )
    min_satisfaction = PercentField(label=gettext_lazy("居民综合满意度下限（%）"), required=False)
    min_basic_satisfaction = PercentField(
        label=gettext_lazy("居民基本满意度下限（%）"), required=False
    )
    required = forms.CharField(
        label=gettext_lazy("必备业态"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 5, "data-picker": "items"}),
    )

    # In the order of the table's rows.
    figures = (
        "min_basic",
        "min_quality",
        "min_score",
        "min_satisfaction",
        "min_basic_satisfaction",
    )

    def __init__(self, data: Any, *, level: str, items: Mapping[str, str], initial: Any) -> None:
        super().__init__(data, prefix=level, initial=initial)
        self.level, self.items = level, items
        self.label = dict(LEVELS)[level]

    @classmethod
    def initial_of(cls, row: Any, items: Mapping[str, str]) -> dict[str, Any]:
        """A level's columns, the required groups one a line."""
        told = {name: getattr(row, name) for name in cls.figures}
        lines = ["／".join(items.get(key, key) for key in group) for group in row.required]
        return told | {"used": True, "required": "\n".join(lines)}

    def clean_required(self) -> list[list[str]]:
        """Groups of the checklist's keys."""
        groups, errors = [], []
        for n, line in enumerate(self.cleaned_data["required"].splitlines(), start=1):
            try:
                group = codes_in(line, self.items, _("分型表"), marks="／/、，,；;|")
            except forms.ValidationError as error:
                errors.append(_("第 %(n)d 行：%(why)s") % {"n": n, "why": error.messages[0]})
                continue
            if group:
                groups.append(group)
        if errors:
            raise forms.ValidationError(errors)
        return groups

    def row(self) -> dict[str, Any]:
        """The level as the service takes it."""
        given = self.cleaned_data
        counts = {name: given[name] or 0 for name in ("min_basic", "min_quality")}
        gates = {name: given[name] for name in self.figures[2:]}
        return {"level": self.level, "required": given["required"], **counts, **gates}


# --- Checklist ------------------------------------------------------------------------------------
class ChecklistRow(RowForm):
    """One kind that is looked for, and what counts as it."""

    label = forms.CharField(label=gettext_lazy("业态（设施）"), max_length=60)
    category = forms.ChoiceField(
        label=gettext_lazy("类别"), choices=BusinessFormat.Category.choices
    )
    formats = NamesField("formats", gettext_lazy("业态目录"), label=gettext_lazy("对应业态"))
    services = NamesField(
        "services", gettext_lazy("叠加服务目录"), label=gettext_lazy("对应叠加服务")
    )
    facility_kinds = NamesField(
        "facility_kinds",
        gettext_lazy("公共服务设施类型"),
        label=gettext_lazy("对应公共服务设施"),
    )
    facility_form = forms.ChoiceField(
        label=gettext_lazy("限设施形态"),
        required=False,
        choices=[("", gettext_lazy("不限")), *FacilityForm.choices],
    )
    source = forms.CharField(label=gettext_lazy("来源"), max_length=200, required=False)

    def __init__(self, *args: Any, pickers: Mapping[str, Mapping[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            if isinstance(field, NamesField):
                field.names = dict(pickers[field.widget.attrs["data-picker"]])


CHECKLIST_COLUMNS = (
    "key",
    "label",
    "category",
    "formats",
    "services",
    "facility_kinds",
    "facility_form",
    "source",
)


def pickers() -> dict[str, dict[str, str]]:
    """What can count as a kind, by name: business formats, add-on services, facilities."""
    formats = BusinessFormat.objects.order_by("number").values_list("code", "name")
    services = Service.objects.order_by("bit").values_list("code", "name")
    kinds = {code: str(label) for code, label in Facility.Kind.choices}
    return {"formats": dict(formats), "services": dict(services), "facility_kinds": kinds}


def checklist_initial(items: Any) -> list[dict[str, Any]]:
    """The rows as they stand."""
    return [{name: getattr(item, name) for name in CHECKLIST_COLUMNS} for item in items]


def items_by_key(standard: Standard) -> dict[str, str]:
    """The checklist's kinds by key, in their order."""
    rows = ChecklistItem.objects.filter(standard=standard).order_by("sort", "id")
    return dict(rows.values_list("key", "label"))
