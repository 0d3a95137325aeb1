"""`/evaluation/surveys/`: the waves that the caller runs, collects or may read."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db.models import Count, F, Q, QuerySet, Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Office
from assessments.models import Questionnaire, Survey, SurveyAnswer, SurveyCircle
from core import policy
from core.scope import Scope
from core.spreadsheets import Column, Kind, Sheet
from portal.basis import offset_pager, with_query
from portal.coordination.files import workbook_answer
from portal.coordination.tasks import whole
from portal.coordination.words import unit_name
from portal.evaluation.wave_words import STATUS, State, bar, sees_progress
from portal.ledger.lists import described, search, select
from portal.views.common import own_district, page, scope_of
from territory.models import District

PER_PAGE = 30
CONDITIONS = ("q", "year", "purpose", "state", "agency")
COLUMNS = (
    Column(key="name", title=gettext_lazy("调查"), width=36),
    Column(key="purpose", title=gettext_lazy("用途"), width=14),
    Column(key="questionnaire", title=gettext_lazy("调查问卷"), width=30),
    Column(key="year", title=gettext_lazy("年度"), kind=Kind.INTEGER),
    Column(key="wave", title=gettext_lazy("批次"), kind=Kind.INTEGER),
    Column(key="agency", title=gettext_lazy("第三方调查机构"), width=24),
    Column(key="opens_on", title=gettext_lazy("开始日期"), kind=Kind.DATE),
    Column(key="closes_on", title=gettext_lazy("截止日期"), kind=Kind.DATE),
    Column(key="state", title=gettext_lazy("状态"), width=12),
    Column(key="circles", title=gettext_lazy("生活圈数"), kind=Kind.INTEGER),
    Column(key="quota", title=gettext_lazy("样本配额"), kind=Kind.INTEGER),
    Column(key="answered", title=gettext_lazy("回收份数"), kind=Kind.INTEGER),
    Column(key="flagged", title=gettext_lazy("其中标记"), kind=Kind.INTEGER),
    Column(key="counted", title=gettext_lazy("有效份数"), kind=Kind.INTEGER),
)


@page("assessments.surveys")
def surveys(request: HttpRequest) -> HttpResponse:
    """The list, newest first; `?export=xlsx` gives exactly what is shown."""
    scope = scope_of(request)
    district = own_district(scope)
    every = Survey.objects.visible_to(scope).filter(district=district)
    found = filtered(request, every)
    if request.GET.get("export") == "xlsx":
        return _workbook(request, scope, found, district)
    start, total = whole(request.GET.get("from", "")), found.count()
    shown = list(found[start : start + PER_PAGE])
    may_manage = policy.may(scope, "assessments.manage_surveys")
    context = {
        "crumbs": [{"label": district.name}, {"label": _("满意度调查")}],
        "filters": _filters(request, scope, every),
        "tools": {
            "count_text": _("共 %(n)d 批") % {"n": total},
            "exports": [{"label": _("导出 Excel"), "url": with_query(request, export="xlsx")}],
            "actions": [
                {"label": _("新建调查"), "url": reverse("evaluation:survey_new"), "main": True}
            ]
            if may_manage
            else [],
        },
        "lines": _lines(scope, shown),
        "pager": offset_pager(request, start, PER_PAGE, total),
        "filtered": any(request.GET.get(name) for name in CONDITIONS),
        "may_manage": may_manage,
        "is_agency": not scope.all_streets and policy.may(scope, "assessments.own_surveys"),
    }
    return render(request, "evaluation/surveys.html", context)


def filtered(request: HttpRequest, rows: "QuerySet[Survey]") -> "QuerySet[Survey]":
    """`rows` under the address's conditions, the newest first."""
    get = request.GET.get
    for word in get("q", "").split():
        rows = rows.filter(Q(name__icontains=word) | Q(questionnaire__name__icontains=word))
    if year := whole(get("year", "")):
        rows = rows.filter(year=min(year, 9999))
    if get("purpose") in Questionnaire.Purpose.values:
        rows = rows.filter(questionnaire__purpose=get("purpose"))
    if get("state") in State.values:
        rows = rows.filter(state=get("state"))
    if agency := get("agency"):
        rows = rows.filter(agency__code=agency)
    rows = rows.select_related("questionnaire", "agency__district")
    return rows.order_by("-year", "-opens_on", "-id")


