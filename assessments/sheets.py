"""The sheets of a standard's or a questionnaire's workbook, and their columns."""

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy

from assessments.parts import (
    CHECKLIST,
    DIMENSIONS,
    LEVELS,
    QUESTIONNAIRE,
    QUESTIONS,
    STANDARD,
    Part,
)
from core.spreadsheets import Column, Kind, choices_of

# Sheets keep their names in every language: a book may be read where it was not written.
SHEETS = {
    STANDARD.name: "基本信息",
    LEVELS.name: "等级条件",
    CHECKLIST.name: "分型表",
    DIMENSIONS.name: "评价表",
    QUESTIONNAIRE.name: "基本信息",
    QUESTIONS.name: "题目",
}
# The columns of a dimension stand before those of each of its items.
OF_DIMENSION = {
    "key": gettext_lazy("维度编码"),
    "name": gettext_lazy("维度"),
    "points": gettext_lazy("维度分值"),
}
_KEY_OF_ITEM = gettext_lazy("项目编码")
_HOW = {
    "required": gettext_lazy("分型表项目编码，各组用“、”隔开，一组中有一项即可的用“/”连接"),
    "formats": gettext_lazy("业态编码，用“、”隔开"),
    "services": gettext_lazy("叠加服务编码，用“、”隔开"),
    "facility_kinds": gettext_lazy("公共服务设施类型编码，用“、”隔开"),
    "scale": gettext_lazy("每行一档，写成“档次=分值”"),
    "curve_points": gettext_lazy("写成“数值:得分比例”，用“、”隔开，如 0.5:0、0.9:1"),
    "options": gettext_lazy("每行一项，写成“编码 | 选项 | 得分 | 计入”，得分和计入可不填"),
    "shown_if": gettext_lazy("写成“题目编码=答案编码、答案编码”，空为始终出现"),
}
NAMED = "named"
TOLD = "told"


def field_column(part: Part, name: str) -> Column:
    """One column of a part as a column of its sheet."""
    field: Any = part.model._meta.get_field(name)
    told: dict[str, Any] = {"key": name, "title": field.verbose_name, "help": _HOW.get(name, "")}
    if name in part.shapes:
        return Column(**told, width=40)
    if getattr(field, "choices", None):
        return Column(**told, kind=Kind.CHOICE, choices=choices_of(field.flatchoices))
    for sort, kind in (
        (models.BooleanField, Kind.FLAG),
        (models.DecimalField, Kind.DECIMAL),
        (models.IntegerField, Kind.INTEGER),
        (models.DateField, Kind.DATE),
    ):
        if isinstance(field, sort):
            return Column(**told, kind=kind)
    return Column(**told, width=40 if (field.max_length or 200) > 60 else None)


def columns_of(part: Part) -> list[Column]:
    """The columns of a part's sheet."""
    if not part.inner:
        return [field_column(part, name) for name in part.columns]
    outer = [
        Column(key=f"{part.name}.{name}", title=title, kind=field_column(part, name).kind)
        for name, title in OF_DIMENSION.items()
    ]
    inner = [field_column(part.inner, name) for name in part.inner.columns]
    inner[0] = Column(key=part.inner.key, title=_KEY_OF_ITEM)
    return [*outer, *inner]


def own_sheet_columns() -> list[Column]:
    """The columns of the sheet of a version's own columns."""
    return [
        Column(key=NAMED, title=gettext_lazy("项目"), width=24),
        Column(key=TOLD, title=gettext_lazy("内容"), width=90),
    ]
