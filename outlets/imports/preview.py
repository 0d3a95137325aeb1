"""What an import looks like to people: counts, its rows with their cells, what would change."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from core.spreadsheets.columns import Column
from outlets.imports.correcting import text_of
from outlets.imports.drafts import SEEN_AS, NewName
from outlets.imports.kinds import LedgerKind
from outlets.models import Import, ImportRow

PAGE_ROWS = 50
# Columns that say which row one is looking at, shown whether wrong or not.
IDENTIFYING = ("code", "name", "main_format", "kind", "street", "address")
# What follows from other columns and is not shown as a change of its own.
_QUIET = frozenset({"x_in", "y_in", "crs_in", "name_key", "pinyin"})


@dataclass(frozen=True)
class Cell:
    """One cell as it stands: what it says, what is wrong with it, what may be meant."""

    key: str
    title: str
    text: str
    error: str = ""
    # (text to put in, what people see)
    suggestions: tuple[tuple[str, str], ...] = ()
    edited: bool = False
    required: bool = False


@dataclass(frozen=True)
class Difference:
    """One register column: as it stands, as it would stand."""

    column: str
    label: str
    old: str
    new: str
    hint: str = ""


@dataclass(frozen=True)
class RowView:
    """One row for people."""

    row: ImportRow
    cells: tuple[Cell, ...]
    differences: tuple[Difference, ...] = ()
    # Errors of the row as a whole, or of columns the file does not have.
    other_errors: tuple[str, ...] = field(default=())

    @property
    def no(self) -> int:
        return self.row.no

    @property
    def shown_cells(self) -> tuple[Cell, ...]:
        """Those that identify the row, and the wrong and corrected ones."""
        return tuple(
            cell for cell in self.cells if cell.key in IDENTIFYING or cell.error or cell.edited
        )


def row_page(
    batch: Import,
    kind: LedgerKind,
    *,
    verdicts: Sequence[str] = (),
    returned: bool = False,
    doubtful: bool = False,
    after: int = 0,
    limit: int = PAGE_ROWS,
) -> list[RowView]:
    """Rows after number `after` with one of the verdicts (all without any), `limit` at most.

    `returned`: only those that confirming sent back. `doubtful`: only likely doubles, those that
    people have decided on included. A constant number of queries.
    """
    rows = batch.rows.filter(no__gt=after)
    if verdicts:
        rows = rows.filter(verdict__in=verdicts)
    if returned:
        rows = rows.exclude(returned="")
    if doubtful:
        rows = rows.filter(~Q(decision="") | Q(verdict=ImportRow.Verdict.DUPLICATE))
    return views_of(batch, kind, list(rows.order_by("no")[:limit]))


def row_view(batch: Import, kind: LedgerKind, no: int) -> RowView:
    """One row by its number. ImportRow.DoesNotExist."""
    return views_of(batch, kind, [batch.rows.get(no=no)])[0]


def views_of(batch: Import, kind: LedgerKind, rows: Sequence[ImportRow]) -> list[RowView]:
    """The rows for people."""
    words = _Words(kind, rows)
    places: Mapping[str, int] = batch.layout.get("columns", {})
    return [
        RowView(
            row,
            tuple(_cells(kind.columns, places, row)),
            tuple(words.differences(row)),
            tuple(message for key, message in row.errors if key not in kind.titles),
        )
        for row in rows
    ]


def _cells(columns: Sequence[Column], places: Mapping[str, int], row: ImportRow) -> Iterable[Cell]:
    errors = dict(map(tuple, row.errors))
    for column in columns:
        key = column.key
        if key not in places and key not in errors and key not in row.edits:
            continue
        words = {choice.code: str(choice.label) for choice in column.choices}
        offered = [
            (words.get(code, code), words.get(code, code)) for code in row.hints.get(key, ())
        ]
        yield Cell(
            key=key,
            title=str(column.title),
            text=text_of(row, key, places.get(key)),
            error=errors.get(key, ""),
            suggestions=tuple(offered) if key in errors else (),
            edited=key in row.edits,
            required=column.required,
        )


class _Words:
    """Register values as people read them, for the rows of one page."""

    def __init__(self, kind: LedgerKind, rows: Sequence[ImportRow]) -> None:
        self.kind = kind
        self.fields: dict[str, Any] = {
            column.attname: column for column in kind.book.model._meta.concrete_fields
        }
        self.named: dict[str, dict[Any, str]] = {}
        wanted: dict[str, set[Any]] = defaultdict(set)
        for row in rows:
            for column, values in row.changes.items():
                if self.fields[column].is_relation:
                    wanted[column] |= {value for value in values if value and value[0] != "+"}
        for column, ids in wanted.items():
            other = self.fields[column].related_model._default_manager
            self.named[column] = {str(one.pk): str(one) for one in other.filter(pk__in=ids)}

    def differences(self, row: ImportRow) -> Iterable[Difference]:
        for column, (old, new) in row.changes.items():
            if column in _QUIET:
                continue
            label = self.fields[column].verbose_name
            hint = _("按店名识别") if SEEN_AS.get(column) in row.hints else ""
            yield Difference(column, str(label), self(column, old), self(column, new), hint)

    def __call__(self, column: str, kept: Any) -> str:
        """A stored value in words; “—” for none."""
        if kept in (None, "", []):
            return "—"
        if column in self.named or self.fields[column].is_relation:
            if isinstance(kept, str) and kept.startswith("+"):
                return _("%(name)s（新建）") % {"name": NewName(kept).name.strip("|")}
            return self.named.get(column, {}).get(str(kept), str(kept))
        if (said := self.kind.shown(column, kept)) is not None:
            return said
        return _plain(self.fields[column], kept)


def _plain(field_: Any, kept: Any) -> str:
    if isinstance(kept, bool):
        return _("是") if kept else _("否")
    if field_.choices:
        return str(dict(field_.flatchoices).get(kept, kept))
    if isinstance(kept, list):
        return "、".join(map(str, kept))
    if isinstance(kept, float):
        return f"{kept:.6f}"
    return str(kept)
