"""The forms of what a policy, and an item of it, say of themselves."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.coordination.acting import DayField, LongField, SeenForm
from portal.editing.rows import RowForm
from portal.evaluation.standards_forms import ClauseField
from subsidies.models import Fund, Policy, PolicyItem
from territory.models import District

OWN = (
    "name",
    "fund",
    "document_number",
    "issuer",
    "valid_from",
    "valid_to",
    "source",
    "clause",
    "is_official",
    "is_reference",
    "note",
)
TICKS = ("is_official", "is_reference")
ITEM = ("name", "ref", "form", "applicants", "stack_group", "text")


class PolicyForm(SeenForm):
    """A policy's own columns."""

    name = forms.CharField(label=gettext_lazy("政策名称"), max_length=120)
    fund = forms.ModelChoiceField(
        Fund.objects.none(),
        label=gettext_lazy("专项资金"),
        required=False,
        empty_label=gettext_lazy("（未指定）"),
        help_text=gettext_lazy(
            "由哪项资金支付；名单中没有的，先在“预算指标”中设立。外地参考不填。"
        ),
    )
    document_number = forms.CharField(label=gettext_lazy("文号"), max_length=80, required=False)
    issuer = forms.CharField(label=gettext_lazy("发文机关"), max_length=120, required=False)
    valid_from = DayField(label=gettext_lazy("自何日起施行"))
    valid_to = DayField(
        label=gettext_lazy("至何日止（不含）"),
        required=False,
        initial=None,
        help_text=gettext_lazy("不填即长期有效。"),
    )
    source = forms.CharField(
        label=gettext_lazy("来源"),
        max_length=300,
        required=False,
        help_text=gettext_lazy("文件名称和出处；尚无正式文件的写明如何拟定。"),
    )
    clause = ClauseField(label=gettext_lazy("依据条款"))
    is_official = forms.BooleanField(
        label=gettext_lazy("已由区商务委确认"),
        required=False,
        help_text=gettext_lazy("不勾选的，凡用到它的地方都标“待区商务委确认”。"),
    )
    is_reference = forms.BooleanField(
        label=gettext_lazy("外地参考"),
        required=False,
        help_text=gettext_lazy("只供比较和试算，不能据此发起资金批次。"),
    )
    note = LongField(label=gettext_lazy("说明"), max_length=2000, required=False)

    def __init__(self, *args: Any, district: District, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice: Any = self.fields["fund"]
        choice.queryset = Fund.objects.filter(district=district).order_by("name", "id")

    @classmethod
    def of(cls, row: Policy, data: Any = None) -> "PolicyForm":
        """Filled with the version's columns."""
        initial: dict[str, Any] = {name: getattr(row, name) for name in OWN}
        initial["seen_version"] = row.version
        return cls(data, district=row.district, initial=initial)


def _groups(standing: str = "") -> list[tuple[str, Any]]:
    numbers = "一二三四五六"
    known = [("", _("不设"))]
    known += [(f"group-{n}", _("第%(n)s组") % {"n": word}) for n, word in enumerate(numbers, 1)]
    return known if standing in dict(known) else [*known, (standing, standing)]


class ItemForm(SeenForm):
    """An item's own columns."""

    name = forms.CharField(label=gettext_lazy("支持事项"), max_length=100)
    ref = forms.CharField(
        label=gettext_lazy("条款序号"),
        max_length=40,
        required=False,
        help_text=gettext_lazy("如“第五条（一）”，测算过程各行据此注明依据。"),
    )
    form = forms.ChoiceField(label=gettext_lazy("支持方式"), choices=PolicyItem.Form.choices)
    applicants = forms.CharField(label=gettext_lazy("支持对象"), max_length=300, required=False)
    stack_group = forms.ChoiceField(
        label=gettext_lazy("就高不重复"),
        required=False,
        help_text=gettext_lazy("同一组的几个事项，同一网点只按金额最高的一项支持。"),
    )
    text = LongField(label=gettext_lazy("条款原文"), max_length=4000, required=False, rows=6)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        group: Any = self.fields["stack_group"]
        group.choices = _groups(self.initial.get("stack_group", ""))

    @classmethod
    def of(cls, item: PolicyItem, version: int, data: Any = None) -> "ItemForm":
        """Filled with the item's columns."""
        initial: dict[str, Any] = {name: getattr(item, name) for name in ITEM}
        return cls(data, initial={**initial, "seen_version": version})


class ItemRow(RowForm):
    """An item in the list of a policy's items."""

    name = forms.CharField(label=gettext_lazy("支持事项"), max_length=100)
    ref = forms.CharField(label=gettext_lazy("条款序号"), max_length=40, required=False)
    form = forms.ChoiceField(label=gettext_lazy("支持方式"), choices=PolicyItem.Form.choices)
