"""`/evaluation/surveys/<id>/import/`: an agency's file, taken whole or given back with why."""

import base64
from typing import Any
from urllib.parse import quote

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from assessments.answer_tables import columns_of
from assessments.models import Survey
from assessments.services.bringing import (
    LIMITS,
    BadCellsError,
    bring_answers,
    errors_book,
    template_book,
    undo_import,
)
from core import audit, policy
from core.admin.exporting import TYPE
from core.admin.refusals import RefusedError, refusals
from core.audit import current_actor
from portal.coordination.acting import run_here
from portal.evaluation.survey import crumbs, page_of
from portal.evaluation.wave_words import COLLECT, State, find
from portal.views.common import page, scope_of

# The page shows so many wrong places; the workbook of wrong rows has them all, up to so many rows.
MOST_SHOWN = 200
MOST_ROWS_BACK = 5_000


@page(COLLECT)
def bring(request: HttpRequest, pk: Any) -> HttpResponse:
    """Choose a file; taken in, or what is wrong with it and where."""
    row = _find(request, pk)
    if request.method != "POST":
        return _show(request, row)
    file = request.FILES.get("file")
    if file is None:
        return _show(request, row, [_("请先选择文件。")])
    if (file.size or 0) > LIMITS.max_file_bytes:
        return _show(request, row, [_("文件超过 10 MB，请分批导入。")])
    try:
        with refusals():
            brought = bring_answers(
                survey=row, file=file, by=current_actor(), scope=scope_of(request)
            )
    except RefusedError as refusal:
        cause = refusal.__cause__
        if isinstance(cause, BadCellsError):
            return _show(request, row, [], cause)
        return _show(request, row, refusal.errors.messages)
    messages.success(request, _("已导入 %(n)d 份答卷。") % {"n": brought.rows})
    return redirect(page_of(row) + "#imports")


@page(COLLECT)
def template(request: HttpRequest, pk: Any) -> HttpResponse:
    """The empty table of this wave."""
    row = _find(request, pk)
    response = HttpResponse(template_book(row), content_type=TYPE)
    label = quote(_("%(survey)s导入模板") % {"survey": row.name})
    response["Content-Disposition"] = (
        f"attachment; filename=\"survey-template.xlsx\"; filename*=UTF-8''{label}.xlsx"
    )
    audit.note("portal.export", list="survey_template", survey=str(row.pk))
    return response


@require_POST
@page(COLLECT)
def undo(request: HttpRequest, pk: Any, file: Any) -> HttpResponse:
    """Take a file's answers out again."""
    row = _find(request, pk)
    brought = row.imports.visible_to(scope_of(request)).filter(pk=file).first()
    if brought is None:
        raise Http404(_("没有这次导入。"))
    told = {"file": brought.name, "n": brought.rows}
    return run_here(
        request,
        page_of(row) + "#imports",
        _("已撤销“%(file)s”，其 %(n)d 份答卷已移除。") % told,
        lambda: undo_import(imported=brought, by=current_actor(), scope=scope_of(request)),
    )


def _find(request: HttpRequest, pk: Any) -> Survey:
    row = find(request, pk)
    policy.require(scope_of(request), COLLECT, row)
    return row


def _show(
    request: HttpRequest,
    row: Survey,
    refused: list[str] | None = None,
    bad: BadCellsError | None = None,
) -> HttpResponse:
    questions = list(row.questionnaire.questions.all())
    columns = columns_of(row, questions, [], row.closes_on)
    context = {
        "crumbs": crumbs(row, _("导入结果")),
        "survey": row,
        "back": page_of(row),
        "is_open": row.state == State.OPEN,
        "columns": columns,
        "refused": refused or [],
        "bad": _bad(bad) if bad else None,
    }
    failed = refused is not None or bad is not None
    return render(request, "evaluation/survey_import.html", context, status=422 if failed else 200)


def _bad(bad: BadCellsError) -> dict[str, Any]:
    rows = {error.row for error in bad.errors}
    return {
        "n": len(bad.errors),
        "rows": len(rows),
        "errors": bad.errors[:MOST_SHOWN],
        "more": max(0, len(bad.errors) - MOST_SHOWN),
        # Nothing of the file stays here: the workbook goes along with the page.
        "book": base64.b64encode(errors_book(bad)).decode() if len(rows) <= MOST_ROWS_BACK else "",
        "type": TYPE,
    }
