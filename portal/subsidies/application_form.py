"""The form of an application: what its item asks for, and what the register knows already."""

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.scope import Scope
from subsidies.accounts import shown_number
from subsidies.filing_rules import rule_of
from subsidies.models import Application
from subsidies.rules.facts import show_fact, unit_of
from subsidies.rules.shapes import Input, Rule
from subsidies.services.prefilling import prefilled
from subsidies.shown import account_number_for, phone_for, sees_whole

FACT = "fact-"
# Columns that are shown masked to who may not see them whole: left empty they stay as they are.
MASKED = ("phone", "account_number")


class ApplicationForm(forms.Form):
    """Nothing is required of a draft; the services say what is wrong, each at its place."""

    use_required_attribute = False
    title = forms.CharField(label=gettext_lazy("项目名称"))
    summary = forms.CharField(
        label=gettext_lazy("项目简介"),
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=gettext_lazy("做了什么、投入多少、服务哪些居民"),
    )
    contact = forms.CharField(label=gettext_lazy("联系人"))
    phone = forms.CharField(
        label=gettext_lazy("联系电话"), widget=forms.TextInput(attrs={"inputmode": "tel"})
    )
    account_name = forms.CharField(
        label=gettext_lazy("户名"), help_text=gettext_lazy("须与企业名称一致")
    )
    bank = forms.CharField(label=gettext_lazy("开户行"), help_text=gettext_lazy("写到支行"))
    account_number = forms.CharField(
        label=gettext_lazy("账号"),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )

    def __init__(self, row: Application, scope: Scope, data: Any = None) -> None:
        self.row, self.scope, self.whole = row, scope, sees_whole(row, scope)
        self.rule: Rule = rule_of(row.item)
        outlet, enterprise = row.outlet, row.enterprise
        self.known = prefilled(row.item, outlet, enterprise, timezone.localdate())
        super().__init__(data, initial=self._initial())
        for one in self.rule.inputs:
            self.fields[FACT + one.key] = _field_of(one)
        for name, field in self.fields.items():
            field.needed = name != "summary" and getattr(field, "needed", True)  # type: ignore[attr-defined]
            field.required = False
        self._mask()

    def told(self) -> dict[str, Any]:
        """What was typed, as the services take it; masked columns only where something was."""
        sent: Mapping[str, str] = self.data
        columns = [name for name in self.fields if not name.startswith(FACT)]
        told: dict[str, Any] = {name: sent[name] for name in columns if name in sent}
        for name in MASKED:
            if not self.whole and not told.get(name, "").strip():
                told.pop(name, None)
        facts = {one.key: sent.get(FACT + one.key) for one in self.rule.inputs}
        told["facts"] = {key: value.strip() for key, value in facts.items() if value is not None}
        return told

    def show_faults(self, faults: Mapping[str, list[str]]) -> None:
        """Each at its field, so that it can be mended there."""
        self.full_clean()
        for place, texts in faults.items():
            name = field_at(place)
            if name in self.fields:
                self.add_error(name, list(texts))

    def standing(self, row: Application, places: Iterable[str]) -> list[tuple[str, str]]:
        """(label, what it is now) of places that somebody else has changed."""
        inputs = {f"facts.{one.key}": one for one in self.rule.inputs}
        shown = {
            "phone": phone_for(row, self.scope),
            "account_number": account_number_for(row, self.scope),
        }
        told = []
        for place in places:
            if one := inputs.get(place):
                told.append((one.label, show_fact(one, row.facts.get(one.key))))
            elif place in self.base_fields:
                value = shown.get(place, str(getattr(row, place)))
                told.append((str(self.fields[place].label), value or "—"))
        return told

    def facts(self) -> list[dict[str, Any]]:
        """The fields of what the item asks for, with what the register says of each."""
        return [
            {"field": self[FACT + one.key], "unit": unit_of(one), "mark": self._mark(one)}
            for one in self.rule.inputs
        ]

    def _mark(self, one: Input) -> dict[str, Any] | None:
        """系统带出, or what the register says instead."""
        known = self.known.get(one.key)
        if known is None:
            return None
        told = {"value": show_fact(one, known)}
        if self[FACT + one.key].value() == known:
            return {"same": True, "text": _("系统带出，可修改")}
        return {"same": False, "text": _("台账为 %(value)s") % told}

    def _initial(self) -> dict[str, Any]:
        row = self.row
        told = {name: getattr(row, name) for name in self.base_fields}
        told["account_number"] = shown_number(row.account_number, whole=True)
        if not self.whole:
            told |= dict.fromkeys(MASKED, "")
        return told | {FACT + key: value for key, value in row.facts.items()}

    def _mask(self) -> None:
        if self.whole:
            return
        masked = {
            "phone": phone_for(self.row, self.scope),
            "account_number": account_number_for(self.row, self.scope),
        }
        for name, shown in masked.items():
            if shown:
                self.fields[name].help_text = _("已填 %(shown)s，不改则留空") % {"shown": shown}


def field_at(place: str) -> str:
    """The form's name of a place as services name it."""
    return FACT + place.removeprefix("facts.") if place.startswith("facts.") else place


def _field_of(one: Input) -> forms.Field:
    field = forms.CharField(label=one.label, help_text=one.help, widget=_widget_of(one))
    field.needed = one.required  # type: ignore[attr-defined]
    return field


def _widget_of(one: Input) -> forms.Widget:
    if one.kind == "date":
        return forms.DateInput(attrs={"type": "date"})
    if one.kind == "flag":
        return forms.Select(choices=[("", _("请选择")), ("true", _("是")), ("false", _("否"))])
    if one.kind == "choice":
        options = [(option.value, option.label) for option in one.options]
        return forms.Select(choices=[("", _("请选择")), *options])
    return forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})
