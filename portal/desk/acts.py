"""What an office does with its report as a whole: send it, state no change, take it back."""

from collections.abc import Callable, Iterable
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from core import attachments
from core.admin.refusals import RefusedError, refusals
from core.audit import current_actor
from portal.desk.finding import find, find_own, may_write
from portal.desk.report import frame_of
from portal.desk.sheet import sheet_of
from portal.desk.words import moment_text, number_text
from portal.views.common import page, scope_of
from reports.models import ReportItem
from reports.progress import comparing, prefilling, sending


@never_cache
@page("reports.fill")
def send(request: HttpRequest, pk: Any) -> HttpResponse:
    """The summary before sending, with what is refused; sent from here."""
    row, scope = find_own(request, pk), scope_of(request)
    if not may_write(scope, row):
        return redirect("desk:report", pk=row.pk)
    errors: list[str] = []
    if request.method == "POST":
        try:
            with refusals():
                sending.submit(
                    report=row,
                    comment=request.POST.get("comment", ""),
                    seen_version=_seen(request),
                    by=current_actor(),
                    scope=scope,
                )
        except RefusedError as refusal:
            errors = refusal.errors.messages
            row.refresh_from_db()
        else:
            messages.success(request, _("已报送，等待区商务委审核。"))
            return redirect("desk:report", pk=row.pk)
    sheet = sheet_of(row)
    context = frame_of(row, scope) | {
        "sheet": sheet,
        "errors": errors,
        "blocks": [one for one in sheet["problems"] if one["severity"] == "block"],
        "warnings": [one for one in sheet["problems"] if one["severity"] != "block"],
    }
    return render(request, "desk/send.html", context, status=409 if errors else 200)


@require_POST
@page("reports.fill")
def unchanged(request: HttpRequest, pk: Any) -> HttpResponse:
    """无变化报送."""
    row = find_own(request, pk)

    def run() -> str:
        sending.submit_unchanged(
            report=row, seen_version=_seen(request), by=current_actor(), scope=scope_of(request)
        )
        return _("已作无变化报送，等待区商务委审核。")

    return _done(request, row, run)


@require_POST
@page("reports.fill")
def withdraw(request: HttpRequest, pk: Any) -> HttpResponse:
    """Taken back, as long as nobody has checked it."""
    row = find_own(request, pk)

    def run() -> str:
        sending.withdraw(
            report=row, seen_version=_seen(request), by=current_actor(), scope=scope_of(request)
        )
        return _("已撤回，可继续修改；改好后请再次报送。")

    return _done(request, row, run)


@require_POST
@page("reports.fill")
def reread(request: HttpRequest, pk: Any) -> HttpResponse:
    """Read the ledger and the figures again into what nobody has changed."""
    row = find_own(request, pk)

    def run() -> str:
        prefilling.prefill(report=row, by=current_actor())
        return _("已重新读取台账等数据；您改过的内容保持不变。")

    return _done(request, row, run)


@require_POST
@page("reports.fill")
def attach(request: HttpRequest, pk: Any) -> HttpResponse:
    """Files with the report."""
    row = find_own(request, pk)

    def run() -> str:
        files = request.FILES.getlist("files")
        if not may_write(scope_of(request), row):
            raise ValidationError(_("报告已报送，不能再改附件；请先撤回。"))
        if not files:
            raise ValidationError(_("请选择文件。"))
        for file in files:
            attachments.attach(row, file, current_actor())
        return _("已添加 %(n)d 个附件。") % {"n": len(files)}

    return _done(request, row, run, "#files")


@require_POST
@page("reports.fill")
def detach(request: HttpRequest, pk: Any, file: Any) -> HttpResponse:
    """A file taken off again."""
    row = find_own(request, pk)

    def run() -> str:
        if not may_write(scope_of(request), row):
            raise ValidationError(_("报告已报送，不能再改附件；请先撤回。"))
        found = attachments.attachment_of(row, file)
        attachments.remove(found, current_actor())
        return _("已移除附件“%(name)s”。") % {"name": found.name}

    return _done(request, row, run, "#files")


@page("reports.view")
def attachment(request: HttpRequest, pk: Any, file: Any) -> Any:
    """A file of a report, to those who see the report."""
    return attachments.serve(attachments.attachment_of(find(request, pk), file))


@page("reports.view")
def history(request: HttpRequest, pk: Any) -> HttpResponse:
    """How often it was sent, and what was different each time."""
    row = find(request, pk)
    labels = {item.key: item.label for item in row.period.type.items.all()}
    sent = list(row.submissions.order_by("number"))
    for one in sent:
        one.report = row
    comments = list(row.comments.order_by("at", "pk"))
    entries = []
    for at, one in enumerate(sent):
        entries.append(
            {
                "submission": one,
                "at": moment_text(one.at),
                "no_change": bool(one.content.get("no_change")),
                "differences": _told(comparing.differences(sent[at - 1], one)) if at else None,
                "comments": [
                    {"text": told.text, "label": labels.get(told.key, ""), "by": told.by_label}
                    for told in comments
                    if told.submission == one.number
                ],
            }
        )
    context = frame_of(row, scope_of(request)) | {"entries": entries[::-1]}
    return render(request, "desk/history.html", context)


def _told(found: Iterable[comparing.Difference]) -> list[dict[str, str]]:
    """Differences as the page shows them."""
    return [
        {
            "label": one.item.label,
            "before": _side(one.item, one.old),
            "after": _side(one.item, one.new),
            "why": one.why,
        }
        for one in found
    ]


def _side(item: ReportItem, side: comparing.Side) -> str:
    return side.text if item.is_text else number_text(item, side.number)


def _seen(request: HttpRequest) -> int | None:
    text = request.POST.get("seen_version", "")
    return int(text) if text.isdecimal() else None


def _done(request: HttpRequest, row: Any, run: Callable[[], str], at: str = "") -> HttpResponse:
    """Do it, say what happened, and back to the report."""
    try:
        with refusals():
            said = run()
    except RefusedError as refusal:
        messages.error(request, "；".join(refusal.errors.messages))
    else:
        messages.success(request, said)
    response = redirect("desk:report", pk=row.pk)
    response["Location"] += at
    return response
