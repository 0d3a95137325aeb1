"""Periods of reporting, as a street's own system asks for them."""

from typing import Any

import django_filters
from django.db.models import QuerySet

from core.api.fields import FaceSerializer, name_of
from core.api.filters import CodesFilter, FaceFilterSet
from core.api.viewsets import ReadFace
from core.scope import Scope
from reports.models import Period


class PeriodSerializer(FaceSerializer):
    type_name = name_of("type")

    class Meta:
        model = Period
        fields = (
            "id",
            "type_code",
            "type_name",
            "code",
            "starts_on",
            "ends_on",
            "opens_on",
            "due_on",
            "closes_on",
            "state",
            "version",
            "is_sample",
        )
        read_only_fields = fields


class PeriodFilterSet(FaceFilterSet):
    type = CodesFilter(field_name="type_code", lookup_expr="in")
    code = CodesFilter(field_name="code", lookup_expr="in")
    year = django_filters.NumberFilter(
        field_name="starts_on",
        lookup_expr="year",
        min_value=2000,
        max_value=2100,
        decimal_places=0,
    )

    class Meta:
        model = Period
        fields = ("state",)


class PeriodFace(ReadFace):
    """When reports are due."""

    gates = {"list": "reports.view", "retrieve": "reports.view"}
    serializer_class = PeriodSerializer
    filterset_class = PeriodFilterSet
    orderings = frozenset({"id", "starts_on", "due_on"})
    queryset = Period.objects.none()
    versioned = True

    def rows(self, scope: Scope) -> QuerySet[Any]:
        """The district's."""
        rows: QuerySet[Any] = Period.objects.visible_to(scope)
        return rows.select_related("type")
