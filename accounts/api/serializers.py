"""The caller themselves, and background jobs, as readers see them."""

from typing import Any

from rest_framework import serializers

from core.api.fields import FaceSerializer
from core.models import Job


class OfficeSerializer(serializers.Serializer[Any]):
    """An office in brief."""

    code = serializers.CharField()
    name = serializers.CharField()
    kind = serializers.CharField()
    street = serializers.CharField(source="street.code", allow_null=True, default=None)


class MeSerializer(serializers.Serializer[Any]):
    """Who is calling, and what they may see."""

    kind = serializers.ChoiceField(choices=["person", "token"])
    id = serializers.UUIDField()
    name = serializers.CharField()
    username = serializers.CharField(allow_null=True)
    office = OfficeSerializer(allow_null=True)
    roles = serializers.ListField(child=serializers.CharField())
    role_names = serializers.ListField(child=serializers.CharField())
    token_scopes = serializers.ListField(child=serializers.CharField(), allow_null=True)
    districts = serializers.ListField(child=serializers.CharField())
    # null = every street of these districts
    streets = serializers.ListField(child=serializers.CharField(), allow_null=True)


class JobSerializer(FaceSerializer):
    result = serializers.JSONField(read_only=True)

    class Meta:
        model = Job
        fields = (
            "id",
            "kind",
            "key",
            "state",
            "attempt",
            "max_attempts",
            "error",
            "result",
            "office_code",
            "created_at",
            "run_after",
            "started_at",
            "finished_at",
        )
        read_only_fields = fields
