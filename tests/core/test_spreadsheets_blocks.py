"""Blocks of rows come to the same as the whole table, and as what another library reads."""

import datetime
import io
import re
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook

from core.spreadsheets import (
    CellError,
    Checked,
    Checker,
    Layout,
    SpreadsheetError,
    Table,
    check_rows,
    open_blocks,
    write_problem_rows,
)
from core.spreadsheets import checking as checking_module
from tests.core.spreadsheet_samples import COLUMNS, HEADER, ROW, book, read, repacked

MAIN = b"http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = b"http://schemas.openxmlformats.org/officeDocument/2006/relationships"
DAY = datetime.date(2024, 3, 1)
CELLS = st.one_of(
    st.just(""),
    st.sampled_from(["店", "便利店", "菜市场", "早餐店、便利店", "<a> & “b”", " x ", "=", "１２"]),
    st.integers(-(10**6), 10**6),
    st.floats(-1e6, 1e6).map(lambda number: round(number, 3)),
    st.booleans(),
    st.dates(datetime.date(1950, 1, 1), datetime.date(2090, 1, 1)),
    st.just("公式"),
    st.just("#N/A"),
)
LEDGER_ROWS = st.lists(
    st.lists(CELLS, min_size=len(HEADER) + 1, max_size=len(HEADER) + 1), min_size=1, max_size=14
)


@contextmanager
def small_pieces() -> Iterator[None]:
    """Sheets are cut after every two rows, and read in bites of a few bytes."""
    with (
        patch("core.spreadsheets.sheetcut._HEAD_ROWS", 1),
        patch("core.spreadsheets.sheetcut._MOST_ROWS", 2),
        patch("core.spreadsheets.packages._CHUNK", 100),
    ):
        yield


def blocks_of(
    content: bytes, block_rows: int = 3, **options
) -> tuple[list[Table], list[str], tuple]:
    with open_blocks(
        io.BytesIO(content),
        filename="台账.xlsx",
        columns=COLUMNS,
        block_rows=block_rows,
        **options,
    ) as blocks:
        tables = list(blocks)
        return tables, list(blocks.notes), blocks.unknown


def joined(tables: list[Table]) -> tuple:
    return (
        [row for table in tables for row in table.rows],
        [number for table in tables for number in table.row_numbers],
        {cell for table in tables for cell in table.formulas},
        {cell for table in tables for cell in table.errors},
    )


def errors_of(tables: list[Table]) -> list[CellError]:
    checker = Checker(COLUMNS)
    return [error for table in tables for error in checker.check(table).errors]


def ledger(rows: list[list], merges: list[tuple[int, int]], date1904: bool = False) -> bytes:
    """A workbook of these rows; “公式” stands for a formula, merges join cells of two rows."""

    def edit(workbook: Workbook) -> None:
        sheet = workbook.worksheets[0]
        for row in sheet.iter_rows(min_row=2):
            for cell in row:
                if cell.value == "公式":
                    cell.value = "=1+1"
                elif cell.value == "=":
                    cell.data_type = "s"
        for row, column in merges:
            sheet.merge_cells(
                start_row=row, end_row=row + 1, start_column=column, end_column=column
            )
        if date1904:
            workbook.epoch = datetime.datetime(1904, 1, 1)

    plain = [[None if value == "" else value for value in row] for row in rows]
    return book([*HEADER, "备注"], *plain, edit=edit)


def shared(content: bytes) -> bytes:
    """The same workbook with the strings of its cells in a table of their own."""
    texts: list[bytes] = []

    def index(match: re.Match[bytes]) -> bytes:
        if match[1] not in texts:
            texts.append(match[1])
        return b' t="s"><v>%d</v>' % texts.index(match[1])

    def change(name: str, data: bytes) -> bytes:
        if name.startswith("xl/worksheets/sheet"):
            return re.sub(rb' t="inlineStr"><is>(.*?)</is>', index, data, flags=re.DOTALL)
        if name == "xl/_rels/workbook.xml.rels":
            entry = b'<Relationship Type="%s/sharedStrings" Target="/xl/strings.xml" Id="s"/>'
            return data.replace(b"</Relationships>", entry % OFFICE + b"</Relationships>")
        return data

    target = io.BytesIO(repacked(content, change))
    with zipfile.ZipFile(target, "a") as archive:
        entries = b"".join(b"<si>%s</si>" % text for text in texts)
        archive.writestr("xl/strings.xml", b'<sst xmlns="%s">%s</sst>' % (MAIN, entries))
    return target.getvalue()


