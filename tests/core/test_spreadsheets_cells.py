"""Cells become values, or a sentence that says why not."""

import datetime
import io
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.spreadsheets import Choice, Column, Kind, check_rows, choices_of, open_table
from core.spreadsheets.tables import Table
from tests.core.spreadsheet_samples import COLUMNS, FORMATS, HEADER, ROW, book, read

DAY = datetime.date(2024, 3, 1)


def table_of(values: list, column: Column, **options) -> Table:
    return Table(
        filename="",
        sheet="",
        headers=(str(column.title),),
        columns={column.key: 0},
        rows=[[value] for value in values],
        row_numbers=list(range(2, 2 + len(values))),
        **options,
    )


def judged(value, kind: Kind, **options) -> tuple[object, str]:
    """What becomes of one cell: its value and the message."""
    column = Column(key="x", title="某列", kind=kind, **options)
    checked = check_rows(table_of([value], column), [column])
    return checked.rows[0].values["x"], "".join(error.message for error in checked.errors)


def value(raw, kind: Kind, **options):
    found, message = judged(raw, kind, **options)
    assert message == ""
    return found


def message(raw, kind: Kind, **options) -> str:
    found, said = judged(raw, kind, **options)
    assert said
    assert found in (None, "", ())
    return said


# --- text and codes ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("raw", "text"),
    [("　曹杨  店\n", "曹杨 店"), (12.0, "12"), (0.5, "0.5"), ("００７", "007"), (True, "TRUE")],
)
def test_text(raw, text):
    assert value(raw, Kind.TEXT) == text


@pytest.mark.parametrize("raw", [310107005.0, 310107005, "310107005", " ３１０１０７００５"])
def test_codes_that_excel_made_numbers_of(raw):
    assert value(raw, Kind.CODE) == "310107005"


@pytest.mark.parametrize("raw", [9.1e17, 1e15, "9.1E+17", "9.1310107e+17", float("inf")])
def test_codes_that_lost_their_last_digits_are_refused(raw):
    assert "末位已丢失，请将该列设为文本后重新填写" in message(raw, Kind.CODE)


@pytest.mark.parametrize(
    "raw", [datetime.date(2024, 7, 11), datetime.time(8), datetime.timedelta(hours=30)]
)
def test_text_that_excel_took_for_a_date_is_refused(raw):
    assert "设为文本" in message(raw, Kind.TEXT)


def test_length_is_counted_in_normal_form():
    assert value("１２３ ", Kind.TEXT, max_length=3) == "123"
    assert message("1234", Kind.TEXT, max_length=3) == "最多 3 个字符，现有 4 个"


@pytest.mark.parametrize("raw", ["", "  ", "\u3000", "\u200b", "\n"])
@pytest.mark.parametrize("kind", Kind)
def test_blank_is_blank_in_every_kind(raw, kind):
    found, said = judged(raw, kind, choices=FORMATS)
    assert found == {Kind.TEXT: "", Kind.CODE: "", Kind.LIST: ()}.get(kind)
    assert said == ""
    assert message(raw, kind, choices=FORMATS, required=True) == "必填"


def test_own_checks_and_normal_forms():
    column = {"normalise": str.upper, "check": lambda code: "不行" if "X" in code else None}
    assert value("ab", Kind.CODE, **column) == "AB"
    assert message("ax", Kind.CODE, **column) == "不行"


# --- numbers -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("raw", "number"),
    [
        ("１２０", "120"),
        ("1,234.50", "1234.50"),
        ("１，２３４", "1234"),
        ("-3", "-3"),
        (65.5, "65.5"),
        (0.1 + 0.2, "0.3"),
        (12, "12"),
        (121.396, "121.396"),
    ],
)
def test_numbers(raw, number):
    assert value(raw, Kind.DECIMAL) == Decimal(number)


@pytest.mark.parametrize(
    "raw",
    ["120㎡", "约120", "1,23", "1e3", "12.", "--1", "1 2", "九", True, DAY, float("nan"),
     float("inf"), "NaN", "٣", "9" * 40],
)  # fmt: skip
@pytest.mark.parametrize("kind", [Kind.DECIMAL, Kind.INTEGER])
def test_what_is_no_number(raw, kind):
    assert "数字" in message(raw, kind)


def test_bounds_and_places():
    assert message(1.239, Kind.DECIMAL, decimal_places=2) == "最多 2 位小数"
    assert value(1.23, Kind.DECIMAL, decimal_places=2) == Decimal("1.23")
    assert message(-1, Kind.DECIMAL, least=0) == "不能小于 0"
    assert message("10000", Kind.INTEGER, most=9999) == "不能大于 9999"
    assert message(1.5, Kind.INTEGER) == "应为整数"
    assert value("3.00", Kind.INTEGER) == 3


