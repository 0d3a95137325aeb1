"""Compounds, circles and batches."""

from typing import Any

from django.db.models import BooleanField, ExpressionWrapper, Prefetch, Q, QuerySet

from circles.api.filters import BatchFilterSet, CircleFilterSet, CompoundFilterSet
from circles.api.serializers import BatchSerializer, CircleSerializer, CompoundSerializer
from circles.models import (
    Circle,
    CircleCompound,
    CircleNeighbourhood,
    CircleStreet,
    Compound,
    PilotBatch,
)
from core.api.viewsets import ReadFace, point_of
from core.scope import Scope


def boundary_of(circle: Circle) -> Any:
    """The boundary as a GeoJSON geometry; null = not drawn."""
    return circle.boundary


class CompoundFace(ReadFace):
    """Residential compounds."""

    gates = {"list": "circles.compounds", "retrieve": "circles.compounds"}
    serializer_class = CompoundSerializer
    filterset_class = CompoundFilterSet
    orderings = frozenset({"id", "code", "name", "population", "updated_at"})
    geometry = staticmethod(point_of)
    has_point = True
    versioned = True
    queryset = Compound.objects.none()

    def rows(self, scope: Scope) -> QuerySet[Any]:
        rows = Compound.objects.visible_to(scope).select_related("street", "neighbourhood")
        return rows.defer("street__outline", "neighbourhood__outline")


class CircleFace(ReadFace):
    """Living circles."""

    gates = {"list": "circles.view", "retrieve": "circles.view"}
    serializer_class = CircleSerializer
    filterset_class = CircleFilterSet
    orderings = frozenset({"id", "code", "name", "updated_at"})
    geometry = staticmethod(boundary_of)
    versioned = True
    queryset = Circle.objects.none()

    def rows(self, scope: Scope) -> QuerySet[Any]:
        drawn = ExpressionWrapper(Q(boundary__isnull=False), BooleanField())
        rows = Circle.objects.visible_to(scope).annotate(drawn=drawn)
        rows = rows.select_related("lead_street", "batch").defer("lead_street__outline")
        if self.request.accepted_renderer.format != "geojson":
            rows = rows.defer("boundary")
        return rows.prefetch_related(*_links())


class BatchFace(ReadFace):
    """Pilot batches."""

    gates = {"list": "circles.batches", "retrieve": "circles.batches"}
    serializer_class = BatchSerializer
    filterset_class = BatchFilterSet
    orderings = frozenset({"id", "code", "year"})
    queryset = PilotBatch.objects.none()

    def rows(self, scope: Scope) -> QuerySet[Any]:
        return PilotBatch.objects.visible_to(scope).prefetch_related("streets")


def _links() -> list[Any]:
    """What a circle serves, without the outlines of it."""
    return [
        Prefetch(
            "street_links",
            CircleStreet.objects.select_related("street")
            .only("circle", "role", "street__code", "street__name")
            .order_by("role", "street__code"),
        ),
        Prefetch(
            "compound_links",
            CircleCompound.objects.select_related("compound").only("circle", "compound__code"),
        ),
        Prefetch(
            "neighbourhood_links",
            CircleNeighbourhood.objects.select_related("neighbourhood").only(
                "circle", "neighbourhood__code"
            ),
        ),
    ]
