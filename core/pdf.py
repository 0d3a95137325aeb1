"""Official papers as PDF: A4, a Chinese font, a mark across sample data.

The font is the first of `FONTS` that the system has, embedded as far as it is used; without one
the reader's own STSong-Light stands in (every PDF reader knows it, its shape may differ).
"""

import io
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfbase.ttfonts import TTFError, TTFont
from reportlab.platypus import Flowable, Frame, KeepInFrame, PageTemplate
from reportlab.platypus.doctemplate import BaseDocTemplate

# Outlines as TrueType only: reportlab does not embed the other kind (Noto's .otf).
FONTS: Final = (
    "/usr/share/fonts/truetype/noto/NotoSansSC-Regular.ttf",
    "/usr/share/fonts/truetype/wqy/wqy-microhei.ttc",
    "/usr/share/fonts/truetype/wqy/wqy-zenhei.ttc",
    "/usr/share/fonts/wqy-zenhei/wqy-zenhei.ttc",
    "/usr/share/fonts/wqy-microhei/wqy-microhei.ttc",
    "C:/Windows/Fonts/simhei.ttf",
    "/System/Library/Fonts/STHeiti Light.ttc",
)
EMBEDDED: Final = "official"
STAND_IN: Final = "STSong-Light"
MARGIN: Final = 16 * mm


@lru_cache
def font_name() -> str:
    """The font to set Chinese in, registered."""
    for path in FONTS:
        if Path(path).exists():
            try:
                pdfmetrics.registerFont(TTFont(EMBEDDED, path))
            except TTFError:
                continue
            return EMBEDDED
    pdfmetrics.registerFont(UnicodeCIDFont(STAND_IN))
    return STAND_IN


def one_page(
    content: Sequence[Flowable], *, title: str, foot: str, mark: str = "", author: str = ""
) -> bytes:
    """One A4 page, whatever it holds: what does not fit is set smaller. `mark` goes across it."""
    file = io.BytesIO()
    width, height = A4

    def dress(canvas: Any, document: Any) -> None:
        canvas.saveState()
        if mark:
            canvas.setFont(font_name(), 64)
            canvas.setFillGray(0.9)
            canvas.translate(width / 2, height / 2)
            canvas.rotate(35)
            canvas.drawCentredString(0, 0, mark)
            canvas.rotate(-35)
            canvas.translate(-width / 2, -height / 2)
        canvas.setFont(font_name(), 8)
        canvas.setFillGray(0.35)
        canvas.drawString(MARGIN, 9 * mm, foot)
        canvas.restoreState()

    document = BaseDocTemplate(file, pagesize=A4, title=title, author=author)
    frame = Frame(MARGIN, MARGIN, width - 2 * MARGIN, height - 2 * MARGIN, 0, 0, 0, 0)
    document.addPageTemplates([PageTemplate(frames=[frame], onPage=dress)])
    room = KeepInFrame(width - 2 * MARGIN, height - 2 * MARGIN, list(content), mode="shrink")
    document.build([room])
    return file.getvalue()
