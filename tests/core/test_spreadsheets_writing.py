"""What is written reads back as what it was, and nothing in it runs."""

import csv
import datetime
import io
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from core.spreadsheets import (
    Column,
    Kind,
    Sheet,
    check_rows,
    open_table,
    template,
    write_csv,
    write_errors,
    write_large,
    write_rows,
)
from core.spreadsheets.csvfiles import is_escaped
from core.spreadsheets.writing import sheet_titles
from tests.core.spreadsheet_samples import COLUMNS, HEADER, ROW, book, read

VALUES = {
    "code": "310107005000000001",
    "name": "曹杨便利",
    "credit_code": "91000000MAFAKE001Q",
    "format": "convenience",
    "services": ("breakfast", "market"),
    "area": Decimal("65.50"),
    "staff": 3,
    "opened": datetime.date(2024, 3, 1),
    "all_day": False,
}
EMPTY = dict.fromkeys(VALUES) | {"name": "店", "format": "market"}
DANGEROUS = [
    "=1+1", "+1", "-1", "@SUM(A1)", "=cmd|'/c calc'!A1", "\t=1", "\r=1", "\n=1", " =1", "'=1",
    "''=1", "＝1+1", "＋1", "－1", "＠x", "#REF!", "http://x.example", "_x0041_", "a\x00b\x0bc",
    "半个\ud83d代理", "<b>&amp;", "'引号'", "'",
]  # fmt: skip


def styled(columns, rows, **options) -> bytes:
    target = io.BytesIO()
    write_rows(target, [Sheet(title="台账", columns=columns, rows=rows, **options)])
    return target.getvalue()


def large(columns, rows, **options) -> bytes:
    target = io.BytesIO()
    write_large(target, title="台账", columns=columns, rows=rows, **options)
    return target.getvalue()


def comma(columns, rows) -> bytes:
    target = io.BytesIO()
    write_csv(target, columns, rows)
    return target.getvalue()


WRITERS = pytest.mark.parametrize("write", [styled, large, comma])


@WRITERS
def test_round_trip(write):
    checked = check_rows(read(write(COLUMNS, [VALUES, EMPTY])), COLUMNS)
    assert checked.errors == []
    first, second = (row.values for row in checked.rows)
    assert first == VALUES
    assert {key: value for key, value in second.items() if value} == {
        "name": "店",
        "format": "market",
    }


@WRITERS
def test_rows_may_be_sequences_and_none_at_all(write):
    table = read(write(COLUMNS, iter([list(VALUES.values())])))
    assert check_rows(table, COLUMNS).rows[0].values == VALUES
    with pytest.raises(ValueError, match="8 values for 9 columns"):
        write(COLUMNS, [list(VALUES.values())[:-1]])
    content = write(COLUMNS, [])
    assert content


@WRITERS
@pytest.mark.parametrize("text", DANGEROUS)
def test_no_text_becomes_a_formula(write, text):
    column = Column(key="name", title="网点名称")
    content = write([column], [{"name": text}])
    if write is comma:
        (_, (cell,)) = csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""))
        assert not cell.lstrip(" ").startswith(("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋"))
        return
    cell = load_workbook(io.BytesIO(content)).worksheets[0]["A2"]
    assert cell.data_type == "s"
    assert cell.quotePrefix
    assert cell.hyperlink is None


@WRITERS
@given(text=st.text(max_size=30) | st.sampled_from(DANGEROUS))
def test_any_text_reads_back_as_itself(write, text):
    column = Column(key="name", title="网点名称")
    kept = "".join(c for c in text.replace("\r\n", "\n").replace("\r", "\n") if _holdable(c))
    content = write([column, Column(key="no", title="号")], [{"name": text, "no": "1"}])
    table = open_table(
        io.BytesIO(content), filename="x", columns=[column, Column(key="no", title="号")]
    )
    assert table.rows == [[kept, "1"]]


def _holdable(character: str) -> bool:
    point = ord(character)
    return (point >= 32 or character in "\t\n") and not (
        0xD800 <= point <= 0xDFFF or point in (0xFFFE, 0xFFFF)
    )


@pytest.mark.parametrize("write", [styled, large])
def test_a_text_longer_than_a_cell_is_cut(write):
    table = read(write([Column(key="name", title="网点名称")], [["长" * 40_000]]), COLUMNS[1:2])
    ((text,),) = table.rows
    assert len(text) == 32_767
    assert text.endswith("…")