@given(st.decimals(-(10**9), 10**9, places=4))
def test_a_written_decimal_is_read_exactly(number):
    assert value(str(number), Kind.DECIMAL) == number
    assert value(f"{number:,}", Kind.DECIMAL) == number
    assert value(float(number), Kind.DECIMAL) == number


@given(st.text(max_size=12))
def test_no_text_makes_the_parsers_stumble(text):
    for kind in Kind:
        found, said = judged(text, kind, choices=FORMATS)
        assert not said or found in (None, "", ())


# --- dates -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "raw",
    ["2024-03-01", "2024-3-1", "2024/3/1", "2024.3.1", "2024年3月1日", "2024年03月01号",
     "20240301", "２０２４－０３－０１", "2024-03-01 00:00:00", "2024/3/1 8:30", 20240301,
     20240301.0, 45352, 45352.0, "45352", DAY, datetime.datetime(2024, 3, 1, 8, 30)],
)  # fmt: skip
def test_dates_in_every_clear_form(raw):
    assert value(raw, Kind.DATE) == DAY


@pytest.mark.parametrize(
    "raw",
    ["3/1/2024", "01-03-24", "24-3-1", "2024-3", "2024年3月", "2024", 2024, "三月一日", "2024-3/1",
     "2024-03-01-02", True, datetime.time(8), 45352.5, "20241", "202403011", "去年"],
)  # fmt: skip
def test_dates_that_could_mean_anything_are_refused(raw):
    if raw == "20241":  # five digits are a serial number
        assert value(raw, Kind.DATE) == datetime.date(1955, 6, 1)
    else:
        assert "请写成 2024-03-01" in message(raw, Kind.DATE)


@pytest.mark.parametrize("raw", ["2024-02-30", "2023-2-29", "20241301", "2024年0月1日"])
def test_days_that_never_were(raw):
    assert "没有这一天" in message(raw, Kind.DATE)


def test_bounds_of_dates():
    assert message("2031-01-01", Kind.DATE, most=DAY) == "不能大于 2024-03-01"


def test_serial_numbers_of_a_workbook_that_counts_from_1904():
    column = Column(key="x", title="某列", kind=Kind.DATE)
    checked = check_rows(table_of([45352 - 1462], column, date1904=True), [column])
    assert checked.rows[0].values["x"] == DAY


@given(st.dates(datetime.date(1928, 1, 1), datetime.date(2099, 12, 31)))
def test_every_day_is_read_from_every_form(day):
    forms = [
        day.isoformat(),
        f"{day.year}/{day.month}/{day.day}",
        f"{day.year}年{day.month}月{day.day}日",
        f"{day:%Y%m%d}",
        (day - datetime.date(1899, 12, 30)).days,
    ]
    assert {value(form, Kind.DATE) for form in forms} == {day}


# --- choices, flags, lists ---------------------------------------------------------------------


@pytest.mark.parametrize("raw", ["便利店", "convenience", "便利商店", " 便 利 店 ", "CONVENIENCE"])
def test_choices_by_label_code_and_alias(raw):
    assert value(raw, Kind.CHOICE, choices=FORMATS) == "convenience"


def test_wrong_choices_get_the_nearest_or_all():
    assert message("便民店", Kind.CHOICE, choices=FORMATS) == (
        "“便民店”不在可选范围内，是否为“便利店”？"
    )
    assert message("xyz", Kind.CHOICE, choices=FORMATS) == (
        "“xyz”不在可选范围内，可填：便利店、菜市场、早餐店"
    )


def test_choices_with_numeric_codes():
    choices = choices_of([(310107005, "曹杨新村街道")])
    assert value(310107005.0, Kind.CHOICE, choices=choices) == "310107005"


@pytest.mark.parametrize(
    ("raw", "flag"),
    [("是", True), ("有", True), ("√", True), ("✔️", True), ("1", True), (1.0, True), (True, True),
     ("Ｙ", True), ("否", False), ("无", False), ("×", False), (0, False), (False, False),
     ("no", False)],
)  # fmt: skip
def test_flags(raw, flag):
    assert value(raw, Kind.FLAG) is flag


@pytest.mark.parametrize("raw", ["也许", "2", 2, "x"])
def test_what_is_no_flag(raw):
    assert message(raw, Kind.FLAG) == "应填“是”或“否”"


@pytest.mark.parametrize("sign", ["、", ",", "，", ";", "；", "\n", " 、 ", "、、"])
def test_lists_split_on_every_usual_sign(sign):
    assert value(f"早餐店{sign}菜市场", Kind.LIST, choices=FORMATS) == ("breakfast", "market")
    assert value(f"甲{sign}乙{sign}甲", Kind.LIST) == ("甲", "乙")


