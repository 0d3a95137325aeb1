"""What a crooked file is made of, and what is expected of each of its rows."""

import csv
import io
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

Cells = Sequence[Any]
# The columns of nearly every street's own list, in the order they write them.
HEAD = ("序号", "网点名称", "业态", "街道", "地址")


@dataclass(frozen=True)
class Expect:
    """The verdict on one row: `errors` maps column keys to a piece of the message; `doubt` is a
    piece of why it may be a double; `holds` is what the register says once it is confirmed."""

    verdict: str
    errors: Mapping[str, str] = field(default_factory=dict)
    doubt: str = ""
    holds: Mapping[str, Any] = field(default_factory=dict)


def new(**holds: Any) -> Expect:
    """A new outlet; `holds`: register columns, relations by their names."""
    return Expect("new", holds=holds)


def changed(**holds: Any) -> Expect:
    """A known outlet of which the row says something else."""
    return Expect("changed", holds=holds)


def same() -> Expect:
    """A known outlet, nothing else said of it."""
    return Expect("unchanged")


def double(doubt: str) -> Expect:
    """Perhaps one that is there already; people decide."""
    return Expect("duplicate", doubt=doubt)


def wrong(**errors: str) -> Expect:
    """Errors by column key, each with a piece of its message."""
    return Expect("error", errors)


@dataclass(frozen=True)
class Crooked:
    """One file as an office sends it. `answers`: columns that the importer sets right by hand,
    key → 0-based column; `crs` and `street` (name) what the importer says with it.

    `refused` is the code and a piece of the message with which the file as a whole is sent back;
    `notes` are pieces of what is remarked on it.
    """

    content: bytes
    rows: Mapping[int, Expect] = field(default_factory=dict)
    filename: str = "台账.xlsx"
    refused: tuple[str, str] | None = None
    notes: tuple[str, ...] = ()
    crs: str = ""
    street: str = ""
    answers: Mapping[str, int] = field(default_factory=dict)


def line(number: int, **cells: Any) -> list[Any]:
    """A good row under HEAD; `name`, `sort`, `street`, `address` in place of the usual."""
    usual = {
        "name": f"第{number}家便利",
        "sort": "便利店",
        "street": "曹杨新村街道",
        "address": f"兰溪路{number}号",
    }
    return [number, *(usual | cells).values()]


def with_columns(titles: Sequence[str], rows: Iterable[Sequence[Any]]) -> list[list[Any]]:
    """HEAD and good rows, with further columns of these titles; `rows` are their cells."""
    return [
        [*HEAD, *titles],
        *([*line(number), *cells] for number, cells in enumerate(rows, 1)),
    ]


def book(
    rows: Iterable[Cells],
    edit: Callable[[Worksheet], Any] | None = None,
    *,
    title: str = "台账",
    more: Mapping[str, Sequence[Cells]] | None = None,
    first: Mapping[str, Sequence[Cells]] | None = None,
) -> bytes:
    """An .xlsx of these rows; `edit` changes its sheet, `first` and `more` are sheets around it."""
    workbook = Workbook()
    workbook.remove(workbook.worksheets[0])
    for name, others in (first or {}).items():
        _fill(workbook.create_sheet(name), others)
    sheet = workbook.create_sheet(title)
    _fill(sheet, rows)
    for name, others in (more or {}).items():
        _fill(workbook.create_sheet(name), others)
    if edit:
        edit(sheet)
    return saved(workbook)


def _fill(sheet: Worksheet, rows: Iterable[Cells]) -> None:
    for at, row in enumerate(rows, 1):
        for column, value in enumerate(row, 1):
            if value is not None and value != "":
                cell = sheet.cell(at, column)
                cell.value = value
                if isinstance(value, str) and value.startswith("="):
                    # Typed as text: Excel shows an apostrophe before it.
                    cell.data_type = "s"
                    cell.quotePrefix = True


def saved(workbook: Workbook) -> bytes:
    """The workbook's bytes."""
    target = io.BytesIO()
    workbook.save(target)
    return target.getvalue()


def text(rows: Iterable[Cells], encoding: str = "utf-8-sig", delimiter: str = ",") -> bytes:
    """A text file of these rows as Excel and WPS save it."""
    target = io.StringIO()
    csv.writer(target, delimiter=delimiter, lineterminator="\r\n").writerows(rows)
    return target.getvalue().encode(encoding)


def merge(*areas: str) -> Callable[[Worksheet], None]:
    """Cells joined as people do before printing."""

    def edit(sheet: Worksheet) -> None:
        for area in areas:
            sheet.merge_cells(area)

    return edit
