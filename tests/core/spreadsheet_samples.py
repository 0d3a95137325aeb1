"""Small ledgers and broken files for the spreadsheet tests."""

import io
import zipfile
from collections.abc import Callable

from openpyxl import Workbook

from core.credit_code import check_credit_code, normalise_credit_code
from core.spreadsheets import Choice, Column, Kind, Limits, SpreadsheetError, Table, open_table

FORMATS = (
    Choice("convenience", "便利店", ("便利商店",)),
    Choice("market", "菜市场"),
    Choice("breakfast", "早餐店"),
)
COLUMNS = (
    Column(key="code", title="网点编码", kind=Kind.CODE, max_length=20),
    Column(key="name", title="网点名称", required=True, aliases=("招牌名",), max_length=20),
    Column(
        key="credit_code",
        title="统一社会信用代码",
        kind=Kind.CODE,
        normalise=normalise_credit_code,
        check=check_credit_code,
    ),
    Column(key="format", title="业态", kind=Kind.CHOICE, required=True, choices=FORMATS),
    Column(key="services", title="一店多能服务", kind=Kind.LIST, choices=FORMATS),
    Column(
        key="area",
        title="营业面积",
        aliases=("营业面积㎡", "营业面积（平方米）"),
        kind=Kind.DECIMAL,
        decimal_places=2,
        least=0,
    ),
    Column(key="staff", title="从业人数", kind=Kind.INTEGER, least=0, most=9999),
    Column(key="opened", title="开业日期", kind=Kind.DATE),
    Column(key="all_day", title="是否24h", kind=Kind.FLAG),
)
HEADER = [str(column.title) for column in COLUMNS]
ROW = [
    "N1",
    "曹杨便利",
    "91000000MAFAKE001Q",
    "便利店",
    "早餐店、菜市场",
    65.5,
    3,
    "2024-03-01",
    "是",
]


def book(*rows: list, edit: Callable[[Workbook], None] | None = None, sheet: str = "台账") -> bytes:
    """An .xlsx with one sheet of these rows; `edit` may change the workbook before it is saved."""
    workbook = Workbook()
    worksheet = workbook.worksheets[0]
    worksheet.title = sheet
    for row in rows:
        worksheet.append(row)
    if edit:
        edit(workbook)
    target = io.BytesIO()
    workbook.save(target)
    return target.getvalue()


def repacked(content: bytes, change: Callable[[str, bytes], bytes | None]) -> bytes:
    """The zip with each member replaced by what `change` makes of it (None drops it)."""
    target = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as source,
        zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as copy,
    ):
        for name in source.namelist():
            if (changed := change(name, source.read(name))) is not None:
                copy.writestr(name, changed)
    return target.getvalue()


def with_sheet_xml(content: bytes, old: bytes, new: bytes) -> bytes:
    """The workbook with `old` replaced in the XML of its first sheet."""

    def change(name: str, data: bytes) -> bytes:
        if name != "xl/worksheets/sheet1.xml":
            return data
        assert old in data
        return data.replace(old, new)

    return repacked(content, change)


def read(content: bytes, columns=COLUMNS, *, filename: str = "台账.xlsx", **limits: int) -> Table:
    """The table in a file of this content."""
    return open_table(
        io.BytesIO(content), filename=filename, columns=columns, limits=Limits(**limits)
    )


def refusal(content: bytes, columns=COLUMNS, **options) -> SpreadsheetError:
    """The error with which a file of this content is refused."""
    try:
        read(content, columns, **options)
    except SpreadsheetError as error:
        return error
    raise AssertionError("the file was accepted")
