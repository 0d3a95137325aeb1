"""Columns of a rule as texts for people and for cells of a workbook, and back again."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from core.spreadsheets.columns import every_language
from core.text import normalise
from subsidies.parts import ABOUT, BONUS_HOWS, SPENT, Cell, Part, Row

UNKNOWN = "待定"
_YES, _NO = ("是", "true", "yes", "on", "1", "√"), ("否", "false", "no", "off", "0")


@dataclass(frozen=True)
class Around:
    """What a row's texts depend on: the rule's inputs (JSON rows), and the flat row itself."""

    inputs: Sequence[Mapping[str, Any]]
    row: Mapping[str, Any]

    def input(self, key: Any) -> Mapping[str, Any]:
        """The input of that key; empty when there is none."""
        return next((one for one in self.inputs if one.get("key") == key), {})

    @property
    def shares(self) -> bool:
        """Whether the row's standards are shares, shown as per cent."""
        return self.row.get("kind") in ("rate", "ratio")


def text_of(cell: Cell, value: Any, around: Around) -> str:
    """A column in words; "" when it is empty."""
    write = _WRITE.get(cell.kind)
    if write:
        return str(write(value, around))
    if cell.kind == "table":
        return _table_text(cell, value, around)
    if cell.kind == "flag":
        return "" if value is None else (_YES[0] if value else _NO[0])
    if cell.kind == "choice":
        return str(dict(cell.choices).get(value, value or ""))
    return "" if value is None else str(value)


def value_of(cell: Cell, text: str, around: Around) -> Any:
    """What the words say. ValidationError."""
    text = text.strip()
    read = _READ.get(cell.kind)
    if read:
        return read(text, around)
    if cell.kind == "table":
        return _read_table(cell, text, around)
    if not text:
        return cell.default
    if cell.kind == "flag":
        return _flag(text)
    if cell.kind == "choice":
        return _chosen(text, cell.choices)
    if cell.kind == "whole":
        return _whole(text)
    return text


def texts_of(part: Part, row: Mapping[str, Any], inputs: Sequence[Mapping[str, Any]]) -> Row:
    """All columns of a flat row in words."""
    around = Around(inputs, row)
    return {cell.name: text_of(cell, row.get(cell.name), around) for cell in part.cells}


# --- numbers -----------------------------------------------------------------------------------


def number_text(value: Any, *, share: bool = False) -> str:
    """“860,000”, “30%”; none: 待定."""
    if value in (None, ""):
        return UNKNOWN
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return str(value)
    if share:
        return f"{_plain(number * 100)}%"
    return f"{number:,f}"


def read_number(text: str, *, share: bool = False) -> str | None:
    """The shortest decimal of “860,000”, “30%”, “30％”; None when it is empty or 待定.

    With `share` a number without its per cent sign is one, too, when it is above 1.
    """
    said = normalise(text).replace(",", "").replace(" ", "")
    for unit in ("万元", "元"):
        said = said.removesuffix(unit) if unit == "元" else said
    if said in ("", UNKNOWN, "—"):
        return None
    percent = said.endswith("%")
    try:
        number = Decimal(said.removesuffix("%"))
    except InvalidOperation:
        raise ValidationError(_("“%(text)s”不是数字") % {"text": text}) from None
    if not number.is_finite() or abs(number) >= Decimal(10) ** 12:
        raise ValidationError(_("“%(text)s”不是数字") % {"text": text})
    return _plain(number / 100 if percent or (share and number > 1) else number)


def _plain(number: Decimal) -> str:
    text = f"{number.normalize():f}"
    return "0" if text in ("-0", "0") else text


def _whole(text: str) -> int | None:
    number = read_number(text)
    if number is None:
        return None
    if not number.lstrip("-").isdecimal():
        raise ValidationError(_("“%(text)s”不是整数") % {"text": text})
    return int(number)


def _flag(text: str) -> bool:
    said = normalise(text).lower()
    if said in _YES:
        return True
    if said in _NO:
        return False
    raise ValidationError(_("“%(text)s”应为“是”或“否”") % {"text": text})


