"""Files that are no ledger are refused before they cost anything, and people are told why."""

import io
import struct
import zipfile
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.spreadsheets import SpreadsheetError, check_rows
from tests.core.spreadsheet_samples import (
    COLUMNS,
    HEADER,
    ROW,
    book,
    read,
    refusal,
    repacked,
    with_sheet_xml,
)


def zipped(**members: bytes) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name.replace("__", "/").replace("_dot_", "."), data)
    return target.getvalue()


OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (OLE + "Workbook".encode("utf-16-le"), "另存为 .xlsx"),
        (OLE + "WordDocument".encode("utf-16-le"), "Word 文档"),
        (OLE, "旧版 Office"),
        (b"%PDF-1.7 \x00", "PDF"),
        (b"\x89PNG\r\n\x1a\n\x00", "图片"),
        (b"\xff\xd8\xff\xe0\x00", "图片"),
        (b"Rar!\x1a\x07\x00", "压缩包"),
        (b"BM\x00\x00\x00", "二进制"),
        (b"\x00\x01\x02\x03", "二进制"),
        (b"<html><table><tr><td>1", "网页"),
        ("\ufeff\n<!DOCTYPE HTML><p>".encode(), "网页"),
        (b"<?xml version='1.0'?><Workbook/>", "XML"),
        (zipped(word__document_dot_xml=b"<w/>"), "Word 文档（.docx）"),
        (zipped(ppt__presentation_dot_xml=b"<p/>"), "演示文稿"),
        (zipped(xl__workbook_dot_bin=b"x"), "xlsb"),
        (zipped(mimetype=b"x", content_dot_xml=b"<o/>"), "OpenDocument"),
        (zipped(readme_dot_txt=b"hello"), "请解压"),
        (repacked(book(HEADER, ROW), lambda n, d: d) and
         zipped(xl__workbook_dot_xml=b"<w/>", xl__vbaProject_dot_bin=b"x"), "宏"),
    ],
)  # fmt: skip
def test_wrong_file_type_is_told_by_content(content, said):
    error = refusal(content, filename="台账.xlsx")
    assert error.code == "wrong_type"
    assert said in error.message
    assert "台账.xlsx" in error.message


def test_content_counts_and_not_the_name():
    assert read(book(HEADER, ROW), filename="台账.csv").rows
    assert read(",".join(HEADER).encode() + b"\n,A,,B", filename="台账.xlsx").rows


def test_empty_file():
    assert refusal(b"").code == "empty_file"


def test_file_larger_than_the_limit():
    error = refusal(book(HEADER, ROW), max_file_bytes=1000)
    assert error.code == "too_large"


def test_encrypted_workbook():
    error = refusal(OLE + "EncryptedPackage".encode("utf-16-le"))
    assert error.code == "encrypted"
    assert "取消密码" in error.message


def test_encrypted_zip_member():
    content = bytearray(book(HEADER, ROW))
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = content.find(signature)
        while at >= 0:
            content[at + offset] |= 1
            at = content.find(signature, at + 4)
    assert refusal(bytes(content)).code == "encrypted"


def test_zip_bomb_by_declared_size():
    error = refusal(book(HEADER, ROW), max_unpacked_bytes=5000)
    assert error.code == "zip_bomb"
    assert "MB" in error.message


def test_zip_bomb_by_ratio():
    def change(name, data):
        return data + b" " * 30_000_000 if name.endswith("styles.xml") else data

    error = refusal(repacked(book(HEADER, ROW), change))
    assert error.code == "zip_bomb"
    assert "压缩比" in error.message


def test_zip_bomb_by_members():
    error = refusal(book(HEADER, ROW), max_members=3)
    assert error.code == "zip_bomb"


@pytest.mark.parametrize("forged_checksum", [False, True])
def test_directory_that_understates_a_size(forged_checksum):
    """The directory says 10 bytes; no more than that is ever taken out."""

    def change(name, data):
        return data + b" " * 5_000_000 if name == "xl/worksheets/sheet1.xml" else data

    content = bytearray(repacked(book(HEADER, ROW), change))
    at = content.find(b"PK\x01\x02")
    while at >= 0:
        (length,) = struct.unpack_from("<H", content, at + 28)
        if content[at + 46 : at + 46 + length] == b"xl/worksheets/sheet1.xml":
            struct.pack_into("<I", content, at + 24, 10)
            if forged_checksum:
                struct.pack_into("<I", content, at + 16, zlib.crc32(b"<worksheet"))
        at = content.find(b"PK\x01\x02", at + 4)
    error = refusal(bytes(content), max_unpacked_bytes=1_000_000)
    assert error.code == ("empty_sheet" if forged_checksum else "broken")


def test_sizes_are_counted_together_while_they_come_out():
    content = book(HEADER, *[ROW] * 50)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        total = sum(member.file_size for member in archive.infolist())
    assert read(content, max_unpacked_bytes=total).rows
    assert refusal(content, max_unpacked_bytes=total - 1).code == "zip_bomb"


@pytest.mark.parametrize("cut", [100, 2000, -30])
def test_damaged_workbook(cut):
    assert refusal(book(HEADER, ROW)[:cut]).code == "broken"


