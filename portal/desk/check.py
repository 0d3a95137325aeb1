"""`/reports/<uuid>/`: the commission looks at a report: passes it, sends it back, signs it off."""

import datetime as dt
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from core.admin.refusals import RefusedError, refusals
from core.audit import current_actor
from core.scope import Scope
from core.workdays import add_workdays
from portal.console import address_of
from portal.desk.finding import find, may_write
from portal.desk.report import frame_of
from portal.desk.sheet import sheet_of
from portal.views.common import page, scope_of
from reports.models import ProgressReport
from reports.progress import sending


@never_cache
@page("reports.overview")
def check(request: HttpRequest, pk: Any) -> HttpResponse:
    """Read-only numbers, a comment at each, and the moves that are open."""
    row, scope = find(request, pk), scope_of(request)
    errors: list[str] = []
    if request.method == "POST":
        try:
            with refusals():
                said = _move(request, row, scope)
        except RefusedError as refusal:
            errors = refusal.errors.messages
            row = find(request, pk)
        else:
            messages.success(request, said)
            return redirect("desk:check", pk=row.pk)
    sheet = sheet_of(row, checking=True)
    for section in sheet["sections"]:
        for line in section["rows"]:
            line["given"] = request.POST.get(f"comment-{line['key']}", "")
    frame = frame_of(row, scope)
    overview = {"label": _("进展报送"), "url": address_of("reporting:overview")}
    context = frame | {
        "crumbs": [overview, {"label": row.office.name}, {"label": frame["title"]}],
        "sheet": sheet,
        "errors": errors,
        # The commission owes reports of its own, too.
        "fill_url": reverse("desk:report", args=[row.pk]) if may_write(scope, row) else "",
        "given": request.POST,
        "new_due": request.POST.get("due_on")
        or add_workdays(timezone.localdate(), sending.WORKDAYS_TO_MEND).isoformat(),
    }
    return render(request, "desk/check.html", context, status=409 if errors else 200)


def _move(request: HttpRequest, row: ProgressReport, scope: Scope) -> str:
    """Make the move that a button names; what was done, in words."""
    sent = request.POST
    version = sent.get("seen_version", "")
    common: dict[str, Any] = {
        "report": row,
        "seen_version": int(version) if version.isdecimal() else None,
        "by": current_actor(),
        "scope": scope,
    }
    comment = sent.get("comment", "").strip()
    notes = _notes(request, row)

    def send_back() -> str:
        day = _new_due_day(sent.get("due_on", ""))
        sending.return_report(**common, comment=comment, comments=notes, due_on=day)
        return _("已退回修改，并通知报送单位。")

    def accept() -> str:
        if notes:
            raise ValidationError(_("填写了逐项意见，请退回修改，或清空意见后再审核通过。"))
        sending.accept(**common, comment=comment)
        return _("已审核通过。")

    def sign_off() -> str:
        sending.sign_off(**common)
        return _("已定稿。")

    def reopen() -> str:
        sending.reopen(**common, comment=comment, due_on=_new_due_day(sent.get("due_on", "")))
        return _("已重新开放，请报送单位更正后再报送。")

    moves: dict[str, Callable[[], str]] = {
        "accept": accept,
        "return": send_back,
        "sign_off": sign_off,
        "reopen": reopen,
    }
    move = moves.get(sent.get("move", ""))
    if move is None:
        raise ValidationError(_("请选择要办理的操作。"))
    return move()


def _new_due_day(text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise ValidationError(_("请填写新的报送截止日期。")) from None


def _notes(request: HttpRequest, row: ProgressReport) -> dict[str, str]:
    """The comments at the fields, by item key."""
    keys = row.period.type.items.values_list("key", flat=True)
    told = {key: request.POST.get(f"comment-{key}", "").strip() for key in keys}
    return {key: text for key, text in told.items() if text}
