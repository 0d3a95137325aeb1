"""The first look at a file: which sheet, which header, which column is which, what is in doubt."""

import datetime
import io
import random
from collections.abc import Callable
from decimal import Decimal

import pytest
from openpyxl import Workbook

from core.credit_code import make_credit_code
from core.spreadsheets import (
    Column,
    FileSurvey,
    Kind,
    Layout,
    Limits,
    SheetSurvey,
    SpreadsheetError,
    check_rows,
    header_key,
    open_blocks,
    survey,
)
from tests.core.spreadsheet_samples import COLUMNS, HEADER, ROW, book, with_sheet_xml

PLACED = (
    *COLUMNS,
    Column(key="phone", title="电话", aliases=("手机",), kind=Kind.CODE),
    Column(key="x", title="经度", kind=Kind.DECIMAL),
    Column(key="y", title="纬度", kind=Kind.DECIMAL),
)


def look(content: bytes, columns=COLUMNS, filename: str = "台账.xlsx", **options) -> FileSurvey:
    return survey(io.BytesIO(content), filename=filename, columns=columns, **options)


def the_sheet(content: bytes, *arguments, **options) -> SheetSurvey:
    seen = look(content, *arguments, **options)
    assert seen.best is not None
    return seen.sheets[seen.best]


def hows(sheet: SheetSurvey) -> dict[str, tuple[str | None, str | None]]:
    return {
        title: (guess.key, guess.how)
        for title, guess in zip(sheet.titles, sheet.guesses, strict=True)
    }


def merged(*ranges: str) -> Callable[[Workbook], None]:
    def edit(workbook):
        for cells in ranges:
            workbook.worksheets[0].merge_cells(cells)

    return edit


# --- titles ------------------------------------------------------------------------------------


def test_a_ledger_after_the_template_leaves_no_doubt():
    sheet = the_sheet(book(HEADER, ROW, ROW))
    assert sheet.layout == Layout("台账", 1, 1, {c.key: at for at, c in enumerate(COLUMNS)})
    assert (sheet.titles, sheet.doubts, sheet.rows) == (tuple(HEADER), (), 3)
    assert {guess.how for guess in sheet.guesses} == {"title"}


def test_title_rows_above_the_header():
    content = book(["普陀区商业网点台账"], ["填报单位：", "曹杨"], [], HEADER, ROW)
    assert the_sheet(content).layout.header == 4


def test_each_way_of_telling_a_column_is_named():
    titles = ["code", "招牌名", "业态（必填）", "营业面机", "备注"]
    sheet = the_sheet(book(titles, ["N1", "店", "便利店", 5, "好"]))
    assert hows(sheet) == {
        "code": ("code", "title"),
        "招牌名": ("name", "alias"),
        "业态（必填）": ("format", "title"),
        "营业面机": ("area", "similar"),
        "备注": (None, None),
    }
    assert sheet.layout.columns == {"code": 0, "name": 1, "format": 2, "area": 3}


def test_a_similar_title_over_other_things_is_no_guess():
    titles = ["网点名称", "业态", "网点编码", "从业人员数"]
    few = the_sheet(book(titles, ["店", "便利店", "N1", 3]))
    assert hows(few)["从业人员数"] == ("staff", "similar")
    names = the_sheet(book(titles, ["店", "便利店", "N1", "张三、李四"]))
    assert hows(names)["从业人员数"] == (None, None)


def test_a_title_merged_over_the_table_is_no_part_of_the_header():
    content = book(["台账"], [*HEADER, "备注"], [*ROW, "好"], edit=merged("A1:J1"))
    sheet = the_sheet(content)
    assert (sheet.layout.header, sheet.layout.header_rows, sheet.titles[9]) == (2, 1, "备注")


def test_two_row_header_with_merged_cells():
    content = book(
        ["台账"],
        ["网点名称", "业态", "规模", ""],
        ["", "", "营业面积", "从业人数"],
        ["店", "便利店", 65, 3],
        edit=merged("A1:D1", "A2:A3", "B2:B3", "C2:D2"),
    )
    sheet = the_sheet(content)
    assert sheet.layout == Layout("台账", 2, 2, {"name": 0, "format": 1, "area": 2, "staff": 3})
    assert sheet.doubts == ()
    assert sheet.samples == (("店",), ("便利店",), ("65",), ("3",))


def test_a_title_merged_over_two_columns_of_data_is_a_doubt():
    content = book(
        ["网点编码", "网点名称", "", "业态"], ["1", "a", "b", "便利店"], edit=merged("B1:C1")
    )
    sheet = the_sheet(content)
    assert sheet.layout.columns["name"] == 1
    (doubt,) = sheet.doubts
    assert "B1:C1“网点名称”" in doubt


