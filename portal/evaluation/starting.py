"""What is done with many circles of the register at once: begun, filled, drawn."""

import datetime as dt
import uuid
from collections.abc import Callable

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from assessments.models import Evaluation, Standard
from assessments.services.checklists import fill_checklists
from assessments.services.evaluations import draw_sample, start_evaluations
from circles.models import Circle
from core.admin.refusals import RefusedError, refusals
from core.audit import current_actor
from core.scope import Scope
from metrics.querysets import last_release
from portal.evaluation.register import year_of
from portal.views.common import own_district, page, scope_of

MANAGE = "assessments.manage_evaluations"


@require_POST
@page(MANAGE)
def start(request: HttpRequest) -> HttpResponse:
    """开始评价 for the ticked circles."""
    scope = scope_of(request)

    def run() -> None:
        begun = start_evaluations(
            circles=Circle.objects.visible_to(scope).filter(pk__in=_ticked(request)),
            year=_year(request),
            standard=_standard(request, scope),
            kind=request.POST.get("kind", ""),
            due_on=day_of(request.POST.get("due_on", "")),
            by=current_actor(),
            scope=scope,
        )
        left = len(_ticked(request)) - len(begun)
        _say(request, _("已开始 %(n)d 个生活圈的评价。") % {"n": len(begun)})
        if left:
            messages.info(request, _("%(n)d 个此前已开始，未改。") % {"n": left})

    return _run(request, run)


@require_POST
@page(MANAGE)
def fill(request: HttpRequest) -> HttpResponse:
    """填列分型表 of the ticked circles from the last 定稿."""
    scope = scope_of(request)

    def run() -> None:
        release = last_release(own_district(scope))
        if release is None:
            raise ValidationError(_("还没有定稿，请先生成统计截止日的快照并定稿。"))
        ticked = _ticked(request)
        begun = Evaluation.objects.visible_to(scope).filter(
            circle__in=ticked, year=_year(request), standard=_standard(request, scope)
        )
        filled = fill_checklists(
            evaluations=begun.select_related("circle"),
            release=release,
            by=current_actor(),
            scope=scope,
        )
        told = {"n": len(filled), "release": release}
        _say(request, _("已按“%(release)s”定稿填列 %(n)d 个生活圈的分型表。") % told)
        if left := len(ticked) - len(filled):
            messages.info(
                request,
                _("%(n)d 个未填列：尚未开始评价，或分型表已确认、评定结果已报审。") % {"n": left},
            )

    return _run(request, run)


@require_POST
@page(MANAGE)
def draw(request: HttpRequest) -> HttpResponse:
    """抽样 of the year's 年度复核, once."""
    scope = scope_of(request)

    def run() -> None:
        sample = draw_sample(
            district=own_district(scope),
            year=_year(request),
            standard=_standard(request, scope),
            seed=request.POST.get("seed", ""),
            by=current_actor(),
            scope=scope,
        )
        told = {"n": len(sample.drawn_from), "m": len(sample.drawn)}
        _say(request, _("已从 %(n)d 个年度复核的生活圈中抽取 %(m)d 个。") % told)

    return _run(request, run)


def back(request: HttpRequest) -> str:
    """The register as it was looked at."""
    asked = request.POST.get("next", "")
    home = reverse("evaluation:home")
    if asked.startswith(home) and url_has_allowed_host_and_scheme(asked, None):
        return asked
    return home


def _run(request: HttpRequest, run: Callable[[], None]) -> HttpResponse:
    """Done, and back to the register; or refused with why."""
    try:
        with refusals():
            run()
    except RefusedError as refusal:
        for text in refusal.errors.messages:
            messages.error(request, text)
    return redirect(back(request))


def _ticked(request: HttpRequest) -> list[uuid.UUID]:
    """The circles that were ticked; ValidationError when none was."""
    ticked = set()
    for text in request.POST.getlist("circle"):
        try:
            ticked.add(uuid.UUID(text))
        except ValueError:
            continue
    if not ticked:
        raise ValidationError(_("请先勾选生活圈。"))
    return sorted(ticked)


def _standard(request: HttpRequest, scope: Scope) -> Standard:
    rows = Standard.objects.filter(district__in=scope.district_ids)
    try:
        return get_object_or_404(rows, pk=uuid.UUID(request.POST.get("standard", "")))
    except ValueError:
        raise ValidationError(_("没有可用的评价标准，请先发布一个。")) from None


def _year(request: HttpRequest) -> int:
    return year_of(request.POST.get("year", ""))


def day_of(text: str) -> dt.date | None:
    """A day of a form, or none."""
    if not text:
        return None
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise ValidationError(_("评分截止日期应为“年-月-日”。")) from None


def _say(request: HttpRequest, text: str) -> None:
    messages.success(request, text)
