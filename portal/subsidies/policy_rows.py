"""Rows of a rule's parts as forms: made from the parts' columns, read back into the rule's JSON."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.ids import new_id
from portal.editing.rows import Line, LinesField, RowForm
from subsidies.celltexts import (
    Around,
    about_text,
    chooser,
    fact_text,
    number_text,
    read_about,
    read_fact,
    read_number,
    table_row,
    text_of,
    value_of,
)
from subsidies.parts import ABOUT, BONUS_HOWS, SPENT, Cell, Part, flat, nested

Inputs = Sequence[Mapping[str, Any]]
GIVEN = "given__"
CHOSEN = ("flag", "choice")
_NEEDED = frozenset({"label", "kind", "per", "share", "name"})
_OPTIONAL = {("caps", "label")}
# Columns of lines: what stands in each line of the field.
_LINES: dict[str, tuple[str, ...]] = {
    "options": ("value", "label"),
    "table": ("is", "from", "to", "value"),
    "bonus": ("flag", "value", "how"),
    "spent": ("per", "value"),
    "about": ("what", "value"),
}
_LIMITS = ("limit_value", "limit_by", "limit_table")
# What a row of each kind is told beside its name; the page's style shows no more, either.
_ALWAYS = frozenset(
    {"key", "label", "kind", "clause", "rounds", "required", "source", "help", "unit"}
)
_APPLY: dict[str, dict[str, frozenset[str]]] = {
    "inputs": {"choice": frozenset({"options"})},
    "conditions": {
        "compare": frozenset({"input", "op", "value"}),
        "ratio": frozenset({"input", "op", "value", "other"}),
        "not_funded": frozenset({"years"}),
    },
    "steps": {
        "take": frozenset({"input", *_LIMITS}),
        "fixed": frozenset({"value", "by", "table"}),
        "times": frozenset({"input", "most"}),
        "rate": frozenset({"value", "by", "table", "bonus"}),
        "cap": frozenset({"value", "by", "table"}),
    },
}
_HELPS: dict[tuple[str, str], Any] = {
    ("inputs", "source"): gettext_lazy("选定后由平台从台账带出，申报人核对。"),
    ("inputs", "unit"): gettext_lazy("如 元、㎡、个月。"),
    ("conditions", "value"): gettext_lazy(
        "比例写成百分数，如 70%；多个选项用“、”隔开；不填表示标准待定。"
    ),
    ("steps", "value"): gettext_lazy("比例写成 30%，金额以元为单位；不分档又不填，表示标准待定。"),
    ("steps", "by"): gettext_lazy("各档标准不同的，选择按哪项数据分档。"),
    ("steps", "limit_value"): gettext_lazy("超过限额的按限额计；没有限额的不填。"),
    ("instalments", "share"): gettext_lazy("各期合计 100%。"),
    ("instalments", "year_offset"): gettext_lazy("0 为批次当年，1 为次年。"),
    ("caps", "count"): gettext_lazy("最高金额和最多个数只填一项。"),
    ("examples", "expected"): gettext_lazy(
        "按文件手工算出的金额；不填表示应当算不出（缺数据或标准待定）。"
    ),
}


class PartRow(RowForm):
    """A row of a part; `flat` is what it says, once it is valid."""

    def __init__(self, *args: Any, part: Part, inputs: Inputs, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.part, self.inputs = part, inputs
        self.flat: dict[str, Any] = {}
        for cell in part.cells:
            if cell.kind == "given":
                self.fields |= {f"{GIVEN}{one['key']}": _fact_field(one) for one in inputs}
            elif cell.kind != "key":
                self.fields[cell.name] = self._field(cell)

    def _field(self, cell: Cell) -> forms.Field:
        needed = cell.name in _NEEDED and (self.part.name, cell.name) not in _OPTIONAL
        told: dict[str, Any] = {
            "label": cell.label,
            "help_text": _HELPS.get((self.part.name, cell.name), ""),
        }
        if cell.kind in _LINES:
            return LinesField(_LINES[cell.kind], **told)
        told["required"] = needed
        if cell.kind == "flag":
            return forms.BooleanField(**told | {"required": False}, initial=cell.default)
        if cell.kind in ("choice", "input"):
            known = cell.choices if cell.kind == "choice" else _named(self.inputs)
            blank = [] if needed or cell.default else [("", "—")]
            return forms.ChoiceField(**told, choices=[*blank, *known], initial=cell.default)
        if cell.kind == "whole":
            return forms.IntegerField(**told, min_value=0, max_value=999, initial=cell.default)
        decimal = {"inputmode": "decimal"} if cell.kind not in ("text", "standard") else {}
        widget = forms.TextInput(attrs={"autocomplete": "off", **decimal})
        return forms.CharField(**told, max_length=500, widget=widget)

    @property
    def drawn(self) -> list[dict[str, Any]]:
        """The fields below the row's head, as the template draws them."""
        found = []
        for cell in self.part.cells:
            if cell.kind == "given":
                found += [
                    {"field": self[name], "how": "field", "name": "given"}
                    for name in self.fields
                    if name.startswith(GIVEN)
                ]
            elif cell.kind != "key" and cell.name not in (self.part.named, "kind"):
                how = cell.kind if cell.kind in (*_LINES, "flag") else "field"
                found.append({"field": self[cell.name], "how": how, "name": cell.name})
        return found

    @property
    def heads(self) -> list[Any]:
        """The fields at the row's head: what people know it by, and its kind."""
        names = [name for name in (self.part.named, "kind") if name in self.fields]
        return [self[name] for name in names]

    @property
    def flags(self) -> list[tuple[str, str]]:
        """Inputs that a bonus may go by."""
        return _named([one for one in self.inputs if one.get("kind") == "flag"])

    spent_words, about_words, bonus_words = SPENT, ABOUT, BONUS_HOWS

    def clean(self) -> dict[str, Any]:
        """Texts into what the rule's JSON holds; what the row's kind does not take is dropped."""
        given: dict[str, Any] = super().clean() or self.cleaned_data
        row: dict[str, Any] = {"key": given.get("key", "")} if self.part.key else {}
        for cell in self.part.cells:
            if cell.kind == "key":
                continue
            if not applies(self.part, cell.name, given.get("kind", "")):
                row[cell.name] = cell.default
                self._errors.pop(cell.name, None)
                continue
            try:
                row[cell.name] = self._value(cell, given, Around(self.inputs, row))
            except ValidationError as error:
                if cell.name in self.fields:
                    self.add_error(cell.name, error)
                else:
                    self.add_error(None, error)
        self.flat = row
        return given

    def _value(self, cell: Cell, given: Mapping[str, Any], around: Around) -> Any:
        if cell.kind == "given":
            return self._given(given)
        if cell.kind in _LINES:
            return _read_lines(cell, given.get(cell.name) or [], around)
        value = given.get(cell.name)
        if cell.kind in ("flag", "choice", "input", "whole"):
            return cell.default if value is None else value
        return value_of(cell, str(value or ""), around)

    def _given(self, given: Mapping[str, Any]) -> dict[str, Any]:
        found = {}
        for one in self.inputs:
            name = f"{GIVEN}{one['key']}"
            try:
                value = read_fact(one, str(given.get(name) or ""))
            except ValidationError as error:
                self.add_error(name, error)
                continue
            if value is not None:
                found[str(one["key"])] = value
        return found

    def row(self) -> dict[str, Any]:
        """The row of the rule's JSON."""
        return nested(self.part, self.flat)