def _chosen(text: str, choices: Sequence[tuple[str, Any]]) -> str:
    said = normalise(text)
    for code, label in choices:
        if said in (code, *map(normalise, every_language(label))):
            return code
    known = "、".join(str(label) for _code, label in choices)
    raise ValidationError(_("“%(text)s”应为：%(known)s") % {"text": text, "known": known})


# --- facts -------------------------------------------------------------------------------------


def input_text(key: Any, around: Around) -> str:
    """An input by its name; by its key where two are named alike."""
    label = around.input(key).get("label", "")
    alike = [one for one in around.inputs if one.get("label") == label]
    return str(label if label and len(alike) == 1 else key or "")


def read_input(text: str, around: Around) -> str:
    """An input's key by its key or name."""
    if not text:
        return ""
    for name in ("key", "label"):
        for one in around.inputs:
            if normalise(str(one.get(name, ""))) == normalise(text):
                return str(one["key"])
    raise ValidationError(_("填报数据中没有“%(text)s”") % {"text": text})


def fact_text(one: Mapping[str, Any], value: Any, *, share: bool = False) -> str:
    """A value of an input in words."""
    if isinstance(value, list | tuple):
        return "、".join(fact_text(one, part) for part in value)
    kind = one.get("kind")
    if kind == "flag":
        return _YES[0] if _flag(str(value)) else _NO[0]
    if kind == "choice":
        labels = {str(o["value"]): str(o["label"]) for o in one.get("options", ())}
        return labels.get(str(value), str(value))
    return str(value) if kind == "date" else number_text(value, share=share)


def read_fact(one: Mapping[str, Any], text: str, *, share: bool = False) -> str | None:
    """What the words say of an input; None when they are empty or 待定."""
    said = text.strip()
    if said in ("", UNKNOWN):
        return None
    kind = one.get("kind")
    if kind == "flag":
        return "true" if _flag(said) else "false"
    if kind == "choice":
        pairs = [(str(o["value"]), str(o["label"])) for o in one.get("options", ())]
        return _chosen(said, pairs)
    return normalise(said) if kind == "date" else read_number(said, share=share)


# --- standards and tables ----------------------------------------------------------------------


def _standard_text(value: Any, around: Around) -> str:
    if value in (None, "", []):
        return ""
    if around.row.get("op") and around.row.get("kind") == "compare":
        return fact_text(around.input(around.row.get("input")), value)
    return number_text(value, share=around.shares)


def _read_standard(text: str, around: Around) -> Any:
    one = around.input(around.row.get("input"))
    if around.row.get("kind") == "compare":
        if around.row.get("op") == "in":
            parts = [
                part for part in text.replace(",", "、").replace("，", "、").split("、") if part
            ]
            return [read_fact(one, part) for part in parts] or None
        return read_fact(one, text)
    return read_number(text, share=around.shares)


def chooser(cell: Cell, around: Around) -> tuple[Mapping[str, Any], bool]:
    """The input that a table goes by, and whether the table holds shares."""
    limit = cell.name.startswith("limit")
    by = around.row.get("limit_by" if limit else "by")
    return around.input(by), around.shares and not limit


def _table_text(cell: Cell, value: Any, around: Around) -> str:
    one, share = chooser(cell, around)
    lines = []
    for row in value or ():
        if row.get("is") is not None:
            head = fact_text(one, row["is"])
        else:
            ends = [row.get("from"), row.get("to")]
            head = "～".join("" if end is None else number_text(end) for end in ends)
        lines.append(f"{head}：{number_text(row.get('value'), share=share)}")
    return "\n".join(lines)


def _read_table(cell: Cell, text: str, around: Around) -> list[Row]:
    one, share = chooser(cell, around)
    return [table_row(*split_line(line), one, share) for line in _lines(text)]


def table_row(head: str, told: str, one: Mapping[str, Any], share: bool) -> Row:
    """A line of a table: what stands before the colon, and the standard."""
    value = read_number(told, share=share)
    if one.get("kind") not in ("money", "number"):
        return {"is": read_fact(one, head), "value": value}
    start, mark, end = head.replace("~", "～").partition("～")
    if not mark:
        raise ValidationError(_("“%(line)s”应写成“起～止”，如 1000～3000") % {"line": head})
    return {"from": read_number(start), "to": read_number(end), "value": value}


