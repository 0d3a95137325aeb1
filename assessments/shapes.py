"""The JSON columns of standards and questionnaires: cleaned, and as text in one cell and back."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.numbers import number_text
from core.spreadsheets.columns import every_language
from core.text import one_line

COUNTS = {
    "satisfied": gettext_lazy("满意"),
    "basic": gettext_lazy("基本满意"),
    "none": gettext_lazy("不满意"),
    "excluded": gettext_lazy("不计入"),
}
_CODE = re.compile(r"[A-Za-z0-9_-]{1,60}")
_LISTED = re.compile(r"[、,，;；\s]+")
_MOST = 200


@dataclass(frozen=True)
class Shape:
    """One sort of JSON value.

    clean  any value → the canonical one; ValidationError says what is wrong
    text   a canonical value → text for people and for one cell of a workbook
    parse  such a text → a value for `clean`; ValidationError when it cannot be read
    """

    clean: Callable[[Any], Any]
    text: Callable[[Any], str]
    parse: Callable[[str], Any]


def lines_of(text: str) -> str:
    """The same of a text of several lines."""
    return "\n".join(one_line(line) for line in text.splitlines()).strip()


def _code(value: Any) -> str:
    text = str(value).strip() if isinstance(value, str | int) else ""
    if not _CODE.fullmatch(text):
        raise ValidationError(_("编码“%(code)s”只能用字母、数字、- 和 _") % {"code": value})
    return text


def _label(value: Any) -> str:
    text = one_line(str(value or ""))
    if not text or len(text) > 60 or "|" in text:
        raise ValidationError(_("“%(label)s”应为1至60个字，不含“|”") % {"label": text})
    return text


def _list(value: Any) -> list[Any]:
    if value in (None, ""):
        return []
    if not isinstance(value, list | tuple) or len(value) > _MOST:
        raise ValidationError(_("应为列表"))
    return list(value)


def _row(value: Any, known: tuple[str, ...]) -> Mapping[str, Any]:
    if not isinstance(value, Mapping) or (strange := sorted(set(value) - set(known))):
        named = "、".join(strange) if isinstance(value, Mapping) else str(value)
        raise ValidationError(_("不认识“%(named)s”") % {"named": named})
    return value


def _once(values: list[Any], what: str) -> None:
    if twice := [value for at, value in enumerate(values) if value in values[:at]]:
        raise ValidationError(_("%(what)s“%(value)s”重复") % {"what": what, "value": str(twice[0])})


# --- codes, and groups of them -----------------------------------------------------------------


def _clean_codes(value: Any) -> list[str]:
    codes = [_code(one) for one in _list(value)]
    _once(codes, _("编码"))
    return codes


def _split(text: str) -> list[str]:
    return [word for word in _LISTED.split(text.strip()) if word]


CODES = Shape(_clean_codes, "、".join, _split)


def _clean_groups(value: Any) -> list[list[str]]:
    groups = [_clean_codes([one] if isinstance(one, str) else one) for one in _list(value)]
    if not all(groups):
        raise ValidationError(_("有空的一组"))
    return groups


GROUPS = Shape(
    _clean_groups,
    lambda groups: "、".join("/".join(group) for group in groups),
    lambda text: [word.split("/") for word in _split(text)],
)


# --- curves and scales -------------------------------------------------------------------------


def _clean_curve(value: Any) -> list[list[str]]:
    points = []
    for point in _list(value):
        if not isinstance(point, list | tuple) or len(point) != 2:
            raise ValidationError(_("每个节点应为“数值:得分比例”"))
        points.append([number_text(part) for part in point])
    return points


CURVE = Shape(
    _clean_curve,
    lambda points: "、".join(f"{x}:{share}" for x, share in points),
    lambda text: [word.replace("：", ":").split(":") for word in _split(text)],
)


def _clean_scale(value: Any) -> list[dict[str, str]]:
    rows = [_row(one, ("label", "points")) for one in _list(value)]
    scale = [
        {"label": _label(row.get("label")), "points": number_text(row.get("points", ""))}
        for row in rows
    ]
    _once([row["label"] for row in scale], _("档次"))
    return scale


def _parse_scale(text: str) -> list[dict[str, str]]:
    lines = [line.rpartition("=") for line in text.splitlines() if line.strip()]
    return [{"label": label, "points": points} for label, _sign, points in lines]


SCALE = Shape(
    _clean_scale,
    lambda scale: "\n".join(f"{row['label']}={row['points']}" for row in scale),
    _parse_scale,
)


# --- options and conditions --------------------------------------------------------------------


def _clean_option(value: Any) -> dict[str, str]:
    row = _row(value, ("value", "label", "score", "counts"))
    option = {"value": _code(row.get("value")), "label": _label(row.get("label"))}
    if row.get("score") not in (None, ""):
        option["score"] = number_text(row["score"])
    if counts := row.get("counts"):
        if counts not in COUNTS:
            raise ValidationError(_("不认识“%(named)s”") % {"named": counts})
        option["counts"] = counts
    return option


def _clean_options(value: Any) -> list[dict[str, str]]:
    options = [_clean_option(one) for one in _list(value)]
    _once([option["value"] for option in options], _("选项编码"))
    _once([option["label"] for option in options], _("选项"))
    return options


def _option_text(option: Mapping[str, str]) -> str:
    counts = str(COUNTS[option["counts"]]) if "counts" in option else ""
    told = [option["value"], option["label"], option.get("score", ""), counts]
    while not told[-1]:
        told.pop()
    return " | ".join(told)


def _parse_option(line: str) -> dict[str, str]:
    told = [part.strip() for part in line.split("|")]
    if not 2 <= len(told) <= 4:
        raise ValidationError(_("每行应为“编码 | 选项 | 得分 | 计入”，得分和计入可不填"))
    option = dict(zip(("value", "label", "score", "counts"), told, strict=False))
    words = {word: code for code, label in COUNTS.items() for word in every_language(label)}
    if "counts" in option:
        option["counts"] = words.get(option["counts"], option["counts"])
    return option


OPTIONS = Shape(
    _clean_options,
    lambda options: "\n".join(map(_option_text, options)),
    lambda text: [_parse_option(line) for line in text.splitlines() if line.strip()],
)


def _clean_condition(value: Any) -> dict[str, Any]:
    row = _row(value or {}, ("key", "in"))
    if not row:
        return {}
    values = _clean_codes(row.get("in"))
    if not values:
        raise ValidationError(_("出现条件应写明题目和答案"))
    return {"key": _code(row.get("key")), "in": values}


def _parse_condition(text: str) -> dict[str, Any]:
    if not text.strip():
        return {}
    key, sign, values = text.partition("=")
    if not sign:
        raise ValidationError(_("应写成“题目编码=答案编码、答案编码”"))
    return {"key": key.strip(), "in": _split(values)}


CONDITION = Shape(
    _clean_condition,
    lambda shown: f"{shown['key']}={'、'.join(shown['in'])}" if shown else "",
    _parse_condition,
)