def applies(part: Part, name: str, kind: str) -> bool:
    """Whether a row of this kind is told that column."""
    kinds = _APPLY.get(part.name)
    if kinds is None or name in _ALWAYS:
        return True
    return name in kinds.get(kind, frozenset())


def initial_of(part: Part, row: Mapping[str, Any], inputs: Inputs) -> dict[str, Any]:
    """A row of the JSON as its form shows it."""
    told = flat(part, row)
    around = Around(inputs, told)
    found: dict[str, Any] = {"key": told.get("key", "")}
    for cell in part.cells:
        value = told[cell.name]
        if cell.kind == "given":
            for one in inputs:
                if one["key"] in (value or {}):
                    said = value[one["key"]]
                    # As the field's choices have it: a flag may stand as yes or 是.
                    chosen = read_fact(one, str(said)) if one.get("kind") in CHOSEN else None
                    found[f"{GIVEN}{one['key']}"] = chosen or fact_text(one, said)
        elif cell.kind in _LINES:
            found[cell.name] = _lines(cell, value or (), around)
        elif cell.kind in ("flag", "choice", "input", "whole", "key"):
            found[cell.name] = value
        else:
            found[cell.name] = text_of(cell, value, around)
    return found


def _named(inputs: Inputs) -> list[tuple[str, str]]:
    return [(str(one["key"]), str(one["label"])) for one in inputs]