def test_duplicate_headers_are_a_doubt_and_the_better_title_is_taken():
    sheet = the_sheet(book(["招牌名", "业态", "网点编码", "网点名称"], ["a", "便利店", "1", "b"]))
    assert hows(sheet)["招牌名"] == (None, None)
    assert sheet.layout.columns["name"] == 3
    (doubt,) = sheet.doubts
    assert "A1、D1" in doubt


def test_missing_required_columns_are_a_doubt():
    sheet = the_sheet(book(["网点编码", "从业人数", "开业日期"], ["N1", 3, "2024-03-01"]))
    (doubt,) = sheet.doubts
    assert "网点名称、业态" in doubt


# --- values ------------------------------------------------------------------------------------


def foreign(rows: int = 20) -> bytes:
    """A ledger whose titles say nothing of what its columns hold."""
    chance = random.Random(1)
    titles = ["甲", "乙", "丙", "丁", "戊", "己", "庚", "辛"]
    data = [
        [
            f"第{number}店",
            make_credit_code(f"91000000MAFAKE{number:03d}"),
            chance.choice(["便利店", "菜市场", "早餐店"]),
            f"1380000{number:04d}",
            121.39 + chance.random() / 50,
            31.25 + chance.random() / 50,
            datetime.date(2024, 3, 1 + number),
            number,
        ]
        for number in range(rows)
    ]
    return book(titles, *data)


def test_columns_are_told_by_what_they_hold():
    columns = tuple(column for column in PLACED if column.key != "services")
    sheet = the_sheet(foreign(), columns)
    assert hows(sheet) == {
        "甲": (None, None),
        "乙": ("credit_code", "values"),
        "丙": ("format", "values"),
        "丁": ("phone", "values"),
        "戊": ("x", "values"),
        "己": ("y", "values"),
        "庚": ("opened", "values"),
        "辛": (None, None),
    }
    assert sheet.layout.columns == {
        "credit_code": 1, "format": 2, "phone": 3, "x": 4, "y": 5, "opened": 6,
    }  # fmt: skip
    assert any("没有找到表头" in doubt for doubt in sheet.doubts)
    assert any("网点名称" in doubt for doubt in sheet.doubts)


def test_values_that_fit_two_columns_tell_nothing():
    sheet = the_sheet(foreign(), PLACED)
    assert hows(sheet)["丙"] == (None, None)


def test_two_columns_of_one_kind_tell_nothing():
    titles = ["网点名称", "业态", "网点编码", "甲", "乙"]
    row = ["店", "便利店", "N1", "13800000000", "13900000000"]
    assert hows(the_sheet(book(titles, row), PLACED))["甲"] == (None, None)
    assert hows(the_sheet(book(titles, row[:4]), PLACED))["甲"] == ("phone", "values")


def test_samples_are_different_filled_values_as_people_read_them():
    rows = [["N1", "店", "便利店", value] for value in ["", 12.0, 12.0, 0.5, True, "甲", 3, 4, 5]]
    sheet = the_sheet(book(["网点编码", "网点名称", "业态", "备注"], *rows))
    assert sheet.samples[3] == ("12", "0.5", "True", "甲", "3")


# --- memory ------------------------------------------------------------------------------------


def test_what_an_office_said_before_wins_over_every_guess():
    titles = ["网点名称", "店招", "业态", "网点编码", "手机"]
    row = ["公司", "店", "便利店", "N1", "13800000000"]
    remembered = {
        header_key("店招（必填）"): "name",
        header_key("手机"): "",
        header_key("网点编码"): "gone",
    }
    sheet = the_sheet(book(titles, row), PLACED, remembered=remembered)
    assert hows(sheet) == {
        "网点名称": (None, None),
        "店招": ("name", "remembered"),
        "业态": ("format", "title"),
        "网点编码": ("code", "title"),
        "手机": (None, "remembered"),
    }
    assert sheet.layout.columns["name"] == 1


def test_remembered_titles_alone_find_the_header():
    titles = ["号", "叫什么", "干什么"]
    remembered = {"号": "code", "叫什么": "name", "干什么": "format"}
    content = book(["说明"], ["甲", "乙", "丙", "丁"], titles, ["N1", "店", "便利店"])
    sheet = the_sheet(content, remembered=remembered)
    assert (sheet.layout.header, sheet.doubts) == (3, ())


# --- sheets and files --------------------------------------------------------------------------


