"""Grades through the API: proposed, sent for decision, decided on, published."""

from typing import Any

import django_filters
from django.core.exceptions import ValidationError
from django.db.models import Exists, OuterRef, QuerySet
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from assessments.api.grade_serializers import (
    GradeApprovalSerializer,
    GradeDetailSerializer,
    GradeProposalSerializer,
    GradeProposedSerializer,
    GradeSerializer,
)
from assessments.models import Evaluation, Grade, Standard
from assessments.services import grades
from circles.models import Circle, CircleStreet
from core.api.callers import actor_of, scope_of
from core.api.filters import CodesFilter, FaceFilterSet
from core.api.idempotency import once
from core.api.moving import MoveCommentSerializer, MovingFace, described
from core.scope import Scope
from territory.models import District

Given = dict[str, Any]


class GradeFilterSet(FaceFilterSet):
    circle = CodesFilter(field_name="circle__code", lookup_expr="in")
    street = CodesFilter(method="in_streets")
    standard = CodesFilter(field_name="evaluation__standard__code", lookup_expr="in")
    level = django_filters.ChoiceFilter(field_name="outcome", choices=Grade.Outcome.choices)
    year = django_filters.NumberFilter(min_value=0, max_value=9999)

    class Meta:
        model = Grade
        fields = ("state", "proposed_level", "adjustment")

    def in_streets(self, rows: QuerySet[Any], _name: str, codes: list[str]) -> QuerySet[Any]:
        """Of circles that lie in a street of these codes, as lead or partner."""
        links = CircleStreet.objects.filter(circle=OuterRef("circle"), street__code__in=codes)
        return rows.filter(Exists(links))


def _moves(said: Any = MoveCommentSerializer) -> Any:
    return described(said, GradeDetailSerializer)


class GradeFace(MovingFace):
    """Grades: for the commission all of them, for streets the published ones of their circles.

    Deciding and publishing are for persons: tokens are refused.
    """

    gates = {
        "list": "assessments.grades",
        "retrieve": "assessments.grades",
        "propose": "assessments.propose_grades",
        "submit": "assessments.propose_grades",
        "return_": "assessments.approve_grade",
        "approve": "assessments.approve_grade",
        "publish": "assessments.publish_grade",
    }
    serializer_class = GradeSerializer
    detail_serializer_class = GradeDetailSerializer
    filterset_class = GradeFilterSet
    orderings = frozenset({"id", "year", "made_at", "scored_points"})
    queryset = Grade.objects.none()

    def rows(self, scope: Scope) -> QuerySet[Any]:
        """With the circle; the explanation only alone."""
        rows: QuerySet[Any] = Grade.objects.visible_to(scope).select_related(
            "circle__lead_street", "evaluation__standard"
        )
        rows = rows.defer("circle__boundary", "evaluation__standard__note")
        return rows.defer("explanation") if self.action == "list" else rows

    @extend_schema(request=GradeProposalSerializer, responses=GradeProposedSerializer)
    @action(detail=False, methods=["post"])
    def propose(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """测评: proposes or refreshes; what is submitted or decided on is left alone."""

        def act() -> Response:
            given, scope = self.said(GradeProposalSerializer), scope_of(request)
            districts = District.objects.filter(pk__in=scope.district_ids).order_by("code")
            district, year = get_object_or_404(districts[:1]), given["year"]
            chosen = _chosen(district, given.get("circles"))
            made = grades.propose_grades(
                district=district,
                year=year,
                circles=chosen,
                standard=_standard(district, year, given.get("standard")),
                by=actor_of(request),
                scope=scope,
            )
            bare = Evaluation.objects.filter(district=district, year=year, checklist=None)
            if chosen is not None:
                bare = bare.filter(circle__in=chosen)
            shown = self.rows(scope).filter(pk__in=[one.pk for one in made]).order_by("id")
            context = self.get_serializer_context()
            return Response(
                {
                    "year": year,
                    "grades": GradeSerializer(shown, many=True, context=context).data,
                    "without_checklist": sorted(set(bare.values_list("circle__code", flat=True))),
                }
            )

        return once(request, act)

    @_moves()
    @action(detail=True, methods=["post"])
    def submit(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """报审."""
        return self.moved(
            request,
            MoveCommentSerializer,
            lambda row, given, **common: grades.submit_grade(grade=row, **given, **common),
        )

    @_moves()
    @action(detail=True, methods=["post"], url_path="return", url_name="return")
    def return_(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """退回修改; `comment` says why."""
        return self.moved(
            request,
            MoveCommentSerializer,
            lambda row, given, **common: grades.return_grade(grade=row, **given, **common),
        )

    @_moves(GradeApprovalSerializer)
    @action(detail=True, methods=["post"])
    def approve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """审定; the circle takes its level."""
        return self.moved(
            request,
            GradeApprovalSerializer,
            lambda row, given, **common: grades.approve_grade(grade=row, **given, **common),
        )

    @_moves()
    @action(detail=True, methods=["post"])
    def publish(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """公布."""
        return self.moved(
            request,
            MoveCommentSerializer,
            lambda row, given, **common: grades.publish_grade(grade=row, **given, **common),
        )


def _chosen(district: District, codes: list[str] | None) -> list[Circle] | None:
    if codes is None:
        return None
    found = list(Circle.objects.filter(district=district, code__in=codes))
    if strange := sorted(set(codes) - {circle.code for circle in found}):
        told = {"codes": "、".join(strange)}
        raise ValidationError({"circles": _("没有编码为 %(codes)s 的生活圈。") % told})
    return found


def _standard(district: District, year: int, code: str | None) -> Standard | None:
    """The version of that code under which circles are evaluated in the year."""
    if code is None:
        return None
    used = Evaluation.objects.filter(district=district, year=year, standard__code=code)
    standards = Standard.objects.filter(pk__in=used.values("standard")).order_by("-number")
    found: Standard | None = standards.first()
    if found is None:
        raise ValidationError({"standard": _("该年度没有按这一标准评价的生活圈。")})
    return found
