"""Districts, streets and neighbourhoods as readers see them."""

from rest_framework import serializers

from core.api.fields import FaceSerializer, code_of, name_of
from territory.models import District, Neighbourhood, Street


class DistrictSerializer(FaceSerializer):
    class Meta:
        model = District
        fields = ("id", "code", "name", "name_en", "city", "is_sample_outline")
        read_only_fields = fields


class StreetSerializer(FaceSerializer):
    district = code_of("district")
    aliases = serializers.ListField(child=serializers.CharField(), read_only=True)

    class Meta:
        model = Street
        fields = (
            "id",
            "code",
            "name",
            "name_en",
            "kind",
            "district",
            "aliases",
            "sort",
            "is_sample_outline",
        )
        read_only_fields = fields


class NeighbourhoodSerializer(FaceSerializer):
    district = code_of("district")
    street = code_of("street")
    street_name = name_of("street")

    class Meta:
        model = Neighbourhood
        fields = (
            "id",
            "code",
            "name",
            "name_en",
            "district",
            "street",
            "street_name",
            "sort",
            "is_sample_outline",
        )
        read_only_fields = fields
