"""`/check/<secret>/`: a neighbourhood committee's sheet. No sign-in; the link is the key.

Whoever has the link sees names, formats, addresses and hours, never whom to call. The address is
written nowhere: not in logs, not in the audit log, not in the referrer of what the page loads.
"""

import logging
from collections.abc import Callable
from functools import wraps
from typing import Any

import segno
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.core.signals import got_request_exception
from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponseNotAllowed,
    HttpResponseRedirect,
    JsonResponse,
)
from django.shortcuts import render
from django.template.loader import get_template
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.csrf import csrf_exempt
from rest_framework.throttling import BaseThrottle

from outlets.fieldwork.answers import (
    ANSWERS,
    MOST_REMARK,
    STATED,
    ReturnedError,
    add_line,
    answer_line,
    mark_opened,
    remove_line,
    return_sheet,
)
from outlets.fieldwork.rounds import holds, sheet_of
from outlets.models import BusinessFormat, CheckLine, CheckSheet
from outlets.models.fieldwork import Finding
from portal.ledger.lists import errors_of

logger = logging.getLogger(__name__)

# In a minute: wrong links of one address, answers of one sheet.
WRONG_LINKS = 30
WRITES = 240
PAPER_LINES = 8
METHODS = ["GET", "HEAD", "POST"]
# Short enough to stand side by side on a phone.
WORDS = {
    Finding.SAME: gettext_lazy("在营无误"),
    Finding.CHANGED: gettext_lazy("有变"),
    Finding.SUSPENDED: gettext_lazy("停业"),
    Finding.CLOSED: gettext_lazy("关闭"),
    Finding.ABSENT: gettext_lazy("查无此店"),
    Finding.NEW: gettext_lazy("新增"),
}
View = Callable[[HttpRequest, CheckSheet, str], HttpResponse]


def behind_link(view: View) -> Callable[[HttpRequest, str], HttpResponse]:
    """A page behind a sheet's link: the link judged, counted, and kept out of every log."""

    @csrf_exempt  # the secret in the address is what another site cannot know
    @wraps(view)
    def guarded(request: HttpRequest, secret: str) -> HttpResponse:
        try:
            response = _answer(request, secret, view)
        except Exception:
            got_request_exception.send(sender=None, request=request)
            logger.exception("a check sheet could not be answered")
            response = HttpResponse(get_template("500.html").render(), status=500)
        response["Cache-Control"] = "no-store"
        response["Referrer-Policy"] = "no-referrer"
        response["X-Robots-Tag"] = "noindex, nofollow"
        # Django writes the address of what it refuses into its log, but not twice.
        response._has_been_logged = True  # type: ignore[attr-defined]
        return response

    return guarded


def _answer(request: HttpRequest, secret: str, view: View) -> HttpResponse:
    if request.method not in METHODS:
        return HttpResponseNotAllowed(METHODS)
    caller: Any = request
    address = BaseThrottle().get_ident(caller)
    if _used(f"check:wrong:{address}") > WRONG_LINKS:
        return _closed(request, "busy", 429)
    sheet = sheet_of(secret)
    if sheet is None:
        _count(f"check:wrong:{address}")
        return _closed(request, "unknown", 404)
    if sheet.valid_until <= timezone.now():
        return _closed(request, "expired", 410)
    if request.method == "POST" and _count(f"check:writes:{sheet.pk}") > WRITES:
        return _closed(request, "busy", 429)
    if not holds(sheet):
        return _returned(request, sheet)
    try:
        return view(request, sheet, secret)
    except ReturnedError:
        sheet.refresh_from_db()
        return _returned(request, sheet)


@behind_link
def sheet(request: HttpRequest, sheet: CheckSheet, secret: str) -> HttpResponse:
    """The sheet; a line, a new outlet, or the whole of it handed in."""
    if request.method != "POST":
        mark_opened(sheet)
        return _shown(request, sheet, secret)
    do = DO.get(request.POST.get("do", ""), _save)
    try:
        where = do(request, sheet)
    except CheckLine.DoesNotExist:
        return _refused(request, sheet, secret, {"": [_("没有这一行，请刷新页面")]})
    except ValidationError as error:
        return _refused(request, sheet, secret, errors_of(error))
    if _by_script(request):
        return JsonResponse({"ok": True, **_progress(sheet)})
    return HttpResponseRedirect(f"{request.path}{where}")


@behind_link
def paper(request: HttpRequest, sheet: CheckSheet, secret: str) -> HttpResponse:
    """The sheet to print and write on, with its link as a code to photograph."""
    address = request.build_absolute_uri(reverse("portal:check", args=[secret]))
    return paper_of(request, sheet, code=segno.make(address, error="m"))


def paper_of(request: HttpRequest, sheet: CheckSheet, code: Any = None) -> HttpResponse:
    """The printable sheet, with or without its link's code."""
    context = {
        "sheet": sheet,
        "lines": _lines(sheet).filter(outlet__isnull=False),
        "answers": [WORDS[one] for one in ANSWERS],
        "blank": range(PAPER_LINES),
        "code": code.svg_inline(border=1, omitsize=True) if code else "",
    }
    return render(request, "check/paper.html", context)


