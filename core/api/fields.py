"""Serializers that are trimmed with `fields=`, and the fields that rooms share."""

from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request

from core.masking import mask_name, mask_phone

ALWAYS = "id"


class FaceSerializer(serializers.ModelSerializer[Any]):
    """A row as readers see it. `fields=a,b` trims it; `id` always stays."""

    def get_fields(self) -> Any:
        """The declared fields; a choice that may be blank says so, though it is only read."""
        fields = super().get_fields()
        blank = {one.name for one in self.Meta.model._meta.fields if one.choices and one.blank}  # type: ignore[attr-defined]
        for name in blank & fields.keys():
            fields[name].allow_blank = True  # type: ignore[attr-defined]
        return fields

    def trim(self, names: list[str]) -> None:
        """Keep only the named fields; unknown names are refused."""
        if not names:
            return
        unknown = [name for name in names if name not in self.fields]
        if unknown:
            raise ValidationError(
                {"fields": _("没有这些字段：%(names)s") % {"names": "、".join(unknown)}}
            )
        for name in set(self.fields) - {ALWAYS, *names}:
            self.fields.pop(name)


def asked_fields(request: Request) -> list[str]:
    """The names given in `fields=`; empty = all."""
    text = request.query_params.get("fields", "")
    return [name.strip() for name in text.split(",") if name.strip()]


def code_of(path: str, **options: Any) -> serializers.CharField:
    """The official code of what a relation points to (null when it points nowhere)."""
    return serializers.CharField(source=f"{path}.code", read_only=True, allow_null=True, **options)


def name_of(path: str, **options: Any) -> serializers.CharField:
    """The name of what a relation points to (null when it points nowhere)."""
    return serializers.CharField(source=f"{path}.name", read_only=True, allow_null=True, **options)


class MaskedNameField(serializers.CharField):
    """A person's name, all but the family name masked."""

    def to_representation(self, value: Any) -> str:
        return mask_name(super().to_representation(value))


class MaskedPhoneField(serializers.CharField):
    """A telephone number, its middle masked."""

    def to_representation(self, value: Any) -> str:
        return mask_phone(super().to_representation(value))
