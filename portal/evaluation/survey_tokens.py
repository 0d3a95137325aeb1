"""`/evaluation/surveys/<id>/tokens/`: codes made for circles, printed as slips, listed as links."""

from typing import Any
from urllib.parse import quote, urlsplit

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from assessments.models import Channel, Survey, SurveyCircle, SurveyToken
from assessments.services.tokens import (
    MOST_AT_ONCE,
    MOST_PRINTED,
    links_of,
    make_tokens,
    qr_sheet,
    tokens_of,
)
from assessments.slips import PER_PAGE
from assessments.workflow.surveys import MANAGE
from core import audit, policy
from core.admin.refusals import RefusedError, refusals
from core.audit import current_actor
from portal.evaluation.survey import crumbs, page_of
from portal.evaluation.wave_words import COLLECT, State, find
from portal.ledger.lists import csv_answer
from portal.views.common import page, scope_of

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
CHANNELS = (Channel.QR, Channel.LINK)


@page(COLLECT)
def tokens(request: HttpRequest, pk: Any) -> HttpResponse:
    """How many codes each circle has; makes more."""
    row = _find(request, pk)
    if request.method != "POST":
        return _show(request, row)
    policy.require(scope_of(request), MANAGE, row)
    return _make(request, row)


@page(COLLECT)
def sheet(request: HttpRequest, pk: Any, circle: Any) -> HttpResponse:
    """Slips of a circle's codes to print, so many to a file."""
    row, link = _asked(request, pk, circle)
    serials = _part(request, row, link, Channel.QR)
    try:
        with refusals():
            made = qr_sheet(
                survey=row,
                circle=link.circle,
                first=serials[0],
                last=serials[-1],
                base_url=base_url(request),
            )
    except RefusedError as refusal:
        return _show(request, row, refusal.errors.messages)
    # Whoever has a code can answer for somebody: who took which is kept.
    audit.note(
        "assessments.print_tokens",
        survey=str(row.pk),
        circle=link.circle.code,
        first=serials[0],
        last=serials[-1],
    )
    response = HttpResponse(made, content_type="application/pdf")
    label = quote(f"{row.name}-{link.circle.name}-{serials[0]}-{serials[-1]}.pdf")
    response["Content-Disposition"] = (
        f"attachment; filename=\"slips-{serials[0]}.pdf\"; filename*=UTF-8''{label}"
    )
    return response


@page(COLLECT)
def links(request: HttpRequest, pk: Any, circle: Any) -> HttpResponse:
    """A circle's links as a table."""
    row, link = _asked(request, pk, circle)
    rows = tokens_of(row, link.circle, Channel.LINK)
    if not rows.exists():
        raise Http404(_("还没有生成链接。"))
    try:
        with refusals():
            told = list(links_of(row, rows, base_url(request)))
    except RefusedError as refusal:
        return _show(request, row, refusal.errors.messages)
    lines = [(one["serial"], link.circle.name, one["link"]) for one in told]
    response = csv_answer(request, "survey-links", [(_("序号"), _("生活圈"), _("链接")), *lines])
    label = quote(f"{row.name}-{link.circle.name}.csv")
    response["Content-Disposition"] += f"; filename*=UTF-8''{label}"
    return response


def base_url(request: HttpRequest) -> str:
    """Where residents reach the site: SITE_URL, unless that is only this machine's own."""
    if urlsplit(settings.SITE_URL).hostname in LOOPBACK:
        return request.build_absolute_uri("/").rstrip("/")
    return settings.SITE_URL.rstrip("/")


def _find(request: HttpRequest, pk: Any) -> Survey:
    row = find(request, pk)
    if not policy.may(scope_of(request), COLLECT, row):
        raise PermissionDenied(_("问卷码由区商务委经办人和承担调查的第三方机构掌握。"))
    return row


def _asked(request: HttpRequest, pk: Any, circle: Any) -> tuple[Survey, SurveyCircle]:
    row = _find(request, pk)
    link = row.circles.select_related("circle").filter(circle=circle).first()
    if link is None:
        raise Http404(_("这个生活圈不在调查范围内。"))
    return row, link


