"""What is done with grades: proposed, sent for decision, decided on, published; one or many."""

import uuid
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from assessments.models import Evaluation, Grade
from assessments.services import grades as services
from core.admin.refusals import RefusedError, refusals
from core.audit import current_actor
from portal.coordination.acting import common_of, run_here, seen_in
from portal.coordination.tasks import whole
from portal.evaluation.grade import show
from portal.evaluation.register import year_of
from portal.evaluation.starting import day_of
from portal.views.common import own_district, page, scope_of

# Word of a move → what is said when it is done.
DONE = {
    "submit": gettext_lazy("已报审，等待审定。"),
    "return": gettext_lazy("已退回。"),
    "approve": gettext_lazy("已审定，生活圈等级已更新。"),
    "publish": gettext_lazy("已公布，街镇可以查看。"),
}


@require_POST
@page("assessments.propose_grades")
def propose(request: HttpRequest) -> HttpResponse:
    """测评 the year, or one evaluation of it."""
    scope = scope_of(request)
    district, year = own_district(scope), year_of(request.POST.get("year", ""))
    asked = request.POST.get("evaluation", "")

    def run() -> None:
        one = _evaluation(request, asked) if asked else None
        made = services.propose_grades(
            district=district,
            year=one.year if one else year,
            circles=[one.circle] if one else None,
            standard=one.standard if one else None,
            by=current_actor(),
            scope=scope,
        )
        messages.success(request, _("已测评 %(n)d 个生活圈。") % {"n": len(made)})
        bare = Evaluation.objects.filter(district=district, year=year, checklist=None).count()
        if bare and one is None:
            told = _("%(n)d 个尚未填列分型表，未测评。") % {"n": bare}
            messages.warning(request, told)

    return _run(request, run, f"{reverse('evaluation:grades')}?year={year}")


@require_POST
@page("assessments.grades")
def move_chosen(request: HttpRequest, word: str) -> HttpResponse:
    """One of the moves with every ticked grade, all of them or none."""
    common: dict[str, Any] = {"by": current_actor(), "scope": scope_of(request)}
    acts: dict[str, Callable[..., list[Grade]]] = {
        "submit": services.submit_grades,
        "approve": services.approve_as_proposed,
        "publish": services.publish_grades,
    }
    if word not in acts:
        raise Http404(_("没有这项办理。"))

    def run() -> None:
        told = dict(common)
        if word == "approve":
            decided_on = day_of(request.POST.get("decided_on", ""))
            if decided_on is None:
                raise ValidationError(_("请填写审定日期。"))
            told |= {"decided_on": decided_on, "number": request.POST.get("number", "")}
        done = acts[word](grades=_ticked(request), **told)
        words = {"n": len(done), "what": DONE[word]}
        messages.success(request, _("%(n)d 个生活圈%(what)s") % words)

    return _run(request, run, reverse("evaluation:grades"))


@require_POST
@page("assessments.grades")
def move(request: HttpRequest, pk: Any, word: str) -> HttpResponse:
    """One of the moves of the table; refused, the page comes back with what was typed."""
    row = get_object_or_404(Grade.objects.visible_to(scope_of(request)), pk=pk)
    if word not in DONE:
        raise Http404(_("没有这项办理。"))
    said = {name: request.POST.get(name, "").strip() for name in ("comment", "reason", "number")}
    common = common_of(request, seen_in(request)) | {"grade": row}

    def approve() -> Grade:
        decided_on = day_of(request.POST.get("decided_on", ""))
        if decided_on is None:
            raise ValidationError({"decided_on": _("请填写审定日期。")})
        return services.approve_grade(
            outcome=request.POST.get("outcome", ""),
            reason=said["reason"],
            number=said["number"],
            decided_on=decided_on,
            **common,
        )

    runs: dict[str, Callable[[], Grade]] = {
        "submit": lambda: services.submit_grade(comment=said["comment"], **common),
        "return": lambda: services.return_grade(comment=said["comment"], **common),
        "approve": approve,
        "publish": lambda: services.publish_grade(comment=said["comment"], **common),
    }
    back = reverse("evaluation:grade", args=[row.pk])

    def again(refusal: RefusedError) -> HttpResponse:
        return show(request, row.pk, refused={"word": word, "why": refusal, **request.POST.dict()})

    return run_here(request, back, DONE[word], runs[word], again)


def _evaluation(request: HttpRequest, pk: str) -> Evaluation:
    rows = Evaluation.objects.visible_to(scope_of(request)).select_related("circle", "standard")
    found: Evaluation | None = rows.filter(pk=_id(pk)).first()
    if found is None:
        raise ValidationError(_("没有这项评价，或者不在您的范围内。"))
    return found


def _ticked(request: HttpRequest) -> list[tuple[Grade, int | None]]:
    """The ticked grades with the versions that were looked at: `grade=<id>:<version>`."""
    seen: dict[uuid.UUID, int | None] = {}
    for value in request.POST.getlist("grade"):
        pk, _colon, version = value.partition(":")
        found = _id(pk)
        if found is not None:
            seen[found] = whole(version) or None
    rows = Grade.objects.visible_to(scope_of(request)).filter(pk__in=list(seen))
    return [(row, seen[row.pk]) for row in rows.select_related("circle")]


def _id(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None


def _run(request: HttpRequest, run: Callable[[], None], fallback: str) -> HttpResponse:
    """Do it, or say of each row why not; back to where one came from."""
    try:
        with refusals():
            run()
    except RefusedError as refusal:
        for text in refusal.errors.messages:
            messages.error(request, text)
    back = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()})
    return redirect(back if safe and back.startswith("/") else fallback)
