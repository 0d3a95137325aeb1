"""A policy as a workbook, out and in: a sheet for each part, nothing of its content is lost."""

import io
from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.spreadsheets import Column, Kind, Sheet, choices_of, write_rows
from core.spreadsheets.styles import HELP_SHEET
from subsidies.celltexts import texts_of
from subsidies.contents import Content, content_of, inputs_of
from subsidies.models import Policy, PolicyItem
from subsidies.parts import COMMON_PARTS, ITEM, OWN, PARTS, Cell, Part, flat, item_label

# Sheets keep their names in every language: a book may be read where it was not written.
OWN_SHEET, ITEM_SHEET = "基本信息", "支持事项"
SHEETS = {
    "inputs": "填报数据",
    "conditions": "申报条件",
    "steps": "计算步骤",
    "caps": "累计限额",
    "instalments": "分期拨付",
    "evidence": "申报材料",
    "examples": "算例",
}
NAMED, TOLD, OF_ITEM = "named", "told", "of_item"
# In the column of the item: it holds for all.
COMMON = "通用"
_WIDE = {"text": 60, "applicants": 40, "name": 30}


def policy_book(policy: Policy) -> bytes:
    """The sheets 基本信息, 支持事项, one for each part of the rules, and 填写说明."""
    content = content_of(policy)
    sheets = [
        Sheet(title=OWN_SHEET, columns=own_columns(), rows=_own_rows(content)),
        _sheet(ITEM_SHEET, item_columns(), content["items"]),
    ]
    for part in PARTS:
        sheets.append(_sheet(SHEETS[part.name], part_columns(part), _part_rows(part, content)))
    sheets.append(_help_sheet())
    target = io.BytesIO()
    write_rows(target, sheets)
    return target.getvalue()


def own_columns() -> list[Column]:
    """The columns of the sheet of a version's own columns."""
    return [
        Column(key=NAMED, title=gettext_lazy("项目"), width=24),
        Column(key=TOLD, title=gettext_lazy("内容"), width=90),
    ]


def own_label(name: str) -> Any:
    """A policy's column for people."""
    field: Any = Policy._meta.get_field(name)
    return field.verbose_name


def item_columns() -> list[Column]:
    """The columns of the sheet of items."""
    form = choices_of(PolicyItem.Form.choices)
    return [
        Column(key=name, title=item_label(name), kind=Kind.CHOICE, choices=form)
        if name == "form"
        else Column(key=name, title=item_label(name), width=_WIDE.get(name))
        for name in ITEM
    ]


def part_columns(part: Part) -> list[Column]:
    """The columns of a part's sheet: whose it is, then its own."""
    first = Column(
        key=OF_ITEM,
        title=gettext_lazy("支持事项"),
        width=24,
        help=gettext_lazy("写支持事项的名称或编码；对各事项都适用的写“通用”"),
    )
    return [first, *(_column(cell) for cell in part.cells)]


def _column(cell: Cell) -> Column:
    told: dict[str, Any] = {
        "key": cell.name,
        "title": cell.label,
        "help": cell.help,
        "width": cell.width,
    }
    if cell.kind == "choice":
        return Column(**told, kind=Kind.CHOICE, choices=choices_of(cell.choices))
    if cell.kind == "flag":
        return Column(**told, kind=Kind.FLAG)
    return Column(**told, kind=Kind.INTEGER if cell.kind == "whole" else Kind.TEXT)


def _sheet(title: str, columns: list[Column], rows: Sequence[Mapping[str, Any]]) -> Sheet:
    keys = [column.key for column in columns]
    told = [{key: row[key] for key in keys} for row in rows]
    return Sheet(title=title, columns=columns, rows=told, validations=True, spare_rows=100)


def _own_rows(content: Content) -> list[tuple[Any, Any]]:
    words = {True: _("是"), False: _("否"), None: ""}
    rows = []
    for name in OWN:
        value = content["policy"][name]
        rows.append((own_label(name), words[value] if value in (True, False, None) else value))
    return rows


def _part_rows(part: Part, content: Content) -> list[dict[str, Any]]:
    common = content["common"]
    rows = []
    if part in COMMON_PARTS:
        rows += _rows(part, COMMON, common, common["inputs"])
    names = [item["name"] for item in content["items"]]
    for item in content["items"]:
        named = item["name"] if names.count(item["name"]) == 1 else item["key"]
        rows += _rows(part, named, item["rule"], inputs_of(item["rule"], common))
    return rows


def _rows(
    part: Part, named: str, rule: Mapping[str, Any], inputs: Sequence[Mapping[str, Any]]
) -> list[dict[str, Any]]:
    found = []
    for row in rule[part.name]:
        told = flat(part, row)
        texts = texts_of(part, told, inputs)
        raw = {c.name: told[c.name] for c in part.cells if c.kind in ("choice", "flag", "whole")}
        found.append({OF_ITEM: named, **texts, **raw})
    return found


def _help_sheet() -> Sheet:
    """How cells of several values are written."""
    rows = [
        (SHEETS[part.name], column.title, column.help)
        for part in PARTS
        for column in part_columns(part)
        if column.help
    ]
    rows.insert(0, ("", _("编码"), _("各表的“编码”由平台分配，用于对应同一行；新增的行可以不填")))
    columns = [
        Column(key="sheet", title=_("工作表"), width=16),
        Column(key="what", title=_("列名"), width=24),
        Column(key="how", title=_("填法"), width=90),
    ]
    return Sheet(title=HELP_SHEET, columns=columns, rows=rows)
