"""Rows below a header that are no data: totals, signatures, remarks, the header again, examples.

Asked of every row, so that what nearly all rows answer is told from two or three of their cells.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from enum import Enum
from operator import itemgetter
from typing import Any

from django.utils.translation import gettext_lazy as _

from core.spreadsheets.cells import BLANK, CellValue
from core.spreadsheets.columns import Column, header_key
from core.text import normalise

Row = Sequence[CellValue]


class Aside(Enum):
    """What a row is that is left out; the values are said to people."""

    TOTAL = _("合计")
    REMARK = _("填表说明或签名")
    HEADER = _("重复的表头")
    EXAMPLE = _("填写示例")
    SECTION = _("小标题")
    NUMBERS = _("栏次")


_TOTAL = re.compile(r"(?:本页|累计|全.{0,4})?[合总小共]\s*计(?:[:(\d].*)?|共\s*\d+\s*[家个户条]")
_LABELS = (
    r"填[表报](?:人|单位|部门|日期|时间|说明|要求|须知)?|制表人?|编制人?|经办人|审[核批]人?|复核人?"
    r"|(?:单位|分管)?(?:负责人|领导)|统计(?:人|单位|日期)|联系(?:人|电话|方式)|日期|盖章|签[字名]"
    r"|公章|(?:备\s*)?注|说\s*明"
)
_REMARK = re.compile(
    rf"(?:{_LABELS})\s*(?:\([^()]*\))?\s*:.*|\((?:盖章|签字|公章|以下无正文)\).*|以下空白"
    r"|第\s*\d+\s*页.*"
)
_SECTION = re.compile(r"(?:[一二三四五六七八九十]{1,3}[、.:]|\([一二三四五六七八九十]{1,3}\)).+")
_STEMS = "甲乙丙丁戊己庚辛"
_EXAMPLES = ("（示例", "(示例", "【示例", "[示例", "示例：", "示例:", "（例", "(例", "例：", "例:")
_EXAMPLE_STARTS = frozenset(one[0] for one in _EXAMPLES)
_MARKS = frozenset(
    ("示例", "样例", "例", "填写示例", "示范", "（示例）", "(示例)", "（例）", "(例)")
)
# So many cells that count up make a row of column numbers.
_FEWEST_NUMBERS = 3
_MOST_REMEMBERED = 20_000


class Asides:
    """Tells the rows of one sheet that are no data; `above` are its rows down to the header's end.

    `places` maps the keys of the columns that are read to where they stand; `header_rows` of the
    rows above are the header.
    """

    def __init__(
        self,
        columns: Sequence[Column],
        places: Mapping[str, int],
        above: Sequence[Row],
        header_rows: int,
    ) -> None:
        wanted = [column for column in columns if column.key in places]
        required = [column for column in wanted if column.required] or wanted
        first, last = required[0], required[-1]
        # The first and the last required cell: a row that has both is nearly always data.
        self._telling = itemgetter(places[first.key], places[last.key])
        self._first_data = len(above) + 1
        header = above[len(above) - header_rows :]
        self._titles = [_keys(row) for row in header]
        self._is_title = _TitleTest(titles.get(places[last.key], "") for titles in self._titles)
        self._above = {_texts(row) for row in above}
        self._example = str(first.example) or None
        self._last_remark = 0

    def odd(self, number: int, row: Row) -> bool:
        """Whether a row is worth asking what it is: cheap, and never wrong about data asides."""
        name, last = self._telling(row)
        return (
            name == BLANK
            or last == BLANK
            or self._is_title[last]
            or name == self._example
            or row[0] in _MARKS
            or number == self._first_data
            or (type(name) is str and name[0] in _EXAMPLE_STARTS)
        )

    def what(self, number: int, row: Row) -> Aside | None:
        """What an odd row is; None = data all the same."""
        texts = _texts(row)
        found = self._what(number, row, texts)
        if found is Aside.REMARK:
            self._last_remark = number
        return found

    def _what(self, number: int, row: Row, texts: tuple[str, ...]) -> Aside | None:
        if self._is_header(row) or texts in self._above:
            return Aside.HEADER
        name = self._telling(row)[0]
        if texts[0] in _MARKS or name == self._example or str(name).startswith(_EXAMPLES):
            return Aside.EXAMPLE
        if number == self._first_data and _counts_up(texts):
            return Aside.NUMBERS
        if BLANK not in self._telling(row):
            return None
        if any(map(_TOTAL.fullmatch, texts[:2])):
            return Aside.TOTAL
        if _REMARK.fullmatch(texts[0]):
            return Aside.REMARK
        if len(texts) > 1:
            return None
        if self._last_remark and number == self._last_remark + 1:
            return Aside.REMARK
        return Aside.SECTION if _SECTION.fullmatch(texts[0]) else None

    def _is_header(self, row: Row) -> bool:
        filled = _keys(row)
        return any(
            len(filled.items() & titles.items()) * 2 > max(len(filled), 1) and len(filled) > 1
            for titles in self._titles
        )


class _TitleTest(dict[CellValue, bool]):
    """Whether a cell says what the header says in its column; equal cells are asked once."""

    def __init__(self, titles: Iterable[str]) -> None:
        super().__init__()
        self._titles = {title for title in titles if title}

    def __missing__(self, cell: CellValue) -> bool:
        found = isinstance(cell, str) and header_key(cell) in self._titles
        if len(self) < _MOST_REMEMBERED:
            self[cell] = found
        return found


def _keys(row: Row) -> dict[int, str]:
    """Column → what is written there, as titles are compared."""
    keys = {at: header_key(cell) for at, cell in enumerate(row) if isinstance(cell, str)}
    return {at: key for at, key in keys.items() if key}


def _texts(row: Row) -> tuple[str, ...]:
    """The filled cells in normal form."""
    return tuple(text for cell in row if (text := normalise(_shown(cell))))


def _shown(cell: Any) -> str:
    return f"{cell:g}" if isinstance(cell, float) else str(cell)


def _counts_up(texts: Sequence[str]) -> bool:
    """甲 乙 1 2 3: the row in which a statistical form numbers its columns."""
    stems = [text for text in texts if text in _STEMS]
    numbers = [text for text in texts if text not in stems]
    if len(texts) < _FEWEST_NUMBERS or not all(text.isdecimal() for text in numbers):
        return False
    counted = list(map(int, numbers))
    return counted == list(range(1, len(counted) + 1)) or counted == list(
        range(len(stems) + 1, len(texts) + 1)
    )
