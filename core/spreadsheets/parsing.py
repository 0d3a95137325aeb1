"""From a raw cell to a Python value, or a sentence saying why not."""

import datetime
import math
import re
from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from difflib import get_close_matches
from typing import Any

from django.utils.translation import gettext as _

from core.spreadsheets.cells import CellValue
from core.spreadsheets.columns import Choice, Column, Kind, every_language
from core.text import normalise, normalise_key

Parser = Callable[[CellValue], Any]

_NUMBER = re.compile(r"[+-]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?", re.ASCII)
_SCIENTIFIC = re.compile(r"[+-]?\d(?:\.\d+)?[eE]\+?\d+", re.ASCII)
_DATE = re.compile(
    r"(?P<year>\d{4})(?:(?P<sign>[-/.])(?P<month>\d{1,2})(?P=sign)(?P<day>\d{1,2})"
    r"|年(?P<m>\d{1,2})月(?P<d>\d{1,2})[日号])(?:[ T]\d{1,2}:\d{2}(?::\d{2})?(?:\.0+)?)?",
    re.ASCII,
)
_COMPACT_DATE = re.compile(r"(?:19|20|21)\d{6}", re.ASCII)
_SERIAL = re.compile(r"[1-9]\d{4}", re.ASCII)
_EPOCH = datetime.date(1899, 12, 30)
_EPOCH_1904 = datetime.date(1904, 1, 1)
_SEPARATORS = re.compile(r"[、,;，；\n]")
# They part the entries of a list only where the whole is no entry.
_LOOSE_SEPARATORS = re.compile(r"\s*[/|+&]\s*|\s+|(?<=.)[和及](?=.)")
# Beyond this a binary number no longer holds every whole number that was typed.
_EXACT = 10**15
_LONGEST_NUMBER = 25

_YES = ("是", "有", "√", "✓", "✔", "☑", "1", "y", "yes", "true", "t", "对")
_NO = ("否", "无", "×", "✗", "✘", "☐", "0", "n", "no", "false", "f", "没有", "错")
_FLAGS = {normalise_key(word): True for word in _YES} | {normalise_key(word): False for word in _NO}
# What people put into a cell that they have nothing for.
_DASHES = frozenset(("-", "--", "---", "—", "——", "–", "/", "//", "\\", "…", "……"))
_NOTHING = frozenset(
    ("无", "暂无", "没有", "不详", "未知", "不明", "待定", "待补", "无照", "无证", "未办理", "n/a")
)
# What such a text may begin with, when it begins with a letter; full width included.
_MAY_BEGIN = frozenset({word[0] for word in _NOTHING} | {"ｎ"})
# Longer texts say something, full-width and padded ones included.
_LONGEST_NOTHING = 12
_KINDS_WITH_NOTHING = (Kind.CODE, Kind.INTEGER, Kind.DECIMAL, Kind.DATE, Kind.LIST)
_APOSTROPHES = "'’‘`"
_RANGE = re.compile(r"\d+(?:\.\d+)?\s*(?:-|~|—|–|至|到)\s*\d+(?:\.\d+)?.*", re.ASCII)
_MYRIADS = re.compile(r"([\d.]+)\s*万.*", re.ASCII)

# Asking for the nearest label costs; past so many different wrong values it helps nobody.
_MOST_SUGGESTIONS = 200


class Refused(Exception):
    """A cell that cannot be accepted; the message says why and what to do."""


def parser_for(column: Column, *, date1904: bool = False) -> Parser:
    """The function that turns one filled raw cell of `column` into its value, or raises Refused."""
    parse = _PARSERS[column.kind](column, date1904)
    if column.check is None:
        return parse
    check = column.check

    def checked(raw: CellValue) -> Any:
        value = parse(raw)
        if problem := check(value):
            raise Refused(problem)
        return value

    return checked


def says_nothing(raw: CellValue, kind: Kind) -> bool:
    """Whether a cell holds only what people write for “nothing to say”, such as / or 不详."""
    if not isinstance(raw, str) or len(raw) > _LONGEST_NOTHING:
        return False
    first = raw[:1]
    if first.isalnum() and first.casefold() not in _MAY_BEGIN:
        return False
    text = normalise(raw).casefold()
    return text in _DASHES or (kind in _KINDS_WITH_NOTHING and text in _NOTHING)


# --- text --------------------------------------------------------------------------------------