def test_moments_are_shown_in_local_time():
    moment = datetime.datetime(2024, 2, 29, 20, 30, tzinfo=datetime.UTC)
    columns = [
        Column(key="on", title="日期", kind=Kind.DATE),
        Column(key="at", title="时间"),
    ]
    table = read(large(columns, [{"on": moment, "at": moment}]), columns)
    assert table.rows == [[datetime.date(2024, 3, 1), "2024-03-01 04:30"]]


def test_styled_sheet_as_a_person_sees_it():
    content = styled(COLUMNS, [VALUES], notes=["普陀区网点台账", "演示数据"], validations=True)
    workbook = load_workbook(io.BytesIO(content))
    sheet = workbook["台账"]
    assert [cell.value for cell in sheet[3]] == HEADER
    assert sheet["A1"].value == "普陀区网点台账"
    assert sheet.freeze_panes == "A4"
    assert sheet.auto_filter.ref == "A3:I4"
    assert sheet["A3"].font.name == "黑体"
    assert sheet["A4"].font.name == "宋体"
    assert (sheet["A4"].value, sheet["A4"].number_format) == ("310107005000000001", "@")
    assert (sheet["F4"].value, sheet["F4"].number_format) == (65.5, "0.00")
    assert sheet["H4"].number_format == "yyyy-mm-dd"
    assert sheet["B3"].fill.start_color.rgb != sheet["A3"].fill.start_color.rgb
    assert sheet.column_dimensions["C"].width >= 20
    assert read(content).row_numbers == [4]


def test_lists_of_allowed_values_stand_on_a_hidden_sheet():
    workbook = load_workbook(io.BytesIO(styled(COLUMNS, [VALUES] * 3, validations=True)))
    hidden = workbook["_选项"]
    assert hidden.sheet_state == "hidden"
    assert workbook.sheetnames[-1] == "_选项"
    rules = {str(rule.sqref): rule for rule in workbook["台账"].data_validations.dataValidation}
    assert set(rules) == {"D2:D4", "I2:I4"}
    rule = rules["D2:D4"]
    assert rule.showErrorMessage
    assert rule.type == "list"
    assert rule.formula1 == "'_选项'!$A$1:$A$3"
    assert [row[0].value for row in hidden["A1:A3"]] == ["便利店", "菜市场", "早餐店"]


def test_several_sheets_under_names_that_excel_accepts():
    target = io.BytesIO()
    write_rows(target, [Sheet(title="表[1]/x", columns=COLUMNS), Sheet(title="", columns=COLUMNS)])
    assert load_workbook(target).sheetnames == ["表 1  x", "Sheet"]
    long = "很长" * 20
    names = sheet_titles([long, long, "A", "a"])
    assert len({name.lower() for name in names}) == 4
    assert all(len(name) <= 31 for name in names)


def test_what_one_sheet_cannot_hold_goes_on_in_the_next():
    rows = [{"name": f"店{number}"} for number in range(5)]
    column = Column(key="name", title="网点名称")
    target = io.BytesIO()
    assert write_large(target, title="台账", columns=[column], rows=rows, rows_per_sheet=2) == 5
    workbook = load_workbook(target)
    assert workbook.sheetnames == ["台账", "台账 (2)", "台账 (3)"]
    found = [cell.value for sheet in workbook for cell in sheet["A"]]
    assert found == ["网点名称", "店0", "店1", "网点名称", "店2", "店3", "网点名称", "店4"]
    full = large([column], rows[:2], rows_per_sheet=2)
    assert load_workbook(io.BytesIO(full)).sheetnames == ["台账"]


def test_csv_opens_as_chinese_in_excel(tmp_path):
    path = tmp_path / "台账.csv"
    write_csv(path, COLUMNS, [VALUES])
    content = path.read_bytes()
    assert content.startswith(b"\xef\xbb\xbf")
    assert b"\r\n" in content
    assert "65.50" in content.decode("utf-8-sig")


def test_negative_numbers_stay_numbers_in_csv():
    column = Column(key="change", title="增减", kind=Kind.DECIMAL)
    assert b"\r\n-5.5\r\n" in comma([column], [[Decimal("-5.5")]])


@given(st.text(alphabet="'=+ 一\t", max_size=6))
def test_every_escaped_text_is_known_as_such(text):
    """Whoever undoes the apostrophe gets back exactly what was written."""
    cell = comma([Column(key="x", title="x")], [[text]]).decode("utf-8-sig").split("\r\n", 1)[1]
    (record,) = csv.reader(io.StringIO(cell, newline="")) if cell.strip("\r\n") else ([""],)
    written = record[0] if record else ""
    assert (written[1:] if is_escaped(written) else written) == text


