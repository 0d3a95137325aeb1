"""Corrections and decisions on the rows of an import that waits to be confirmed."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from core.spreadsheets import SpreadsheetError, open_table
from core.spreadsheets.cells import column_letter
from core.spreadsheets.styles import ERROR_TITLE
from core.spreadsheets.tables import shown
from outlets.imports.confirming import UNJUDGED, check_again
from outlets.imports.states import ImportStateError, locked_import
from outlets.imports.stored import restored_cells
from outlets.models import Import, ImportRow

Decision = ImportRow.Decision
# So many rows are judged again at once, while the person waits; more of them in a job.
AT_ONCE = 3000
_WAS = re.compile(r"^原第 ?(\d+) ?行|^Row (\d+)")
_LONGEST = 500


def correct_row(*, batch: Import, no: int, edits: Mapping[str, str]) -> None:
    """Write other texts into cells of a row, by official column key; "" empties a cell.

    The rows are judged again by `judge_again`. ImportStateError when the row is written already.
    """
    with transaction.atomic():
        batch = locked_import(batch, Import.State.CHECKED)
        _correct(batch, {no: edits})


def replace_value(*, batch: Import, key: str, old: str, new: str) -> int:
    """Write `new` wherever a wrong row has `old` in the column `key`; how many rows."""
    with transaction.atomic():
        batch = locked_import(batch, Import.State.CHECKED)
        at = batch.layout["columns"].get(key)
        wrong = _open(batch).filter(verdict=ImportRow.Verdict.ERROR)
        hit: dict[int, Mapping[str, str]] = {
            row.no: {key: new}
            for row in wrong.only("no", "raw", "edits", "batch")
            if text_of(row, key, at) == old
        }
        _correct(batch, hit)
    return len(hit)


def decide(*, batch: Import, nos: Sequence[int], decision: str, merge_into: str = "") -> int:
    """Say of likely doubles whether they are merged, kept as rows of their own, or skipped.

    `merge_into` names one of the row's `likely` (id of a register row, or a sheet row's number);
    without it the first one is taken. An empty decision takes an earlier one back. Any row may be
    skipped.
    """
    with transaction.atomic():
        batch = locked_import(batch, Import.State.CHECKED)
        rows = list(_open(batch).filter(no__in=nos).only("no", "likely", "merge_into", "batch"))
        for row in rows:
            row.decision = decision
            row.merge_into = _merge_target(row, merge_into) if decision == Decision.MERGE else ""
            row.returned = ""
        ImportRow.objects.bulk_update(rows, ["decision", "merge_into", "returned"], batch_size=5000)
        _to_be_judged(batch, len(rows))
    return len(rows)


def judge_again(batch: Import) -> None:
    """Judge all open rows once more, inside one transaction."""
    with transaction.atomic():
        check_again(locked_import(batch, Import.State.CHECKED, Import.State.CHECKING))


def upload_corrections(*, batch: Import, file: Any, filename: str, columns: Any) -> int:
    """Take the problem rows back that were downloaded and corrected; how many rows changed.

    Each row says in its last column which row it was. SpreadsheetError when it does not.
    """
    table = open_table(file, filename=filename, columns=columns)
    said = table.headers.index(ERROR_TITLE) if ERROR_TITLE in table.headers else -1
    if said < 0:
        raise SpreadsheetError(
            "missing_columns",
            _("文件中没有“%(title)s”列，无法与原来的行对应；请使用下载的问题行文件，或另行导入")
            % {"title": ERROR_TITLE},
        )
    edits: dict[int, Mapping[str, str]] = {}
    for number, cells in zip(table.row_numbers, table.rows, strict=True):
        found = _WAS.match(str(cells[said]))
        if found is None:
            raise SpreadsheetError(
                "broken",
                _("第 %(row)d 行 %(letter)s 列没有原行号，请不要改动该列")
                % {"row": number, "letter": column_letter(said)},
            )
        no = int(found[1] or found[2])
        edits[no] = {key: shown(cells[at], _LONGEST) for key, at in table.columns.items()}
    with transaction.atomic():
        batch = locked_import(batch, Import.State.CHECKED)
        return _correct(batch, edits)


def text_of(row: ImportRow, key: str, at: int | None) -> str:
    """What a cell of a staged row says now."""
    if key in row.edits:
        return str(row.edits[key])
    cells, _suspect = restored_cells(row.raw)
    return shown(cells[at], _LONGEST) if at is not None and at < len(cells) else ""


def _open(batch: Import) -> Any:
    return batch.rows.filter(written_version__isnull=True)


def _correct(batch: Import, edits: Mapping[int, Mapping[str, str]]) -> int:
    places: Mapping[str, int] = batch.layout["columns"]
    changed: list[ImportRow] = []
    for row in _open(batch).filter(no__in=list(edits)):
        news = {
            key: text[:_LONGEST]
            for key, text in edits[row.no].items()
            if text_of(row, key, places.get(key)) != text
        }
        if news:
            row.edits = {**row.edits, **news}
            row.returned = ""
            changed.append(row)
    if not changed and len(edits) == 1 and not _open(batch).filter(no__in=list(edits)).exists():
        raise ImportStateError(_("该行已写入台账，请到网点页面修改"))
    ImportRow.objects.bulk_update(changed, ["edits", "returned"], batch_size=1000)
    _to_be_judged(batch, len(changed))
    return len(changed)


def _to_be_judged(batch: Import, rows: int) -> None:
    """Count rows whose verdict is no longer of what they say; judging again counts afresh."""
    if rows:
        batch.counts = {**batch.counts, UNJUDGED: batch.counts.get(UNJUDGED, 0) + rows}
        batch.version += 1
        batch.save(update_fields=["counts", "version"])


def _merge_target(row: ImportRow, chosen: str) -> str:
    """The id or row number to merge into. ImportStateError when it is not one of the likely."""
    offered = [str(one.get("id") or one.get("row")) for one in row.likely]
    if not chosen and offered:
        return offered[0]
    if not chosen or chosen not in (*offered, row.merge_into):
        raise ImportStateError(_("第 %(no)d 行不能并入所选的记录，请重新选择") % {"no": row.no})
    return chosen
