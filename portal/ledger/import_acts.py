"""What is done to an import on its page; each act leads back to it, with what came of it."""

import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from io import BytesIO
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from core import audit
from core.audit import current_actor
from core.db import locked
from core.spreadsheets import SpreadsheetError
from core.versions import StaleVersionError, require_version
from outlets.imports.correcting import (
    AT_ONCE,
    correct_row,
    decide,
    judge_again,
    replace_value,
    upload_corrections,
)
from outlets.imports.downloads import write_problems
from outlets.imports.kinds import kind_of
from outlets.imports.starting import MOST_BYTES, discard_import, set_layout
from outlets.imports.states import ImportStateError
from outlets.imports.undoing import DAYS, MOST_BLOCKERS, undo_blockers, undo_until
from outlets.imports.work import request_check, request_confirm, request_undo, revive
from outlets.models import Import, ImportRow
from portal.ledger import import_words as words
from portal.ledger.import_columns import given_layout
from portal.ledger.import_page import import_of, kind_for, shown
from portal.ledger.import_rows import check_rows, tiles
from portal.ledger.imports import XLSX
from portal.views.common import page

Decision = ImportRow.Decision
REFUSALS = (ImportStateError, SpreadsheetError, StaleVersionError)
Act = Callable[[HttpRequest, Import], HttpResponse]
# So many rows one page can send at most.
_MOST_NUMBERS = 500