def _fact_field(one: Mapping[str, Any]) -> forms.Field:
    label = f"{one['label']}（{one['unit']}）" if one.get("unit") else str(one["label"])
    if one["kind"] == "flag":
        choices = [("", "—"), ("true", _("是")), ("false", _("否"))]
        return forms.ChoiceField(label=label, required=False, choices=choices)
    if one["kind"] == "choice":
        options = [(str(o["value"]), str(o["label"])) for o in one.get("options") or ()]
        return forms.ChoiceField(label=label, required=False, choices=[("", "—"), *options])
    kind = {"type": "date"} if one["kind"] == "date" else {"inputmode": "decimal"}
    widget = forms.TextInput(attrs={"autocomplete": "off", **kind})
    return forms.CharField(label=label, required=False, max_length=40, widget=widget)


# --- lines -------------------------------------------------------------------------------------


def _lines(cell: Cell, value: Any, around: Around) -> list[Line]:
    if cell.kind == "options":
        return [{"value": one["value"], "label": one["label"]} for one in value]
    if cell.kind == "bonus":
        return [
            {
                "flag": one["flag"],
                "value": number_text(one["value"], share=True),
                "how": one["how"] if one["how"] == "plus" else "",
            }
            for one in value
        ]
    if cell.kind == "spent":
        return [{"per": key, "value": number_text(told)} for key, told in dict(value).items()]
    if cell.kind == "about":
        return [{"what": key, "value": about_text(key, v)} for key, v in dict(value).items()]
    one, share = chooser(cell, around)
    return [
        {
            "is": "" if line.get("is") is None else fact_text(one, line["is"]),
            "from": "" if line.get("from") is None else number_text(line["from"]),
            "to": "" if line.get("to") is None else number_text(line["to"]),
            "value": number_text(line.get("value"), share=share),
        }
        for line in value
    ]


def _read_lines(cell: Cell, lines: Sequence[Line], around: Around) -> Any:
    if cell.kind == "options":
        return [
            {"value": line["value"] or f"o-{new_id().hex[-10:]}", "label": line["label"]}
            for line in lines
            if line["label"]
        ]
    if cell.kind == "bonus":
        return [
            {
                "flag": line["flag"],
                "value": read_number(line["value"], share=True),
                "how": line["how"] or "instead",
            }
            for line in lines
        ]
    if cell.kind == "spent":
        return {line["per"]: read_number(line["value"]) for line in lines if line["per"]}
    if cell.kind == "about":
        return {
            line["what"]: read_about(line["what"], line["value"]) for line in lines if line["what"]
        }
    one, share = chooser(cell, around)
    if lines and not one:
        raise ValidationError(_("分了档的，须选择按哪项数据分档"))
    ranged = one.get("kind") in ("money", "number")
    return [
        table_row(
            f"{line['from']}～{line['to']}" if ranged else line["is"], line["value"], one, share
        )
        for line in lines
    ]
