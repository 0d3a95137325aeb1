"""What lists of compounds, circles and batches can be filtered by."""

from django.db.models import Exists, OuterRef, QuerySet

from circles.models import Circle, CircleCompound, CircleStreet, Compound, PilotBatch
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


class BatchFilterSet(FaceFilterSet):
    code = CodesFilter(field_name="code", lookup_expr="in")

    class Meta:
        model = PilotBatch
        fields = ("year", "stage")
