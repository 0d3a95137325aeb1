"""Papers of a round (Word, Excel) and the files of its meeting."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from core import audit
from core.attachments import attachment_of, serve
from core.word import word_response
from portal.coordination.files import workbook_answer
from portal.subsidies.round_page import cases_of, find, papers_of
from portal.views.common import page, scope_of
from subsidies.publicity import period_of
from subsidies.round_papers import call_document, decision_document, list_document
from subsidies.round_sheets import cases_sheet


@page("subsidies.rounds")
def paper(request: HttpRequest, pk: Any, kind: str) -> HttpResponse:
    """申报通知 for all who see the round; the list once it is public; the rest is internal."""
    row, scope = find(request, pk), scope_of(request)
    names = papers_of(row, scope)
    if kind not in names:
        raise Http404(_("目前没有这份文书。"))
    period = period_of(row, timezone.localdate())
    if kind == "call":
        document = call_document(row)
    elif kind == "list":
        document = list_document(row, period)
    else:
        document = decision_document(row, period)
    query = urlencode({"round": str(row.pk)})
    audit.note("portal.export", list=f"round_{kind}", rows=1, query=query)
    return word_response(document, f"{row.name}{names[kind]}")


@page("subsidies.rounds")
def workbook(request: HttpRequest, pk: Any) -> HttpResponse:
    """The applications that are shown."""
    row = find(request, pk)
    cases = cases_of(request, row).select_related(
        "enterprise", "item", "street", "circle", "outlet"
    )
    sheet = cases_sheet(
        row, cases.defer(None).defer("facts", "checked", "computation"), scope_of(request)
    )
    label = f"{row.name}{_('申报汇总表')}"
    return workbook_answer(request, name="round_applications", label=label, sheets=[sheet])


@page("subsidies.rounds")
def file(request: HttpRequest, pk: Any, file: Any) -> Any:
    """A file of the meeting, for the commission."""
    row = find(request, pk)
    if not scope_of(request).all_streets:
        raise PermissionDenied(_("集体审议的附件只供区商务委查看。"))
    return serve(attachment_of(row, file))
