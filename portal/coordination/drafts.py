"""The editor of a reply: text, figures of the last 定稿 put into it, what has changed since."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from coordination.models import Proposal, ProposalFigure
from coordination.papers import opening
from coordination.services import drafting
from coordination.services import figures as cited
from coordination.services.proposals import UNSIGNED
from core import policy
from core.admin.refusals import RefusedError, refusals
from core.versions import StaleVersionError
from metrics.querysets import last_release
from portal.coordination.acting import common_of, run_here, seen_in
from portal.coordination.proposal import find, page_of
from portal.coordination.proposals import crumbs
from portal.views.common import page, scope_of


@dataclass(frozen=True)
class Typed:
    """What stands in the editor and is not yet saved.

    taken  keys of the figures newly put in; `words`, `place` what was looked for
    caret  where typing went on, in characters
    """

    reply: str
    taken: tuple[str, ...] = ()
    words: str = ""
    place: str = ""
    caret: int = 0


@page("coordination.manage_proposals")
def editor(request: HttpRequest, pk: Any) -> HttpResponse:
    """Write the reply; look figures up and put them in; save it all at once."""
    row = find(request, pk)
    policy.require(scope_of(request), "coordination.manage_proposals", row)
    if row.state not in UNSIGNED:
        messages.error(request, _("现为“%(s)s”，不能起草。") % {"s": row.get_state_display()})
        return redirect(page_of(row))
    if request.method != "POST":
        return _editor(request, row, Typed(row.reply or opening(row)))
    typed = _typed(request)
    if request.POST.get("find"):
        return _editor(request, row, typed)
    if key := request.POST.get("insert"):
        return _insert(request, row, typed, key)
    try:
        with refusals():
            drafting.save_draft(
                proposal=row,
                reply=typed.reply,
                figures=_figures_of(row, typed),
                **common_of(request, seen_in(request)),
            )
    except RefusedError as refusal:
        stale = isinstance(refusal.__cause__, StaleVersionError)
        return _editor(request, row, typed, errors=refusal.errors.messages, stale=stale)
    messages.success(request, _("已保存答复稿。"))
    return redirect(page_of(row))


@require_POST
@page("coordination.manage_proposals")
def refresh(request: HttpRequest, pk: Any) -> HttpResponse:
    """Put the last 定稿's numbers in place of those that have changed."""
    row = find(request, pk)
    return run_here(
        request,
        page_of(row),
        _("已替换为最新定稿的数字，请重新送审。"),
        lambda: drafting.refresh_figures(proposal=row, **common_of(request, seen_in(request))),
    )


@require_POST
@page("coordination.manage_proposals")
def drop(request: HttpRequest, pk: Any, figure: Any) -> HttpResponse:
    """No longer follow a figure."""
    row = find(request, pk)
    found = get_object_or_404(ProposalFigure, pk=figure, proposal=row)
    common = common_of(request)
    common.pop("seen_version")
    return run_here(
        request,
        page_of(row),
        _("不再核对这个数字。"),
        lambda: drafting.drop_figure(figure=found, **common),
    )


def _typed(request: HttpRequest) -> Typed:
    post = request.POST
    text = post.get("reply", "").replace("\r\n", "\n")
    return Typed(
        reply=text,
        taken=tuple(post.getlist("taken")),
        words=post.get("words", "").strip()[:40],
        place=post.get("place", ""),
        caret=min(_whole(post.get("caret", ""), len(text)), len(text)),
    )


def _whole(text: str, default: int) -> int:
    return int(text) if text.isascii() and text.isdecimal() else default


def _insert(request: HttpRequest, row: Proposal, typed: Typed, key: str) -> HttpResponse:
    """The figure as plain text at the caret; its row is written when the text is saved."""
    try:
        taken = _taken(row, key)
    except ValidationError as error:
        return _editor(request, row, typed, errors=error.messages)
    at = typed.caret
    text = typed.reply[:at] + taken.shown + typed.reply[at:]
    now = replace(typed, reply=text, taken=(*typed.taken, key), caret=at + len(taken.shown))
    return _editor(request, row, now)


def _figures_of(row: Proposal, typed: Typed) -> list[ProposalFigure]:
    return [_taken(row, key) for key in typed.taken]


def _taken(row: Proposal, key: str) -> ProposalFigure:
    """The figure of a key “indicator|scope|id”."""
    try:
        indicator, scope, scope_id = key.split("|")
        found = uuid.UUID(scope_id)
    except ValueError as error:
        raise ValidationError(_("所引数字有误，请重新选择。")) from error
    return cited.take_figure(row, indicator=indicator, scope=scope, scope_id=found)


def _editor(
    request: HttpRequest,
    row: Proposal,
    typed: Typed,
    *,
    errors: Sequence[str] = (),
    stale: bool = False,
) -> HttpResponse:
    release = last_release(row.district)
    places = cited.places_of(row.district)
    chosen = [p for p in places if str(p.id) == typed.place] or places[:1]
    looking = request.method == "POST" and bool(
        request.POST.get("find") or request.POST.get("insert")
    )
    offers = cited.offers(release, chosen, typed.words) if release and looking else []
    context = {
        "crumbs": crumbs({"label": row.number, "url": page_of(row)}, {"label": _("起草答复")}),
        "proposal": row,
        "typed": typed,
        "errors": errors,
        "stale": stale,
        "seen_version": row.version if stale else seen_in(request) or row.version,
        "release": release,
        "places": places,
        "place": chosen[0] if chosen else None,
        "looking": looking,
        "offers": [(offer, _key_of(offer)) for offer in offers],
        "helping": [link for link in row.offices.all() if link.text],
        "action": reverse("coordination:draft", args=[row.pk]),
    }
    return render(request, "coordination/draft.html", context, status=422 if errors else 200)


def _key_of(offer: cited.Offer) -> str:
    return f"{offer.indicator.code}|{offer.place.scope}|{offer.place.id}"