def without_addresses(content: bytes) -> bytes:
    """The same workbook, its rows and cells without numbers; only where no cell is left out."""

    def change(name: str, data: bytes) -> bytes:
        return re.sub(rb'(<(?:row|c)) r="\w+"', rb"\1", data) if "/sheet1" in name else data

    return repacked(content, change)


def prefixed(content: bytes) -> bytes:
    """The same workbook with a prefix before every element of its sheet."""

    def change(name: str, data: bytes) -> bytes:
        if "/worksheets/sheet1" not in name:
            return data
        text = re.sub(rb"<(/?)([a-zA-Z]\w*)(?=[ >/])", rb"<\1x:\2", data)
        return text.replace(b"xmlns=", b"xmlns:x=")

    return repacked(content, change)


def independent(content: bytes) -> dict[int, list]:
    """Row number → the values that openpyxl reads, in the reader's types."""
    sheet = load_workbook(io.BytesIO(content), data_only=True).worksheets[0]
    found = {}
    for number, row in enumerate(sheet.iter_rows(min_row=2, values_only=True), 2):
        found[number] = ["" if value is None or value == "#N/A" else _plain(value) for value in row]
    return found


def filled_down(truth: dict[int, list], merges: list[tuple[int, int]]) -> dict[int, list]:
    """What a person sees: a value beside both rows of its merge, unless it is an amount."""
    data = {number for number, row in truth.items() if any(str(cell).strip() for cell in row[:9])}
    for row, column in merges:
        amount = column in (6, 7)
        if row + 1 in data and not amount and str(truth[row][column - 1]).strip():
            truth[row + 1][column - 1] = truth[row][column - 1]
    return truth


def _plain(value):
    if isinstance(value, datetime.datetime):
        return value.date()
    return float(value) if type(value) is int else value


@settings(deadline=None, max_examples=60)
@given(
    LEDGER_ROWS,
    st.lists(st.tuples(st.sampled_from([3, 5, 7]), st.integers(1, 9)), max_size=3, unique=True),
    st.sampled_from([lambda content: content, shared, prefixed]),
    st.booleans(),
)
def test_blocks_are_the_whole_and_what_another_library_reads(rows, merges, dialect, date1904):
    rows = [["N", "首店", "", "便利店", "", "", "", "", "", ""], *rows]
    content = ledger(rows, merges, date1904)
    dressed = dialect(content)
    whole = read(dressed)
    with small_pieces():
        tables, notes, unknown = blocks_of(dressed)
    rows_read, numbers, *suspects = joined(tables)
    assert (rows_read, numbers) == (whole.rows, whole.row_numbers)
    for found, all_of_them in zip(suspects, (whole.formulas, whole.errors), strict=True):
        # Between two blocks there may be blank rows, whose cells only the whole table names.
        assert found <= all_of_them
        assert {row for row, _column in all_of_them - found}.isdisjoint(numbers)
    assert all(len(table.rows) == 3 for table in tables[:-1])
    for table in tables:
        first, last = table.row_numbers[0], table.row_numbers[-1]
        assert all(first <= row <= last for row, _column in table.formulas | table.errors)
        assert all(area.top <= last and area.bottom >= first for area in table.merged)
    assert (notes, unknown) == (list(whole.notes), whole.unknown)
    assert errors_of(tables) == check_rows(whole, COLUMNS).errors
    truth = filled_down(independent(content), merges)
    for number, row in zip(whole.row_numbers, whole.rows, strict=True):
        assert row == truth[number]
    passed_over = truth.keys() - set(whole.row_numbers)
    assert not any(str(value).strip() for number in passed_over for value in truth[number][:9])


@settings(deadline=None, max_examples=25)
@given(st.lists(st.lists(st.integers(1, 99), min_size=9, max_size=9), min_size=1, max_size=12))
def test_rows_without_numbers_keep_their_places(rows):
    content = book(HEADER, *rows)
    with small_pieces():
        tables, _, _ = blocks_of(without_addresses(content))
    assert joined(tables) == joined([read(content)])


