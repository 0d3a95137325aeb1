"""`/reports/news/<uuid>/`: one piece of 工作信息, its photographs, and what is done with it."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from core import policy
from core.admin.refusals import RefusedError, refusals
from core.attachments import attachments_of
from core.audit import current_actor
from core.models import Attachment
from core.scope import Scope
from core.workflow import open_moves
from portal.reporting.news import SIGNS, figures_of
from portal.views.common import page, scope_of
from reports import news
from reports.models import WorkItem
from reports.workflow import WORK_ITEM

MOVES: dict[str, tuple[Callable[..., WorkItem], Any]] = {
    "accept": (news.adopt_item, gettext_lazy("已采用“%(title)s”。")),
    "decline": (news.decline_item, gettext_lazy("未采用“%(title)s”，报送单位可见您的意见。")),
    "withdraw": (news.withdraw_item, gettext_lazy("已撤回“%(title)s”。")),
}


@page("reports.work_items")
def item(request: HttpRequest, pk: Any) -> HttpResponse:
    """The whole of it, and the buttons that the caller has."""
    scope = scope_of(request)
    row = _own(scope, pk)
    context = {
        "crumbs": [
            {"label": _("工作信息"), "url": _list_of(scope)},
            {"label": row.title},
        ],
        "item": row,
        "sign": SIGNS[WorkItem.State(row.state)],
        "figures": figures_of(row),
        "photos": list(attachments_of(row)),
        "moves": open_moves(WORK_ITEM, row, scope),
        "may_highlight": row.state == WorkItem.State.ADOPTED
        and policy.may(scope, "reports.adopt_work_item", row),
    }
    return render(request, "reporting/news_item.html", context)


@require_POST
@page("reports.work_items")
def move(request: HttpRequest, pk: Any, word: str) -> HttpResponse:
    """采用, 不予采用 or 撤回 what was seen."""
    scope = scope_of(request)
    row = _own(scope, pk)
    if word not in MOVES:
        raise Http404
    act, said = MOVES[word]
    policy.require(scope, WORK_ITEM.move(word).action, row)
    try:
        with refusals():
            act(
                item=row,
                by=current_actor(),
                scope=scope,
                comment=request.POST.get("comment", ""),
                seen_version=_whole(request.POST.get("version", "")),
            )
        messages.success(request, said % {"title": row.title})
    except RefusedError as refused:
        messages.error(request, "；".join(refused.errors.messages))
    return redirect(_back(request, row))


@require_POST
@page("reports.adopt_work_item")
def highlight(request: HttpRequest, pk: Any) -> HttpResponse:
    """Show it on the leader's page, or no more."""
    scope = scope_of(request)
    row = _own(scope, pk)
    on = request.POST.get("on") == "1"
    try:
        with refusals():
            news.highlight_item(
                item=row,
                on=on,
                by=current_actor(),
                scope=scope,
                seen_version=_whole(request.POST.get("version", "")),
            )
        messages.success(request, _("已列为亮点。") if on else _("已取消亮点。"))
    except RefusedError as refused:
        messages.error(request, "；".join(refused.errors.messages))
    return redirect(_back(request, row))


@page("reports.work_items")
def photo(request: HttpRequest, pk: Any) -> HttpResponse:
    """A photograph, to those who see its item; it has no address of its own."""
    row = Attachment.objects.filter(
        pk=pk, object_type=WorkItem._meta.label_lower, removed_at__isnull=True
    ).first()
    if row is None:
        raise Http404
    _own(scope_of(request), row.object_id)
    try:
        with row.file.open() as file:
            content = file.read()
    except FileNotFoundError as error:
        raise Http404 from error
    # Taken in by `outlets.fieldwork.photos`: nothing but a picture, so it may open inside the site.
    response = HttpResponse(content, content_type=row.content_type)
    response["Cache-Control"] = "private, max-age=86400"
    response["Content-Disposition"] = "inline"
    response["X-Content-Type-Options"] = "nosniff"
    return response


def _own(scope: Scope, pk: Any) -> WorkItem:
    rows = WorkItem.objects.visible_to(scope).select_related(
        "office", "street", "circle", "clause__document"
    )
    found: WorkItem | None = rows.filter(pk=pk).defer("street__outline", "circle__boundary").first()
    if found is None:
        raise Http404
    return found


def _list_of(scope: Scope) -> str:
    """Where the caller reads: the commission's list, or the unit's own."""
    return reverse("reporting:news") if scope.all_streets else reverse("news:mine")


def _back(request: HttpRequest, row: WorkItem) -> str:
    """The list as it was filtered; the item itself otherwise."""
    asked = request.POST.get("next", "")
    known = (reverse("reporting:news"), reverse("news:mine"))
    if url_has_allowed_host_and_scheme(asked, allowed_hosts=None) and asked.startswith(known):
        return asked
    return reverse("reporting:news_item", args=[row.pk])


def _whole(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else None