# --- What is sent ---------------------------------------------------------------------------------
def _save(request: HttpRequest, sheet: CheckSheet) -> str:
    line = answer_line(
        sheet=sheet,
        line_id=_line_id(request),
        finding=request.POST.get("finding", ""),
        stated=_stated(request),
        remark=request.POST.get("note", ""),
    )
    return f"#line-{line.pk}"


def _add(request: HttpRequest, sheet: CheckSheet) -> str:
    add_line(sheet=sheet, stated=_stated(request), remark=request.POST.get("note", ""))
    return "#new"


def _remove(request: HttpRequest, sheet: CheckSheet) -> str:
    remove_line(sheet=sheet, line_id=_line_id(request))
    return "#new"


def _return(request: HttpRequest, sheet: CheckSheet) -> str:
    return_sheet(
        sheet=sheet,
        returned_by=request.POST.get("returned_by", ""),
        unfinished=request.POST.get("unfinished") == "1",
    )
    return ""


DO = {"answer": _save, "add": _add, "remove": _remove, "return": _return}


def _line_id(request: HttpRequest) -> int:
    text = request.POST.get("line", "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else 0


def _stated(request: HttpRequest) -> dict[str, str]:
    return {name: request.POST[name] for name in STATED if name in request.POST}


# --- What is shown --------------------------------------------------------------------------------
def _lines(sheet: CheckSheet) -> Any:
    """The lines with what the page shows of their outlets; whom to call is not even fetched."""
    rows = sheet.lines.select_related("outlet__main_format").order_by(
        "outlet__address", "outlet__code", "pk"
    )
    shown = ("name", "code", "address", "floor_room", "hours", "main_format__name")
    own = ("sheet", "finding", "stated", "note", "answered_at")
    return rows.only(*own, *(f"outlet__{name}" for name in shown))


def _progress(sheet: CheckSheet) -> dict[str, Any]:
    lines = sheet.lines.filter(outlet__isnull=False).values_list("finding", flat=True)
    answered = sum(map(bool, lines))
    return {
        "done": answered,
        "total": len(lines),
        "saved": f"{timezone.localtime():%H:%M}",
    }


def _shown(
    request: HttpRequest,
    sheet: CheckSheet,
    secret: str,
    errors: dict[str, list[str]] | None = None,
) -> HttpResponse:
    rows = list(_lines(sheet))
    formats = dict(BusinessFormat.objects.order_by("number").values_list("code", "name"))
    known = [row for row in rows if row.outlet_id]
    added = [row for row in rows if not row.outlet_id]
    for row in added:
        row.format_name = formats.get(row.stated.get("main_format", ""), "")
    sent = request.POST if errors else {}
    context = {
        "sheet": sheet,
        "known": known,
        "added": added,
        "answers": [(one.value, WORDS[one]) for one in ANSWERS],
        "formats": formats.items(),
        "done": sum(bool(row.finding) for row in known),
        "paper_url": reverse("portal:check_paper", args=[secret]),
        "most_remark": MOST_REMARK,
        "errors": errors or {},
        "sent": sent,
        "sent_line": _line_id(request) if errors else 0,
    }
    return render(request, "check/sheet.html", context, status=400 if errors else 200)


def _refused(
    request: HttpRequest, sheet: CheckSheet, secret: str, errors: dict[str, list[str]]
) -> HttpResponse:
    if _by_script(request):
        return JsonResponse({"ok": False, "errors": errors}, status=400)
    return _shown(request, sheet, secret, errors)


def _returned(request: HttpRequest, sheet: CheckSheet) -> HttpResponse:
    """Handed in: what was counted, and nothing to change any more."""
    if _by_script(request):
        return JsonResponse({"ok": False, "returned": True}, status=409)
    findings = list(sheet.lines.values_list("finding", flat=True))
    counts = [
        {"label": WORDS[one], "count": findings.count(one)}
        for one in (*ANSWERS, Finding.NEW)
        if one in findings
    ]
    context = {"sheet": sheet, "counts": counts, "unanswered": findings.count("")}
    status = 409 if request.method == "POST" else 200
    return render(request, "check/returned.html", context, status=status)


def _closed(request: HttpRequest, why: str, status: int) -> HttpResponse:
    """A link that opens nothing: unknown, expired, or tried too often."""
    if _by_script(request):
        return JsonResponse({"ok": False, "closed": why}, status=status)
    return render(request, "check/closed.html", {"why": why}, status=status)


def _by_script(request: HttpRequest) -> bool:
    return request.headers.get("Accept", "").startswith("application/json")


# --- Counting -------------------------------------------------------------------------------------
def _used(key: str) -> int:
    """How often in this minute; a cache that does not answer stops nobody."""
    try:
        return int(cache.get(_in_this_minute(key), 0))
    except Exception:
        logger.warning("the cache does not answer, links are not counted", exc_info=True)
        return 0


def _count(key: str) -> int:
    timed = _in_this_minute(key)
    try:
        return 1 if cache.add(timed, 1, 61) else int(cache.incr(timed))
    except ValueError:  # it expired in between
        return 1
    except Exception:
        logger.warning("the cache does not answer, links are not counted", exc_info=True)
        return 0


def _in_this_minute(key: str) -> str:
    return f"{key}:{int(timezone.now().timestamp()) // 60}"
