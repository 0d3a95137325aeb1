"""The empty form that people fill in and upload."""

import io
from collections.abc import Sequence

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.spreadsheets import styles
from core.spreadsheets.columns import Column, Kind
from core.spreadsheets.writing import Sheet, allowed_labels, write_rows

_ROWS_WITH_LISTS = 5_000
_FORMS: dict[Kind, Promise | str] = {
    Kind.TEXT: gettext_lazy("文字"),
    Kind.CODE: gettext_lazy("代码（文本格式）"),
    Kind.INTEGER: gettext_lazy("整数"),
    Kind.DECIMAL: gettext_lazy("数字，不带单位"),
    Kind.DATE: gettext_lazy("日期，如 2024-03-01"),
    Kind.CHOICE: gettext_lazy("从列表中选一项"),
    Kind.FLAG: gettext_lazy("是或否"),
    Kind.LIST: gettext_lazy("可填多项，用顿号“、”分隔"),
}


def template(columns: Sequence[Column], *, title: str) -> bytes:
    """An .xlsx with the official header, drop-down lists, and the sheet 填写说明."""
    target = io.BytesIO()
    write_rows(
        target,
        [
            Sheet(title=title, columns=columns, validations=True, spare_rows=_ROWS_WITH_LISTS),
            Sheet(
                title=styles.HELP_SHEET,
                columns=_help_columns(),
                rows=[_help_row(column) for column in columns],
                notes=[
                    styles.HELP_SHEET,
                    _("从表头下一行起逐行填写；列的先后可以调整，列名请勿改动。"),
                    _("不要使用公式和合并单元格；代码类的列请保持文本格式。"),
                ],
            ),
        ],
    )
    return target.getvalue()


def _help_columns() -> list[Column]:
    return [
        Column(key="title", title=_("列名"), width=22),
        Column(key="required", title=_("是否必填"), width=10),
        Column(key="form", title=_("填写形式"), width=34),
        Column(key="allowed", title=_("可填内容"), width=60),
        Column(key="example", title=_("示例"), width=24),
        Column(key="help", title=_("说明"), width=60),
    ]


def _help_row(column: Column) -> dict[str, str]:
    return {
        "title": str(column.title),
        "required": _("必填") if column.required else _("可空"),
        "form": "，".join(_form(column)),
        "allowed": "、".join(allowed_labels(column)),
        "example": str(column.example),
        "help": str(column.help),
    }


def _form(column: Column) -> list[str]:
    parts = [str(_FORMS[column.kind])]
    if column.max_length is not None:
        parts.append(_("最多 %(limit)d 个字符") % {"limit": column.max_length})
    if column.decimal_places is not None:
        parts.append(_("最多 %(places)d 位小数") % {"places": column.decimal_places})
    if column.least is not None:
        parts.append(_("不小于 %(least)s") % {"least": column.least})
    if column.most is not None:
        parts.append(_("不大于 %(most)s") % {"most": column.most})
    return parts
