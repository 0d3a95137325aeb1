"""Standards through the API: read whole, drafted, published, closed, copied, compared."""

import uuid
from typing import Any

import django_filters
from django.db import transaction
from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from assessments.api.standard_serializers import (
    StandardChangeSerializer,
    StandardComparisonSerializer,
    StandardDetailSerializer,
    StandardSerializer,
    StandardWriteSerializer,
)
from assessments.contents import compare, content_of
from assessments.models import Standard
from assessments.services import standards
from core.api.callers import actor_of, scope_of
from core.api.etag import etag_of
from core.api.filters import OF_EVERY_ANSWER, CodesFilter, FaceFilterSet, UpdatedSinceFilter
from core.api.moving import MoveCommentSerializer, MovingFace, described
from core.scope import Scope
from territory.models import District

Given = dict[str, Any]
WITH = "with"


class StandardFilterSet(FaceFilterSet):
    code = CodesFilter(field_name="code", lookup_expr="in")
    in_force_on = django_filters.DateFilter(method="of_day")
    updated_since = UpdatedSinceFilter()

    class Meta:
        model = Standard
        fields = ("state", "is_official")

    def of_day(self, rows: QuerySet[Any], name: str, day: Any) -> QuerySet[Any]:
        """In force on the day, in whatever state."""
        return rows.filter(valid_from__lte=day).exclude(valid_to__lte=day)


_moved = described(MoveCommentSerializer, StandardDetailSerializer)


@extend_schema_view(
    create=extend_schema(
        request=StandardWriteSerializer, responses={201: StandardDetailSerializer}
    ),
    partial_update=described(StandardChangeSerializer, StandardDetailSerializer),
)
class StandardFace(MovingFace):
    """The district's standards, all versions; a published one is frozen, a change is a new one."""

    gates = {
        "list": "assessments.standards",
        "retrieve": "assessments.standards",
        "compare": "assessments.standards",
        "create": "assessments.change_standards",
        "partial_update": "assessments.change_standards",
        "copy": "assessments.change_standards",
        "publish": "assessments.change_standards",
        "close": "assessments.change_standards",
    }
    serializer_class = StandardSerializer
    detail_serializer_class = StandardDetailSerializer
    filterset_class = StandardFilterSet
    orderings = frozenset({"id", "code", "valid_from", "updated_at"})
    queryset = Standard.objects.none()
    unpinned = frozenset({"compare", "copy"})

    def rows(self, scope: Scope) -> QuerySet[Any]:
        """With what they name; alone with all parts."""
        rows: QuerySet[Any] = Standard.objects.visible_to(scope)
        rows = rows.select_related("clause__document", "questionnaire")
        rows = rows.defer("clause__text", "questionnaire__intro")
        if self.action == "list":
            return rows
        rows = rows.select_related("district").defer("district__outline")
        return rows.prefetch_related("levels", "checklist_items", "dimensions__items")

    def parameters(self) -> frozenset[str]:
        """Comparing names the other one."""
        return OF_EVERY_ANSWER | {WITH} if self.action == "compare" else super().parameters()

    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """A draft."""

        def make(given: Given) -> Standard:
            scope, by = scope_of(request), actor_of(request)
            districts = District.objects.filter(pk__in=scope.district_ids).order_by("code")
            parts = _parts_of(given)
            with transaction.atomic():
                made = standards.create_standard(
                    district=get_object_or_404(districts[:1]), values=given, by=by, scope=scope
                )
                for part, rows in parts.items():
                    standards.replace_part(standard=made, part=part, rows=rows, by=by, scope=scope)
            return made

        return self.created(request, StandardWriteSerializer, make)

    def partial_update(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Change a draft."""

        def change(row: Standard, given: Given, *, seen_version: int, **common: Any) -> None:
            parts = _parts_of(given)
            with transaction.atomic():
                standards.change_standard(
                    standard=row, values=given, seen_version=seen_version, **common
                )
                for part, rows in parts.items():
                    standards.replace_part(standard=row, part=part, rows=rows, **common)

        return self.moved(request, StandardChangeSerializer, change)

    @_moved
    @action(detail=True, methods=["post"])
    def publish(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """发布: sound ones alone; the published version of the code gives way."""
        return self.moved(
            request,
            MoveCommentSerializer,
            lambda row, given, **common: standards.publish_standard(standard=row, **common),
        )

    @_moved
    @action(detail=True, methods=["post"])
    def close(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """停用; `comment` says why."""
        return self.moved(
            request,
            MoveCommentSerializer,
            lambda row, given, **common: standards.close_standard(standard=row, **given, **common),
        )

    @extend_schema(request=None, responses={201: StandardDetailSerializer})
    @action(detail=True, methods=["post"])
    def copy(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """A draft like this version, the next number of its code."""
        row = self.get_object()

        def make(_given: Given) -> Standard:
            return standards.copy_standard(
                standard=row, by=actor_of(request), scope=scope_of(request)
            )

        return self.created(request, MoveCommentSerializer, make)

    @extend_schema(
        responses=StandardComparisonSerializer,
        parameters=[
            OpenApiParameter(
                WITH,
                {"type": "string", "format": "uuid"},
                description=gettext_lazy("与之比较的标准的 id；不填为同一编码已发布的版本"),
            )
        ],
    )
    @action(detail=True, methods=["get"])
    def compare(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """What this one says otherwise than the other: `before` is the other's."""
        row = self.get_object()
        other = get_object_or_404(self.get_queryset(), **self._other(row))
        found = {"differences": compare(content_of(other), content_of(row))}
        shown = StandardComparisonSerializer(found).data
        return Response(shown, headers={"ETag": etag_of(row)})

    def _other(self, row: Standard) -> Given:
        """Which one it is compared with: the named one, or the one in use of its code."""
        named = self.request.query_params.get(WITH)
        if named is None:
            return {"code": row.code, "state": Standard.State.PUBLISHED, "district": row.district}
        try:
            return {"pk": uuid.UUID(named)}
        except ValueError:
            raise ValidationError({WITH: _("请给出另一份标准的 id")}) from None


def _parts_of(given: Given) -> dict[str, Any]:
    """The parts that the body replaces, taken out of it."""
    return {part: given.pop(part) for part in standards.PARTS if part in given}
