"""Facilities and spaces as readers see them, and what callers may write of them."""

from collections.abc import Mapping
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from circles.models import Facility, Space
from core.api.callers import scope_of
from core.api.fields import FaceSerializer, code_of, name_of
from core.policy import may
from outlets.api.writing import OwnRelated
from territory.models import Neighbourhood, Street

_WHERE = (
    "street",
    "street_name",
    "neighbourhood",
    "neighbourhood_name",
    "address",
    "lon",
    "lat",
    "crs_in",
    "place_state",
)
_KEPT = ("void", "version", "updated_at", "is_sample", "allowed_transitions")


class _SiteSerializer(FaceSerializer):
    street = code_of("street")
    street_name = name_of("street")
    neighbourhood = code_of("neighbourhood")
    neighbourhood_name = name_of("neighbourhood")
    allowed_transitions = serializers.SerializerMethodField()
    # The act that closing asks of the gate.
    gate = ""

    def get_allowed_transitions(self, site: Any) -> list[str]:
        """The words the caller may send to `/{list}/{id}/{word}/`."""
        if site.void or self.is_closed(site):
            return []
        caller = scope_of(self.context["request"])
        return ["close"] if may(caller, self.gate, site) else []

    def is_closed(self, site: Any) -> bool:
        """Whether there is nothing left to close."""
        raise NotImplementedError


class FacilitySerializer(_SiteSerializer):
    gate = "circles.change_facilities"

    class Meta:
        model = Facility
        fields = (
            "id",
            "code",
            "name",
            "kind",
            "authority",
            *_WHERE,
            "capacity",
            "hours",
            "opened_on",
            "closed_on",
            *_KEPT,
        )
        read_only_fields = fields

    def is_closed(self, site: Facility) -> bool:
        return site.closed_on is not None


class SpaceSerializer(_SiteSerializer):
    wanted_formats = serializers.ListField(child=serializers.CharField(), read_only=True)
    gate = "circles.change_spaces"

    class Meta:
        model = Space
        fields = (
            "id",
            "code",
            "name",
            "kind",
            "state",
            "area",
            "owner",
            "use_mode",
            "available_from",
            "available_until",
            "rent",
            "wanted_formats",
            *_WHERE,
            *_KEPT,
        )
        read_only_fields = fields

    def is_closed(self, site: Space) -> bool:
        until = site.available_until
        return until is not None and until <= timezone.localdate()


class _SiteWriteSerializer(serializers.ModelSerializer[Any]):
    reason = serializers.CharField(required=False, allow_blank=True, max_length=500)
    street = OwnRelated(slug_field="code", queryset=Street.objects.all())
    neighbourhood = OwnRelated(
        slug_field="code", queryset=Neighbourhood.objects.all(), required=False, allow_null=True
    )
    reads: type[FaceSerializer]

    def to_internal_value(self, data: Any) -> Any:
        """As usual, but a name that no field has, not even a read-only one, is a mistake."""
        if isinstance(data, Mapping):
            known = set(self.fields) | set(self.reads.Meta.fields)
            if strange := [name for name in data if name not in known]:
                raise serializers.ValidationError(dict.fromkeys(strange, _("没有这个字段")))
        return super().to_internal_value(data)


_PLACED = ("street", "neighbourhood", "address", "lon", "lat", "x_in", "y_in", "crs_in")


class FacilityWriteSerializer(_SiteWriteSerializer):
    """A new facility, or changes of one."""

    reads = FacilitySerializer

    class Meta:
        model = Facility
        fields = (
            "reason",
            "code",
            "name",
            "kind",
            "authority",
            *_PLACED,
            "place_state",
            "capacity",
            "hours",
            "opened_on",
            "closed_on",
        )
        extra_kwargs = {"code": {"required": False}}
        # The service judges the whole row, places and doubles included.
        validators: list[Any] = []


class SpaceWriteSerializer(_SiteWriteSerializer):
    """A new space, or changes of one; `wanted_formats` are codes of business formats."""

    wanted_formats = serializers.ListField(
        child=serializers.CharField(max_length=50), required=False, max_length=60
    )
    reads = SpaceSerializer

    class Meta:
        model = Space
        fields = (
            "reason",
            "code",
            "name",
            "kind",
            "state",
            "area",
            "owner",
            "use_mode",
            "available_from",
            "available_until",
            "rent",
            "wanted_formats",
            *_PLACED,
            "place_state",
        )
        extra_kwargs = {"code": {"required": False}}
        validators: list[Any] = []


class SiteCloseSerializer(serializers.Serializer[Any]):
    """Why and from which day it is there no more."""

    comment = serializers.CharField(max_length=500, help_text=_("原因"))
    on = serializers.DateField(required=False, help_text=_("自何日起，默认今天"))
