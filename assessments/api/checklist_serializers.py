"""Checklists as readers see them, and what callers may say of a line."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from assessments.models import Checklist, ChecklistLine, Found
from assessments.presence import Kinds
from assessments.workflow.checklists import CHECKLIST
from core.api.callers import scope_of
from core.api.fields import FaceSerializer
from core.api.moving import StrictSerializer
from core.workflow import open_moves


class KindsSerializer(serializers.Serializer[Any]):
    """Kinds of one category; unknown is not absent."""

    present = serializers.IntegerField()
    absent = serializers.IntegerField()
    unknown = serializers.IntegerField()
    total = serializers.IntegerField()


class ChecklistSerializer(FaceSerializer):
    """A row of the list; `kinds` = (basic, quality) is set on it by the face."""

    circle = serializers.CharField(source="evaluation.circle.code", read_only=True)
    circle_name = serializers.CharField(source="evaluation.circle.name", read_only=True)
    year = serializers.IntegerField(source="evaluation.year", read_only=True)
    standard = serializers.CharField(source="evaluation.standard.code", read_only=True)
    standard_number = serializers.IntegerField(source="evaluation.standard.number", read_only=True)
    kind = serializers.CharField(source="evaluation.kind", read_only=True)
    cutoff = serializers.DateField(source="release.cutoff", read_only=True)
    basic = serializers.SerializerMethodField()
    quality = serializers.SerializerMethodField()
    is_sample = serializers.BooleanField(source="evaluation.is_sample", read_only=True)
    allowed_transitions = serializers.SerializerMethodField()

    class Meta:
        model = Checklist
        fields: tuple[str, ...] = (
            "id",
            "circle",
            "circle_name",
            "year",
            "standard",
            "standard_number",
            "kind",
            "state",
            "release",
            "cutoff",
            "basic",
            "quality",
            "filled_at",
            "confirmed_at",
            "version",
            "is_sample",
            "allowed_transitions",
        )
        read_only_fields = fields

    @extend_schema_field(KindsSerializer)
    def get_basic(self, checklist: Any) -> dict[str, Any]:
        """基本保障类."""
        return _told(checklist.kinds[0])

    @extend_schema_field(KindsSerializer)
    def get_quality(self, checklist: Any) -> dict[str, Any]:
        """品质提升类."""
        return _told(checklist.kinds[1])

    def get_allowed_transitions(self, checklist: Checklist) -> list[str]:
        """The words the caller may send to `/checklists/{id}/{word}/`."""
        caller = scope_of(self.context["request"])
        return [move.word for move in open_moves(CHECKLIST, checklist, caller)]


class ChecklistLineSerializer(serializers.ModelSerializer[ChecklistLine]):
    """One kind: what the figures say, the rows behind it, what people say instead."""

    item = serializers.CharField(source="item.key", read_only=True)
    name = serializers.CharField(source="item.label", read_only=True)
    category = serializers.CharField(source="item.category", read_only=True)
    verdict = serializers.ChoiceField(choices=Found.choices, read_only=True)
    basis = serializers.SerializerMethodField()
    outlets = serializers.ListField(
        child=serializers.UUIDField(), source="outlet_ids", read_only=True
    )
    addon_outlets = serializers.ListField(
        child=serializers.UUIDField(), source="addon_outlet_ids", read_only=True
    )
    facilities = serializers.ListField(
        child=serializers.UUIDField(), source="facility_ids", read_only=True
    )

    class Meta:
        model = ChecklistLine
        fields = (
            "item",
            "name",
            "category",
            "verdict",
            "found",
            "basis",
            "outlets",
            "addon_outlets",
            "facilities",
            "override",
            "reason",
            "override_by_label",
            "override_at",
        )
        read_only_fields = fields

    def get_basis(self, line: ChecklistLine) -> str:
        """Why it is absent or unknown, in words."""
        return _(line.basis) if line.basis else ""


class ChecklistDetailSerializer(ChecklistSerializer):
    """A checklist with its lines."""

    lines = ChecklistLineSerializer(many=True, read_only=True)

    class Meta:
        model = Checklist
        fields = (*ChecklistSerializer.Meta.fields, "lines")
        read_only_fields = fields


class OverrideSerializer(StrictSerializer):
    """人工认定 of one line; `verdict` empty = taken back, the figures count again."""

    item = serializers.SlugField(max_length=40, help_text=gettext_lazy("分型表项目编码"))
    verdict = serializers.ChoiceField(choices=Found.choices, allow_blank=True)
    reason = serializers.CharField(
        max_length=300,
        required=False,
        allow_blank=True,
        default="",
        help_text=gettext_lazy("认定理由"),
    )


def _told(kinds: Kinds) -> dict[str, int]:
    return {
        "present": kinds.present,
        "absent": kinds.absent,
        "unknown": kinds.unknown,
        "total": kinds.total,
    }
