"""Formats and outlets as readers see them."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from core.api.callers import scope_of
from core.api.fields import FaceSerializer, MaskedNameField, MaskedPhoneField, code_of, name_of
from core.masking import mask_name, mask_phone
from core.policy import may
from outlets.models import BusinessFormat, Outlet, OutletLabel

TEXTS = serializers.ListField(child=serializers.CharField(), read_only=True)


class FormatSerializer(FaceSerializer):
    aliases = TEXTS

    class Meta:
        model = BusinessFormat
        fields = (
            "id",
            "code",
            "number",
            "name",
            "name_en",
            "category",
            "nature",
            "priority",
            "aliases",
            "symbol",
            "slogan",
            "is_official",
        )
        read_only_fields = fields


class OutletSerializer(FaceSerializer):
    """A row of the register; who to call is masked."""

    street = code_of("street")
    street_name = name_of("street")
    neighbourhood = code_of("neighbourhood")
    neighbourhood_name = name_of("neighbourhood")
    enterprise = serializers.UUIDField(source="enterprise_id", read_only=True, allow_null=True)
    enterprise_name = name_of("enterprise")
    credit_code = serializers.CharField(
        source="enterprise.credit_code", read_only=True, allow_null=True
    )
    brand = serializers.UUIDField(source="brand_id", read_only=True, allow_null=True)
    brand_name = name_of("brand")
    main_format = code_of("main_format")
    main_format_name = name_of("main_format")
    services = serializers.ListField(
        source="service_codes", child=serializers.CharField(), read_only=True
    )
    declared_circles = TEXTS
    contact: Any = MaskedNameField(read_only=True)
    phone: Any = MaskedPhoneField(read_only=True)
    merged_into = serializers.UUIDField(source="merged_into_id", read_only=True, allow_null=True)
    allowed_transitions = serializers.SerializerMethodField()

    class Meta:
        model = Outlet
        fields: tuple[str, ...] = (
            "id",
            "code",
            "name",
            "licence_name",
            "enterprise",
            "enterprise_name",
            "credit_code",
            "industry_code",
            "brand",
            "brand_name",
            "chain_kind",
            "main_format",
            "main_format_name",
            "services",
            "facility_form",
            "status",
            "opened_on",
            "closed_on",
            "hours",
            "street",
            "street_name",
            "neighbourhood",
            "neighbourhood_name",
            "declared_circles",
            "address",
            "floor_room",
            "lon",
            "lat",
            "crs_in",
            "place_state",
            "outside",
            "employees",
            "business_area",
            "building_area",
            "open_24h",
            "elderly_friendly",
            "cash_accepted",
            "supply",
            "mother_infant",
            "delivery",
            "dark_store",
            "rent_subsidy",
            "breakfast_kind",
            "ownership",
            "licences",
            "licence_until",
            "credit_grade",
            "contact",
            "phone",
            "data_source",
            "collected_by",
            "collected_on",
            "merged_into",
            "void",
            "version",
            "updated_at",
            "is_sample",
            "allowed_transitions",
        )
        read_only_fields = fields

    def get_allowed_transitions(self, outlet: Outlet) -> list[str]:
        """The words the caller may send to `/outlets/{id}/{word}/`."""
        if outlet.void or outlet.merged_into_id or outlet.status == "closed":
            return []
        return ["close"] if may(self.caller, "outlets.close", outlet) else []

    @property
    def caller(self) -> Any:
        """The scope the rows are shown to."""
        return scope_of(self.context.get("request"))


class OutletLabelSerializer(serializers.ModelSerializer[OutletLabel]):
    """A title that an outlet was given; withdrawn ones say since when."""

    code = code_of("label")
    name = name_of("label")

    class Meta:
        model = OutletLabel
        fields = ("code", "name", "year", "basis", "valid_until", "withdrawn_on")
        read_only_fields = fields


class OutletDetailSerializer(OutletSerializer):
    """One outlet; its contact in full for those who may call it, and its titles (标识)."""

    contact = serializers.SerializerMethodField()
    phone = serializers.SerializerMethodField()
    labels = serializers.SerializerMethodField()

    class Meta(OutletSerializer.Meta):
        fields = (*OutletSerializer.Meta.fields, "labels")
        read_only_fields = fields

    @extend_schema_field(OutletLabelSerializer(many=True))
    def get_labels(self, outlet: Outlet) -> Any:
        """All titles it was ever given, the newest first; one query."""
        rows = outlet.labels.select_related("label").order_by("-year", "label__sort", "id")
        return OutletLabelSerializer(rows, many=True).data

    def get_contact(self, outlet: Outlet) -> str:
        """The person, masked where the caller may not know."""
        return outlet.contact if self._may_know(outlet) else mask_name(outlet.contact)

    def get_phone(self, outlet: Outlet) -> str:
        """The number, masked where the caller may not know."""
        return outlet.phone if self._may_know(outlet) else mask_phone(outlet.phone)

    def _may_know(self, outlet: Outlet) -> bool:
        return may(self.caller, "outlets.contact", outlet)
