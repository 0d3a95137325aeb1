"""Official papers as PDF: Chinese that can be read back, one page, a mark across samples."""

import io
from typing import Any

import pytest
from pypdf import PdfReader
from reportlab.lib.styles import ParagraphStyle
from reportlab.platypus import Paragraph

from core import pdf


@pytest.fixture(params=[True, False], ids=["own font", "the reader's font"])
def fonts(request: Any, monkeypatch: Any) -> Any:
    if not request.param:
        monkeypatch.setattr(pdf, "FONTS", ())
    pdf.font_name.cache_clear()
    yield request.param
    pdf.font_name.cache_clear()


@pytest.mark.parametrize("mark", ["", "演示数据"])
def test_too_much_for_one_page_is_set_smaller(fonts: Any, mark: str) -> None:
    name = pdf.font_name()
    assert name in (pdf.EMBEDDED, pdf.STAND_IN)
    style = ParagraphStyle("x", fontName=name, fontSize=12, leading=18, wordWrap="CJK")
    lines = [Paragraph(f"第{number}项：便民生活圈", style) for number in range(90)]
    reader = PdfReader(io.BytesIO(pdf.one_page(lines, title="一页纸", foot="数据来源", mark=mark)))
    assert len(reader.pages) == 1
    text = reader.pages[0].extract_text()
    assert "第0项：便民生活圈" in text
    assert "第89项：便民生活圈" in text
    assert "数据来源" in text
    assert ("演示数据" in text) is bool(mark)
    assert reader.metadata is not None
    assert reader.metadata.title == "一页纸"