def _text_of(raw: CellValue) -> str:
    """The text a person meant, where a number, a date or a tick was stored instead."""
    if isinstance(raw, str):
        return normalise(raw)
    if isinstance(raw, bool):
        return "TRUE" if raw else "FALSE"
    if isinstance(raw, int | float):
        return _number_text(raw)
    raise Refused(_("被识别为日期或时间（%(value)s），请将该列设为文本后重新填写") % {"value": raw})


def _number_text(raw: float) -> str:
    if not abs(raw) < _EXACT:
        raise Refused(_("被当作数值，末位已丢失，请将该列设为文本后重新填写"))
    return str(int(raw)) if raw == int(raw) else format(raw, ".15g")


def _text_parser(column: Column, _date1904: bool) -> Parser:
    def parse(raw: CellValue) -> str:
        text = _text_of(raw)
        if column.kind is Kind.CODE:
            text = text.lstrip(_APOSTROPHES)
        if column.kind is Kind.CODE and _SCIENTIFIC.fullmatch(text):
            raise Refused(_("被当作数值，末位已丢失，请将该列设为文本后重新填写"))
        if column.normalise:
            text = column.normalise(text)
        _check_length(column, text)
        return text

    return parse


def _check_length(column: Column, text: str) -> None:
    if column.max_length is not None and len(text) > column.max_length:
        raise Refused(
            _("最多 %(limit)d 个字符，现有 %(length)d 个")
            % {"limit": column.max_length, "length": len(text)}
        )


# --- numbers -----------------------------------------------------------------------------------


def _decimal_of(raw: CellValue, column: Column) -> Decimal:
    if isinstance(raw, str):
        text = normalise(raw).lstrip(_APOSTROPHES)
        if column.normalise:
            text = column.normalise(text)
        if not _NUMBER.fullmatch(text):
            raise Refused(_no_number(text))
        if len(text) > _LONGEST_NUMBER:
            raise Refused(_("数字过长"))
        return Decimal(text.replace(",", ""))
    if isinstance(raw, bool) or not isinstance(raw, int | float) or not math.isfinite(raw):
        raise Refused(_("应为数字，现为 %(value)s") % {"value": raw})
    # Excel shows and keeps 15 significant digits; the rest is noise of the binary form.
    return Decimal(format(raw, ".15g"))


def _no_number(text: str) -> str:
    if _RANGE.fullmatch(text):
        return _("应为一个确定的数字，不能是范围；请填实际数或最接近的数")
    if myriads := _MYRIADS.fullmatch(text):
        try:
            whole = Decimal(myriads[1]) * 10_000
        except InvalidOperation:
            whole = Decimal(0)
        if whole:
            return _("应为数字，不带“万”等单位，如 %(whole)s") % {"whole": f"{whole:.0f}"}
    return _("应为数字，不带单位和其他文字")


def _check_bounds(column: Column, value: Any) -> None:
    if column.least is not None and value < column.least:
        raise Refused(_("不能小于 %(least)s") % {"least": column.least})
    if column.most is not None and value > column.most:
        raise Refused(_("不能大于 %(most)s") % {"most": column.most})


def _integer_parser(column: Column, _date1904: bool) -> Parser:
    def parse(raw: CellValue) -> int:
        value = _decimal_of(raw, column)
        if value != value.to_integral_value():
            raise Refused(_("应为整数"))
        _check_bounds(column, value)
        return int(value)

    return parse


def _decimal_parser(column: Column, _date1904: bool) -> Parser:
    places = column.decimal_places

    def parse(raw: CellValue) -> Decimal:
        value = _decimal_of(raw, column)
        if places is not None and value != round(value, places):
            raise Refused(_("最多 %(places)d 位小数") % {"places": places})
        _check_bounds(column, value)
        return value

    return parse


# --- dates -------------------------------------------------------------------------------------


def _date_parser(column: Column, date1904: bool) -> Parser:
    def parse(raw: CellValue) -> datetime.date:
        value = _date_of(raw, _EPOCH_1904 if date1904 else _EPOCH)
        _check_bounds(column, value)
        return value

    return parse


def _date_of(raw: CellValue, epoch: datetime.date) -> datetime.date:
    if isinstance(raw, datetime.datetime):
        return raw.date()
    if isinstance(raw, datetime.date):
        return raw
    if isinstance(raw, bool | datetime.time | datetime.timedelta):
        raise _no_date()
    text = normalise(raw) if isinstance(raw, str) else _number_text(raw)
    if match := _DATE.fullmatch(text):
        parts = match.groupdict()
        return _calendar_day(
            parts["year"], parts["month"] or parts["m"], parts["day"] or parts["d"]
        )
    if _COMPACT_DATE.fullmatch(text):
        return _calendar_day(text[:4], text[4:6], text[6:])
    if _SERIAL.fullmatch(text):
        return epoch + datetime.timedelta(days=int(text))
    raise _no_date()