def test_gaps_between_rows_and_columns_keep_their_places():
    def edit(workbook):
        sheet = workbook.worksheets[0]
        for at, value in enumerate(ROW, 1):
            sheet.cell(40, at).value = value
        sheet.cell(50, 2).value = "只有名称"
        sheet.cell(60, 15).value = "只有备注"

    content = book([], [], HEADER, ROW, edit=edit)
    with small_pieces():
        tables, notes, unknown = blocks_of(content, block_rows=1)
    assert [table.row_numbers for table in tables] == [[4], [40], [50]]
    assert [len(row) for table in tables for row in table.rows] == [15, 15, 15]
    assert notes == ["第 60 等共 1 行只填了未识别的列，未读取"]
    assert unknown == ()


@pytest.mark.parametrize("rows", [1, 2, 3, 4, 7])
def test_blocks_of_a_text_file(rows):
    lines = [",".join(HEADER), *[f"N{number},店,,便利店,,,,," for number in range(7)]]
    content = "\n".join(lines).encode("gbk")
    tables, _, _ = blocks_of(content, block_rows=rows)
    assert joined(tables) == joined([read(content)])
    assert [len(table.rows) for table in tables][:-1] == [rows] * (len(tables) - 1)


def test_unknown_columns_and_notes_are_complete_at_the_end_and_reading_again_starts_afresh():
    content = book([*HEADER, "备注"], [*ROW, "好"], [""] * 9 + ["只有备注"], [*ROW, "好"])
    with open_blocks(
        io.BytesIO(content), filename="a.xlsx", columns=COLUMNS, block_rows=1
    ) as blocks:
        assert (blocks.rows, blocks.sheet, blocks.headers) == (3, "台账", (*HEADER, "备注"))
        for _again in range(2):
            assert [table.row_numbers for table in blocks] == [[2], [4]]
            assert [(c.letter, c.filled) for c in blocks.unknown] == [("J", 2)]
            assert blocks.notes == ("第 3 等共 1 行只填了未识别的列，未读取",)


def test_reading_may_be_left_in_the_middle():
    content = book(HEADER, *[ROW] * 40)
    with (
        small_pieces(),
        open_blocks(
            io.BytesIO(content), filename="a.xlsx", columns=COLUMNS, block_rows=2
        ) as blocks,
    ):
        assert next(iter(blocks)).row_numbers == [2, 3]


def test_rows_out_of_order_are_refused_rather_than_misplaced():
    def change(name, data):
        return (
            data.replace(b'r="9"', b'r="4"').replace(b'B9"', b'B4"') if "sheet1" in name else data
        )

    content = repacked(book(HEADER, *[["", "店"]] * 12), change)
    with small_pieces(), pytest.raises(SpreadsheetError) as caught:
        blocks_of(content)
    assert caught.value.code == "broken"


# --- a layout that people decided --------------------------------------------------------------


def laid(content: bytes, layout: Layout) -> list[Table]:
    return blocks_of(content, layout=layout)[0]


def code_of(content: bytes, layout: Layout) -> str:
    with pytest.raises(SpreadsheetError) as caught:
        laid(content, layout)
    return caught.value.code


def test_a_decided_layout_is_what_is_read():
    def edit(workbook):
        sheet = workbook.create_sheet("藏")
        sheet.sheet_state = "hidden"
        for row in (["甲", "甲"], ["乙", "乙"], ["店", "便利店"], ["店二", "菜市场"]):
            sheet.append(row)

    layout = Layout("藏", 1, 2, {"name": 0, "format": 1, "gone": 1})
    (table,) = laid(book(HEADER, ROW, edit=edit), layout)
    assert table.columns == {"name": 0, "format": 1}
    assert table.rows == [["店", "便利店"], ["店二", "菜市场"]]
    assert table.row_numbers == [3, 4]


def test_a_decided_column_outside_the_sheet_is_blank():
    layout = Layout("台账", 1, 1, {"name": 1, "format": 3, "staff": 20})
    (table,) = laid(book(HEADER, ROW), layout)
    assert table.rows[0][20] == ""
    assert len(table.headers) == 21


def test_what_a_decided_layout_still_needs():
    content = book(HEADER, ROW)
    assert code_of(content, Layout("台账", 1, 1, {"name": 1})) == "missing_columns"
    assert code_of(content, Layout("别的", 1, 1, {"name": 1, "format": 3})) == "missing_sheet"
    assert code_of(content, Layout("台账", 2, 1, {"name": 1, "format": 3})) == "no_rows"


