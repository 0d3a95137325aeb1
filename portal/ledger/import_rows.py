"""③ 检查 and ④ 比对: the rows of an import for people, a page at a time."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from outlets.imports.correcting import AT_ONCE, text_of
from outlets.imports.kinds import LedgerKind
from outlets.imports.preview import IDENTIFYING, PAGE_ROWS, Cell, RowView, views_of
from outlets.models import Import, ImportRow
from portal.ledger import import_words as words

Verdict, Decision = ImportRow.Verdict, ImportRow.Decision
RETURNED, DOUBTS, CHANGES = "returned", "doubts", "changes"
PARTS = (
    (RETURNED, gettext_lazy("退回的行")),
    (DOUBTS, gettext_lazy("疑似重复")),
    (CHANGES, gettext_lazy("变更")),
)
# So many wrong rows are looked through for the same wrong value.
_LOOKED_THROUGH = 5000
# Beyond so many the head of a column says which one it is, the row does not.
_HEADS = 4


@dataclass(frozen=True)
class WrongCell:
    """A cell with an input in place; a corrected one says where else the same was wrong."""

    cell: Cell
    name: str
    has_list: bool = False
    # What it said before it was corrected, and in how many other rows that is wrong still.
    old: str = ""
    same: int = 0


@dataclass(frozen=True)
class CheckRow:
    """One row of ③."""

    no: int
    verdict: str
    label: str
    status: str
    # Identifying columns: (head, cell or None, the input or None).
    heads: list[tuple[str, str, WrongCell | None]]
    more: list[WrongCell]
    other_errors: tuple[str, ...]
    wrong: bool
    written: bool


# --- ③ -------------------------------------------------------------------------------------------


def check_step(
    request: HttpRequest, batch: Import, kind: LedgerKind, standing: words.Standing
) -> dict[str, Any]:
    """Counts as tiles, and a page of the rows of one verdict (the wrong ones at first)."""
    verdict = request.GET.get("verdict", Verdict.ERROR.value)
    if verdict not in Verdict.values:
        verdict = Verdict.ERROR.value
    # Rows just corrected stay in sight once more, with what was done to them.
    kept = [int(no) for no in request.GET.get("kept", "").split(",")[:PAGE_ROWS] if no.isdecimal()]
    open_rows = batch.rows.filter(Q(verdict=verdict) | Q(no__in=kept), written_version__isnull=True)
    rows, pager = _paged(request, open_rows, getattr(standing, verdict))
    return {
        "verdict": verdict,
        "verdict_label": Verdict(verdict).label,
        "tiles": tiles(batch, standing, verdict),
        "heads": heads_of(kind, batch),
        "rows": check_rows(batch, kind, rows),
        "pager": pager,
        "lists": datalists(kind),
        "notes": batch.notes,
        "at_once": standing.rows - standing.written <= AT_ONCE,
    }


def tiles(batch: Import, standing: words.Standing, current: str) -> list[dict[str, Any]]:
    """The counts; each leads to its rows."""
    return [
        {
            "label": verdict.label,
            "count": getattr(standing, verdict.value),
            "status": words.VERDICT_STATUS[verdict],
            "current": verdict.value == current,
            "url": words.step_url(batch, words.CHECK, verdict=verdict.value),
        }
        for verdict in Verdict
    ]


def heads_of(kind: LedgerKind, batch: Import) -> list[dict[str, str]]:
    """The columns that say which row one is looking at."""
    known = [key for key in IDENTIFYING if key in kind.titles and key != "code"]
    return [{"key": key, "title": kind.titles[key]} for key in known[:_HEADS]]


def check_rows(batch: Import, kind: LedgerKind, rows: Sequence[ImportRow]) -> list[CheckRow]:
    """The rows with their wrong cells as inputs."""
    keys = [head["key"] for head in heads_of(kind, batch)]
    lists = {column.key for column in kind.columns if column.choices}
    mended = any(row.edits for row in rows)
    same = same_values(batch) if mended else Counter[tuple[str, str]]()
    maker = _Cells(batch, lists, same)
    return [_check_row(view, keys, maker) for view in views_of(batch, kind, rows)]


class _Cells:
    """Makes the cells with an input of one page."""

    def __init__(self, batch: Import, lists: set[str], same: "Counter[tuple[str, str]]") -> None:
        self.places = batch.layout.get("columns", {})
        self.lists = lists
        self.same = same

    def of(self, row: ImportRow, cell: Cell | None) -> WrongCell | None:
        """None for a cell that is neither wrong nor corrected, or written already."""
        if cell is None or not (cell.error or cell.edited) or row.written_version is not None:
            return None
        made = WrongCell(cell, f"cell-{row.no}-{cell.key}", cell.key in self.lists)
        if cell.error or not cell.edited or not cell.text:
            return made
        before = ImportRow(raw=row.raw, edits={})
        old = text_of(before, cell.key, self.places.get(cell.key))
        return replace(made, old=old, same=self.same.get((cell.key, old), 0))


def _check_row(view: RowView, keys: list[str], maker: _Cells) -> CheckRow:
    row = view.row
    cells = {cell.key: cell for cell in view.cells}
    heads = [
        (key, cells[key].text if key in cells else "", maker.of(row, cells.get(key)))
        for key in keys
    ]
    others = (maker.of(row, cell) for cell in view.cells if cell.key not in keys)
    more = [found for found in others if found]
    return CheckRow(
        no=row.no,
        verdict=row.verdict,
        label=str(Verdict(row.verdict).label),
        status=words.VERDICT_STATUS[Verdict(row.verdict)],
        heads=heads,
        more=more,
        other_errors=view.other_errors,
        wrong=row.verdict == Verdict.ERROR,
        written=row.written_version is not None,
    )


def same_values(batch: Import) -> "Counter[tuple[str, str]]":
    """(column, text) of wrong cells → in how many of the first wrong rows it stands."""
    places = batch.layout.get("columns", {})
    wrong = batch.rows.filter(verdict=Verdict.ERROR, written_version__isnull=True)
    found: Counter[tuple[str, str]] = Counter()
    for row in wrong.only("raw", "edits", "errors").order_by("no")[:_LOOKED_THROUGH]:
        for key, _message in row.errors:
            found[key, text_of(row, key, places.get(key))] += 1
    return found


def datalists(kind: LedgerKind) -> list[dict[str, Any]]:
    """The values that may stand in columns of choices, offered while one types."""
    return [
        {"key": column.key, "options": [str(choice.label) for choice in column.choices]}
        for column in kind.columns
        if column.choices
    ]


# --- ④ -------------------------------------------------------------------------------------------


def compare_step(
    request: HttpRequest, batch: Import, kind: LedgerKind, standing: words.Standing
) -> dict[str, Any]:
    """One of three lists: rows sent back, likely doubles side by side, changes field by field."""
    counts = {
        RETURNED: standing.returned,
        DOUBTS: batch.rows.filter(_doubtful(), written_version__isnull=True).count(),
        CHANGES: standing.changed,
    }
    part = request.GET.get("part", "")
    if part not in counts:
        part = next((one for one in (RETURNED, DOUBTS) if counts[one]), CHANGES)
        if part == DOUBTS and not standing.doubts and standing.changed:
            part = CHANGES
    rows, pager = _paged(request, _part_rows(batch, part), counts[part])
    views = views_of(batch, kind, rows)
    return {
        "part": part,
        "parts": [
            {
                "label": label,
                "count": counts[key],
                "current": key == part,
                "url": words.step_url(batch, words.COMPARE, part=key),
            }
            for key, label in PARTS
            if counts[key] or key != RETURNED
        ],
        "pairs": _pairs(batch, kind, views) if part == DOUBTS else [],
        "changed": [] if part == DOUBTS else [_changed(view) for view in views],
        "nos": ",".join(str(view.no) for view in views),
        "pager": pager,
        "decisions": [{"value": one.value, "label": one.label} for one in Decision],
        "at_once": standing.rows - standing.written <= AT_ONCE,
    }


def _doubtful() -> Q:
    return Q(verdict=Verdict.DUPLICATE) | ~Q(decision="")


def _part_rows(batch: Import, part: str) -> "QuerySet[ImportRow]":
    rows: QuerySet[ImportRow] = batch.rows.filter(written_version__isnull=True)
    if part == RETURNED:
        return rows.exclude(returned="")
    if part == DOUBTS:
        return rows.filter(_doubtful())
    return rows.filter(verdict=Verdict.CHANGED)


def _changed(view: RowView) -> dict[str, Any]:
    row = view.row
    cells = {cell.key: cell.text for cell in view.cells}
    return {
        "no": row.no,
        "name": cells.get("name", ""),
        "about": " · ".join(filter(None, (cells.get("code", ""), cells.get("address", "")))),
        "differences": view.differences,
        "returned": row.returned,
        "label": Verdict(row.verdict).label,
        "status": words.VERDICT_STATUS[Verdict(row.verdict)],
        "wrong": row.verdict == Verdict.ERROR,
        "doubtful": row.verdict == Verdict.DUPLICATE and not row.decision,
    }


def _pairs(batch: Import, kind: LedgerKind, views: Sequence[RowView]) -> list[dict[str, Any]]:
    """Each doubtful row beside what it may be, with what can be decided."""
    likely = [one for view in views for one in view.row.likely]
    numbers = {one["row"] for one in likely if "row" in one}
    others = {
        view.no: view for view in views_of(batch, kind, list(batch.rows.filter(no__in=numbers)))
    }
    held = _held(kind, {one["id"] for one in likely if "id" in one})
    return [_pair(view, kind, others, held) for view in views]


def _held(kind: LedgerKind, ids: set[str]) -> dict[str, Any]:
    """Register rows by id, with what they are."""
    if not ids:
        return {}
    name = kind.sort_column.removesuffix("_id")
    field: Any = kind.book.model._meta.get_field(name)
    related = ("street", name) if field.is_relation else ("street",)
    rows = kind.rows().filter(pk__in=ids).select_related(*related).defer("street__outline")
    return {str(row.pk): row for row in rows}


def _pair(
    view: RowView, kind: LedgerKind, others: dict[int, RowView], held: dict[str, Any]
) -> dict[str, Any]:
    row = view.row
    sides = []
    for one in row.likely:
        if "row" in one:
            other = others.get(one["row"])
            told = _told_of_row(other, kind) if other else {}
            where = _("本文件第 %(no)d 行") % {"no": one["row"]}
            key = str(one["row"])
        else:
            told = _told_of_register(held.get(one["id"]), one, kind)
            where = _("台账 %(code)s") % {"code": one["code"]}
            key = one["id"]
        sides.append(
            {
                "where": where,
                "why": one["why"],
                "told": told,
                "value": f"{Decision.MERGE.value}:{key}",
                "chosen": row.decision == Decision.MERGE and row.merge_into == key,
            }
        )
    mine = _told_of_row(view, kind)
    titles = [kind.titles[key] for key in _compared(kind)]
    return {
        "no": row.no,
        "name": f"decision-{row.no}",
        "title": mine.get("name", ""),
        "fields": [
            {
                "title": title,
                "mine": mine.get(key, "") or "—",
                "theirs": [side["told"].get(key, "") or "—" for side in sides],
                "differs": any(side["told"].get(key, "") != mine.get(key, "") for side in sides),
            }
            for key, title in zip(_compared(kind), titles, strict=True)
        ],
        "sides": sides,
        "decision": row.decision,
        "label": Decision(row.decision).label if row.decision else "",
        "returned": row.returned,
    }


def _compared(kind: LedgerKind) -> list[str]:
    wanted = ("name", "main_format", "kind", "address", "street", "code")
    # In the ledger of one street the rows need not say which it is.
    return [key for key in wanted if key in kind.titles and not (key == "street" and kind.street)]


def _told_of_row(view: RowView, kind: LedgerKind) -> dict[str, str]:
    return {cell.key: cell.text for cell in view.cells if cell.key in _compared(kind)}


def _told_of_register(row: Any, one: dict[str, Any], kind: LedgerKind) -> dict[str, str]:
    told = {key: one.get(key, "") for key in ("name", "address", "code")}
    if row is None:
        return told
    name = kind.sort_column.removesuffix("_id")
    shown = getattr(row, f"get_{name}_display", None)
    sort = shown() if shown else getattr(row, name)
    return told | {"main_format": str(sort), "kind": str(sort), "street": str(row.street or "")}


# --- pages ---------------------------------------------------------------------------------------


def _paged(
    request: HttpRequest, rows: "QuerySet[ImportRow]", total: int
) -> tuple[list[ImportRow], dict[str, Any]]:
    """A page of rows by number, and the ways to the pages beside it."""
    text = request.GET.get("after", "")
    after = int(text) if text.isdecimal() and len(text) < 9 else 0
    found = list(rows.filter(no__gt=after).order_by("no")[: PAGE_ROWS + 1])
    more, found = len(found) > PAGE_ROWS, found[:PAGE_ROWS]
    before = list(
        rows.filter(no__lte=after).order_by("-no").values_list("no", flat=True)[: PAGE_ROWS + 1]
    )
    previous = None
    if before:
        start = before[PAGE_ROWS] if len(before) > PAGE_ROWS else 0
        previous = _at(request, start)
    pager = {
        "previous_url": previous,
        "next_url": _at(request, found[-1].no) if more else None,
        "text": _("本页 %(shown)d 行，共 %(total)d 行") % {"shown": len(found), "total": total},
    }
    return found, pager


def _at(request: HttpRequest, after: int) -> str:
    query = {
        name: value
        for name, value in request.GET.items()
        if name not in ("after", "kept") and value
    }
    if after:
        query["after"] = str(after)
    return f"{request.path}?{urlencode(query)}"
