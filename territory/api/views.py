"""Territorial units: open to everyone signed in, of their own district."""

from typing import Any

from django.db.models import QuerySet

from core.api.viewsets import ReadFace
from core.scope import Scope
from territory.api.filters import NeighbourhoodFilterSet, StreetFilterSet
from territory.api.serializers import (
    DistrictSerializer,
    NeighbourhoodSerializer,
    StreetSerializer,
)
from territory.models import District, Neighbourhood, Street, Territory

READ = {"list": "territory.view", "retrieve": "territory.view"}


def outline_of(row: Territory) -> Any:
    """The outline as a GeoJSON geometry; null = not drawn."""
    return row.outline


class TerritoryFace(ReadFace):
    """A list of units; outlines travel only where a geometry is asked for."""

    gates = READ
    geometry = staticmethod(outline_of)
    orderings = frozenset({"id", "code"})
    default_ordering = "code"

    def without_outlines(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        """Outlines are long: leave them in the database unless they are shown."""
        if self.request.accepted_renderer.format == "geojson":
            return rows
        return rows.defer("outline")


class DistrictFace(TerritoryFace):
    """Districts."""

    serializer_class = DistrictSerializer
    queryset = District.objects.none()

    def rows(self, scope: Scope) -> QuerySet[Any]:
        return self.without_outlines(District.objects.visible_to(scope))


class StreetFace(TerritoryFace):
    """Streets and towns."""

    serializer_class = StreetSerializer
    filterset_class = StreetFilterSet
    orderings = frozenset({"id", "code", "sort"})
    queryset = Street.objects.none()

    def rows(self, scope: Scope) -> QuerySet[Any]:
        rows = Street.objects.visible_to(scope).select_related("district")
        return self.without_outlines(rows).defer("district__outline")


class NeighbourhoodFace(TerritoryFace):
    """Neighbourhoods."""

    serializer_class = NeighbourhoodSerializer
    filterset_class = NeighbourhoodFilterSet
    queryset = Neighbourhood.objects.none()

    def rows(self, scope: Scope) -> QuerySet[Any]:
        rows = Neighbourhood.objects.visible_to(scope).select_related("district", "street")
        return self.without_outlines(rows).defer("district__outline", "street__outline")
