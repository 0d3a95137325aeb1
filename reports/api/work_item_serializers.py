"""工作信息 as readers see it, and what a unit's own system may send."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from circles.models import Circle
from core.api.callers import scope_of
from core.api.fields import FaceSerializer, code_of, name_of
from core.models import Clause
from core.workflow import open_moves
from reports.models import WorkItem
from reports.workflow import WORK_ITEM

_SAID = (
    "category",
    "title",
    "text",
    "happened_on",
    "sessions",
    "attendees",
    "sales",
    "jobs",
    "care_posts",
)


class WorkItemSerializer(FaceSerializer):
    office = code_of("office")
    office_name = name_of("office")
    street = code_of("street")
    circle = code_of("circle")
    circle_name = name_of("circle")
    photo_count = serializers.IntegerField(read_only=True)
    allowed_transitions = serializers.SerializerMethodField()

    class Meta:
        model = WorkItem
        fields = (
            "id",
            "office",
            "office_name",
            "street",
            "circle",
            "circle_name",
            *_SAID,
            "clause",
            "photo_count",
            "state",
            "highlight",
            "decided_at",
            "remark",
            "at",
            "by_label",
            "version",
            "updated_at",
            "is_sample",
            "allowed_transitions",
        )
        read_only_fields = fields

    def get_allowed_transitions(self, item: WorkItem) -> list[str]:
        """The words the caller may send to `/work-items/{id}/{word}/`."""
        caller = scope_of(self.context["request"])
        return [move.word for move in open_moves(WORK_ITEM, item, caller)]


class CircleField(serializers.SlugRelatedField[Any]):
    """A circle of the caller's district, by code; the service says which of them is theirs."""

    def get_queryset(self) -> Any:
        caller = scope_of(self.context.get("request"))
        return Circle.objects.filter(district__in=caller.district_ids)


class WorkItemWriteSerializer(serializers.ModelSerializer[Any]):
    """A new piece of news of the caller's office; ranges are judged by the service."""

    circle = CircleField(
        slug_field="code", queryset=Circle.objects.all(), required=False, allow_null=True
    )
    clause = serializers.PrimaryKeyRelatedField(
        queryset=Clause.objects.all(), required=False, allow_null=True
    )

    class Meta:
        model = WorkItem
        fields = (*_SAID, "circle", "clause")

    def to_internal_value(self, data: Any) -> Any:
        """As usual, but a name that no field has is a mistake."""
        if isinstance(data, Mapping):
            known = set(self.fields) | set(WorkItemSerializer.Meta.fields)
            if strange := [name for name in data if name not in known]:
                raise serializers.ValidationError(dict.fromkeys(strange, _("没有这个字段")))
        return super().to_internal_value(data)


class MoveSerializer(serializers.Serializer[Any]):
    """What is said with a move."""

    comment = serializers.CharField(
        max_length=300, required=False, allow_blank=True, default="", help_text=_("意见")
    )
