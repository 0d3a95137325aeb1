"""工作信息 through the API: a unit's own system sends, the commission's adopts."""

from collections.abc import Callable
from typing import Any

import django_filters
from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from core.api.callers import actor_of, scope_of
from core.api.etag import seen_version
from core.api.filters import CodesFilter, FaceFilterSet, UpdatedSinceFilter
from core.api.idempotency import once
from core.api.viewsets import ReadFace
from core.scope import Scope
from reports import news
from reports.api.work_item_serializers import (
    MoveSerializer,
    WorkItemSerializer,
    WorkItemWriteSerializer,
)
from reports.models import WorkItem


class WorkItemFilterSet(FaceFilterSet):
    office = CodesFilter(field_name="office__code", lookup_expr="in")
    street = CodesFilter(field_name="street__code", lookup_expr="in")
    circle = CodesFilter(field_name="circle__code", lookup_expr="in")
    title = django_filters.CharFilter(lookup_expr="icontains")
    since = django_filters.DateFilter(field_name="happened_on", lookup_expr="gte")
    until = django_filters.DateFilter(field_name="happened_on", lookup_expr="lte")
    updated_since = UpdatedSinceFilter()

    class Meta:
        model = WorkItem
        fields = ("category", "state", "highlight")


def _moves(word: Any) -> Any:
    """The schema of a move."""
    return extend_schema(request=MoveSerializer, responses=WorkItemSerializer)(word)


@extend_schema_view(
    create=extend_schema(request=WorkItemWriteSerializer, responses={201: WorkItemSerializer})
)
class WorkItemFace(ReadFace):
    """What units have done: their own, all of the district's for the commission."""

    gates = {
        "list": "reports.work_items",
        "retrieve": "reports.work_items",
        "create": "reports.add_work_item",
        "accept": "reports.adopt_work_item",
        "decline": "reports.adopt_work_item",
        "withdraw": "reports.add_work_item",
    }
    serializer_class = WorkItemSerializer
    filterset_class = WorkItemFilterSet
    orderings = frozenset({"id", "happened_on", "at", "updated_at"})
    queryset = WorkItem.objects.none()
    versioned = True

    def rows(self, scope: Scope) -> QuerySet[Any]:
        """Items of the caller's office, or of all."""
        rows: QuerySet[Any] = WorkItem.objects.visible_to(scope)
        return rows.select_related("office", "street", "circle").defer("street__outline")

    def dress(self, rows: list[Any]) -> list[Any]:
        """How many photographs hang on each."""
        counted = news.photo_counts(rows)
        for item in rows:
            item.photo_count = counted.get(item.pk, 0)
        return rows

    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Send a piece of news of the caller's office; once for each Idempotency-Key."""
        return once(request, lambda: self._create(request))

    @_moves
    @action(detail=True, methods=["post"])
    def accept(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Adopt it."""
        return once(request, lambda: self._move(request, news.adopt_item))

    @_moves
    @action(detail=True, methods=["post"])
    def decline(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Not adopt it, for a reason."""
        return once(request, lambda: self._move(request, news.decline_item))

    @_moves
    @action(detail=True, methods=["post"])
    def withdraw(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Take it back before anybody has decided."""
        return once(request, lambda: self._move(request, news.withdraw_item))

    def _create(self, request: Request) -> Response:
        said = WorkItemWriteSerializer(data=request.data, context=self.get_serializer_context())
        said.is_valid(raise_exception=True)
        scope = scope_of(request)
        item = news.add_item(
            office=news.own_office(scope),
            values=said.validated_data,
            by=actor_of(request),
            scope=scope,
        )
        response = self.answer(self.get_queryset().get(pk=item.pk), status=201)
        response["Location"] = self.reverse_action("detail", args=[item.pk])
        return response

    def _move(self, request: Request, move: Callable[..., WorkItem]) -> Response:
        seen, item = seen_version(request), self.get_object()
        said = MoveSerializer(data=request.data)
        said.is_valid(raise_exception=True)
        moved = move(
            item=item,
            by=actor_of(request),
            scope=scope_of(request),
            comment=said.validated_data["comment"],
            seen_version=seen,
        )
        return self.answer(self.get_queryset().get(pk=moved.pk))