def _part(request: HttpRequest, row: Survey, link: SurveyCircle, channel: str) -> list[int]:
    """Serials of the part asked for: the first, second … so many codes of the circle."""
    asked = request.GET.get("part", "1")
    part = int(asked) if asked.isascii() and asked.isdecimal() and len(asked) < 5 else 0
    rows = tokens_of(row, link.circle, channel).values_list("serial", flat=True)
    serials = list(rows[MOST_PRINTED * (part - 1) : MOST_PRINTED * part]) if part else []
    if not serials:
        raise Http404(_("还没有生成问卷码。"))
    return serials


def _make(request: HttpRequest, row: Survey) -> HttpResponse:
    code, typed = request.POST.get("circle", ""), request.POST.get("count", "")
    count = int(typed) if typed.isascii() and typed.isdecimal() and len(typed) < 9 else 0
    links = row.circles.select_related("circle").order_by("circle__code")
    chosen = [link.circle for link in links if code in ("", link.circle.code)]
    if not chosen:
        return _show(request, row, [_("这个生活圈不在调查范围内。")])
    channel = request.POST.get("channel", "")
    acts: Any = {"by": current_actor(), "scope": scope_of(request)}
    try:
        with refusals(), transaction.atomic():
            for circle in chosen:
                make_tokens(survey=row, circle=circle, count=count, channel=channel, **acts)
    except RefusedError as refusal:
        return _show(request, row, refusal.errors.messages)
    made = {"n": len(chosen), "count": count}
    messages.success(request, _("已为 %(n)d 个生活圈各生成 %(count)d 个问卷码。") % made)
    return redirect(reverse("evaluation:survey_tokens", args=[row.pk]))


def _show(request: HttpRequest, row: Survey, refused: list[str] | None = None) -> HttpResponse:
    counts: dict[Any, dict[str, int]] = {}
    made = (
        SurveyToken.objects.filter(survey=row).values("circle", "channel").annotate(n=Count("pk"))
    )
    for one in made.order_by("circle", "channel"):
        counts.setdefault(one["circle"], {})[one["channel"]] = one["n"]
    circles = row.circles.select_related("circle__lead_street").order_by(
        "circle__lead_street__sort", "circle__code"
    )
    is_open = row.state == State.OPEN
    lines = [_line(row, link, counts.get(link.circle_id, {}), is_open) for link in circles]
    context = {
        "crumbs": crumbs(row, _("问卷码")),
        "survey": row,
        "back": page_of(row),
        "is_open": is_open,
        "may_make": is_open and policy.may(scope_of(request), MANAGE, row),
        "lines": lines,
        "total": sum(sum(one.values()) for one in counts.values()),
        "channels": [(one.value, one.label) for one in CHANNELS],
        "entry": f"{base_url(request)}{reverse('survey:enter')}",
        "given": request.POST,
        "most": MOST_AT_ONCE,
        "per_page": PER_PAGE,
        "refused": refused or [],
    }
    return render(request, "evaluation/survey_tokens.html", context, status=400 if refused else 200)


def _line(row: Survey, link: SurveyCircle, counts: dict[str, int], is_open: bool) -> dict[str, Any]:
    codes = counts.get(Channel.QR, 0)
    parts = range(1, -(-codes // MOST_PRINTED) + 1) if is_open else ()
    sheet_url = reverse("evaluation:survey_token_sheet", args=[row.pk, link.circle_id])
    return {
        "link": link,
        "codes": codes,
        "links": counts.get(Channel.LINK, 0),
        "sheets": [
            {
                "url": f"{sheet_url}?part={part}",
                "first": MOST_PRINTED * (part - 1) + 1,
                "last": min(MOST_PRINTED * part, codes),
            }
            for part in parts
        ],
        "links_url": reverse("evaluation:survey_token_links", args=[row.pk, link.circle_id])
        if is_open and counts.get(Channel.LINK)
        else "",
    }
