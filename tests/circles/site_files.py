"""Ledger files of facilities and spaces, for tests."""

import io
from collections.abc import Sequence
from typing import Any

import openpyxl

from circles.facility_columns import FACILITIES
from circles.space_columns import SPACES
from core.spreadsheets import Column
from outlets.imports.taking import ImportOutcome, import_ledger
from tests.outlets.ledger_files import BY, World, saved

COLUMNS: dict[str, Sequence[Column]] = {"facilities": FACILITIES, "spaces": SPACES}


def workbook(subject: str, rows: Sequence[dict[str, Any]]) -> io.BytesIO:
    """An .xlsx with the official titles of the columns that any row fills."""
    columns = [one for one in COLUMNS[subject] if any(one.key in row for row in rows)]
    book = openpyxl.Workbook()
    book.active.append([str(column.title) for column in columns])
    for row in rows:
        book.active.append([row.get(column.key) for column in columns])
    return saved(book)


def take(
    world: World, subject: str, rows: Sequence[dict[str, Any]], **options: Any
) -> ImportOutcome:
    """Import rows by the pipeline of outlets."""
    return import_ledger(
        **{"district": world.district, "by": BY} | options,
        subject=subject,
        file=workbook(subject, rows),
        filename="台账.xlsx",
    )