# --- the wrong rows ----------------------------------------------------------------------------


def test_wrong_rows_come_back_in_their_own_layout():
    bad = ["N2", "", "", "便民店", "", 12.5, "", datetime.date(2024, 3, 1), ""]
    extra = ["序号", *HEADER, "备注"]
    source = book(["台账"], extra, [1, *ROW, "好"], [2, *bad, "=1"], [3, *ROW, ""], sheet="网点")
    source_table = read(source)
    errors = check_rows(source_table, COLUMNS).errors
    target = io.BytesIO()
    assert write_errors(target, source_table, errors) == 1
    sheet = load_workbook(target).worksheets[0]
    assert sheet.title == "网点"
    assert [cell.value for cell in sheet[1]] == [*extra, "错误说明"]
    assert sheet.max_row == 2
    assert sheet["C2"].fill.start_color.rgb == "FFFFC7CE"
    assert sheet["E2"].fill.start_color.rgb == "FFFFC7CE"
    assert sheet["G2"].fill.start_color.rgb != "FFFFC7CE"
    assert "是否为“便利店”" in sheet["E2"].comment.text
    assert sheet["L2"].value == (
        "原第 4 行：网点名称：必填；业态：“便民店”不在可选范围内，是否为“便利店”？"
    )
    assert (sheet["G2"].value, sheet["B2"].value) == (12.5, "N2")


def test_the_file_of_wrong_rows_can_be_uploaded_again():
    bad = [*ROW]
    bad[3] = "便民店"
    bad[1] = "=1+1"
    source_table = read(book(HEADER, ROW, ROW))
    source_table.rows[1] = bad
    target = io.BytesIO()
    write_errors(target, source_table, check_rows(source_table, COLUMNS).errors)
    again = read(target.getvalue())
    assert again.unknown == ()
    assert again.columns == source_table.columns
    assert again.rows == [[*bad, again.rows[0][-1]]]
    checked = check_rows(again, COLUMNS)
    assert [error.cell for error in checked.errors] == ["D2"]
    second = io.BytesIO()
    write_errors(second, again, checked.errors)
    header = [cell.value for cell in load_workbook(second).worksheets[0][1]]
    assert header == [*HEADER, "错误说明"]


def test_a_formula_comes_back_as_its_value_to_be_confirmed():
    source_table = read(book(HEADER, ROW))
    errors = [source_table.error(2, "area", "是公式，请粘贴为数值")]
    target = io.BytesIO()
    write_errors(target, source_table, errors)
    cell = load_workbook(target).worksheets[0]["F2"]
    assert (cell.value, cell.data_type) == (65.5, "n")


def test_errors_without_a_column_are_told_in_the_last_one():
    source_table = read(book(["网点名称", "业态"], ["店", "便利店"]))
    errors = [source_table.error(2, "area", "必填", title="营业面积")]
    target = io.BytesIO()
    write_errors(target, source_table, errors)
    assert load_workbook(target).worksheets[0]["C2"].value == "原第 2 行：营业面积：必填"


# --- the template ------------------------------------------------------------------------------


def test_template_is_an_empty_ledger_with_lists_and_help():
    content = template(COLUMNS, title="商业网点台账")
    workbook = load_workbook(io.BytesIO(content))
    assert workbook.sheetnames == ["商业网点台账", "填写说明", "_选项"]
    sheet = workbook["商业网点台账"]
    assert [cell.value for cell in sheet[1]] == HEADER
    assert sheet.max_row == 1
    assert sheet.column_dimensions["C"].number_format == "@"
    rules = [str(rule.sqref) for rule in sheet.data_validations.dataValidation]
    assert rules == ["D2:D5001", "I2:I5001"]
    help_rows = {row[0]: row[1:] for row in workbook["填写说明"].values}
    assert help_rows["网点名称"][:2] == ("必填", "文字，最多 20 个字符")
    assert help_rows["业态"][2] == "便利店、菜市场、早餐店"
    assert help_rows["从业人数"][1] == "整数，不小于 0，不大于 9999"


def test_a_filled_template_is_read_without_remarks():
    workbook = load_workbook(io.BytesIO(template(COLUMNS, title="商业网点台账")))
    for at, value in enumerate(ROW, 1):
        workbook["商业网点台账"].cell(2, at).value = value
    target = io.BytesIO()
    workbook.save(target)
    table = read(target.getvalue())
    assert table.notes == ()
    assert check_rows(table, COLUMNS).errors == []
    assert len(table.rows) == 1
