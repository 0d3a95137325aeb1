"""`/reports/bulletins/`: the monthly 工作通报: drafted, edited, issued, in Word."""

import datetime as dt
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from core import audit, policy
from core.admin.refusals import RefusedError, refusals
from core.audit import current_actor
from core.scope import Scope
from core.word import word_response
from portal.basis import offset_pager
from portal.views.common import own_district, page, scope_of
from reports.bulletin import bulletin_word, draft_bulletin, edit_bulletin, issue_bulletin
from reports.models import Bulletin

PER_PAGE = 24


@page("reports.bulletins")
def bulletins(request: HttpRequest) -> HttpResponse:
    """The bulletins, the newest month first; a new one."""
    scope = scope_of(request)
    if request.method == "POST":
        policy.require(scope, "reports.change_bulletins")
        return _draft(request, scope)
    asked = request.GET.get("from", "")
    start = int(asked) if asked.isascii() and asked.isdecimal() and len(asked) < 8 else 0
    rows = _rows(scope)
    total = rows.count()
    last = timezone.localdate().replace(day=1) - dt.timedelta(days=1)
    context = {
        "crumbs": [{"label": own_district(scope).name}, {"label": _("工作通报")}],
        "bulletins": list(rows.order_by("-month", "-pk")[start : start + PER_PAGE]),
        "pager": offset_pager(request, start, PER_PAGE, total),
        "may_write": policy.may(scope, "reports.change_bulletins"),
        "month": f"{last:%Y-%m}",
        "latest": f"{timezone.localdate():%Y-%m}",
    }
    return render(request, "reporting/bulletins.html", context)


@page("reports.bulletins")
def bulletin(request: HttpRequest, pk: Any) -> HttpResponse:
    """One bulletin with its sources; the draft can be written."""
    scope = scope_of(request)
    return _page(request, _own(scope, pk), scope)


def _page(
    request: HttpRequest, row: Bulletin, scope: Scope, *, refused: bool = False
) -> HttpResponse:
    """When it was refused, what was typed stands in the fields, beside what is kept instead."""
    is_draft = row.state == Bulletin.State.DRAFT
    typed = _typed(request, row) if refused else {}
    context = {
        "crumbs": [
            {"label": _("工作通报"), "url": reverse("reporting:bulletins")},
            {"label": row.title},
        ],
        "bulletin": row,
        "title": request.POST.get("title", row.title) if refused else row.title,
        "sections": [
            section
            | {"links": [_link(source) for source in section["sources"]]}
            | _beside(section, typed.get(section["key"]))
            for section in row.content["sections"]
        ],
        "table": row.content["table"],
        "is_draft": is_draft,
        "may_write": is_draft and policy.may(scope, "reports.change_bulletins", row),
        "today": timezone.localdate(),
    }
    return render(request, "reporting/bulletin.html", context, status=409 if refused else 200)


def _beside(section: dict[str, Any], typed: dict[str, str] | None) -> dict[str, str]:
    """What was typed into a section, and the text that is kept where it is another one."""
    if typed is None:
        return {}
    return typed | {"kept": section["text"] if typed["text"].strip() != section["text"] else ""}


@require_POST
@page("reports.change_bulletins")
def act(request: HttpRequest, pk: Any) -> HttpResponse:
    """保存, 重新生成 or 印发."""
    scope = scope_of(request)
    row = _own(scope, pk)
    policy.require(scope, "reports.change_bulletins", row)
    do, by = request.POST.get("do", ""), current_actor()
    try:
        with refusals():
            row = _written(request, row, scope)
            if do == "draft":
                draft_bulletin(district=row.district, month=row.month, by=by, scope=scope)
                messages.success(request, _("已按现有数据重新生成；改过的部分未动。"))
            elif do == "issue":
                issue_bulletin(
                    bulletin=row,
                    number=request.POST.get("number", ""),
                    day=_day(request.POST.get("day", "")),
                    by=by,
                    scope=scope,
                    seen_version=row.version,
                )
                messages.success(request, _("已印发。"))
            else:
                messages.success(request, _("已保存。"))
    except RefusedError as refused:
        messages.error(request, "；".join(refused.errors.messages))
        now = _own(scope, pk)
        if "title" in request.POST and now.state == Bulletin.State.DRAFT:
            return _page(request, now, scope, refused=True)
    return redirect("reporting:bulletin", pk=row.pk)


@page("reports.bulletins")
def word(request: HttpRequest, pk: Any) -> HttpResponse:
    """The bulletin in Word."""
    row = _own(scope_of(request), pk)
    audit.note("reports.export_bulletin", id=str(row.pk), version=row.version)
    return word_response(bulletin_word(row), row.title)


def _rows(scope: Scope) -> "QuerySet[Bulletin]":
    rows: QuerySet[Bulletin] = Bulletin.objects.visible_to(scope)
    return rows


def _own(scope: Scope, pk: Any) -> Bulletin:
    rows = _rows(scope).select_related("district").defer("district__outline")
    return get_object_or_404(rows, pk=pk)


def _draft(request: HttpRequest, scope: Scope) -> HttpResponse:
    month = _day(f"{request.POST.get('month', '')}-01")
    if month is None:
        messages.error(request, _("请选择月份。"))
        return redirect("reporting:bulletins")
    try:
        with refusals():
            made = draft_bulletin(
                district=own_district(scope), month=month, by=current_actor(), scope=scope
            )
    except RefusedError as refused:
        messages.error(request, "；".join(refused.errors.messages))
        return redirect("reporting:bulletins")
    messages.success(request, _("已生成草稿，请核对修改后印发。"))
    return redirect("reporting:bulletin", pk=made.pk)


def _written(request: HttpRequest, row: Bulletin, scope: Scope) -> Bulletin:
    """Keep what was typed, whatever is done next; nothing typed, nothing kept."""
    sent = request.POST
    if "title" not in sent:
        return row
    version = sent.get("version", "")
    return edit_bulletin(
        bulletin=row,
        title=sent["title"],
        sections=_typed(request, row),
        by=current_actor(),
        scope=scope,
        seen_version=int(version) if version.isdecimal() else None,
    )


def _typed(request: HttpRequest, row: Bulletin) -> dict[str, dict[str, str]]:
    """Headings and texts as the form holds them, by section."""
    sent = request.POST
    return {
        section["key"]: {
            "title": sent.get(f"title-{section['key']}", section["title"]),
            "text": sent[f"text-{section['key']}"].replace("\r\n", "\n"),
        }
        for section in row.content["sections"]
        if f"text-{section['key']}" in sent
    }


def _day(text: str) -> dt.date | None:
    try:
        return parse_date(text)
    except ValueError:
        return None


def _link(source: dict[str, Any]) -> dict[str, str]:
    """A source with the way to it."""
    names = {
        "period": "reporting:period",
        "figure": "reporting:period",
        "report": "desk:check",
        "item": "reporting:news_item",
    }
    name = names.get(source["kind"])
    return {
        "label": source["label"],
        "value": source["value"],
        "url": reverse(name, args=[source["id"]]) if name else reverse("portal:gaps"),
    }
