"""Checklists through the API: read with their lines, found otherwise, confirmed, reopened."""

from typing import Any

import django_filters
from django.db.models import Prefetch, QuerySet
from django.shortcuts import get_object_or_404
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from assessments.api.checklist_serializers import (
    ChecklistDetailSerializer,
    ChecklistSerializer,
    OverrideSerializer,
)
from assessments.models import Checklist, ChecklistLine
from assessments.presence import kinds_of
from assessments.services import checklists
from assessments.workflow.checklists import overridden
from core.api.filters import CodesFilter, FaceFilterSet
from core.api.moving import MoveCommentSerializer, MovingFace, described
from core.scope import Scope

Given = dict[str, Any]


class ChecklistFilterSet(FaceFilterSet):
    circle = CodesFilter(field_name="evaluation__circle__code", lookup_expr="in")
    standard = CodesFilter(field_name="evaluation__standard__code", lookup_expr="in")
    year = django_filters.NumberFilter(field_name="evaluation__year", min_value=0, max_value=9999)

    class Meta:
        model = Checklist
        fields = ("state",)


def _moves(said: Any = MoveCommentSerializer) -> Any:
    return described(said, ChecklistDetailSerializer)


class ChecklistFace(MovingFace):
    """Checklists (业态“有没有”) of the caller's circles; for the commission all of them."""

    gates = {
        "list": "assessments.checklists",
        "retrieve": "assessments.checklists",
        "override": "assessments.override_line",
        "confirm": "assessments.confirm_checklist",
        "reopen": "assessments.confirm_checklist",
    }
    serializer_class = ChecklistSerializer
    detail_serializer_class = ChecklistDetailSerializer
    filterset_class = ChecklistFilterSet
    orderings = frozenset({"id", "filled_at"})
    queryset = Checklist.objects.none()

    def rows(self, scope: Scope) -> QuerySet[Any]:
        """With the circle, and alone with the lines in the standard's order."""
        rows: QuerySet[Any] = Checklist.objects.visible_to(scope).select_related(
            "release", "evaluation__circle", "evaluation__standard"
        )
        others = Prefetch(
            "lines", queryset=overridden(ChecklistLine.objects.all()), to_attr="overridden"
        )
        rows = rows.defer("evaluation__circle__boundary").prefetch_related(others)
        if self.action == "list":
            return rows
        lines = ChecklistLine.objects.select_related("item").order_by("item__sort", "item")
        return rows.prefetch_related(Prefetch("lines", queryset=lines))

    def dress(self, rows: list[Any]) -> list[Any]:
        """With how many kinds each has."""
        kinds = kinds_of(rows)
        for row in rows:
            row.kinds = kinds[row.pk]
        return rows

    @_moves(OverrideSerializer)
    @action(detail=True, methods=["post"])
    def override(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """人工认定 of one line, or taking it back."""

        def move(row: Checklist, given: Given, **common: Any) -> None:
            lines = ChecklistLine.objects.filter(checklist=row)
            line = get_object_or_404(lines, item__key=given["item"])
            if given["verdict"]:
                told = {"verdict": given["verdict"], "reason": given["reason"]}
                checklists.override_line(line=line, **told, **common)
            else:
                checklists.clear_override(line=line, **common)

        return self.moved(request, OverrideSerializer, move)

    @_moves()
    @action(detail=True, methods=["post"])
    def confirm(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """确认, by a person other than who found otherwise than the figures."""
        return self.moved(
            request,
            MoveCommentSerializer,
            lambda row, given, **common: checklists.confirm_checklist(
                checklist=row, **given, **common
            ),
        )

    @_moves()
    @action(detail=True, methods=["post"])
    def reopen(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """重新打开; `comment` says why."""
        return self.moved(
            request,
            MoveCommentSerializer,
            lambda row, given, **common: checklists.reopen_checklist(
                checklist=row, **given, **common
            ),
        )
