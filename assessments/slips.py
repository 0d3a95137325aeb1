"""Slips with a QR code each, ten to an A4 page, to cut apart and hand out."""

import datetime as dt
import io
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, Final

import segno
from django.utils.translation import gettext as _
from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfgen.canvas import Canvas

from core.pdf import font_name

COLUMNS: Final = 2
ROWS: Final = 5
PER_PAGE: Final = COLUMNS * ROWS
_EDGE: Final = 10 * mm
_FOOT: Final = 7 * mm
_WIDTH: Final = (A4[0] - 2 * _EDGE) / COLUMNS
_HEIGHT: Final = (A4[1] - 2 * _EDGE - _FOOT) / ROWS
_PAD: Final = 4 * mm
_CODE: Final = 38 * mm


@dataclass(frozen=True)
class Slip:
    """One slip: where its code leads, and the code as people type it.

    The serial is printed on no slip, only its page's range in the foot: whoever holds a slip must
    not think that it is theirs by number.
    """

    serial: int
    address: str
    code: str


def slips_pdf(
    slips: Sequence[Slip], *, title: str, circle: str, entry: str, until: dt.date, is_sample: bool
) -> bytes:
    """The slips in order; `entry` is the address where a code may be typed instead of scanned."""
    file = io.BytesIO()
    canvas = Canvas(file, pagesize=A4, pageCompression=1)
    canvas.setTitle(f"{title} {circle}")
    words = _Words(title, circle, entry.split("://", 1)[-1], until, is_sample)
    for number, pairs in groupby(enumerate(slips), key=lambda pair: pair[0] // PER_PAGE):
        page = [slip for _at, slip in pairs]
        for at, slip in enumerate(page):
            left = _EDGE + (at % COLUMNS) * _WIDTH
            top = A4[1] - _EDGE - (at // COLUMNS) * _HEIGHT
            _draw(canvas, slip, words, left, top)
        _cut_lines(canvas, len(page))
        _draw_foot(canvas, words, page, number + 1)
        canvas.showPage()
    canvas.save()
    return file.getvalue()


@dataclass(frozen=True)
class _Words:
    title: str
    circle: str
    entry: str
    until: dt.date
    is_sample: bool


def _draw(canvas: Canvas, slip: Slip, words: _Words, left: float, top: float) -> None:
    _draw_code(canvas, slip.address, left + _PAD, top - _PAD - _CODE)
    at, room = left + 2 * _PAD + _CODE, _WIDTH - 3 * _PAD - _CODE
    y = top - _PAD - 11
    for text, size, gray, gap in _lines(words):
        for line in _wrapped(text, size, room):
            canvas.setFont(font_name(), size)
            canvas.setFillGray(gray)
            canvas.drawString(at, y, line)
            y -= size * 1.35
        y -= gap
    canvas.setFillGray(0)
    below = top - _PAD - _CODE - 9
    canvas.setFont(font_name(), 8)
    canvas.drawString(left + _PAD, below, _("不便扫码：打开 %(entry)s") % {"entry": words.entry})
    canvas.setFont("Courier-Bold", 10)
    canvas.drawString(left + _PAD, below - 11, slip.code)


def _lines(words: _Words) -> list[tuple[str, float, float, float]]:
    """Text, size, gray and the gap below, from top to bottom."""
    lines: list[tuple[str, float, float, float]] = [
        (words.title, 11, 0, 2),
        (words.circle, 9.5, 0.2, 4),
        (_("扫码填写，匿名，"), 9.5, 0, 0),
        (_("每码限答一次"), 9.5, 0, 3),
        (_("请于 %(day)s 前填写") % {"day": f"{words.until:%Y-%m-%d}"}, 8, 0.3, 3),
    ]
    if words.is_sample:
        lines.append((_("演示数据"), 10, 0.45, 0))
    return lines


def _wrapped(text: str, size: float, room: float) -> list[str]:
    """At most three lines; Chinese breaks anywhere."""
    lines = [""]
    for sign in text:
        if stringWidth(lines[-1] + sign, font_name(), size) > room:
            lines.append("")
        lines[-1] += sign
    return lines[:3]


def _draw_code(canvas: Canvas, address: str, left: float, bottom: float) -> None:
    rows = [bytes(row) for row in segno.make(address, error="m", micro=False).matrix]
    # Four light modules around, as the standard asks.
    side = _CODE / (len(rows) + 8)
    path: Any = canvas.beginPath()
    for down, row in enumerate(rows):
        y = bottom + _CODE - (down + 5) * side
        x = 0
        for dark, run in groupby(row):
            length = len(list(run))
            if dark:
                path.rect(left + (x + 4) * side, y, length * side, side)
            x += length
    canvas.setFillGray(0)
    canvas.drawPath(path, stroke=0, fill=1)


def _cut_lines(canvas: Canvas, count: int) -> None:
    canvas.saveState()
    canvas.setDash(2, 3)
    canvas.setStrokeGray(0.6)
    canvas.setLineWidth(0.4)
    rows = -(-count // COLUMNS)
    top, bottom = A4[1] - _EDGE, A4[1] - _EDGE - rows * _HEIGHT
    for column in range(COLUMNS + 1):
        x = _EDGE + column * _WIDTH
        canvas.line(x, bottom, x, top)
    for row in range(rows + 1):
        y = top - row * _HEIGHT
        canvas.line(_EDGE, y, A4[0] - _EDGE, y)
    canvas.restoreState()


def _draw_foot(canvas: Canvas, words: _Words, page: Sequence[Slip], number: int) -> None:
    told = {
        "circle": words.circle,
        "first": page[0].serial,
        "last": page[-1].serial,
        "page": number,
    }
    canvas.setFont(font_name(), 7.5)
    canvas.setFillGray(0.35)
    text = _("%(circle)s · 序号 %(first)d—%(last)d · 第 %(page)d 页 · 沿虚线裁开发放") % told
    canvas.drawString(_EDGE, _EDGE - 2 * mm, text)