def test_a_wrong_entry_in_a_list_is_named():
    assert "“菜场”" in message("早餐店、菜场", Kind.LIST, choices=FORMATS)


def test_a_list_of_nothing_but_signs_is_blank():
    assert message("、、", Kind.LIST, required=True) == "必填"


# --- whole tables ------------------------------------------------------------------------------


def test_a_good_row():
    checked = check_rows(read(book(HEADER, ROW)), COLUMNS)
    assert checked.errors == []
    (row,) = checked.rows
    assert row.row == 2
    assert row.values == {
        "code": "N1",
        "name": "曹杨便利",
        "credit_code": "91000000MAFAKE001Q",
        "format": "convenience",
        "services": ("breakfast", "market"),
        "area": Decimal("65.5"),
        "staff": 3,
        "opened": DAY,
        "all_day": True,
    }


def test_every_error_in_sheet_order_with_row_letter_title_and_value():
    bad = ["", "", "91000000MAFAKE001X", "便民店", "", "大", 3.5, "昨天", "?"]
    checked = check_rows(read(book(["台账"], HEADER, ROW, bad, ROW, bad)), COLUMNS)
    assert [(error.row, error.column_letter) for error in checked.errors] == [
        (row, letter) for row in (4, 6) for letter in "BCDFGHI"
    ]
    first = checked.errors[1]
    assert (first.cell, first.column_title, first.value) == ("C4", "统一社会信用代码", bad[2])
    assert "校验码不符" in first.message
    assert [row.row for row in checked.good_rows] == [3, 5]


def test_equal_looking_cells_of_different_types_are_judged_apart():
    column = Column(key="x", title="某列", kind=Kind.TEXT)
    checked = check_rows(table_of([1, True, 1.0, "1", True], column), [column])
    assert [row.values["x"] for row in checked.rows] == ["1", "TRUE", "1", "1", "TRUE"]


@given(
    st.lists(
        st.sampled_from(["", "便利店", "xx", 1, 1.0, True, DAY, 0, False, "1", "2024-3-1"]),
        min_size=1,
    ),
    st.sampled_from(Kind),
)
def test_a_column_is_judged_as_its_cells_one_by_one(cells, kind):
    column = Column(key="x", title="某列", kind=kind, choices=FORMATS, required=True)
    together = check_rows(table_of(cells, column), [column])
    alone = [judged(cell, kind, choices=FORMATS, required=True) for cell in cells]
    assert [row.values["x"] for row in together.rows] == [found for found, _ in alone]
    said = {error.row: error.message for error in together.errors}
    assert [said.get(row.row, "") for row in together.rows] == [message for _, message in alone]


def test_errors_of_the_callers_own_finding():
    table = read(book(HEADER, ROW))
    error = table.error(2, "area", "与上期相差过大")
    assert (error.cell, error.column_title, error.value) == ("F2", "营业面积", "65.5")
    short = read(book(["业态", "网点名称", "网点编码"], ["便利店", "店", "N1"]))
    error = short.error(2, "area", "缺少", title="营业面积")
    assert (error.cell, error.column_letter, error.column_title) == ("2", "", "营业面积")


# --- text files --------------------------------------------------------------------------------

LINES = [",".join(HEADER), 'N1,"曹杨,便利",,便利店,"早餐店、\n菜市场",65.5,3,2024/3/1,是']


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16"])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_csv_in_the_encodings_of_offices(encoding, newline):
    table = read(newline.join(LINES).encode(encoding), filename="台账.csv")
    (row,) = check_rows(table, COLUMNS).rows
    assert row.values["name"] == "曹杨,便利"
    assert row.values["services"] == ("breakfast", "market")
    assert row.values["opened"] == DAY


@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
def test_csv_with_the_usual_delimiters(delimiter):
    lines = [["台账"], HEADER, ["N1", "店", "", "便利店", "早餐店", "5", "", "", ""]]
    content = "\n".join(delimiter.join(line) for line in lines)
    table = read(content.encode())
    assert table.columns["all_day"] == 8
    assert table.row_numbers == [3]


def test_rows_of_a_csv_are_numbered_as_excel_shows_them():
    content = "\n".join([LINES[0], LINES[1], "", "N2,店,,便利店"])
    table = open_table(io.BytesIO(content.encode()), filename="x.csv", columns=COLUMNS)
    assert table.row_numbers == [2, 4]
    assert table.sheet == ""


def test_two_choices_of_one_name_keep_the_first():
    choices = (Choice("a", "店"), Choice("b", "店"))
    assert value("店", Kind.CHOICE, choices=choices) == "a"