def test_a_merge_from_the_header_into_the_data_hides_data():
    def edit(workbook):
        workbook.worksheets[0].merge_cells("F1:F2")

    layout = Layout("台账", 1, 1, {"name": 1, "format": 3, "area": 5})
    (table,) = laid(book(HEADER, ROW, edit=edit), layout)
    assert [error.cell for error in check_rows(table, COLUMNS).errors] == ["F2"]


@given(
    st.builds(
        Layout,
        st.text(max_size=5),
        st.integers(1, 20),
        st.integers(1, 2),
        st.dictionaries(st.text(max_size=5), st.integers(0, 300)),
    )
)
def test_layouts_come_back_from_plain_values(layout):
    assert Layout.from_json(layout.as_json()) == layout


@pytest.mark.parametrize(
    "change",
    [{"header": 0}, {"header": "1"}, {"header_rows": 3}, {"columns": {"name": -1}},
     {"columns": {"name": True}}, {"columns": None}, {"sheet": 1}],
)  # fmt: skip
def test_what_is_no_layout(change):
    plain = {"sheet": "", "header": 1, "header_rows": 1, "columns": {"name": 0}}
    with pytest.raises(ValueError, match="no layout"):
        Layout.from_json(plain | change)
    with pytest.raises(ValueError, match="no layout"):
        Layout.from_json({})


# --- checking block by block -------------------------------------------------------------------


def table_of(rows: list[list], first: int) -> Table:
    return Table(
        filename="",
        sheet="",
        headers=tuple(HEADER),
        columns={column.key: at for at, column in enumerate(COLUMNS)},
        rows=rows,
        row_numbers=list(range(first, first + len(rows))),
        formulas=frozenset({(3, 1), (6, 4)}),
        errors=frozenset({(5, 1)}),
    )


@pytest.mark.parametrize("remembered", [0, 2, 20_000])
@given(
    st.lists(
        st.lists(
            st.sampled_from(["", "便利店", "xx", 1, 1.0, True, DAY, 0, False, "1", "2024-3-1"]),
            min_size=len(HEADER),
            max_size=len(HEADER),
        ),
        min_size=1,
        max_size=9,
    )
)
def test_a_checker_across_blocks_judges_as_on_the_whole(remembered, rows):
    whole = check_rows(table_of(rows, 2), COLUMNS)
    with patch.object(checking_module, "_MOST_REMEMBERED", remembered):
        checker = Checker(COLUMNS)
        parts = [
            checker.check(table_of(rows[at : at + 2], 2 + at)) for at in range(0, len(rows), 2)
        ]
    # Errors stand in blocks only for the rows of the block.
    said = [error for part in parts for error in part.errors]
    assert said == whole.errors
    assert [row for part in parts for row in part.rows] == whole.rows


def test_columns_are_given_without_rows():
    checked: Checked = check_rows(read(book(HEADER, ROW, ROW)), COLUMNS)
    assert checked.columns["staff"] == [3, 3]
    assert "rows" not in vars(checked)
    assert [row.values["staff"] for row in checked.rows] == [3, 3]
    assert checked.rows is checked.rows


# --- problem rows from storage -----------------------------------------------------------------


def test_problem_rows_need_no_table():
    rows = (
        (
            number,
            ["N1", None, DAY.isoformat(), 2.5],
            [CellError(number, 1, "网点名称", "必填"), CellError(number, -1, "", "街道不符")],
        )
        for number in (7, 9)
    )
    target = io.BytesIO()
    headers = ["网点编码", "网点名称", "开业日期", "营业面积", "错误说明", "备注"]
    assert write_problem_rows(target, sheet="台账", headers=headers, rows=rows) == 2
    sheet = load_workbook(target).worksheets[0]
    assert [[cell.value for cell in row] for row in sheet.iter_rows()] == [
        ["网点编码", "网点名称", "开业日期", "营业面积", "备注", "错误说明"],
        ["N1", None, "2024-03-01", 2.5, None, "原第 7 行：网点名称：必填；街道不符"],
        ["N1", None, "2024-03-01", 2.5, None, "原第 9 行：网点名称：必填；街道不符"],
    ]
    assert sheet["B2"].fill.start_color.rgb == "FFFFC7CE"


def test_no_problem_rows_give_a_header():
    target = io.BytesIO()
    assert write_problem_rows(target, sheet="", headers=["甲"], rows=[]) == 0
    assert load_workbook(target).worksheets[0]["A1"].value == "甲"
