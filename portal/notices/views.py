"""A person's messages: listed, opened where the matter is dealt with, marked as read."""

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from core.models import Notice
from core.notices import mark_read, notices_of
from portal.basis import offset_pager
from portal.views.common import page, scope_of

PER_PAGE = 30
UNREAD, ALL = "unread", "all"


@never_cache
@page("portal.notices")
def notices(request: HttpRequest) -> HttpResponse:
    """The caller's messages, newest first; `?show=unread` those not read yet."""
    mine = notices_of(_person(request))
    waiting = mine.filter(read_at=None).count()
    show = UNREAD if request.GET.get("show") == UNREAD else ALL
    rows = mine.filter(read_at=None) if show == UNREAD else mine
    total = waiting if show == UNREAD else rows.count()
    start = _start(request)
    context = {
        "notices": [_described(row) for row in rows[start : start + PER_PAGE]],
        "waiting": waiting,
        "show": show,
        "pager": offset_pager(request, start, PER_PAGE, total),
    }
    return render(request, "notices/list.html", context)


@never_cache
@page("portal.notices")
def opened(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Lead to where the matter is dealt with; the message counts as read from then on."""
    person = _person(request)
    row = get_object_or_404(notices_of(person), pk=pk)
    mark_read(person, row.pk)
    return redirect(row.path if _is_here(row.path) else "notices:list")


@require_POST
@page("portal.notices")
def read(request: HttpRequest) -> HttpResponse:
    """Mark one message (`notice`), or all of them, as read."""
    asked = request.POST.get("notice", "")
    count = mark_read(_person(request), _uuid(asked) if asked else None)
    if not asked:
        messages.success(request, _("已将 %(n)d 条消息标为已读。") % {"n": count})
    return redirect("notices:list")


def _described(row: Notice) -> dict[str, Any]:
    return {
        "id": row.pk,
        "title": row.title,
        "text": row.text,
        "at": row.at,
        "unread": row.read_at is None,
        "leads": _is_here(row.path),
    }


def _person(request: HttpRequest) -> uuid.UUID:
    person = scope_of(request).user_id
    assert person is not None  # the gate lets nobody in who has no role
    return person


def _is_here(path: str) -> bool:
    return path.startswith("/") and url_has_allowed_host_and_scheme(path, allowed_hosts=None)


def _start(request: HttpRequest) -> int:
    asked = request.GET.get("from", "")
    return int(asked) if asked.isascii() and asked.isdecimal() and len(asked) < 9 else 0


def _uuid(text: str) -> uuid.UUID:
    """The id, or one that no message has."""
    try:
        return uuid.UUID(text)
    except ValueError:
        return uuid.UUID(int=0)