def act(view: Act) -> Callable[..., HttpResponse]:
    """An act on an import: posted, gated, scoped; a refusal is told on the page."""

    @page("outlets.import")
    @require_POST
    @wraps(view)
    def acted(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
        batch = revive(import_of(request, pk))
        try:
            return view(request, batch)
        except REFUSALS as error:
            if _by_script(request):
                return JsonResponse({"problem": str(error)}, status=409)
            messages.error(request, str(error))
            return redirect(_back(request, batch))

    return acted


@contextmanager
def as_seen(request: HttpRequest, batch: Import) -> Iterator[None]:
    """One transaction in which the import still is as the page showed it."""
    with transaction.atomic():
        row = locked(Import.objects.filter(pk=batch.pk)).get()
        require_version(row, _number(request.POST.get("version")))
        yield


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isdecimal() and len(text) < 10 else None


def _by_script(request: HttpRequest) -> bool:
    return "application/json" in request.headers.get("Accept", "")


def _back(request: HttpRequest, batch: Import, **more: str) -> str:
    """Where the act was asked for, kept to the page of the import."""
    query = QueryDict(request.POST.get("back", ""), mutable=True)
    for name, value in more.items():
        query[name] = value
    return words.step_url(batch) + (f"?{query.urlencode()}" if query else "")


# --- ② -------------------------------------------------------------------------------------------


@act
def import_layout(request: HttpRequest, batch: Import) -> HttpResponse:
    """Settle columns and coordinate system, and have the rows checked."""
    if "header" not in request.POST:
        return redirect(words.step_url(batch, words.COLUMNS))
    kind = kind_for(batch)
    given = given_layout(request.POST, batch, kind)
    only_look = "look" in request.POST
    if given.errors and not (only_look and set(given.errors) <= {"", "crs"}):
        return shown(request, batch, words.COLUMNS, status=400, given=given)
    with as_seen(request, batch):
        batch = set_layout(
            batch=batch, layout=given.layout, crs=given.crs or None, by=current_actor()
        )
        if not only_look:
            request_check(batch=batch, by=current_actor())
    if only_look:
        return redirect(words.step_url(batch, words.COLUMNS) + "#systems")
    return redirect(words.step_url(batch))


@act
def import_discard(request: HttpRequest, batch: Import) -> HttpResponse:
    """Give the import up."""
    with as_seen(request, batch):
        discard_import(batch=batch, by=current_actor())
    messages.success(request, _("已放弃该次导入，台账没有任何变动。"))
    return redirect("ledger:imports")


# --- ③ -------------------------------------------------------------------------------------------


@act
def import_cells(request: HttpRequest, batch: Import) -> HttpResponse:
    """Take over corrected cells; `replace` also in all rows that are wrong in the same way."""
    edits = _edits(request)
    with transaction.atomic():
        before = dict(batch.rows.filter(no__in=edits).values_list("no", "edits"))
        for no, cells in edits.items():
            _correct(batch, no, cells)
        after = dict(batch.rows.filter(no__in=edits).values_list("no", "edits"))
        changed = sorted(no for no in after if after[no] != before[no])
        count = len(changed)
        if "replace" in request.POST:
            count += _replaced(request, batch)
        _judge(request, batch, count)
    batch.refresh_from_db()
    if _by_script(request):
        return JsonResponse(_answer(request, batch, set(edits)))
    mended = ",".join(map(str, changed))
    return redirect(_back(request, batch, kept=mended))


def _edits(request: HttpRequest) -> dict[int, dict[str, str]]:
    """Row number → column → text, from fields `cell-<no>-<key>` and the chip `set` if pressed."""
    found: dict[int, dict[str, str]] = {}
    pairs = list(request.POST.items())
    no, _bar, rest = request.POST.get("set", "").partition("|")
    key, _bar, text = rest.partition("|")
    if key:
        pairs.append((f"cell-{no}-{key}", text))
    for name, value in pairs:
        head, _dash, rest = name.partition("-")
        no, _dash, key = rest.partition("-")
        if head == "cell" and (number := _number(no)) is not None and key:
            found.setdefault(number, {})[key] = str(value).strip()
    return found


def _correct(batch: Import, no: int, cells: dict[str, str]) -> None:
    known = kind_for_keys(batch)
    if cells := {key: text for key, text in cells.items() if key in known}:
        correct_row(batch=batch, no=no, edits=cells)


def kind_for_keys(batch: Import) -> set[str]:
    """The columns that this kind of ledger has."""
    found: set[str] = getattr(batch, "_known_keys", set())
    if not found:
        found = set(kind_for(batch).titles)
        batch._known_keys = found  # type: ignore[attr-defined]
    return found


def _replaced(request: HttpRequest, batch: Import) -> int:
    """`replace` = `<no>|<key>|<the wrong text>`; the right text stands in that row's cell."""
    no, _bar, rest = request.POST["replace"].partition("|")
    key, _bar, old = rest.partition("|")
    new = request.POST.get(f"cell-{no}-{key}", "").strip()
    if key not in kind_for_keys(batch) or new == old:
        raise ImportStateError(_("请先在该单元格填入正确的内容，再全部替换"))
    count = replace_value(batch=batch, key=key, old=old, new=new)
    if not _by_script(request):
        messages.success(request, _("另有 %(count)d 行已一并替换。") % {"count": count})
    return count


def _judge(request: HttpRequest, batch: Import, count: int) -> None:
    """Judge again while the person waits, unless there are too many rows for that."""
    if not count:
        return
    if batch.rows.filter(written_version__isnull=True).count() <= AT_ONCE:
        judge_again(batch)
    elif not _by_script(request):
        messages.info(request, _("已保存。行数较多，全部改完后请点“重新检查”。"))


def _answer(request: HttpRequest, batch: Import, changed: set[int]) -> dict[str, Any]:
    """What has changed on the page, for the script that sent the cells."""
    standing = words.standing_of(batch)
    shown_nos = {no for text in request.POST.get("shown", "").split(",") if (no := _number(text))}
    nos = sorted(shown_nos | changed)[:_MOST_NUMBERS]
    rows = list(batch.rows.filter(no__in=nos).order_by("no"))
    found = check_rows(batch, kind_for(batch), rows)
    return {
        "tiles": render_to_string(
            "ledger/import_tiles.html",
            {"tiles": tiles(batch, standing, request.POST.get("verdict", "error"))},
        ),
        "rows": {
            str(row.no): render_to_string(
                "ledger/import_check_row.html", {"row": row, "batch": batch}
            )
            for row in found
        },
        "wrong": [row.no for row in found if row.wrong],
        "error": standing.error,
        "unjudged": standing.unjudged,
        "version": batch.version,
        "said": _said(standing),
    }


def _said(standing: words.Standing) -> str:
    if standing.unjudged:
        return _("已保存 %(count)d 行更正，待重新检查。") % {"count": standing.unjudged}
    if standing.error:
        return ngettext("还有 %(count)d 行有误。", "还有 %(count)d 行有误。", standing.error) % {
            "count": standing.error
        }
    return _("没有有误的行了，可以进入下一步。")


@act
def import_check(request: HttpRequest, batch: Import) -> HttpResponse:
    """Have the open rows checked again."""
    request_check(batch=batch, by=current_actor())
    return redirect(words.step_url(batch))


@page("outlets.import")
def import_problems(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """`…/problems/`: the wrong and doubtful rows as .xlsx, to be corrected and taken in again."""
    batch = import_of(request, pk)
    if not batch.layout.get("columns"):
        return redirect(words.step_url(batch))
    target = BytesIO()
    count = write_problems(target, batch, kind_for(batch))
    audit.note("outlets.import_problems", file=batch.file_name, rows=count, id=str(batch.pk))
    response = HttpResponse(target.getvalue(), content_type=XLSX)
    stem = batch.file_name.rpartition(".")[0] or batch.file_name
    name = _("%(file)s-问题行.xlsx") % {"file": stem}
    response["Content-Disposition"] = content_disposition_header(True, name) or ""
    return response


@act
def import_corrections(request: HttpRequest, batch: Import) -> HttpResponse:
    """Take the corrected problem rows back."""
    file = request.FILES.get("file")
    if file is None:
        raise ImportStateError(_("请选择改正后的问题行文件"))
    if (file.size or 0) > MOST_BYTES:
        raise ImportStateError(_("文件过大，请上传下载的问题行文件"))
    with transaction.atomic():
        count = upload_corrections(
            batch=batch,
            file=file.file,
            filename=file.name or "",
            columns=kind_for(batch).columns,
        )
        _judge(request, batch, count)
    if count:
        messages.success(request, _("已取回 %(count)d 行更正。") % {"count": count})
    else:
        messages.warning(request, _("文件中没有与现有内容不同的更正。"))
    return redirect(words.step_url(batch))


# --- ④ -------------------------------------------------------------------------------------------


@act
def import_decisions(request: HttpRequest, batch: Import) -> HttpResponse:
    """Say of likely doubles what is to be done: one by one, or all of the page alike."""
    groups: dict[tuple[str, str], list[int]] = {}
    for no, said in _decisions(request):
        decision, _colon, into = said.partition(":")
        if decision in Decision.values or not decision:
            groups.setdefault((decision, into), []).append(no)
    with transaction.atomic():
        count = sum(
            decide(batch=batch, nos=nos, decision=decision, merge_into=into)
            for (decision, into), nos in groups.items()
        )
        _judge(request, batch, count)
    messages.success(request, _("已保存 %(count)d 行的处理。") % {"count": count})
    return redirect(_back(request, batch))


def _decisions(request: HttpRequest) -> Iterator[tuple[int, str]]:
    """(row number, decision) that differ from what the page showed."""
    if every := request.POST.get("all"):
        numbers = request.POST.get("nos", "").split(",")[:_MOST_NUMBERS]
        yield from ((no, every) for text in numbers if (no := _number(text)) is not None)
        return
    for name, value in request.POST.items():
        head, _dash, text = name.partition("-")
        no = _number(text)
        if head == "decision" and no is not None and value != request.POST.get(f"was-{no}", ""):
            yield no, str(value)


# --- ⑤ -------------------------------------------------------------------------------------------


@act
def import_confirm(request: HttpRequest, batch: Import) -> HttpResponse:
    """Have the rows written: all, or (`partial`) only those without faults."""
    with as_seen(request, batch):
        request_confirm(batch=batch, by=current_actor(), partial="partial" in request.POST)
    return redirect(words.step_url(batch))


@page("outlets.import")
def import_undo(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """`…/undo/`: what undoing would do and what stands in its way; posted, it is done."""
    batch = revive(import_of(request, pk))
    if request.method == "POST":
        try:
            with as_seen(request, batch):
                request_undo(
                    batch=batch,
                    by=current_actor(),
                    reason=request.POST.get("reason", "").strip()[:200],
                )
        except REFUSALS as error:
            messages.error(request, str(error))
        return redirect(words.step_url(batch))
    until = undo_until(batch)
    if until is None or batch.state in words.RUNNING:
        return redirect(words.step_url(batch))
    context = {
        "crumbs": [
            {"label": _("网点台账"), "url": reverse("ledger:home")},
            {"label": _("导入"), "url": reverse("ledger:imports")},
            {"label": batch.file_name, "url": words.step_url(batch)},
            {"label": _("撤销导入")},
        ],
        "batch": batch,
        "title": kind_of(batch.subject).title,
        "standing": words.standing_of(batch),
        "until": until,
        "days": DAYS,
        "blockers": undo_blockers(batch),
        "most_blockers": MOST_BLOCKERS,
    }
    return render(request, "ledger/import_undo.html", context)
