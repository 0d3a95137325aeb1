"""Word documents: what is read back out of the file is the official layout."""

import datetime as dt
import io
import zipfile
from typing import Any

import pytest
from django.utils import translation
from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH as ALIGN
from docx.oxml.ns import qn
from docx.shared import Mm, Pt
from lxml import etree

from core.word import STAND_INS, OfficialDocument, word_response


@pytest.fixture
def written() -> Any:
    """A report with one of everything, read again by python-docx."""
    document = OfficialDocument()
    document.title("关于普陀区2026年第三季度\n建设进展情况的报告")
    document.subtitle("（2026年第三季度）")
    document.paragraph("区政府：", indent=False)
    document.heading("一、总体情况", 1)
    document.heading("（一）商业网点", 2)
    document.heading("1.连锁化率", 3)
    document.paragraph("截至9月30日，连锁占比31.2%。\n\n下一步\x07继续推进。")
    document.table(
        ["街道（镇）", "网点数", "连锁占比", "备注"],
        [["曹杨新村街道", 1234, "31.2%", None], ["长征镇", 56, "—", "已报送\n待审核"]],
        widths=[2, 1, 1, 2],
    )
    document.note("注：缺省口径，待区商务委确认。")
    document.signature("上海市普陀区商务委员会", dt.date(2026, 10, 9))
    document.sample_mark()
    document.sample_mark()
    return Document(io.BytesIO(document.bytes()))


def fonts_of(run: Any) -> tuple[str, str, float]:
    """(Chinese font, Latin font, points) of a run, as Word reads them."""
    fonts = run._r.rPr.find(qn("w:rFonts"))
    assert not [name for name in fonts.attrib if name.endswith("Theme")]
    return fonts.get(qn("w:eastAsia")), fonts.get(qn("w:ascii")), run.font.size.pt


def near(*millimetres: float) -> Any:
    """Lengths as a file holds them: to a twentieth of a point."""
    return pytest.approx(tuple(Mm(n) for n in millimetres), abs=Pt(0.1))


def paragraph(document: Any, start: str) -> Any:
    return next(one for one in document.paragraphs if one.text.startswith(start))


def test_each_part_has_its_official_font_and_size(written: Any) -> None:
    latin = "Times New Roman"
    for start, font, size in (
        ("关于普陀区", "方正小标宋简体", 22),
        ("建设进展", "方正小标宋简体", 22),
        ("一、", "黑体", 16),
        ("（一）", "楷体_GB2312", 16),
        ("1.连锁", "仿宋_GB2312", 16),
        ("截至", "仿宋_GB2312", 16),
        ("注：", "仿宋_GB2312", 12),
        ("上海市普陀区", "仿宋_GB2312", 16),
    ):
        [run] = paragraph(written, start).runs
        assert fonts_of(run) == (font, latin, size), start
    assert paragraph(written, "1.连锁").runs[0].font.bold
    normal = written.styles["Normal"].element.rPr.find(qn("w:rFonts"))
    assert normal.get(qn("w:eastAsia")) == "仿宋_GB2312"


def test_the_font_table_names_what_stands_in_for_each_font() -> None:
    with zipfile.ZipFile(io.BytesIO(OfficialDocument().bytes())) as package:
        table = etree.fromstring(package.read("word/fontTable.xml"))
        assert not [name for name in package.namelist() if "thumbnail" in name]
    named = {
        font.get(qn("w:name")): font.find(qn("w:altName")).get(qn("w:val"))
        for font in table
        if font.find(qn("w:altName")) is not None
    }
    assert named.items() >= STAND_INS.items()
    assert named["仿宋_GB2312"] == "仿宋"
    assert len([f for f in table if f.get(qn("w:name")) == "黑体"]) == 1


