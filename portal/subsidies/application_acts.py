"""What is done with one application until it is accepted: moves, files, the paper form."""

from collections.abc import Callable
from typing import Any

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from core.admin.refusals import RefusedError
from core.attachments import attachment_of, serve
from core.word import word_response
from portal.coordination.acting import common_of, run_here, seen_in
from portal.subsidies.application import find, show
from portal.views.common import page, scope_of
from subsidies.application_paper import application_document
from subsidies.models import Application
from subsidies.services import filing
from subsidies.services.evidence import mark_lines

# Word of an act → what is said when it is done.
DONE = {
    "mark": gettext_lazy("核验结果已保存。"),
    "ask": gettext_lazy("已一次性告知补正，并通知申报经手人。"),
    "accept": gettext_lazy("已受理，可以审核。"),
    "decline": gettext_lazy("已不予受理，并通知申报经手人。"),
    "withdraw": gettext_lazy("已撤回。"),
}
MOVES: dict[str, Callable[..., Application]] = {
    "ask": filing.ask_application,
    "accept": filing.accept_application,
    "decline": filing.decline_application,
    "withdraw": filing.withdraw_application,
}
MARK, NOTE = "mark-", "note-"


@require_POST
@page("subsidies.applications")
def handle(request: HttpRequest, pk: Any, word: str) -> HttpResponse:
    """One of the moves, with the marks of its form; refused, the case shows what was typed."""
    row = find(pk, scope_of(request))
    if word not in DONE:
        raise Http404(_("没有这项办理。"))
    comment, marks = request.POST.get("comment", ""), _marks(request)

    def run() -> None:
        common = common_of(request, seen_in(request))
        with transaction.atomic():
            if word == "mark" or (marks and word != "withdraw"):
                marked = mark_lines(application=row, marks=marks, **common)
                common["seen_version"] = marked.version
            if word in MOVES:
                MOVES[word](application=row, comment=comment, **common)

    def again(refusal: RefusedError) -> HttpResponse:
        told = {"word": word, "why": refusal, **request.POST.dict()}
        return show(request, find(row.pk, scope_of(request)), refused=told)

    address = reverse("subsidies:application", args=[row.pk])
    back = f"{address}#handling" if word == "mark" else address
    if word == "withdraw" and not row.number:
        back = reverse("subsidies:applications")
    return run_here(request, back, DONE[word], run, again)


def _marks(request: HttpRequest) -> dict[str, tuple[str, str]]:
    """Key of a line → (mark, note), of the lines that the form showed."""
    found = {}
    for name in request.POST:
        if name.startswith(NOTE):
            key = name.removeprefix(NOTE)
            mark = request.POST.get(MARK + key, "")
            found[key] = (mark, request.POST[name] if mark else "")
    return found


@page("subsidies.applications")
def file(request: HttpRequest, pk: Any, line: Any, file: Any) -> Any:
    """A file of the evidence, to those who see the application."""
    row = find(pk, scope_of(request))
    found = row.evidence.filter(pk=line).first()
    if found is None:
        raise Http404(_("没有这个附件，或者已被移除。"))
    return serve(attachment_of(found, file))


@page("subsidies.applications")
def paper(request: HttpRequest, pk: Any) -> HttpResponse:
    """资金申请表, Word."""
    scope = scope_of(request)
    row = find(pk, scope)
    name = f"{_('资金申请表')}{row.number or row.title}"
    return word_response(application_document(row, scope), name)
