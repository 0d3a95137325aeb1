"""What of evaluation waits for the commission, and for streets, each with the way to it."""

import datetime as dt
from typing import Any

from django.db.models import Count, Min, Q
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.translation import gettext as _

from assessments.models import Checklist, Found, Grade, Scorecard, Survey
from core import policy
from core.scope import Scope
from territory.models import District

Waiting = tuple[str, str, str, dt.datetime]


def waiting_in_evaluation(scope: Scope, district: District) -> list[Waiting]:
    """(title, address, kind, since) of what the caller has to decide on."""
    found = [
        _cards_to_confirm(scope, district),
        _grades_to_approve(scope, district),
        _results_to_publish(scope, district),
    ]
    return [one for one in found if one is not None]


def _cards_to_confirm(scope: Scope, district: District) -> Waiting | None:
    if not policy.may(scope, "assessments.manage_scoring"):
        return None
    rows = Scorecard.objects.visible_to(scope).filter(
        evaluation__district=district, state=Scorecard.State.SUBMITTED
    )
    since = Min(Coalesce("submitted_at", "assigned_at"))
    told = rows.aggregate(n=Count("pk"), since=since)
    if not told["n"]:
        return None
    title = _("%(n)d 份专家评分表待确认") % told
    return title, reverse("evaluation:scoring"), _("专家评分"), told["since"]


def _grades_to_approve(scope: Scope, district: District) -> Waiting | None:
    if not policy.may(scope, "assessments.approve_grade"):
        return None
    rows = Grade.objects.visible_to(scope).filter(district=district, state=Grade.State.SUBMITTED)
    told = rows.aggregate(n=Count("pk"), since=Min("made_at"), year=Min("year"))
    if not told["n"]:
        return None
    address = f"{reverse('evaluation:grades')}?year={told['year']}&state=submitted"
    return _("%(n)d 个生活圈的评定结果待审定") % told, address, _("评定结果"), told["since"]


def _results_to_publish(scope: Scope, district: District) -> Waiting | None:
    if not policy.may(scope, "assessments.manage_surveys"):
        return None
    rows = Survey.objects.visible_to(scope).filter(district=district, state=Survey.State.CLOSED)
    survey = rows.order_by("closed_at").first()
    if survey is None or survey.closed_at is None:
        return None
    title = _("“%(survey)s”已结束，结果待公布") % {"survey": survey.name}
    return title, reverse("evaluation:survey", args=[survey.pk]), _("满意度调查"), survey.closed_at


def checklists_to_verify(scope: Scope) -> list[tuple[str, str, int]]:
    """(circle, address, kinds nobody knows of) of draft checklists that the own street leads."""
    if scope.all_streets or not policy.may(scope, "assessments.override_line"):
        return []
    own: Any = scope.street_ids
    unknown = Count("lines", filter=Q(lines__found=Found.UNKNOWN, lines__override=""))
    rows = (
        Checklist.objects.visible_to(scope)
        .filter(state=Checklist.State.DRAFT, evaluation__circle__lead_street__in=own)
        .annotate(n=unknown)
        .filter(n__gt=0)
        .select_related("evaluation__circle")
        .order_by("evaluation__circle__code", "pk")
    )
    return [
        (
            row.evaluation.circle.name,
            reverse("evaluation:checklist", args=[row.evaluation_id]),
            row.n,
        )
        for row in rows
    ]
