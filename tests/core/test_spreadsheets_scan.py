"""The look through a sheet's XML: formulas, error values and extent, in every dialect of XML."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.spreadsheets import check_rows
from core.spreadsheets.sheetscan import OddSheetError, scan_sheet
from tests.core.spreadsheet_samples import (
    COLUMNS,
    HEADER,
    ROW,
    book,
    read,
    refusal,
    with_sheet_xml,
)

SHEET = (
    b'<worksheet xmlns:x14="u"><cols><col min="1"/></cols><sheetData>'
    b'<row r="1" spans="1:3"><c r="A1" t="s"><v>0</v></c><c r="B1"><f>1+1</f><v>2</v></c></row>'
    b'<row r="3"><c r="AB3" s="2" t="e"><f t="shared" si="0"/><v>#REF!</v></c>'
    b'<c r="AC3" t="inlineStr"><is><r><rPr><family val="1"/></rPr><t>&lt;f&gt;</t></r></is></c>'
    b'</row><row r="9"><c r="XFD9" s="1"/></row></sheetData>'
    b"<extLst><x14:cf><x14:f>A1</x14:f></x14:cf></extLst></worksheet>"
)
DIALECTS = {
    "plain": lambda xml: xml,
    "prefixed": lambda xml: re.sub(rb"<(/?)([a-z]\w*)(?=[ >/])", rb"<\1x:\2", xml),
    "single quotes": lambda xml: xml.replace(b'"', b"'"),
    "attributes in another order": lambda xml: re.sub(
        rb'<c r="(\w+)"((?: \w+="\w+")+)', rb'<c\2 r="\1"', xml
    ),
    "spaced out": lambda xml: xml.replace(b"<f", b"\n <f").replace(b"<c r", b"\n<c\n r"),
}


def seen(xml: bytes):
    scan = scan_sheet([xml])
    return scan.rows, scan.formulas, scan.errors


@pytest.mark.parametrize("dialect", DIALECTS)
def test_every_dialect_tells_the_same(dialect):
    xml = DIALECTS[dialect](SHEET)
    scan = scan_sheet([xml])
    assert (scan.rows, scan.columns) == (3, 29)
    assert scan.formulas == {(1, 1), (3, 27)}
    assert scan.errors == {(3, 27)}


@given(st.integers(1, 400))
def test_where_the_pieces_are_cut_does_not_matter(size):
    pieces = [SHEET[at : at + size] for at in range(0, len(SHEET), size)]
    scan = scan_sheet(pieces)
    assert (scan.rows, scan.formulas, scan.errors) == seen(SHEET)


def test_cells_without_addresses_are_counted_off():
    xml = b"<row><c><v>1</v></c><c><f>A1</f></c></row><row r='7'/><row><c t='e'><v>x</v></c></row>"
    scan = scan_sheet([xml])
    assert scan.formulas == {(1, 1)}
    assert scan.errors == {(8, 0)}


@pytest.mark.parametrize("oddity", [b"<!-- x -->", b"<![CDATA[x]]>", b"<!DOCTYPE x>"])
def test_what_no_program_writes_is_refused(oddity):
    with pytest.raises(OddSheetError):
        scan_sheet([oddity + SHEET])


# --- through the front door --------------------------------------------------------------------


def problems(content: bytes) -> list[tuple[str, str]]:
    return [(e.cell, e.message) for e in check_rows(read(content), COLUMNS).errors]


def test_formulas_and_error_values_in_the_ledger_are_errors_by_cell():
    def edit(workbook):
        worksheet = workbook.worksheets[0]
        worksheet["F2"] = "=1+1"
        worksheet["B3"] = "#REF!"

    content = book(HEADER, ROW, ROW, edit=edit)
    content = with_sheet_xml(content, b"<f>1+1</f><v></v>", b"<f>1+1</f><v>2</v>")
    assert problems(content) == [
        ("F2", "是公式，请粘贴为数值"),
        ("B3", "是公式错误值（如 #REF!、#N/A），请改为实际内容"),
    ]


def test_cells_filled_by_an_array_formula_are_formulas_too():
    content = with_sheet_xml(
        book(HEADER, ROW, ROW, ROW),
        b'<c r="G2" t="n"><v>',
        b'<c r="G2" t="n"><f t="array" ref="G2:G1048576">X</f><v>',
    )
    assert [cell for cell, _ in problems(content)] == ["G2", "G3", "G4"]


def test_formulas_outside_the_ledger_columns_do_no_harm():
    content = book(["序号", *HEADER], ["=ROW()-1", *ROW], ["台账"])
    table = read(content)
    assert check_rows(table, COLUMNS).errors == []


def test_text_that_looks_like_a_formula_is_text():
    content = book(HEADER, ["", "TEXT", *ROW[2:]])
    content = with_sheet_xml(content, b"TEXT", b"=1+1")
    (row,) = check_rows(read(content), COLUMNS).rows
    assert row.values["name"] == "=1+1"


def test_more_formulas_than_anyone_would_list_refuse_the_file(monkeypatch):
    monkeypatch.setattr("core.spreadsheets.sheetscan.MOST_LISTED", 3)
    rows = [["", f'="店"&{number}', *ROW[2:]] for number in range(5)]
    error = refusal(book(HEADER, ROW, *rows))
    assert error.code == "formulas"
    assert "B3、B4、B5" in error.message