def test_page_text_and_lines_have_the_standards_measures(written: Any) -> None:
    [section] = written.sections
    assert (section.page_width, section.page_height) == near(210, 297)
    inside = section.page_width - section.left_margin - section.right_margin
    between = section.page_height - section.top_margin - section.bottom_margin
    assert (inside, between) == near(156, 225)
    text = paragraph(written, "截至")
    assert text.paragraph_format.line_spacing == Pt(28.95)
    indent = text._p.pPr.ind
    assert (indent.get(qn("w:firstLineChars")), indent.get(qn("w:firstLine"))) == ("200", "640")
    assert paragraph(written, "区政府：")._p.pPr.ind is None
    assert paragraph(written, "关于").alignment == ALIGN.CENTER
    # One paragraph for each line that says something; a bell cannot stand in XML.
    assert paragraph(written, "下一步").text == "下一步继续推进。"
    assert paragraph(written, "上海市普陀区").alignment == ALIGN.RIGHT
    assert paragraph(written, "2026年10月9日").alignment == ALIGN.RIGHT


def test_pages_are_numbered_outside_on_both_sides(written: Any) -> None:
    assert written.settings.odd_and_even_pages_header_footer
    [section] = written.sections
    for footer, side in ((section.footer, ALIGN.RIGHT), (section.even_page_footer, ALIGN.LEFT)):
        [line] = footer.paragraphs
        assert line.alignment == side
        assert line.text == "— 1 —"
        assert [code.text.strip() for code in line._p.iter(qn("w:instrText"))] == ["PAGE"]
        marks = [m.get(qn("w:fldCharType")) for m in line._p.iter(qn("w:fldChar"))]
        assert marks == ["begin", "separate", "end"]
        assert {fonts_of(run)[0] for run in line.runs} == {"宋体"}


def test_tables_repeat_their_head_and_set_numbers_on_the_right(written: Any) -> None:
    [table] = written.tables
    assert [[cell.text for cell in row.cells] for row in table.rows] == [
        ["街道（镇）", "网点数", "连锁占比", "备注"],
        ["曹杨新村街道", "1,234", "31.2%", ""],
        ["长征镇", "56", "—", "已报送\n待审核"],
    ]
    head, first, _second = table.rows
    assert head._tr.trPr.find(qn("w:tblHeader")) is not None
    assert first._tr.trPr.find(qn("w:tblHeader")) is None
    assert {fonts_of(cell.paragraphs[0].runs[0])[0] for cell in head.cells} == {"黑体"}
    assert fonts_of(first.cells[0].paragraphs[0].runs[0])[0] == "仿宋_GB2312"
    sides = [cell.paragraphs[0].alignment for cell in first.cells]
    assert sides == [ALIGN.LEFT, ALIGN.RIGHT, ALIGN.RIGHT, ALIGN.LEFT]
    widths = [cell.width for cell in head.cells]
    assert tuple(widths) == near(52, 26, 26, 52)


def test_sample_data_say_so_on_every_page_and_real_data_do_not(written: Any) -> None:
    [section] = written.sections
    for header in (section.header, section.even_page_header):
        assert header.paragraphs[0].text.count("演示数据") == 1
    [plain] = Document(io.BytesIO(OfficialDocument().bytes())).sections
    assert plain.header.is_linked_to_previous


def test_headings_stand_in_the_outline_and_with_what_follows(written: Any) -> None:
    for start, level in (("一、", "0"), ("（一）", "1"), ("1.连锁", "2")):
        heading = paragraph(written, start)
        assert heading._p.pPr.find(qn("w:outlineLvl")).get(qn("w:val")) == level
        assert heading.paragraph_format.keep_with_next


def test_the_file_names_nobody_and_downloads_under_its_chinese_name() -> None:
    document = OfficialDocument(landscape=True)
    document.title("任务分工落实表")
    with translation.override("en"):
        answer = word_response(document, "任务分工落实表（2026年）")
    assert answer["Content-Disposition"].startswith("attachment; filename*=UTF-8''%E4%BB%BB")
    assert answer["Content-Disposition"].endswith(".docx")
    assert "no-store" in answer["Cache-Control"]
    read = Document(io.BytesIO(answer.content))
    told = read.core_properties
    assert (told.title, told.author, told.last_modified_by, told.comments) == (
        "任务分工落实表",
        "",
        "",
        "",
    )
    [section] = read.sections
    assert (section.page_width, section.page_height) == near(297, 210)
