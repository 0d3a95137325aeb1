"""What lists of compounds, circles, facilities, spaces and batches can be filtered by."""

import datetime as dt
import json

import django_filters
from django.db.models import Exists, OuterRef, QuerySet

from circles.models import (
    Circle,
    CircleCompound,
    CircleStreet,
    Compound,
    Facility,
    PilotBatch,
    Space,
)
from core.api.filters import CodesFilter, FaceFilterSet, UpdatedSinceFilter


class CompoundFilterSet(FaceFilterSet):
    code = CodesFilter(field_name="code", lookup_expr="in")
    street = CodesFilter(field_name="street__code", lookup_expr="in")
    neighbourhood = CodesFilter(field_name="neighbourhood__code", lookup_expr="in")
    circle = CodesFilter(method="in_circles")
    updated_since = UpdatedSinceFilter()

    class Meta:
        model = Compound
        fields = ("kind",)

    def in_circles(
        self, rows: QuerySet[Compound], _name: str, codes: list[str]
    ) -> QuerySet[Compound]:
        """Compounds that a circle of these codes serves."""
        links = CircleCompound.objects.filter(compound=OuterRef("pk"), circle__code__in=codes)
        return rows.filter(Exists(links))


class CircleFilterSet(FaceFilterSet):
    code = CodesFilter(field_name="code", lookup_expr="in")
    street = CodesFilter(method="in_streets")
    batch = CodesFilter(field_name="batch__code", lookup_expr="in")
    updated_since = UpdatedSinceFilter()

    class Meta:
        model = Circle
        fields = ("state", "level", "layout")

    def in_streets(self, rows: QuerySet[Circle], _name: str, codes: list[str]) -> QuerySet[Circle]:
        """Circles that lie in a street of these codes, as lead or partner."""
        links = CircleStreet.objects.filter(circle=OuterRef("pk"), street__code__in=codes)
        return rows.filter(Exists(links))


class _SiteFilterSet(FaceFilterSet):
    code = CodesFilter(field_name="code", lookup_expr="in")
    name = django_filters.CharFilter(lookup_expr="icontains")
    street = CodesFilter(field_name="street__code", lookup_expr="in")
    neighbourhood = CodesFilter(field_name="neighbourhood__code", lookup_expr="in")
    updated_since = UpdatedSinceFilter()


class FacilityFilterSet(_SiteFilterSet):
    open_on = django_filters.DateFilter(method="in_service")

    class Meta:
        model = Facility
        fields = ("kind", "authority", "place_state", "void")

    def in_service(self, rows: QuerySet[Facility], _name: str, day: dt.date) -> QuerySet[Facility]:
        """Facilities in service on a day."""
        return rows.open_on(day)  # type: ignore[attr-defined]


class SpaceFilterSet(_SiteFilterSet):
    wanted_format = django_filters.CharFilter(method="that_want")
    available_on = django_filters.DateFilter(method="to_be_had")
    area_min = django_filters.NumberFilter(field_name="area", lookup_expr="gte")
    area_max = django_filters.NumberFilter(field_name="area", lookup_expr="lte")

    class Meta:
        model = Space
        fields = ("kind", "state", "place_state", "void")

    def that_want(self, rows: QuerySet[Space], _name: str, code: str) -> QuerySet[Space]:
        """Spaces for which a format of this code is wanted."""
        # The list as text: SQLite knows no containment, and codes need no escapes.
        return rows.filter(wanted_formats__icontains=json.dumps(code))

    def to_be_had(self, rows: QuerySet[Space], _name: str, day: dt.date) -> QuerySet[Space]:
        """Spaces to be had on a day."""
        return rows.available_on(day)  # type: ignore[attr-defined]


class BatchFilterSet(FaceFilterSet):
    code = CodesFilter(field_name="code", lookup_expr="in")

    class Meta:
        model = PilotBatch
        fields = ("year", "stage")