def _bonus_text(value: Any, around: Around) -> str:
    hows = dict(BONUS_HOWS)
    return "\n".join(
        f"{input_text(one.get('flag'), around)}：{hows.get(one.get('how', 'instead'))} "
        f"{number_text(one.get('value'), share=True)}"
        for one in value or ()
    )


def _read_bonus(text: str, around: Around) -> list[Row]:
    found = []
    for line in _lines(text):
        head, said = split_line(line)
        how = "instead"
        for code, label in BONUS_HOWS:
            for word in every_language(label):
                if said.startswith(word):
                    how, said = code, said.removeprefix(word)
        flag = read_input(head, around)
        found.append({"flag": flag, "value": read_number(said, share=True), "how": how})
    return found


def _options_text(value: Any, around: Around) -> str:
    return "\n".join(f"{one['value']} | {one['label']}" for one in value or ())


def _read_options(text: str, around: Around) -> list[Row]:
    found = []
    for line in _lines(text):
        value, bar, label = line.replace("｜", "|").partition("|")
        if not bar or not value.strip() or not label.strip():
            raise ValidationError(_("“%(line)s”应写成“编码 | 选项”") % {"line": line})
        found.append({"value": value.strip(), "label": label.strip()})
    return found


# --- examples ----------------------------------------------------------------------------------


def _given_text(value: Any, around: Around) -> str:
    return "\n".join(
        f"{input_text(key, around)}：{fact_text(around.input(key), told)}"
        for key, told in (value or {}).items()
    )


def _read_given(text: str, around: Around) -> Row:
    found = {}
    for line in _lines(text):
        head, said = split_line(line)
        key = read_input(head, around)
        found[key] = read_fact(around.input(key), said)
    return found


def _spent_text(value: Any, around: Around) -> str:
    words = dict(SPENT)
    return "\n".join(f"{words.get(k, k)}：{number_text(v)}" for k, v in (value or {}).items())


def _read_spent(text: str, around: Around) -> Row:
    pairs = [split_line(line) for line in _lines(text)]
    return {_chosen(head, SPENT): read_number(said) for head, said in pairs}


def about_text(key: str, value: Any) -> str:
    """One of what an example says about the applicant."""
    if isinstance(value, bool):
        return _YES[0] if value else _NO[0]
    if isinstance(value, list | tuple):
        return "、".join(map(str, value)) or "无"
    return "" if value is None else str(value)


def read_about(key: str, text: str) -> Any:
    """And back."""
    said = text.strip()
    if key == "blacklisted":
        return _flag(said)
    if key == "on":
        return normalise(said)
    return [] if said == "无" else [normalise(day) for day in said.split("、") if day.strip()]


def _about_text(value: Any, around: Around) -> str:
    words = dict(ABOUT)
    return "\n".join(f"{words.get(k, k)}：{about_text(k, v)}" for k, v in (value or {}).items())


def _read_about(text: str, around: Around) -> Row:
    found = {}
    for line in _lines(text):
        head, said = split_line(line)
        key = _chosen(head, ABOUT)
        found[key] = read_about(key, said)
    return found


def split_line(line: str) -> tuple[str, str]:
    """What stands before and after the last colon."""
    head, colon, said = line.replace(":", "：").rpartition("：")
    if not colon:
        raise ValidationError(_("“%(line)s”缺少“：”") % {"line": line})
    return head.strip(), said.strip()


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def _number_or_blank(value: Any, around: Around) -> str:
    return "" if value in (None, "") else number_text(value)


_WRITE: dict[str, Any] = {
    "number": _number_or_blank,
    "money": _number_or_blank,
    "expected": _number_or_blank,
    "share": lambda value, around: number_text(value, share=True),
    "input": input_text,
    "standard": _standard_text,
    "options": _options_text,
    "bonus": _bonus_text,
    "given": _given_text,
    "spent": _spent_text,
    "about": _about_text,
}
_READ: dict[str, Any] = {
    "number": lambda text, around: read_number(text),
    "money": lambda text, around: read_number(text),
    "expected": lambda text, around: read_number(text),
    "share": lambda text, around: read_number(text, share=True),
    "input": read_input,
    "standard": _read_standard,
    "options": _read_options,
    "bonus": _read_bonus,
    "given": _read_given,
    "spent": _read_spent,
    "about": _read_about,
}