@pytest.mark.parametrize(
    ("part", "content"),
    [
        ("xl/workbook.xml", b"<workbook>"),
        ("xl/workbook.xml", b"<!DOCTYPE x [<!ENTITY a 'b'>]><workbook>&a;</workbook>"),
        ("xl/_rels/workbook.xml.rels", b"<r/>"),
        ("xl/_rels/workbook.xml.rels", None),
        ("xl/worksheets/sheet1.xml", None),
        ("xl/worksheets/sheet1.xml", b"<worksheet><sheetData><row><c></sheetData>"),
        ("xl/worksheets/sheet1.xml", b"<!-- odd --><worksheet/>"),
        ("xl/styles.xml", b"<<<"),
    ],
)
def test_workbook_with_damaged_parts(part, content):
    whole = repacked(book(HEADER, ROW), lambda name, data: content if name == part else data)
    assert refusal(whole).code in {"broken", "empty_sheet"}


def test_more_rows_than_the_limit():
    content = book(HEADER, *[ROW] * 40)
    assert len(read(content, max_rows=40).rows) == 40
    error = refusal(content, max_rows=39)
    assert error.code == "too_many_rows"
    assert "39 行" in error.message
    assert "拆分" in error.message


def test_far_more_rows_are_refused_without_being_laid_out():
    content = with_sheet_xml(book(HEADER, ROW), b'<row r="2">', b'<row r="1048576">')
    content = with_sheet_xml(content, b'r="B2"', b'r="B1048576"')
    error = refusal(content)
    assert error.code == "too_many_rows"
    assert "1,048,576" in error.message


def test_a_row_number_that_only_the_cell_carries_counts():
    content = with_sheet_xml(book(HEADER, ROW), b'r="B2"', b'r="B999999"')
    assert refusal(content).code == "too_many_rows"


def test_formatted_but_empty_rows_do_not_count():
    def edit(workbook):
        for row in range(3, 60):
            workbook.worksheets[0].cell(row, 1).number_format = "@"

    assert len(read(book(HEADER, ROW, edit=edit), max_rows=5).rows) == 1


def test_more_columns_than_the_limit():
    wide = [*HEADER, *[f"多余{number}" for number in range(20)]]
    assert read(book(wide, ROW), max_columns=29).rows
    error = refusal(book(wide, ROW), max_columns=28)
    assert error.code == "too_many_columns"
    assert "AC 列" in error.message


def test_a_stray_cell_far_away_is_refused_without_being_laid_out():
    content = with_sheet_xml(book(HEADER, ROW), b'r="C2"', b'r="XFD2"')
    assert refusal(content).code == "too_many_columns"


def test_a_rectangle_too_large_for_memory():
    error = refusal(book(HEADER, *[ROW] * 30), max_cells=250)
    assert error.code == "too_many_cells"
    assert "31 行 × 9 列" in error.message


def test_rows_and_columns_of_a_csv_are_limited_too():
    lines = [",".join(HEADER)] + [",店,,便利店,,,,,"] * 40
    content = "\n".join(lines).encode()
    assert len(read(content, max_rows=40).rows) == 40
    assert refusal(content, max_rows=39).code == "too_many_rows"
    error = refusal(content + b"\n" + b"," * 400)
    assert error.code == "too_many_columns"
    assert "第 42 行" in error.message


def test_empty_sheet():
    error = refusal(book())
    assert error.code == "empty_sheet"
    assert "都是空的" in error.message


def test_header_without_rows():
    error = refusal(book(["商业网点台账"], HEADER, ["", "  "]))
    assert error.code == "no_rows"
    assert "第 2 行" in error.message


def test_no_header():
    error = refusal(book(["姓名", "性别"], ["张三", "男"]))
    assert error.code == "no_header"
    assert "网点名称" in error.message
    assert "姓名、性别" in error.message


def test_header_too_far_down():
    assert refusal(book(*[["说明"]] * 15, HEADER, ROW)).code == "no_header"
    assert read(book(*[["说明"]] * 14, HEADER, ROW)).row_numbers == [16]


def test_csv_in_an_unknown_encoding():
    content = (",".join(HEADER) + "\n,店,,便利店,,,,,\n").encode() + b",\xff\xff,,"
    error = refusal(content)
    assert error.code == "encoding"
    assert "第 3 行" in error.message
    assert "CSV UTF-8" in error.message


def test_csv_with_an_endless_cell():
    error = refusal((",".join(HEADER) + "\n," + "长" * 200_000).encode())
    assert error.code == "broken"
    assert "第 2 行" in error.message


def test_csv_with_an_open_quote():
    error = refusal((",".join(HEADER) + '\n,"店,,便利店,,,,,\n,店二').encode())
    assert error.code == "broken"
    assert "引号" in error.message


WHOLE = book(HEADER, *[ROW] * 3)


@given(st.lists(st.tuples(st.integers(0, len(WHOLE) - 1), st.integers(0, 255)), max_size=8))
def test_whatever_bytes_are_damaged_nothing_else_is_ever_raised(damages):
    content = bytearray(WHOLE)
    for at, byte in damages:
        content[at] = byte
    try:
        table = read(bytes(content))
    except SpreadsheetError as error:
        assert len(error.message) > 5  # noqa: PT017
    else:
        assert check_rows(table, COLUMNS).rows
