"""What lists of territorial units can be filtered by."""

from core.api.filters import CodesFilter, FaceFilterSet
from territory.models import Neighbourhood, Street


class StreetFilterSet(FaceFilterSet):
    code = CodesFilter(field_name="code", lookup_expr="in")

    class Meta:
        model = Street
        fields = ("kind",)


class NeighbourhoodFilterSet(FaceFilterSet):
    code = CodesFilter(field_name="code", lookup_expr="in")
    street = CodesFilter(field_name="street__code", lookup_expr="in")

    class Meta:
        model = Neighbourhood
        fields = ()
