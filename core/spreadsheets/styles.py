"""How our workbooks look, and the names of what we ourselves put into them."""

from typing import Any

from openpyxl.styles import Alignment, Border, Font, PatternFill, Side

from core.spreadsheets.columns import Column, Kind

# Sheets and the column that our own files carry beside the data; reading passes over them.
HELP_SHEET = "填写说明"
CHOICES_SHEET = "_选项"
OWN_SHEETS = frozenset({HELP_SHEET, CHOICES_SHEET})
ERROR_TITLE = "错误说明"

BODY_FONT = "宋体"
HEAD_FONT = "黑体"
BODY_SIZE = 11
HEAD_FILL = "DCE6F1"
REQUIRED_FILL = "FCE4D6"
ERROR_FILL = "FFC7CE"
ERROR_COLOUR = "9C0006"
LINE_COLOUR = "BFBFBF"

NUMBER_FORMATS: dict[Kind, str] = {
    Kind.TEXT: "@",
    Kind.CODE: "@",
    Kind.LIST: "@",
    Kind.CHOICE: "@",
    Kind.FLAG: "@",
    Kind.INTEGER: "0",
    Kind.DATE: "yyyy-mm-dd",
}
_WIDTHS: dict[Kind, int] = {
    Kind.TEXT: 18,
    Kind.CODE: 20,
    Kind.LIST: 24,
    Kind.CHOICE: 14,
    Kind.FLAG: 8,
    Kind.INTEGER: 10,
    Kind.DECIMAL: 12,
    Kind.DATE: 12,
}

_LINE = Side(style="thin", color=LINE_COLOUR)
BORDER = Border(left=_LINE, right=_LINE, top=_LINE, bottom=_LINE)
BODY = Font(name=BODY_FONT, size=BODY_SIZE)
HEAD = Font(name=HEAD_FONT, size=BODY_SIZE)
TITLE = Font(name=HEAD_FONT, size=16)
HEAD_PATTERN = PatternFill("solid", start_color=HEAD_FILL)
REQUIRED_PATTERN = PatternFill("solid", start_color=REQUIRED_FILL)
HEAD_ALIGNMENT = Alignment(horizontal="center", vertical="center", wrap_text=True)


def number_format(column: Column) -> str:
    """The Excel format of a column's cells: codes as text, amounts with their decimals."""
    if column.kind is not Kind.DECIMAL:
        return NUMBER_FORMATS[column.kind]
    places = column.decimal_places
    if places is None:
        return "General"
    return "0." + "0" * places if places else "0"


def holds_text(column: Column) -> bool:
    """Whether the cells of a column are text, which no program may take for a formula."""
    return column.kind not in (Kind.INTEGER, Kind.DECIMAL, Kind.DATE)


def width(column: Column) -> int:
    """Characters; room for the header at least (Chinese characters take two)."""
    return column.width or max(_WIDTHS[column.kind], 2 * len(str(column.title)) + 4)


def xlsxwriter_body(**extra: Any) -> dict[str, Any]:
    """The body style in XlsxWriter's words."""
    return {"font_name": BODY_FONT, "font_size": BODY_SIZE, "valign": "vcenter"} | extra


def xlsxwriter_head() -> dict[str, Any]:
    """The header style in XlsxWriter's words."""
    return {
        "font_name": HEAD_FONT,
        "font_size": BODY_SIZE,
        "bg_color": f"#{HEAD_FILL}",
        "border": 1,
        "align": "center",
        "valign": "vcenter",
        "text_wrap": True,
    }
