"""Word documents in the layout of official documents (after GB/T 9704—2012).

A4, text area 156 × 225 mm, 22 lines a page. Title in 方正小标宋 二号; headings in 黑体, 楷体 and
仿宋, text in 仿宋, all 三号, indented by two characters; page number “— 1 —” outside below. Fonts
bear the names that offices know, and the font table says what stands in where they are missing.

    document = OfficialDocument()
    document.title("关于……的报告")
    document.heading("一、总体情况", 1)
    document.paragraph("……")
    document.table(["街道（镇）", "网点数"], [["曹杨新村街道", "1,234"]])
    document.signature("普陀区商务委员会", day)
    return word_response(document, "报告.docx")
"""

import datetime as dt
import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote

from django.http import HttpResponse
from django.utils.translation import gettext as _
from docx import Document
from docx.enum.section import WD_ORIENT
from docx.enum.table import WD_ALIGN_VERTICAL, WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Length, Mm, Pt
from lxml import etree

from core.text import strip_unseen

CONTENT_TYPE: Final = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"

# Fonts of official documents, and what a machine without them should take.
TITLE_FONT: Final = "方正小标宋简体"
HEI: Final = "黑体"
KAI: Final = "楷体_GB2312"
FANG_SONG: Final = "仿宋_GB2312"
SONG: Final = "宋体"
STAND_INS: Final = {
    TITLE_FONT: "方正小标宋_GBK;宋体",
    HEI: "SimHei",
    KAI: "楷体",
    FANG_SONG: "仿宋",
    SONG: "SimSun",
}
LATIN: Final = "Times New Roman"

# 字号 in points.
TWO, THREE, FOUR, SMALL_FOUR, FIVE = Pt(22), Pt(16), Pt(14), Pt(12), Pt(10.5)
# 22 lines on 225 mm.
LINE = Pt(28.95)

Align = WD_ALIGN_PARAGRAPH


@dataclass(frozen=True)
class Face:
    """How a run of text looks: Chinese font, size, bold."""

    font: str
    size: Length
    bold: bool = False


TITLE = Face(TITLE_FONT, TWO)
SUBTITLE = Face(KAI, THREE)
TEXT = Face(FANG_SONG, THREE)
NOTE = Face(FANG_SONG, SMALL_FOUR)
HEAD_CELL = Face(HEI, FIVE)
CELL = Face(FANG_SONG, FIVE)
PAGE_NUMBER = Face(SONG, FOUR)
# “一、”, “（一）”, “1.”, “（1）”
HEADINGS: Final = {
    1: Face(HEI, THREE),
    2: Face(KAI, THREE),
    3: Face(FANG_SONG, THREE, True),
    4: TEXT,
}

_NUMBER = re.compile(r"[-−+]?[\d,]+(\.\d+)?\s*[%％]?")


