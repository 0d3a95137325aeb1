"""Networks, runs, releases and figures as readers see them."""

from typing import Any

from rest_framework import serializers

from core.api.fields import FaceSerializer, code_of
from metrics.compute import Flag
from metrics.models import Release, Run, StreetNetwork, Value

SCOPE_WORDS = {"C": "circle", "S": "street", "D": "district", "H": "compound"}
FLAG_WORDS = {
    Flag.PARTIAL: "partial",
    Flag.STRAIGHT: "straight_line",
    Flag.UNOFFICIAL: "unofficial_rules",
}


class NetworkSerializer(FaceSerializer):
    district = code_of("district")
    report = serializers.DictField(read_only=True)

    class Meta:
        model = StreetNetwork
        fields = (
            "id",
            "district",
            "name",
            "source",
            "digest",
            "report",
            "current",
            "imported_at",
            "is_sample",
        )
        read_only_fields = fields


class RunSerializer(FaceSerializer):
    district = code_of("district")
    rule_set = code_of("rule_set")
    rule_set_is_official = serializers.BooleanField(source="rule_set.is_official", read_only=True)
    network = serializers.UUIDField(source="network_id", read_only=True, allow_null=True)
    purposes: Any = serializers.SlugRelatedField(
        source="releases", slug_field="purpose", many=True, read_only=True
    )

    class Meta:
        model = Run
        fields = (
            "id",
            "district",
            "kind",
            "state",
            "as_of",
            "rule_set",
            "rule_set_is_official",
            "network",
            "formula_version",
            "input_digest",
            "purposes",
            "is_sample",
            "started_at",
            "finished_at",
        )
        read_only_fields = fields


class ReleaseSerializer(FaceSerializer):
    district = code_of("district")
    run = serializers.UUIDField(source="run_id", read_only=True)

    class Meta:
        model = Release
        fields = ("id", "district", "run", "purpose", "cutoff", "by_label", "at", "comment")
        read_only_fields = fields


class ValueSerializer(FaceSerializer):
    """A figure with its numerator and denominator; what it is about is added by the face."""

    run = serializers.UUIDField(source="run_id", read_only=True)
    indicator = serializers.CharField(source="declared.code", read_only=True)
    indicator_name = serializers.CharField(source="declared.name", read_only=True)
    unit = serializers.CharField(source="declared.unit.value", read_only=True)
    scope = serializers.SerializerMethodField()
    scope_code = serializers.CharField(source="place.code", read_only=True, allow_null=True)
    scope_name = serializers.CharField(source="place.name", read_only=True, allow_null=True)
    business_format = serializers.CharField(source="format_code", read_only=True, allow_null=True)
    flags = serializers.SerializerMethodField()

    class Meta:
        model = Value
        fields = (
            "id",
            "run",
            "indicator",
            "indicator_name",
            "unit",
            "scope",
            "scope_id",
            "scope_code",
            "scope_name",
            "part",
            "business_format",
            "value",
            "num",
            "den",
            "coverage",
            "flags",
        )
        read_only_fields = fields

    def get_scope(self, value: Value) -> str:
        """What the figure is about: circle, street or district."""
        return SCOPE_WORDS[value.scope]

    def get_flags(self, value: Value) -> list[str]:
        """Why the figure is to be read with care."""
        return [word for bit, word in FLAG_WORDS.items() if value.flags & bit]