def test_the_best_of_several_sheets():
    def edit(workbook):
        for title, state, rows in (
            ("台账", "visible", [HEADER, ROW]),
            ("台账二", "visible", [HEADER, ROW]),
            ("空表", "visible", []),
            ("藏", "hidden", [HEADER, ROW]),
            ("填写说明", "visible", [HEADER]),
        ):
            worksheet = workbook.create_sheet(title)
            worksheet.sheet_state = state
            for row in rows:
                worksheet.append(row)

    content = book(["填表须知"], ["一", "不得空行"], sheet="须知", edit=edit)
    seen = look(content)
    assert (seen.kind, seen.encoding, seen.best) == ("xlsx", "", 1)
    assert [(sheet.name, sheet.hidden) for sheet in seen.sheets] == [
        ("须知", False), ("台账", False), ("台账二", False), ("空表", False), ("藏", True),
    ]  # fmt: skip
    assert seen.sheets[3].doubts == ("工作表是空的",)
    assert seen.sheets[3].layout is None
    assert seen.sheets[4].layout.header == 1


def test_a_hidden_sheet_is_never_the_best():
    def edit(workbook):
        worksheet = workbook.create_sheet("藏")
        worksheet.sheet_state = "hidden"
        worksheet.append(HEADER)
        worksheet.append(ROW)

    seen = look(book(["说明"], edit=edit))
    assert seen.best is None
    assert seen.sheets[1].hidden
    assert seen.sheets[1].layout.columns["name"] == 1


@pytest.mark.parametrize(
    ("encoding", "told"), [("gbk", "gb18030"), ("utf-8-sig", "utf-8-sig"), ("utf-8", "utf-8")]
)
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_text_files(encoding, told, delimiter):
    lines = [delimiter.join(HEADER), delimiter.join(map(str, ROW))]
    seen = look("\r\n".join(lines).encode(encoding), filename="台账.csv")
    assert (seen.kind, seen.encoding, seen.best) == ("csv", told, 0)
    (sheet,) = seen.sheets
    assert sheet.layout == Layout("", 1, 1, {c.key: at for at, c in enumerate(COLUMNS)})
    assert (sheet.rows, sheet.samples[1]) == (2, ("曹杨便利",))


def test_an_empty_workbook_has_no_best_sheet():
    seen = look(book())
    assert seen.best is None
    assert seen.sheets[0].doubts == ("工作表是空的",)


def refusal(content: bytes, **options) -> str:
    with pytest.raises(SpreadsheetError) as caught:
        look(content, **options)
    return caught.value.code


def test_files_are_refused_as_ever():
    assert refusal(b"") == "empty_file"
    assert refusal(b"%PDF-1.7") == "wrong_type"
    assert refusal(book(HEADER, ROW)[:2000]) == "broken"
    assert refusal(book(HEADER, *[ROW] * 30), limits=Limits(max_rows=5)) == "too_many_rows"
    assert refusal(book(HEADER, ROW), limits=Limits(max_file_bytes=100)) == "too_large"


def test_one_sheet_too_large_does_not_keep_the_others_from_being_read():
    def edit(workbook):
        for _number in range(60):
            workbook.create_sheet("大").append(["x"] * 40)

    limits = Limits(max_columns=30)
    seen = look(book(HEADER, ROW, edit=edit), limits=limits)
    assert seen.best == 0
    assert "超过 30 列的上限" in seen.sheets[1].doubts[0]


# --- from the survey to the rows ---------------------------------------------------------------


def test_a_corrected_layout_reads_what_the_titles_alone_would_refuse():
    titles = ["网点名称", "网点名称", "", "干什么", "多少平"]
    content = book(
        ["台账"], titles, ["公司", "店", "x", "便利店", 65.5], edit=merged("B2:C2", "A1:E1")
    )
    sheet = the_sheet(content, remembered={"干什么": "format"})
    layout = Layout.from_json(
        sheet.layout.as_json() | {"columns": {"name": 1, "format": 3, "area": 4}}
    )
    with open_blocks(
        io.BytesIO(content), filename="a.xlsx", columns=COLUMNS, layout=layout
    ) as blocks:
        (table,) = blocks
    checked = check_rows(table, COLUMNS)
    assert checked.errors == []
    assert checked.columns["name"] == ["店"]
    assert checked.columns["area"] == [Decimal("65.5")]
    assert [(c.letter, c.title, c.filled) for c in blocks.unknown] == [
        ("A", "网点名称", 1),
        ("C", "", 1),
    ]


def test_a_sheet_that_no_program_wrote_is_told_and_not_taken():
    content = with_sheet_xml(book(HEADER, ROW), b"<sheetData>", b"<!-- x --><sheetData>")
    assert refusal(content) == "broken"
