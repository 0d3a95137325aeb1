"""Compounds, circles and batches as readers see them."""

from typing import Any

from rest_framework import serializers

from circles.models import Circle, Compound, PilotBatch
from circles.models.compound import PEOPLE_FIELDS
from core.api.fields import FaceSerializer, code_of, name_of


class CompoundSerializer(FaceSerializer):
    street = code_of("street")
    street_name = name_of("street")
    neighbourhood = code_of("neighbourhood")
    neighbourhood_name = name_of("neighbourhood")

    class Meta:
        model = Compound
        fields = (
            "id",
            "code",
            "name",
            "kind",
            "street",
            "street_name",
            "neighbourhood",
            "neighbourhood_name",
            "address",
            "lon",
            "lat",
            "households",
            *PEOPLE_FIELDS,
            "planned_on",
            "built_on",
            "accepted_on",
            "delivered_on",
            "floor_area",
            "commercial_area",
            "version",
            "updated_at",
            "is_sample",
        )
        read_only_fields = fields


class StreetRoleSerializer(serializers.Serializer[Any]):
    """A street that a circle lies in: lead 主报, partner 协同."""

    code = serializers.CharField(source="street.code")
    name = serializers.CharField(source="street.name")
    role = serializers.CharField()


class CircleSerializer(FaceSerializer):
    lead_street = code_of("lead_street")
    lead_street_name = name_of("lead_street")
    streets = StreetRoleSerializer(source="street_links", many=True, read_only=True)
    compounds = serializers.SerializerMethodField()
    neighbourhoods = serializers.SerializerMethodField()
    batch = code_of("batch")
    has_boundary = serializers.SerializerMethodField()

    class Meta:
        model = Circle
        fields = (
            "id",
            "code",
            "name",
            "state",
            "level",
            "level_year",
            "layout",
            "theme",
            "lead_street",
            "lead_street_name",
            "streets",
            "compounds",
            "neighbourhoods",
            "batch",
            "started_on",
            "built_on",
            "accepted_on",
            "responsible",
            "planner",
            "operator",
            "has_boundary",
            "version",
            "updated_at",
            "is_sample",
        )
        read_only_fields = fields

    def get_compounds(self, circle: Circle) -> list[str]:
        """Codes of the compounds served, also those of a partner street."""
        return sorted(link.compound.code for link in circle.compound_links.all())

    def get_neighbourhoods(self, circle: Circle) -> list[str]:
        """Codes of the neighbourhoods served."""
        return sorted(link.neighbourhood.code for link in circle.neighbourhood_links.all())

    def get_has_boundary(self, circle: Circle) -> bool:
        """Whether a boundary is drawn (`?format=geojson` gives it)."""
        return bool(circle.drawn)  # type: ignore[attr-defined]


class BatchSerializer(FaceSerializer):
    streets: Any = serializers.SlugRelatedField(slug_field="code", many=True, read_only=True)

    class Meta:
        model = PilotBatch
        fields = ("id", "code", "year", "name", "stage", "planned", "streets")
        read_only_fields = fields
