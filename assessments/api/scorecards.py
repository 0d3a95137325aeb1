"""Scorecards through the API: read, handed in or declined by their experts, decided on."""

from typing import Any

import django_filters
from django.db.models import QuerySet
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from assessments.api.scorecard_serializers import ScorecardDetailSerializer, ScorecardSerializer
from assessments.models import Scorecard
from assessments.services import scoring
from core.api.filters import CodesFilter, FaceFilterSet
from core.api.moving import MoveCommentSerializer, MovingFace, described
from core.scope import Scope


class ScorecardFilterSet(FaceFilterSet):
    circle = CodesFilter(field_name="evaluation__circle__code", lookup_expr="in")
    standard = CodesFilter(field_name="evaluation__standard__code", lookup_expr="in")

    year = django_filters.NumberFilter(field_name="evaluation__year", min_value=0, max_value=9999)
    evaluation = django_filters.UUIDFilter(field_name="evaluation")
    expert = django_filters.UUIDFilter(field_name="expert")

    class Meta:
        model = Scorecard
        fields = ("state",)


_moved = described(MoveCommentSerializer, ScorecardDetailSerializer)


class ScorecardFace(MovingFace):
    """The district's cards for the commission, their own for experts.

    Experts score on the pages, in person: tokens neither hand in nor decline.
    """

    gates = {
        "list": "assessments.scorecards",
        "retrieve": "assessments.scorecards",
        "submit": "assessments.score",
        "decline": "assessments.score",
        "return_": "assessments.manage_scoring",
        "confirm": "assessments.manage_scoring",
        "publish": "assessments.manage_scoring",
    }
    serializer_class = ScorecardSerializer
    detail_serializer_class = ScorecardDetailSerializer
    filterset_class = ScorecardFilterSet
    orderings = frozenset({"id", "assigned_at"})
    queryset = Scorecard.objects.none()

    def rows(self, scope: Scope) -> QuerySet[Any]:
        """With what they are about."""
        rows: QuerySet[Any] = Scorecard.objects.visible_to(scope).select_related(
            "expert", "evaluation__circle", "evaluation__standard", "evaluation__district"
        )
        rows = rows.defer("evaluation__circle__boundary", "evaluation__district__outline")
        return rows if self.action == "list" else rows.prefetch_related("scores")

    @_moved
    @action(detail=True, methods=["post"])
    def submit(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """提交评分; complete cards alone."""
        return self._moved(
            request, lambda card, comment, **common: scoring.submit_card(card=card, **common)
        )

    @_moved
    @action(detail=True, methods=["post"])
    def decline(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """申请回避; `comment` says why."""
        return self._moved(request, scoring.decline_card)

    @_moved
    @action(detail=True, methods=["post"], url_path="return", url_name="return")
    def return_(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """退回修改; `comment` says why."""
        return self._moved(request, scoring.return_card)

    @_moved
    @action(detail=True, methods=["post"])
    def confirm(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """确认: once enough experts have scored and agree."""
        return self._moved(request, scoring.confirm_card)

    @_moved
    @action(detail=True, methods=["post"])
    def publish(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """公布."""
        return self._moved(request, scoring.publish_card)

    def _moved(self, request: Request, move: Any) -> Response:
        return self.moved(
            request,
            MoveCommentSerializer,
            lambda card, given, **common: move(card=card, **given, **common),
        )