class OfficialDocument:
    """A document that grows from top to bottom. Texts are taken as they are, in any language.

    landscape  lies on its side, for wide tables
    """

    def __init__(self, *, landscape: bool = False) -> None:
        self._document = Document()
        self._is_sample = False
        self._fit_page(landscape)
        self._set_fonts()
        self._number_pages()
        self._forget_template()

    # --- What stands in it --------------------------------------------------------------------
    def title(self, text: Any) -> None:
        """The document's title, centred; a line break in it stays one."""
        self._document.core_properties.title = _one_line(text)
        for line in _lines(text):
            self._line(line, TITLE, Align.CENTER, space=Pt(35))
        self._line("", TEXT)

    def subtitle(self, text: Any) -> None:
        """A centred line under the title: number, period, unit, day."""
        for line in _lines(text):
            self._line(line, SUBTITLE, Align.CENTER)

    def heading(self, text: Any, level: int = 1) -> None:
        """A heading of level 1–4 that brings its own number (“一、”, “（一）”, “1.”, “（1）”)."""
        paragraph = self._line(_one_line(text), HEADINGS[level], indent=2)
        paragraph.paragraph_format.keep_with_next = True
        outline = OxmlElement("w:outlineLvl")
        outline.set(qn("w:val"), str(level - 1))
        paragraph._p.get_or_add_pPr().append(outline)

    def paragraph(self, text: Any, *, indent: bool = True) -> None:
        """Running text; each line of it is a paragraph. `indent` False for the addressee's line."""
        for line in _lines(text):
            self._line(line, TEXT, Align.JUSTIFY, indent=2 if indent else 0)

    def note(self, text: Any) -> None:
        """A remark in smaller type, such as how a figure was reckoned."""
        for line in _lines(text):
            self._line(line, NOTE, indent=2, space=Pt(20))

    def table(
        self,
        head: Sequence[Any],
        rows: Iterable[Sequence[Any]],
        widths: Sequence[float] | None = None,
    ) -> None:
        """A ruled table over the whole width whose head repeats on every page.

        widths  of the columns in proportion to each other (by default all alike). Columns of
                numbers stand on the right; one that mixes them with words on the left.
        """
        data = [[_cell_text(cell) for cell in row] for row in rows]
        table = self._document.add_table(rows=1, cols=len(head))
        table.style = "Table Grid"
        table.alignment = WD_TABLE_ALIGNMENT.CENTER
        table.autofit = False
        shares = list(widths or [1.0] * len(head))
        section = self._document.sections[0]
        space = (section.page_width or 0) - (section.left_margin or 0) - (section.right_margin or 0)
        columns = [Length(int(space * share / sum(shares))) for share in shares]
        for column, width in zip(table.columns, columns, strict=True):
            column.width = width
        _fill_row(table.rows[0], head, columns, HEAD_CELL, [Align.CENTER] * len(head))
        _repeat(table.rows[0])
        sides = [
            Align.RIGHT if _are_numbers(row[n] for row in data) else Align.LEFT
            for n in range(len(head))
        ]
        for cells in data:
            _fill_row(table.add_row(), cells, columns, CELL, sides)
        self._line("", NOTE, space=Pt(12))

    def signature(self, office: Any, day: dt.date) -> None:
        """The issuing office and its day, at the lower right, on one page."""
        for line in (
            self._line("", TEXT),
            self._line(_one_line(office), TEXT, Align.RIGHT, indent_right=2),
        ):
            line.paragraph_format.keep_with_next = True
        self._line(_official_day(day), TEXT, Align.RIGHT, indent_right=4)

    def page_break(self) -> None:
        """What follows stands on a new page."""
        self._document.add_page_break()

    def sample_mark(self) -> None:
        """Say on top of every page that the figures are sample data. Once is enough."""
        if self._is_sample:
            return
        self._is_sample = True
        section = self._document.sections[0]
        for header in (section.header, section.even_page_header):
            header.is_linked_to_previous = False
            paragraph = header.paragraphs[0]
            paragraph.alignment = Align.CENTER
            text = _("演示数据　不代表普陀区实际情况，不得对外引用")
            _run(paragraph, text, Face(HEI, SMALL_FOUR), colour="C00000")

    # --- What becomes of it -------------------------------------------------------------------
    def bytes(self) -> bytes:
        """The .docx file."""
        stream = io.BytesIO()
        self._document.save(stream)
        return stream.getvalue()

    # --- Layout -------------------------------------------------------------------------------
    def _fit_page(self, landscape: bool) -> None:
        section = self._document.sections[0]
        section.page_width, section.page_height = Mm(210), Mm(297)
        section.top_margin, section.bottom_margin = Mm(37), Mm(35)
        section.left_margin, section.right_margin = Mm(28), Mm(26)
        if landscape:
            section.orientation = WD_ORIENT.LANDSCAPE
            section.page_width, section.page_height = Mm(297), Mm(210)
            section.top_margin, section.bottom_margin = Mm(28), Mm(26)
            section.left_margin, section.right_margin = Mm(35), Mm(37)
        # The page number stands 7 mm under the text.
        section.footer_distance = Length(int(section.bottom_margin or 0) - Mm(7) - LINE // 2)
        section.header_distance = Mm(20)

    def _set_fonts(self) -> None:
        normal = self._document.styles["Normal"]
        _set_face(normal.element.get_or_add_rPr(), TEXT)
        normal.paragraph_format.space_after = Pt(0)
        defaults = self._document.styles.element.find(qn("w:docDefaults"))
        for fonts in defaults.iter(qn("w:rFonts")):
            fonts.attrib.clear()
            _name_fonts(fonts, FANG_SONG)
        for language in defaults.iter(qn("w:lang")):
            language.set(qn("w:eastAsia"), "zh-CN")
        _name_stand_ins(self._document)

    def _number_pages(self) -> None:
        """“— 1 —”, a character from the outer edge: right on odd pages, left on even ones."""
        self._document.settings.odd_and_even_pages_header_footer = True
        section = self._document.sections[0]
        for footer, side in (
            (section.footer, Align.RIGHT),
            (section.even_page_footer, Align.LEFT),
        ):
            footer.is_linked_to_previous = False
            paragraph = footer.paragraphs[0]
            paragraph.alignment = side
            _indent(paragraph, PAGE_NUMBER, **{"right" if side == Align.RIGHT else "left": 1})
            _run(paragraph, "— ", PAGE_NUMBER)
            _page_field(paragraph)
            _run(paragraph, " —", PAGE_NUMBER)

    def _forget_template(self) -> None:
        """Drop what the template says of itself: its picture, its author, its day."""
        package = self._document.part.package
        for key, rel in list(package.rels.items()):
            if rel.reltype.endswith("/thumbnail"):
                package.rels.pop(key)
        told = self._document.core_properties
        told.title = ""
        told.author = told.last_modified_by = told.comments = ""
        told.language = "zh-CN"
        told.created = told.modified = dt.datetime.now(dt.UTC).replace(tzinfo=None)

    def _line(
        self,
        text: str,
        face: Face,
        align: Any = None,
        *,
        indent: int = 0,
        indent_right: int = 0,
        space: Length = LINE,
    ) -> Any:
        paragraph = self._document.add_paragraph()
        paragraph.alignment = align
        shape = paragraph.paragraph_format
        shape.line_spacing_rule, shape.line_spacing = WD_LINE_SPACING.EXACTLY, space
        shape.space_before = shape.space_after = Pt(0)
        if indent or indent_right:
            _indent(paragraph, face, firstLine=indent, right=indent_right)
        if text:
            _run(paragraph, text, face)
        return paragraph


def word_response(document: OfficialDocument, name: str) -> HttpResponse:
    """The document as a download called `name` (`.docx` is added where it is missing)."""
    name = name if name.endswith(".docx") else f"{name}.docx"
    response = HttpResponse(document.bytes(), content_type=CONTENT_TYPE)
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}"
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response


