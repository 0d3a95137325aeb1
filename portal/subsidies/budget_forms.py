"""The form of an order: 下达、收回、调剂、结转."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core.money import MoneyFormField
from portal.coordination.acting import LongField, SeenForm
from portal.templatetags.money import yuan
from subsidies.models import BudgetLine, BudgetOrder


class LineField(forms.ModelChoiceField):
    """A line, with what is free on it."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("queryset", BudgetLine.objects.none())
        super().__init__(empty_label=_("请选择"), **options)

    def label_from_instance(self, obj: Any) -> str:
        """“商业发展专项资金 2026（可用 1,000.00 元）”."""
        return str(_("%(line)s（可用 %(free)s 元）") % {"line": obj, "free": yuan(obj.free)})


class OrderForm(SeenForm):
    """What is to be moved, and why."""

    kind = forms.ChoiceField(
        label=_("类别"),
        choices=BudgetOrder.Kind.choices,
        help_text=_(
            "下达：财政批复的指标；收回：交回财政；调剂：同年度两项资金之间；结转：转到以后年度。"
        ),
    )
    line = LineField(label=_("预算指标"), help_text=_("调剂、结转时是调出方。"))
    to_line = LineField(
        label=_("调入预算指标"), required=False, help_text=_("只有调剂和结转需要选择。")
    )
    amount = MoneyFormField(label=_("金额（元）"), min_value=0, help_text=_("精确到分。"))
    document_number = forms.CharField(
        label=_("文号"), max_length=80, required=False, help_text=_("下达须填写指标文文号。")
    )
    reason = LongField(label=_("事由"), max_length=300, rows=3)

    def __init__(self, *args: Any, lines: Any, fixed_kind: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("line", "to_line"):
            choice: Any = self.fields[name]
            choice.queryset = lines
        if fixed_kind:
            del self.fields["kind"]
