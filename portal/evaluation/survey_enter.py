"""`/evaluation/surveys/<id>/enter/`: an interviewer enters one answer after the other."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from assessments.models import Channel, Survey
from assessments.services.answering import without_skipped
from assessments.services.entering import BY_HAND, enter_answer
from assessments.services.surveys import Progress, progress_of
from circles.models import Circle
from core import policy
from core.admin.refusals import RefusedError, refusals
from core.audit import current_actor
from portal.evaluation.survey import crumbs, page_of
from portal.evaluation.wave_words import COLLECT, State, bar, find
from portal.ledger.lists import errors_of
from portal.survey.asking import age_options, asked, given_in
from portal.views.common import page, scope_of


@never_cache
@sensitive_post_parameters()
@page(COLLECT)
def enter(request: HttpRequest, pk: Any) -> HttpResponse:
    """The questionnaire for one circle and channel; saved, the next one is there at once."""
    row = find(request, pk)
    policy.require(scope_of(request), COLLECT, row)
    progress = progress_of(row)
    said = request.POST if request.method == "POST" else request.GET
    channel = said.get("channel", "")
    channel = channel if channel in BY_HAND else str(Channel.PHONE)
    chosen = next((one for one in progress if one.circle.code == said.get("circle", "")), None)
    if chosen is None and len(progress) == 1:
        chosen = progress[0]
    if request.method != "POST" or chosen is None:
        return _show(request, row, progress, chosen, channel)
    questions = list(row.questionnaire.questions.all())
    given = given_in(questions, request.POST)
    try:
        with refusals():
            enter_answer(
                survey=row,
                circle=chosen.circle,
                channel=channel,
                # Without script every question stands there.
                given=without_skipped(questions, given),
                age_band=request.POST.get("age_band", ""),
                address=request.POST.get("address", ""),
                by=current_actor(),
                scope=scope_of(request),
            )
    except RefusedError as refusal:
        return _show(request, row, progress, chosen, channel, refusal)
    messages.success(request, _("已保存，请录入下一份。"))
    query = urlencode({"circle": chosen.circle.code, "channel": channel})
    return redirect(f"{reverse('evaluation:survey_enter', args=[row.pk])}?{query}")


def _show(
    request: HttpRequest,
    row: Survey,
    progress: list[Progress],
    chosen: Progress | None,
    channel: str,
    refusal: RefusedError | None = None,
) -> HttpResponse:
    questions = list(row.questionnaire.questions.all())
    errors = errors_of(refusal.errors) if refusal else {}
    given = given_in(questions, request.POST) if refusal else {}
    shown = asked(questions, given, errors)
    keys = {question.key for question in questions} | {"address", "age_band"}
    context = {
        "crumbs": crumbs(row, _("录入答卷")),
        "survey": row,
        "back": page_of(row),
        "taking": _taking(row),
        "circles": [_choice(one, chosen) for one in progress],
        "channel": channel,
        "is_door": channel == Channel.DOOR,
        "channels": [
            {"label": Channel(one).label, "value": str(one), "url": _address(chosen, one)}
            for one in BY_HAND
        ],
        "chosen": chosen,
        "bar": bar(chosen.counted, chosen.quota) if chosen else None,
        "questions": shown if chosen else [],
        "wrong": [one for one in shown if one["errors"]],
        "general": [text for key, told in errors.items() if key not in keys for text in told],
        "address": request.POST.get("address", "") if refusal else "",
        "address_errors": errors.get("address", []),
        "ages": age_options(request.POST.get("age_band", "") if refusal else ""),
        "age_errors": errors.get("age_band", []),
        "refused": refusal is not None,
    }
    status = 422 if refusal else 200
    return render(request, "evaluation/survey_enter.html", context, status=status)


def _taking(row: Survey) -> bool:
    """Whether answers can be entered today."""
    return row.state == State.OPEN and row.opens_on <= timezone.localdate() <= row.closes_on


def _choice(one: Progress, chosen: Progress | None) -> dict[str, Any]:
    circle: Circle = one.circle
    told = {"circle": circle.name, "n": one.counted, "quota": one.quota}
    return {
        "code": circle.code,
        "label": _("%(circle)s（%(n)d/%(quota)d）") % told,
        "street": circle.lead_street.name,
        "chosen": chosen is not None and chosen.circle.pk == circle.pk,
    }


def _address(chosen: Progress | None, channel: str) -> str:
    query = {"channel": str(channel)}
    if chosen:
        query["circle"] = chosen.circle.code
    return "?" + urlencode(query)
