"""Proving a workbook: every figure it owns, made again from the snapshot's own inputs."""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.utils import translation
from django.utils.translation import gettext as _
from openpyxl import load_workbook
from openpyxl.utils import get_column_letter

from core.jobs import JobRefusedError
from metrics.models import Run
from metrics.services import recompute_snapshot, snapshot_inputs
from reports.workbook.figures import FigureBook
from reports.workbook.tables import FIRST_ROW, OwnedTable, owned_tables


class NotOurWorkbookError(JobRefusedError):
    """The file cannot be verified; the message says why and what to do."""


@dataclass(frozen=True)
class Difference:
    """A cell that does not say what the snapshot's inputs give."""

    sheet: str
    cell: str
    written: Any
    computed: Any

    def __str__(self) -> str:
        return _(
            "工作表“%(sheet)s”单元格 %(cell)s：文件中为 %(written)s，应为 %(computed)s"
        ) % vars(self)


def verify_workbook(path: Path) -> tuple[int, list[Difference]]:
    """(number of owned cells, those that differ). The tables of today are not looked at."""
    try:
        workbook = load_workbook(path)
    except Exception as error:
        raise NotOurWorkbookError(
            _("无法打开 %(name)s：它不是 .xlsx 工作簿或已损坏。") % {"name": path.name}
        ) from error
    run = _run_of(workbook, path)
    try:
        book = FigureBook.recomputed(snapshot_inputs(run), recompute_snapshot(run))
    except (OSError, ValueError) as error:
        raise NotOurWorkbookError(
            _("测算批次 %(run)s 的输入文件缺失或被改动：%(error)s")
            % {"run": run.pk, "error": error}
        ) from error
    with translation.override("zh-hans"):
        tables = owned_tables(book)
    cells = sum(len(table.rows) * len(table.columns) for table in tables)
    return cells, [difference for table in tables for difference in _compare(workbook, table)]


def _run_of(workbook: Any, path: Path) -> Run:
    stated = {p.name: p.value for p in workbook.custom_doc_props.props}
    try:
        run = Run.objects.filter(pk=uuid.UUID(str(stated.get("run", "")))).first()
    except (ValueError, ValidationError):
        run = None
    if run is None or run.kind != Run.Kind.SNAPSHOT:
        raise NotOurWorkbookError(
            _("%(name)s 不是本平台导出的年度报送工作簿，或其测算批次不在本数据库中。")
            % {"name": path.name}
        )
    return run


def _compare(workbook: Any, table: OwnedTable) -> Iterator[Difference]:
    if table.sheet not in workbook.sheetnames:
        yield Difference(
            table.sheet, "—", _("缺少该工作表"), _("%(n)d 行") % {"n": len(table.rows)}
        )
        return
    sheet = workbook[table.sheet]
    for offset, expected in enumerate(table.rows):
        for column, value in zip(table.columns, expected, strict=True):
            written = sheet.cell(FIRST_ROW + offset, column).value
            if written != value:
                cell = f"{get_column_letter(column)}{FIRST_ROW + offset}"
                yield Difference(table.sheet, cell, written, value)
    for row in range(FIRST_ROW + len(table.rows), sheet.max_row + 1):
        for column in table.columns:
            written = sheet.cell(row, column).value
            if written is not None:
                cell = f"{get_column_letter(column)}{row}"
                yield Difference(table.sheet, cell, written, _("（空）"))
