"""Waves through the API: prepared, started, closed, published; an agency's answers."""

from collections.abc import Mapping
from typing import Any

import django_filters
from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from assessments.api.results import NAMES, PARAMETERS, ResultsSerializer, results_answer
from assessments.api.survey_serializers import (
    AnswerRowSerializer,
    AnswersSerializer,
    BroughtSerializer,
    SurveyChangeSerializer,
    SurveyDetailSerializer,
    SurveySerializer,
    SurveyWriteSerializer,
)
from assessments.models import Questionnaire, Survey
from assessments.services import surveys
from assessments.services.bringing import MOST_ROWS, BadRowsError, bring_rows
from core.api.callers import actor_of, scope_of
from core.api.filters import OF_EVERY_ANSWER, CodesFilter, FaceFilterSet
from core.api.idempotency import once
from core.api.moving import MoveCommentSerializer, MovingFace, described
from core.api.problems import errors_of, problem_response
from core.scope import Scope
from territory.models import District

Given = dict[str, Any]


class SurveyFilterSet(FaceFilterSet):
    year = django_filters.NumberFilter(field_name="year", min_value=0, max_value=9999)
    purpose = django_filters.ChoiceFilter(
        field_name="questionnaire__purpose", choices=Questionnaire.Purpose.choices
    )
    questionnaire = CodesFilter(field_name="questionnaire__code", lookup_expr="in")
    agency = CodesFilter(field_name="agency__code", lookup_expr="in")

    class Meta:
        model = Survey
        fields = ("state",)


def _moves() -> Any:
    return described(MoveCommentSerializer, SurveyDetailSerializer)


@extend_schema_view(
    create=extend_schema(request=SurveyWriteSerializer, responses={201: SurveyDetailSerializer}),
    partial_update=described(SurveyChangeSerializer, SurveyDetailSerializer),
)
class SurveyFace(MovingFace):
    """Waves: the district's for the commission, an agency's own, published ones for streets."""

    gates = {
        "list": "assessments.surveys",
        "retrieve": "assessments.surveys",
        "create": "assessments.manage_surveys",
        "partial_update": "assessments.manage_surveys",
        "start": "assessments.manage_surveys",
        "close": "assessments.manage_surveys",
        "publish": "assessments.manage_surveys",
        "answers": "assessments.collect_answers",
        "results": "assessments.surveys",
    }
    subject = gettext_lazy("调查批次")
    explained = gettext_lazy(
        "筹备中的调查可以修改，进行中的只能改截止日期。"
        "答卷一次最多 1,000 份，有一份有误即全部不收，errors 逐份说明；不收取任何个人信息。"
    )
    serializer_class = SurveySerializer
    detail_serializer_class = SurveyDetailSerializer
    filterset_class = SurveyFilterSet
    orderings = frozenset({"id", "year", "opens_on", "closes_on"})
    queryset = Survey.objects.none()
    # Answers are added to a wave, whatever its version.
    unpinned = frozenset({"answers"})

    def rows(self, scope: Scope) -> QuerySet[Any]:
        """With questionnaire and agency."""
        rows: QuerySet[Any] = Survey.objects.visible_to(scope)
        return rows.select_related("questionnaire", "agency")

    def parameters(self) -> frozenset[str]:
        """Results are asked for by group and place."""
        return OF_EVERY_ANSWER | NAMES if self.action == "results" else super().parameters()

    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """筹备."""

        def make(given: Given) -> Survey:
            scope = scope_of(request)
            districts = District.objects.filter(pk__in=scope.district_ids).order_by("code")
            return surveys.create_survey(
                district=get_object_or_404(districts[:1]),
                circles=given.pop("circles", {}),
                values=given,
                by=actor_of(request),
                scope=scope,
            )

        return self.created(request, SurveyWriteSerializer, make)

    def partial_update(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Change it while it is prepared."""

        def move(row: Survey, given: Given, **common: Any) -> None:
            circles = given.pop("circles", None)
            surveys.change_survey(survey=row, values=given, circles=circles, **common)

        return self.moved(request, SurveyChangeSerializer, move)

    @_moves()
    @action(detail=True, methods=["post"])
    def start(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """开始调查."""
        return self._moved(request, surveys.start_survey)

    @_moves()
    @action(detail=True, methods=["post"])
    def close(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """结束调查."""
        return self._moved(request, surveys.close_survey)

    @_moves()
    @action(detail=True, methods=["post"])
    def publish(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """公布结果."""
        return self._moved(request, surveys.publish_survey)

    @extend_schema(request=AnswersSerializer, responses={201: BroughtSerializer})
    @action(detail=True, methods=["post"])
    def answers(self, request: Request, *args: Any, **kwargs: Any) -> Any:
        """Answers that an agency's system collected: all or none, once per Idempotency-Key."""
        survey = self.get_object()
        rows, errors = _read(request.data)
        if errors:
            return _refused(errors)

        def act() -> Response:
            brought = bring_rows(
                survey=survey, rows=rows, by=actor_of(request), scope=scope_of(request)
            )
            told = {
                "id": brought.pk,
                "received": brought.rows,
                "flagged": brought.answers.filter(flags__gt=0).count(),
            }
            return Response(BroughtSerializer(told).data, status=201)

        try:
            return once(request, act)
        except BadRowsError as refused:
            return _refused(refused.errors)

    @extend_schema(responses=ResultsSerializer, parameters=PARAMETERS)
    @action(detail=True, methods=["get"])
    def results(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Satisfaction with its interval, of a wave that is over; too few are withheld."""
        told = results_answer(self.get_object(), scope_of(request), request.query_params)
        return Response(told)

    def _moved(self, request: Request, service: Any) -> Response:
        return self.moved(
            request,
            MoveCommentSerializer,
            lambda row, given, **common: service(survey=row, **given, **common),
        )


def _read(data: Any) -> tuple[list[Given], list[Given]]:
    """The rows in their types, and what is wrong with their form (by row from 1)."""
    sent = data.get("answers") if isinstance(data, Mapping) else None
    if not isinstance(sent, list) or set(data) != {"answers"}:
        raise serializers.ValidationError({"answers": _('请求内容须为 {"answers": [...]}')})
    if not 1 <= len(sent) <= MOST_ROWS:
        told = {"most": MOST_ROWS}
        raise serializers.ValidationError({"answers": _("一次须有 1 到 %(most)d 份答卷") % told})
    rows: list[Given] = []
    errors: list[Given] = []
    for number, item in enumerate(sent, start=1):
        said = AnswerRowSerializer(data=item)
        if said.is_valid():
            rows.append(said.validated_data)
        else:
            errors += errors_of(said.errors, row=number)
    return rows, errors


def _refused(errors: list[Given]) -> Any:
    """400 with every error and its row; nothing was taken."""
    rows = len({error["row"] for error in errors})
    detail = _("%(n)d 份答卷有误，未收下任何内容；请改正后重发") % {"n": rows}
    return problem_response(400, detail, errors)