def _no_date() -> Refused:
    return Refused(_("无法确定是哪一天，请写成 2024-03-01、2024/3/1、2024年3月1日 或 20240301"))


def _calendar_day(year: str, month: str, day: str) -> datetime.date:
    try:
        return datetime.date(int(year), int(month), int(day))
    except ValueError:
        raise Refused(_("没有这一天，请核对年、月、日")) from None


# --- choices, flags, lists ---------------------------------------------------------------------


class _Chooser:
    """Finds a choice by code, label or alias, and the nearest label to a wrong word."""

    def __init__(self, choices: tuple[Choice, ...]) -> None:
        self.labels = {normalise_key(str(choice.label)): str(choice.label) for choice in choices}
        self.codes: dict[str, str] = {}
        for choice in choices:
            for name in (choice.code, *every_language(choice.label), *choice.aliases):
                self.codes.setdefault(normalise_key(name), choice.code)
        self.suggested = 0

    def __call__(self, word: str) -> str:
        code = self.codes.get(normalise_key(word))
        if code is None:
            raise Refused(self._what_instead(word))
        return code

    def each(self, word: str) -> list[str]:
        """The choices that one entry of a list names: one, or several behind loose separators."""
        parts = _LOOSE_SEPARATORS.split(word) if normalise_key(word) not in self.codes else ()
        if len(parts) > 1 and all(normalise_key(part) in self.codes for part in parts):
            return [self(part) for part in parts]
        return [self(word)]

    def _several(self, word: str) -> list[str]:
        """The choices that a word names one after the other; none if it does not."""
        for separators in (_SEPARATORS, _LOOSE_SEPARATORS):
            parts = [normalise_key(part) for part in separators.split(word)]
            if len(parts) > 1 and all(part in self.codes for part in parts):
                return parts
        return []

    def _what_instead(self, word: str) -> str:
        if several := self._several(word):
            return _("只能填一项，现有 %(count)d 项（%(words)s）；请只留主要的一项") % {
                "count": len(several),
                "words": "、".join(several),
            }
        self.suggested += 1
        searching = self.suggested <= _MOST_SUGGESTIONS
        if searching and (near := get_close_matches(normalise_key(word), self.labels, 1, 0.5)):
            return _("“%(word)s”不在可选范围内，是否为“%(near)s”？") % {
                "word": word,
                "near": self.labels[near[0]],
            }
        return _("“%(word)s”不在可选范围内，可填：%(labels)s") % {
            "word": word,
            "labels": _some(list(self.labels.values())),
        }


def _some(labels: list[str], most: int = 12) -> str:
    listed = "、".join(labels[:most])
    return listed if len(labels) <= most else _("%(listed)s 等（见填写说明）") % {"listed": listed}


def _choice_parser(column: Column, _date1904: bool) -> Parser:
    choose = _Chooser(column.choices)
    return lambda raw: choose(_text_of(raw))


def _flag_parser(_column: Column, _date1904: bool) -> Parser:
    def parse(raw: CellValue) -> bool:
        flag = _FLAGS.get(normalise_key(_text_of(raw)))
        if flag is None:
            raise Refused(_("应填“是”或“否”"))
        return flag

    return parse


def _list_parser(column: Column, _date1904: bool) -> Parser:
    choose = _Chooser(column.choices) if column.choices else None

    def parse(raw: CellValue) -> tuple[str, ...]:
        whole = raw if isinstance(raw, str) else _text_of(raw)
        words = [word for part in _SEPARATORS.split(whole) if (word := normalise(part))]
        entries = [entry for word in words for entry in choose.each(word)] if choose else words
        for entry in entries:
            _check_length(column, entry)
        return tuple(dict.fromkeys(entries))

    return parse


_PARSERS: dict[Kind, Callable[[Column, bool], Parser]] = {
    Kind.TEXT: _text_parser,
    Kind.CODE: _text_parser,
    Kind.INTEGER: _integer_parser,
    Kind.DECIMAL: _decimal_parser,
    Kind.DATE: _date_parser,
    Kind.CHOICE: _choice_parser,
    Kind.FLAG: _flag_parser,
    Kind.LIST: _list_parser,
}
