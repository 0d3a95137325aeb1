"""Tasks through the API: a unit's own system takes them in and answers them."""

from collections.abc import Callable
from typing import Any

import django_filters
from django.db.models import Prefetch, QuerySet
from django.utils import timezone
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import Office
from coordination.api.task_serializers import (
    TaskDetailSerializer,
    TaskMoveSerializer,
    TaskSerializer,
    TaskWriteSerializer,
)
from coordination.models import Task, TaskFeedback, TaskOffice
from coordination.services import tasks as services
from core.api.callers import actor_of, scope_of
from core.api.etag import seen_version
from core.api.filters import CodesFilter, FaceFilterSet, UpdatedSinceFilter, UUIDsFilter
from core.api.idempotency import once
from core.api.viewsets import ReadFace
from core.scope import Scope
from territory.models import District


class TaskFilterSet(FaceFilterSet):
    number = CodesFilter(field_name="number", lookup_expr="in")
    office = CodesFilter(method="of_office")
    clause = UUIDsFilter(field_name="clause", lookup_expr="in")
    due_since = django_filters.DateFilter(field_name="due_on", lookup_expr="gte")
    due_until = django_filters.DateFilter(field_name="due_on", lookup_expr="lte")
    overdue = django_filters.BooleanFilter(method="is_overdue")
    updated_since = UpdatedSinceFilter()

    class Meta:
        model = Task
        fields = ("state",)

    def of_office(self, rows: QuerySet[Any], name: str, codes: list[str]) -> QuerySet[Any]:
        """Tasks that one of these units leads or helps with."""
        links = TaskOffice.objects.filter(office__in=Office.objects.filter(code__in=codes))
        return rows.filter(pk__in=links.values("task"))

    def is_overdue(self, rows: Any, name: str, value: bool) -> QuerySet[Any]:
        """Not finished although due, or the others."""
        late = Task.objects.overdue(timezone.localdate())
        return rows.filter(pk__in=late) if value else rows.exclude(pk__in=late)


def _moves(word: Any) -> Any:
    """The schema of a move."""
    return extend_schema(request=TaskMoveSerializer, responses=TaskDetailSerializer)(word)


@extend_schema_view(
    create=extend_schema(request=TaskWriteSerializer, responses={201: TaskDetailSerializer})
)
class TaskFace(ReadFace):
    """Tasks: those that the caller's unit takes part in; for the commission all of them."""

    gates = {
        "list": "coordination.tasks",
        "retrieve": "coordination.tasks",
        "create": "coordination.manage_tasks",
        "start": "coordination.report_task",
        "report": "coordination.report_task",
        "return_": "coordination.close_tasks",
        "close": "coordination.close_tasks",
        "withdraw": "coordination.manage_tasks",
    }
    serializer_class = TaskSerializer
    detail_serializer_class = TaskDetailSerializer
    filterset_class = TaskFilterSet
    orderings = frozenset({"id", "number", "due_on", "issued_on", "updated_at"})
    queryset = Task.objects.none()
    versioned = True

    def rows(self, scope: Scope) -> QuerySet[Any]:
        """With the units; a task alone also with what was said of it."""
        links = TaskOffice.objects.select_related("office").order_by("-role", "id")
        rows: QuerySet[Any] = Task.objects.visible_to(scope)
        rows = rows.prefetch_related(Prefetch("offices", queryset=links))
        if self.action == "list":
            return rows
        said = TaskFeedback.objects.select_related("office").order_by("at", "id")
        return rows.prefetch_related(Prefetch("feedback", queryset=said))

    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Give a task; once for each Idempotency-Key."""
        return once(request, lambda: self._create(request))

    @_moves
    @action(detail=True, methods=["post"])
    def start(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """签收办理, by the lead unit."""
        return self._once(request, lambda text, **common: services.start_task(**common))

    @_moves
    @action(detail=True, methods=["post"])
    def report(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """反馈: `comment` says what was done."""
        return self._once(request, lambda text, **common: services.report_task(text=text, **common))

    @_moves
    @action(detail=True, methods=["post"], url_path="return", url_name="return")
    def return_(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """退回: `comment` says what is missing."""
        return self._once(
            request, lambda text, **common: services.return_task(comment=text, **common)
        )

    @_moves
    @action(detail=True, methods=["post"])
    def close(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """办结, by somebody who did not report."""
        return self._once(
            request, lambda text, **common: services.close_task(comment=text, **common)
        )

    @_moves
    @action(detail=True, methods=["post"])
    def withdraw(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """撤销: `comment` says why."""
        return self._once(
            request, lambda text, **common: services.withdraw_task(comment=text, **common)
        )

    def _create(self, request: Request) -> Response:
        said = TaskWriteSerializer(data=request.data, context=self.get_serializer_context())
        said.is_valid(raise_exception=True)
        given: dict[str, Any] = said.validated_data
        district = District.objects.get(pk=given["lead"].district_id)
        task = services.issue_task(district=district, by=actor_of(request), **given)
        response = self.answer(self.get_queryset().get(pk=task.pk), status=201)
        response["Location"] = self.reverse_action("detail", args=[task.pk])
        return response

    def _once(self, request: Request, move: Callable[..., Task]) -> Response:
        return once(request, lambda: self._move(request, move))

    def _move(self, request: Request, move: Callable[..., Task]) -> Response:
        seen, task = seen_version(request), self.get_object()
        said = TaskMoveSerializer(data=request.data)
        said.is_valid(raise_exception=True)
        moved = move(
            said.validated_data["comment"],
            task=task,
            by=actor_of(request),
            scope=scope_of(request),
            seen_version=seen,
        )
        return self.answer(self.get_queryset().get(pk=moved.pk))
