"""A new wave, and a wave that is being prepared: its form, its circles and their quotas."""

from collections.abc import Mapping
from itertools import groupby
from typing import Any

from django import forms
from django.contrib import messages
from django.db import transaction
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Office
from assessments.models import Questionnaire, Survey
from assessments.services import surveys as services
from assessments.services.standards import standard_on
from assessments.workflow.surveys import MANAGE
from circles.models import Circle
from circles.models.circle import State as CircleState
from core import policy
from core.admin.refusals import RefusedError, add_refusal, refusals
from portal.coordination.acting import DayField, SeenForm, UnitField, common_of, offer, sent
from portal.evaluation.survey import crumbs, page_of
from portal.evaluation.wave_words import State, find
from portal.views.common import own_district, page, scope_of
from territory.models import District

# Without a standard in force.
QUOTA = 100


class _QuestionnaireField(forms.ModelChoiceField):
    """A published questionnaire, with what it is for."""

    def label_from_instance(self, obj: Any) -> str:
        """居民满意度 · its name."""
        return f"{obj.get_purpose_display()} · {obj.name}"


class SurveyForm(SeenForm):
    """What a wave is; its circles stand beside the form."""

    questionnaire = _QuestionnaireField(
        label=gettext_lazy("调查问卷"),
        queryset=Questionnaire.objects.none(),
        empty_label=gettext_lazy("请选择"),
        help_text=gettext_lazy("只能使用已发布的问卷；用途由问卷决定。"),
    )
    name = forms.CharField(label=gettext_lazy("名称"), max_length=100)
    year = forms.IntegerField(label=gettext_lazy("年度"), min_value=2000, max_value=2100)
    agency = UnitField(
        label=gettext_lazy("第三方调查机构"),
        required=False,
        help_text=gettext_lazy("留空为自行开展。机构只看得到委托给它的调查。"),
    )
    opens_on = DayField(label=gettext_lazy("开始日期"))
    closes_on = DayField(
        label=gettext_lazy("截止日期"),
        initial=None,
        help_text=gettext_lazy("含当日；次日自动截止。"),
    )
    min_seconds = forms.IntegerField(
        label=gettext_lazy("作答时间下限（秒）"),
        min_value=0,
        max_value=3600,
        initial=20,
        help_text=gettext_lazy("用时更短的答卷作标记。"),
    )
    straight_items = forms.IntegerField(
        label=gettext_lazy("全同答案认定题数"),
        min_value=0,
        max_value=100,
        initial=5,
        help_text=gettext_lazy("量表题至少这么多道且答案全同的作标记；填 0 不认定。"),
    )
    smallest_cell = forms.IntegerField(
        label=gettext_lazy("公布的最小样本数"),
        min_value=1,
        max_value=1000,
        initial=10,
        help_text=gettext_lazy("样本更少的分组不公布结果。"),
    )
    drop_flagged = forms.BooleanField(
        label=gettext_lazy("标记的答卷不计入结果"), required=False, initial=True
    )

    def __init__(self, *args: Any, district: District, **options: Any) -> None:
        super().__init__(*args, **options)
        published = Questionnaire.objects.filter(
            district=district, state=Questionnaire.State.PUBLISHED
        )
        chosen: Any = self.fields["questionnaire"]
        chosen.queryset = published.order_by("-purpose", "name", "pk")
        agencies = Office.objects.filter(district=district, kind=Office.Kind.AGENCY)
        offer(self, "agency", agencies.order_by("name", "code"))


class ClosesForm(SeenForm):
    """All that may be changed of a running wave."""

    closes_on = DayField(label=gettext_lazy("截止日期"), help_text=gettext_lazy("含当日。"))


@page("assessments.manage_surveys")
def new(request: HttpRequest) -> HttpResponse:
    """A new wave."""
    scope = scope_of(request)
    district = own_district(scope)
    today = timezone.localdate()
    start = {"year": today.year, "opens_on": today}
    form = SurveyForm(sent(request), district=district, initial=start)

    def save(values: dict[str, Any], circles: Mapping[Circle, int]) -> Survey:
        common = common_of(request)
        common.pop("seen_version")
        return services.create_survey(district=district, values=values, circles=circles, **common)

    way = [
        {"label": district.name},
        {"label": _("满意度调查"), "url": reverse("evaluation:surveys")},
        {"label": _("新建调查")},
    ]
    return _form_page(request, district, form, save, None, way)