def _filters(request: HttpRequest, scope: Scope, rows: "QuerySet[Survey]") -> dict[str, Any]:
    years = sorted(set(rows.values_list("year", flat=True)), reverse=True)
    fields = [
        search(request, "q", _("搜索"), _("调查或问卷名称")),
        select(request, "year", _("年度"), [(str(year), str(year)) for year in years]),
        select(request, "purpose", _("用途"), Questionnaire.Purpose.choices),
        select(request, "state", _("状态"), State.choices),
    ]
    if scope.all_streets:
        offices = Office.objects.filter(pk__in=rows.values("agency")).select_related("district")
        choices = [(one.code, unit_name(one)) for one in offices.order_by("name", "code")]
        fields.append(select(request, "agency", _("第三方调查机构"), choices))
    return described(request, fields)


def _lines(scope: Scope, found: Sequence[Survey]) -> list[dict[str, Any]]:
    """What a row says; three queries, however many rows."""
    told = _counts(found)
    lines = []
    for survey in found:
        counts = told[survey.pk]
        lines.append(
            {
                "row": survey,
                "agency": unit_name(survey.agency) if survey.agency else _("自行开展"),
                "status": STATUS[State(survey.state)],
                "word": survey.get_state_display(),
                "seen": sees_progress(scope, survey),
                "bar": bar(counts["counted"], counts["quota"]),
                **counts,
            }
        )
    return lines


def _counts(found: Sequence[Survey]) -> dict[Any, dict[str, int]]:
    """By wave: circles, quota, answered, flagged, counted (by the wave's own rule)."""
    told = {
        survey.pk: {"circles": 0, "quota": 0, "answered": 0, "flagged": 0, "counted": 0}
        for survey in found
    }
    quotas: Any = SurveyCircle.objects.filter(survey__in=told).values("survey")
    for row in quotas.annotate(circles=Count("pk"), quotas=Sum("quota")).order_by("survey"):
        told[row["survey"]].update(circles=row["circles"], quota=row["quotas"])
    answers: Any = SurveyAnswer.objects.filter(survey__in=told).values("survey")
    dropped = Q(flags__gt=0, survey__drop_flagged=True)
    answers = answers.annotate(
        answered=Count("pk"),
        flagged=Count("pk", filter=Q(flags__gt=0)),
        counted=F("answered") - Count("pk", filter=dropped),
    )
    for row in answers.order_by("survey"):
        told[row.pop("survey")].update(row)
    return told


def _workbook(
    request: HttpRequest, scope: Scope, found: "QuerySet[Survey]", district: District
) -> HttpResponse:
    waves = list(found)
    notes = [_("%(district)s一刻钟便民生活圈调查批次") % {"district": district.name}]
    if any(one.is_sample for one in waves):
        notes.append(_("演示数据"))
    sheet = Sheet(
        title=_("调查批次"), columns=COLUMNS, rows=list(_exported(scope, waves)), notes=notes
    )
    label = _("调查批次") + f"{timezone.localdate():%Y%m%d}"
    return workbook_answer(request, name="surveys", label=label, sheets=[sheet])


def _exported(scope: Scope, found: Sequence[Survey]) -> Iterable[dict[str, Any]]:
    hidden = dict.fromkeys(("circles", "quota", "answered", "flagged", "counted"))
    for line in _lines(scope, found):
        survey: Survey = line["row"]
        told = {
            "name": survey.name,
            "purpose": survey.questionnaire.get_purpose_display(),
            "questionnaire": survey.questionnaire.name,
            "year": survey.year,
            "wave": survey.wave,
            "agency": line["agency"],
            "opens_on": survey.opens_on,
            "closes_on": survey.closes_on,
            "state": survey.get_state_display(),
        }
        yield told | ({name: line[name] for name in hidden} if line["seen"] else hidden)
