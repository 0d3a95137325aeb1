"""Who stands behind outlets, as readers see them: enterprises and brands."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from core.api.fields import FaceSerializer
from outlets.models import AllianceMember, Brand, BrandStoreCount, CreditResult, Enterprise


class StoreCountSerializer(serializers.ModelSerializer[BrandStoreCount]):
    """How many stores a brand declared nationally on a day."""

    class Meta:
        model = BrandStoreCount
        fields = ("on", "stores", "source")
        read_only_fields = fields


class BrandSerializer(FaceSerializer):
    aliases = serializers.ListField(child=serializers.CharField(), read_only=True)
    store_counts = StoreCountSerializer(many=True, read_only=True)

    class Meta:
        model = Brand
        fields = ("id", "name", "aliases", "chain_kind", "store_counts", "is_sample")
        read_only_fields = fields


class AllianceSerializer(serializers.ModelSerializer[AllianceMember]):
    """A membership in a 企业联盟; without `left_on` it lasts."""

    class Meta:
        model = AllianceMember
        fields = ("alliance", "duty", "joined_on", "left_on")
        read_only_fields = fields


class CreditSerializer(serializers.ModelSerializer[CreditResult]):
    """A credit result that somebody else gave."""

    class Meta:
        model = CreditResult
        fields = ("source", "grade", "on", "blacklisted")
        read_only_fields = fields


class EnterpriseSerializer(FaceSerializer):
    alliances = AllianceSerializer(many=True, read_only=True)
    credit = serializers.SerializerMethodField()

    class Meta:
        model = Enterprise
        fields = ("id", "name", "credit_code", "alliances", "credit", "is_sample")
        read_only_fields = fields

    @extend_schema_field(CreditSerializer(allow_null=True))
    def get_credit(self, enterprise: Enterprise) -> Any:
        """The latest credit result; null when there is none."""
        latest = enterprise.latest_credit  # type: ignore[attr-defined]
        return CreditSerializer(latest[0]).data if latest else None