@page("assessments.manage_surveys")
def edit(request: HttpRequest, pk: Any) -> HttpResponse:
    """Change a wave that is prepared; of a running one its last day."""
    row = find(request, pk)
    policy.require(scope_of(request), MANAGE, row)
    way = crumbs(row, _("修改"))
    if row.state != State.PREPARING:
        return _last_day(request, row, way)
    start = {name: getattr(row, name) for name in services.FIELDS}
    start |= {"questionnaire": row.questionnaire_id, "agency": row.agency_id}
    form = SurveyForm(
        sent(request), district=row.district, initial=start | {"seen_version": row.version}
    )

    def save(values: dict[str, Any], circles: Mapping[Circle, int]) -> Survey:
        common = common_of(request, values.pop("seen_version", None))
        return services.change_survey(survey=row, values=values, circles=circles, **common)

    return _form_page(request, row.district, form, save, row, way)


def _form_page(
    request: HttpRequest,
    district: District,
    form: SurveyForm,
    save: Any,
    row: Survey | None,
    way: list[dict[str, str]],
) -> HttpResponse:
    offered = _offered(district, row)
    given = _given(request, offered) if request.method == "POST" else _standing(row)
    errors: list[str] = []
    if request.method == "POST" and form.is_valid():
        quotas, errors = _quotas(offered, given)
        if not errors:
            try:
                with refusals(), transaction.atomic():
                    saved = save(dict(form.cleaned_data), quotas)
            except RefusedError as refusal:
                add_refusal(form, refusal)
            else:
                messages.success(request, _("已保存。"))
                return redirect(page_of(saved))
    usual = _usual_quota(district)
    context = {
        "crumbs": way,
        "form": form,
        "survey": row,
        "streets": _by_street(offered, given, usual),
        "usual": usual,
        "circle_errors": errors,
        "back": page_of(row) if row else reverse("evaluation:surveys"),
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "evaluation/survey_form.html", context, status=status)


def _last_day(request: HttpRequest, row: Survey, way: list[dict[str, str]]) -> HttpResponse:
    start = {"closes_on": row.closes_on, "seen_version": row.version}
    form = ClosesForm(sent(request), initial=start)
    if request.method == "POST" and form.is_valid():
        given = dict(form.cleaned_data)
        common = common_of(request, given.pop("seen_version"))
        try:
            with refusals(), transaction.atomic():
                services.change_survey(survey=row, values=given, **common)
        except RefusedError as refusal:
            add_refusal(form, refusal)
        else:
            messages.success(request, _("已保存。"))
            return redirect(page_of(row))
    context = {"crumbs": way, "form": form, "survey": row, "back": page_of(row)}
    status = 422 if request.method == "POST" else 200
    return render(request, "evaluation/survey_days.html", context, status=status)


# --- Circles and quotas ---------------------------------------------------------------------------
def _offered(district: District, row: Survey | None) -> list[Circle]:
    """The district's circles that are being built or stand, and those already in the wave."""
    wanted = ~Q(state=CircleState.WITHDRAWN)
    if row is not None:
        wanted |= Q(pk__in=row.circles.values("circle"))
    circles = Circle.objects.filter(wanted, district=district).select_related("lead_street")
    chosen = circles.defer("boundary", "lead_street__outline")
    return list(chosen.order_by("lead_street__sort", "lead_street__code", "code"))


def _standing(row: Survey | None) -> dict[Any, str]:
    """Quotas that are there: circle id → text."""
    if row is None:
        return {}
    return {link.circle_id: str(link.quota) for link in row.circles.all()}


def _given(request: HttpRequest, offered: list[Circle]) -> dict[Any, str]:
    """Quotas that were typed, of the circles that were ticked."""
    ticked = set(request.POST.getlist("circle"))
    return {
        circle.pk: request.POST.get(f"quota-{circle.code}", "").strip()
        for circle in offered
        if circle.code in ticked
    }


def _quotas(offered: list[Circle], given: Mapping[Any, str]) -> tuple[dict[Circle, int], list[str]]:
    quotas, errors = {}, []
    for circle in offered:
        text = given.get(circle.pk)
        if text is None:
            continue
        if text.isascii() and text.isdecimal() and 1 <= int(text[:9]) <= services.MOST_QUOTA:
            quotas[circle] = int(text)
        else:
            told = {"circle": circle.name, "most": services.MOST_QUOTA}
            errors.append(_("“%(circle)s”的配额应为 1 至 %(most)d 的整数。") % told)
    return quotas, errors


def _by_street(offered: list[Circle], given: Mapping[Any, str], usual: int) -> list[dict[str, Any]]:
    streets = []
    for street, circles in groupby(offered, key=lambda circle: circle.lead_street):
        rows = [
            {
                "circle": circle,
                "ticked": circle.pk in given,
                "quota": given.get(circle.pk) or ("" if circle.pk in given else usual),
            }
            for circle in circles
        ]
        n = sum(1 for row in rows if row["ticked"])
        streets.append({"street": street, "rows": rows, "n": n})
    return streets


def _usual_quota(district: District) -> int:
    """The answers that the standard in force wants of a circle."""
    standard = standard_on(district, timezone.localdate())
    return (standard.min_answers if standard else 0) or QUOTA
