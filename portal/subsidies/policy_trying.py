"""试算: an item's rule tried on figures that are typed, nothing stored."""

from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from core.money import MoneyFormField
from portal.editing.versions import title_of
from portal.subsidies.policies import KIND, READ, find_item, find_policy
from portal.views.common import page
from subsidies.parts import SPENT
from subsidies.rules.facts import show_fact
from subsidies.rules.parts import Input, Rule
from subsidies.rules.shapes import read_rule
from subsidies.trials import Trial, try_rule

BEFORE = "before__"


class TryForm(forms.Form):
    """The rule's inputs, and what was given before where the rule has caps."""

    def __init__(self, *args: Any, rule: Rule, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.rule = rule
        self.fields |= {one.key: _field(one) for one in rule.inputs}
        words = dict(SPENT)
        for cap in rule.caps:
            per = cap.per if cap.amount is not None else f"{cap.per}_count"
            label = _("此前：%(what)s") % {"what": words[per]}
            made: Any = forms.IntegerField if cap.amount is None else MoneyFormField
            self.fields[f"{BEFORE}{per}"] = made(label=label, required=False, min_value=0)

    @property
    def given(self) -> dict[str, Any]:
        """The facts that were typed."""
        return {one.key: self.cleaned_data.get(one.key, "") for one in self.rule.inputs}

    @property
    def before(self) -> dict[str, Decimal]:
        """What was given before."""
        return {
            name.removeprefix(BEFORE): Decimal(value)
            for name, value in self.cleaned_data.items()
            if name.startswith(BEFORE) and value is not None
        }


def _field(one: Input) -> forms.Field:
    told: dict[str, Any] = {"label": one.label, "required": False, "help_text": one.help}
    if one.kind == "flag":
        answers = [("", _("未知")), ("true", _("是")), ("false", _("否"))]
        return forms.ChoiceField(**told, choices=answers)
    if one.kind == "choice":
        options = [(option.value, option.label) for option in one.options]
        return forms.ChoiceField(**told, choices=[("", _("未知")), *options])
    if one.kind == "date":
        return forms.CharField(**told, widget=forms.DateInput(attrs={"type": "date"}))
    unit = one.unit or ("元" if one.kind == "money" else "")
    told["label"] = f"{one.label}（{unit}）" if unit else one.label
    attrs = {"inputmode": "decimal", "autocomplete": "off"}
    return forms.CharField(**told, max_length=40, widget=forms.TextInput(attrs=attrs))


@page(READ)
def try_item(request: HttpRequest, pk: Any, key: str) -> HttpResponse:
    """The form, and what comes out: on drafts and other places' policies, too."""
    row = find_policy(request, pk)
    item = find_item(row, key)
    context: dict[str, Any] = {
        "crumbs": KIND.crumbs(
            KIND.crumb(row), {"label": _("试算：%(item)s") % {"item": item.name}}
        ),
        "row": row,
        "item": item,
        "title": title_of(row),
    }
    try:
        rule = read_rule(item.rule, row.common)
    except ValidationError as error:
        context["faults"] = error.messages
        return render(request, "subsidies/policy_try.html", context)
    asked = request.GET.get("go") == "1"
    form = context["form"] = TryForm(request.GET if asked else None, prefix="f", rule=rule)
    if asked and form.is_valid():
        try:
            trial = try_rule(rule, form.given, on=timezone.localdate(), spent=form.before)
        except ValidationError as error:
            for name, messages in error.message_dict.items():
                form.add_error(name, messages)
        else:
            context |= {"trial": trial, "facts": _facts(rule, trial)}
    return render(request, "subsidies/policy_try.html", context)


def _facts(rule: Rule, trial: Trial) -> list[dict[str, str]]:
    return [
        {"label": one.label, "text": show_fact(one, trial.facts.get(one.key))}
        for one in rule.inputs
    ]
