"""Minutes of a meeting: their editor, their Word document, and what comes of each resolution."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from coordination.models import Meeting, Resolution
from coordination.papers import minutes_document
from coordination.policy import may_read_minutes
from coordination.services import resolutions as services
from coordination.services.minutes import Resolved, draft_minutes
from core import audit, policy
from core.admin.refusals import RefusedError, refusals
from core.versions import StaleVersionError
from core.word import word_response
from portal.coordination import meeting_forms as forms
from portal.coordination.acting import (
    ActPage,
    act_page,
    common_of,
    seen_in,
    sent,
)
from portal.coordination.meeting import find
from portal.coordination.meetings import crumbs
from portal.views.common import page, scope_of

# Empty lines offered below what is there.
SPARE = 3
MOST = 60


@dataclass(frozen=True)
class Typed:
    """What stands in the editor."""

    minutes: str
    resolutions: Sequence[Resolved]


@page("coordination.manage_meetings")
def editor(request: HttpRequest, pk: Any) -> HttpResponse:
    """Write the minutes and number the 议定事项; saved text is a new edition when it differs."""
    row = find(request, pk)
    policy.require(scope_of(request), "coordination.manage_meetings", row)
    if request.method != "POST":
        rows = row.resolutions.order_by("sort")
        typed = Typed(row.minutes, [Resolved(one.text, one.major) for one in rows])
        return _editor(request, row, typed)
    typed = _typed(request)
    if request.POST.get("more"):
        return _editor(request, row, typed, spare=2 * SPARE)
    try:
        with refusals():
            saved = draft_minutes(
                meeting=row,
                minutes=typed.minutes,
                resolutions=typed.resolutions,
                **common_of(request, seen_in(request)),
            )
    except RefusedError as refusal:
        stale = isinstance(refusal.__cause__, StaleVersionError)
        return _editor(request, row, typed, errors=refusal.errors.messages, stale=stale)
    if saved.minutes_edition == row.minutes_edition:
        messages.info(request, _("纪要没有变化。"))
    else:
        messages.success(request, _("已保存为第 %(n)d 稿。") % {"n": saved.minutes_edition})
    return redirect("coordination:meeting", pk=row.pk)


def _typed(request: HttpRequest) -> Typed:
    """Lines in the order of their numbers; emptied ones are gone."""
    texts = request.POST.getlist("text")[:MOST]
    major = set(request.POST.getlist("major"))
    told = [
        Resolved(" ".join(text.split()), str(at) in major)
        for at, text in enumerate(texts)
        if text.strip()
    ]
    return Typed(request.POST.get("minutes", ""), told)


def _editor(
    request: HttpRequest,
    row: Meeting,
    typed: Typed,
    *,
    errors: Sequence[str] = (),
    stale: bool = False,
    spare: int = SPARE,
) -> HttpResponse:
    lines = [*typed.resolutions, *[Resolved("")] * spare]
    context = {
        "crumbs": crumbs(
            {"label": row.title, "url": reverse("coordination:meeting", args=[row.pk])},
            {"label": _("纪要")},
        ),
        "meeting": row,
        "typed": typed,
        "lines": [{"at": at, "row": line} for at, line in enumerate(lines)],
        "errors": errors,
        # Who goes on after a refusal has been told of the other text, and decides anew.
        "seen_version": row.version if stale else seen_in(request) or row.version,
        "stale": stale,
        "now": {"minutes": row.minutes, "resolutions": row.resolutions.order_by("sort")}
        if stale
        else None,
    }
    return render(request, "coordination/minutes.html", context, status=422 if errors else 200)


@page("coordination.meetings")
def document(request: HttpRequest, pk: Any) -> HttpResponse:
    """The minutes in official layout."""
    row = find(request, pk)
    if not row.minutes_edition:
        raise Http404(_("纪要尚未起草。"))
    if not may_read_minutes(scope_of(request), row):
        raise Http404(_("纪要送会签后可以查看。"))
    audit.note("portal.export", list="minutes", meeting=str(row.pk), edition=row.minutes_edition)
    return word_response(minutes_document(row), _("会议纪要 %(title)s") % {"title": row.title})


@page("coordination.manage_meetings")
def resolution(request: HttpRequest, pk: Any, resolution: Any, word: str) -> HttpResponse:
    """Hand a resolution out, send it up, or note what was decided."""
    row = find(request, pk)
    policy.require(scope_of(request), "coordination.manage_meetings", row)
    one = get_object_or_404(Resolution, pk=resolution, meeting=row)
    one.meeting = row
    makers = {"task": _hand_out, "refer": _refer, "decision": _decide}
    if word not in makers:
        raise Http404(_("没有这项办理。"))
    return act_page(request, makers[word](request, one))


def _hand_out(request: HttpRequest, one: Resolution) -> ActPage:
    def run(given: dict[str, Any], common: dict[str, Any]) -> None:
        common.pop("seen_version")
        given["helping"] = list(given["helping"])
        services.hand_out(resolution=one, **given, **common)

    initial = {"title": one.text[:200], "text": one.text}
    form = forms.HandOutForm(sent(request), meeting=one.meeting, initial=initial)
    return _page(one, _("下达任务"), form=form, run=run, done=_("已下达任务，并通知承办单位。"))


def _refer(request: HttpRequest, one: Resolution) -> ActPage:
    def run(given: dict[str, Any], common: dict[str, Any]) -> None:
        services.refer_resolution(resolution=one, **given, **common)

    form = forms.ReferForm(sent(request), initial={"seen_version": one.meeting.version})
    return _page(one, _("登记报政府决定"), form=form, run=run, done=_("已登记报送日期。"))


def _decide(request: HttpRequest, one: Resolution) -> ActPage:
    def run(given: dict[str, Any], common: dict[str, Any]) -> None:
        services.record_decision(resolution=one, **given, **common)

    def fresh() -> tuple[int, str]:
        now = Resolution.objects.select_related("meeting").get(pk=one.pk)
        return now.meeting.version, now.decision

    initial = {"decision": one.decision, "seen_version": one.meeting.version}
    form = forms.DecisionForm(sent(request), initial=initial)
    done = _("已登记政府决定。")
    return _page(one, _("登记政府决定"), form=form, run=run, done=done, fresh=fresh)


def _page(one: Resolution, title: str, **more: Any) -> ActPage:
    back = reverse("coordination:meeting", args=[one.meeting_id])
    return ActPage(
        title=title,
        explanation=_("议定事项 %(n)d：%(text)s") % {"n": one.sort, "text": one.text},
        submit=title,
        back=back,
        crumbs=crumbs({"label": one.meeting.title, "url": back}, {"label": title}),
        **more,
    )
