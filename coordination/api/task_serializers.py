"""Tasks as readers see them, and what callers may write of them."""

from collections.abc import Mapping
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from accounts.models import Office
from coordination.models import Task, TaskFeedback, TaskOffice
from coordination.services.tasks import UNFINISHED
from coordination.workflow.tasks import TASK
from core.api.callers import scope_of
from core.api.fields import FaceSerializer
from core.models import Clause
from core.workflow import open_moves


class FeedbackSerializer(serializers.ModelSerializer[TaskFeedback]):
    """What was said of a task, oldest first."""

    office = serializers.CharField(source="office.code", read_only=True, allow_null=True)
    by = serializers.CharField(source="by_label", read_only=True)

    class Meta:
        model = TaskFeedback
        fields = ("kind", "office", "text", "at", "by")
        read_only_fields = fields


class TaskSerializer(FaceSerializer):
    clause = serializers.UUIDField(source="clause_id", read_only=True, allow_null=True)
    resolution = serializers.UUIDField(source="resolution_id", read_only=True, allow_null=True)
    lead = serializers.SerializerMethodField()
    lead_name = serializers.SerializerMethodField()
    helping = serializers.SerializerMethodField()
    overdue = serializers.SerializerMethodField()
    allowed_transitions = serializers.SerializerMethodField()

    class Meta:
        model = Task
        fields = (
            "id",
            "number",
            "title",
            "text",
            "clause",
            "resolution",
            "lead",
            "lead_name",
            "helping",
            "state",
            "issued_on",
            "due_on",
            "overdue",
            "supervision",
            "returned_times",
            "first_reported_on",
            "closed_on",
            "version",
            "updated_at",
            "is_sample",
            "allowed_transitions",
        )
        read_only_fields = fields

    def get_lead(self, task: Task) -> str | None:
        """The lead unit's code."""
        office = _lead(task)
        return office.code if office else None

    def get_lead_name(self, task: Task) -> str | None:
        """The lead unit's name."""
        office = _lead(task)
        return office.name if office else None

    def get_helping(self, task: Task) -> list[str]:
        """The helping units' codes."""
        return [one.office.code for one in task.offices.all() if one.role == TaskOffice.Role.HELP]

    def get_overdue(self, task: Task) -> bool:
        """Whether it is not finished although the due day is over."""
        return task.state in UNFINISHED and task.due_on < timezone.localdate()

    def get_allowed_transitions(self, task: Task) -> list[str]:
        """The words the caller may send to `/tasks/{id}/{word}/`."""
        caller = scope_of(self.context["request"])
        return [move.word for move in open_moves(TASK, task, caller)]


class TaskDetailSerializer(TaskSerializer):
    """A task alone: with all that was said of it."""

    feedback = FeedbackSerializer(many=True, read_only=True)

    class Meta:
        model = Task
        fields = (*TaskSerializer.Meta.fields, "feedback")
        read_only_fields = fields


class _OwnOffice(serializers.SlugRelatedField[Office]):
    """A unit of the caller's districts, by code."""

    # For the schema alone: which model the code is of.
    queryset = Office.objects.none()

    def get_queryset(self) -> Any:
        scope = scope_of(self.context.get("request"))
        return Office.objects.filter(district__in=scope.district_ids)


class TaskWriteSerializer(serializers.Serializer[Any]):
    """A new task; `lead` and `helping` are codes of units, `clause` the id of its basis."""

    title = serializers.CharField(max_length=200)
    text = serializers.CharField(max_length=5000, required=False, allow_blank=True, default="")
    lead = _OwnOffice(slug_field="code")
    helping = _OwnOffice(slug_field="code", many=True, required=False)
    due_on = serializers.DateField(help_text=_("遇节假日顺延至下一个工作日"))
    clause = serializers.PrimaryKeyRelatedField(
        queryset=Clause.objects.all(), required=False, allow_null=True
    )

    def to_internal_value(self, data: Any) -> Any:
        """As usual, but a name that no field has, not even a read-only one, is a mistake."""
        if isinstance(data, Mapping):
            known = {*self.fields, *TaskDetailSerializer.Meta.fields}
            if strange := [name for name in data if name not in known]:
                raise serializers.ValidationError(dict.fromkeys(strange, _("没有这个字段")))
        return super().to_internal_value(data)


class TaskMoveSerializer(serializers.Serializer[Any]):
    """A move of a task: what was done (report), or why (return, withdraw)."""

    comment = serializers.CharField(
        max_length=5000, required=False, allow_blank=True, default="", help_text=_("说明")
    )


def _lead(task: Task) -> Office | None:
    led = (one.office for one in task.offices.all() if one.role == TaskOffice.Role.LEAD)
    return next(led, None)
