"""What callers may write of an outlet, by field name, in codes and ids."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers

from core.api.callers import scope_of
from core.credit_code import normalise_credit_code
from core.masking import MARK
from outlets.api.serializers import OutletDetailSerializer
from outlets.models import Brand, BusinessFormat, Enterprise, Outlet, Service
from outlets.models.owners import validate_credit_code
from outlets.services.owners import brand_for, enterprise_for
from territory.models import District, Neighbourhood, Street

# Of the act, not of the outlet.
OF_THE_ACT = ("on", "reason")
# Told by what they are called instead of by id; found or created when the row is saved.
BY_NAME = ("credit_code", "brand_name")


class OwnRelated(serializers.SlugRelatedField[Any]):
    """A relation to a row that the caller may see, by code or id."""

    def get_queryset(self) -> Any:
        rows: Any = super().get_queryset()
        return rows.visible_to(scope_of(self.context.get("request")))


class ServicesField(serializers.ListField):
    """Codes of add-on services; the register keeps them as bits."""

    child = serializers.CharField()

    def to_internal_value(self, data: Any) -> int:  # type: ignore[override]
        codes = super().to_internal_value(data)
        bits = dict(Service.objects.filter(code__in=codes).values_list("code", "bit"))
        if unknown := [code for code in codes if code not in bits]:
            raise serializers.ValidationError(
                _("没有这些服务：%(codes)s") % {"codes": "、".join(unknown)}
            )
        return sum(1 << bit for bit in bits.values())


def _unmasked(value: str) -> None:
    """Refuse what was read masked: written back it would destroy the contact."""
    if MARK in value:
        raise serializers.ValidationError(_("含有掩码“*”，请填写完整内容，或不提交该项"))


class OutletWriteSerializer(serializers.ModelSerializer[Outlet]):
    """A new outlet, or changes of one. Facts hold from day `on` (today)."""

    on = serializers.DateField(required=False)
    reason = serializers.CharField(required=False, allow_blank=True, max_length=500)
    street = OwnRelated(
        slug_field="code", queryset=Street.objects.all(), required=False, allow_null=True
    )
    neighbourhood = OwnRelated(
        slug_field="code", queryset=Neighbourhood.objects.all(), required=False, allow_null=True
    )
    main_format = serializers.SlugRelatedField(
        slug_field="code", queryset=BusinessFormat.objects.all()
    )
    enterprise = OwnRelated(
        slug_field="id", queryset=Enterprise.objects.all(), required=False, allow_null=True
    )
    credit_code = serializers.CharField(
        required=False, allow_null=True, max_length=30, help_text=_("enterprise 为空时据此认定企业")
    )
    brand = OwnRelated(
        slug_field="id", queryset=Brand.objects.all(), required=False, allow_null=True
    )
    brand_name = serializers.CharField(
        required=False, allow_null=True, max_length=80, help_text=_("brand 为空时据此认定品牌")
    )
    services = ServicesField(required=False)
    declared_circles = serializers.ListField(
        child=serializers.CharField(max_length=32), required=False, max_length=20
    )
    contact = serializers.CharField(
        required=False, allow_blank=True, max_length=40, validators=[_unmasked]
    )
    phone = serializers.CharField(
        required=False, allow_blank=True, max_length=40, validators=[_unmasked]
    )

    class Meta:
        model = Outlet
        fields = (
            "on",
            "reason",
            "code",
            "name",
            "licence_name",
            "enterprise",
            "credit_code",
            "industry_code",
            "brand",
            "brand_name",
            "chain_kind",
            "main_format",
            "services",
            "facility_form",
            "status",
            "opened_on",
            "closed_on",
            "hours",
            "street",
            "neighbourhood",
            "declared_circles",
            "address",
            "floor_room",
            "lon",
            "lat",
            "x_in",
            "y_in",
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
        )
        extra_kwargs = {"code": {"required": False}}
        # The service judges the whole row, places and doubles included.
        validators: list[Any] = []

    def to_internal_value(self, data: Any) -> Any:
        """As usual, but a name that no field has, not even a read-only one, is a mistake."""
        if isinstance(data, Mapping):
            known = set(self.fields) | set(OutletDetailSerializer.Meta.fields)
            if strange := [name for name in data if name not in known]:
                raise serializers.ValidationError(dict.fromkeys(strange, _("没有这个字段")))
        return super().to_internal_value(data)

    def validate_credit_code(self, text: str | None) -> str | None:
        """The code in its stored form, as GB 32100 would issue it."""
        if not text:
            return None
        code = normalise_credit_code(text)
        validate_credit_code(code)
        return code


def values_of(serializer: OutletWriteSerializer, district: District) -> dict[str, Any]:
    """The outlet's fields as services take them; brands and enterprises found or created.

    Call inside the transaction of the save.
    """
    given = {
        name: value
        for name, value in serializer.validated_data.items()
        if name not in OF_THE_ACT and name not in BY_NAME
    }
    said = serializer.validated_data
    if not given.get("enterprise") and said.get("credit_code"):
        given["enterprise"] = enterprise_for(
            district=district,
            credit_code=said["credit_code"],
            licence_name=said.get("licence_name", ""),
            outlet_name=said.get("name", ""),
        )
    if not given.get("brand") and said.get("brand_name"):
        given["brand"] = brand_for(district=district, name=said["brand_name"])
    return given


def replaced(given: dict[str, Any]) -> dict[str, Any]:
    """PUT: what is not said is empty again, save for the code and the place as it was entered."""
    kept = {*OF_THE_ACT, *BY_NAME, "code", "x_in", "y_in", "crs_in", "place_state"}
    names = [name for name in OutletWriteSerializer.Meta.fields if name not in kept]
    blank = {name: Outlet._meta.get_field(name).get_default() for name in names}  # type: ignore[union-attr]
    if {"x_in", "y_in"} & given.keys():
        del blank["lon"], blank["lat"]
    return blank | given


class CloseSerializer(serializers.Serializer[Any]):
    """Why and from which day an outlet is closed."""

    comment = serializers.CharField(max_length=500, help_text=_("原因"))
    on = serializers.DateField(required=False, help_text=_("关闭日期，默认今天"))


def day_of(data: Mapping[str, Any], today: dt.date) -> dt.date:
    """The day from which facts hold."""
    day: dt.date = data.get("on") or today
    return day