# --- Text ----------------------------------------------------------------------------------------
def _lines(text: Any) -> list[str]:
    """The lines of a text that say something, without characters that XML cannot hold."""
    lines = (strip_unseen(line).strip() for line in str(text).splitlines())
    return [line for line in lines if line]


def _one_line(text: Any) -> str:
    return " ".join(_lines(text))


def _cell_text(cell: Any) -> str:
    if cell is None:
        return ""
    if isinstance(cell, int) and not isinstance(cell, bool):
        return f"{cell:,}"
    return "\n".join(_lines(cell))


def _official_day(day: dt.date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


# --- XML that python-docx has no words for -------------------------------------------------------
def _run(paragraph: Any, text: str, face: Face, colour: str = "") -> Any:
    run = paragraph.add_run(text)
    _set_face(run._r.get_or_add_rPr(), face, colour)
    return run


def _set_face(properties: Any, face: Face, colour: str = "") -> None:
    _name_fonts(properties.get_or_add_rFonts(), face.font)
    size = str(int(face.size.pt * 2))
    properties.get_or_add_sz().set(qn("w:val"), size)
    if face.bold:
        properties.get_or_add_b()
    if colour:
        properties.get_or_add_color().set(qn("w:val"), colour)


def _name_fonts(fonts: Any, chinese: str) -> None:
    """Chinese text in `chinese`, digits and letters in a Latin face of the same weight."""
    for part in ("ascii", "hAnsi", "cs"):
        fonts.set(qn(f"w:{part}"), LATIN)
    fonts.set(qn("w:eastAsia"), chinese)


def _indent(paragraph: Any, face: Face, **characters: int) -> None:
    """Indents (`firstLine`, `left`, `right`) in characters, and in points for LibreOffice."""
    indent = paragraph._p.get_or_add_pPr().get_or_add_ind()
    for side, count in characters.items():
        if count:
            indent.set(qn(f"w:{side}Chars"), str(count * 100))
            indent.set(qn(f"w:{side}"), str(int(count * face.size.pt * 20)))


def _page_field(paragraph: Any) -> None:
    for kind in ("begin", "instr", "separate", "text", "end"):
        run = _run(paragraph, "1" if kind == "text" else "", PAGE_NUMBER)
        if kind == "instr":
            code = OxmlElement("w:instrText")
            code.set(qn("xml:space"), "preserve")
            code.text = " PAGE "
            run._r.append(code)
        elif kind != "text":
            mark = OxmlElement("w:fldChar")
            mark.set(qn("w:fldCharType"), kind)
            run._r.append(mark)


def _are_numbers(texts: Iterable[str]) -> bool:
    """Whether a column holds numbers and nothing else; gaps (“—”) do not count."""
    lines = [line for text in texts for line in text.split("\n") if line.strip(" —-")]
    return bool(lines) and all(_NUMBER.fullmatch(line) for line in lines)


def _fill_row(
    row: Any, cells: Sequence[Any], widths: Sequence[Length], face: Face, sides: Sequence[Any]
) -> None:
    properties = row._tr.get_or_add_trPr()
    properties.append(OxmlElement("w:cantSplit"))
    for cell, text, width, side in zip(row.cells, cells, widths, sides, strict=True):
        cell.width = width
        cell.vertical_alignment = WD_ALIGN_VERTICAL.CENTER
        said = _cell_text(text)
        for n, line in enumerate(said.split("\n")):
            paragraph = cell.paragraphs[0] if n == 0 else cell.add_paragraph()
            paragraph.alignment = side
            paragraph.paragraph_format.space_after = Pt(0)
            paragraph.paragraph_format.line_spacing = 1.15
            _run(paragraph, line, face)


def _repeat(row: Any) -> None:
    """The row stands on top of the table on every page."""
    row._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))


def _name_stand_ins(document: Any) -> None:
    """Name in the font table what Word takes for a font that the machine does not have."""
    part = next(
        rel.target_part for rel in document.part.rels.values() if rel.reltype.endswith("/fontTable")
    )
    table = parse_xml(part.blob)
    for name, instead in STAND_INS.items():
        for known in table.findall(qn("w:font")):
            if known.get(qn("w:name")) == name:
                table.remove(known)
        table.append(
            parse_xml(
                f'<w:font {nsdecls("w")} w:name="{name}"><w:altName w:val="{instead}"/>'
                '<w:charset w:val="86"/><w:family w:val="auto"/></w:font>'
            )
        )
    part._blob = _serialised(table)


def _serialised(element: Any) -> bytes:
    return bytes(etree.tostring(element, xml_declaration=True, encoding="UTF-8", standalone=True))
