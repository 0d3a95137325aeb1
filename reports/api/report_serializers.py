"""Progress reports as readers see them, and what an office's own system may send."""

from collections.abc import Mapping
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from core.api.callers import scope_of
from core.api.fields import FaceSerializer, code_of, name_of
from core.workflow import open_moves
from reports.models import (
    ProgressReport,
    ReportAnswer,
    ReportComment,
    ReportItem,
    ReportSubmission,
)
from reports.progress.answers import is_changed
from reports.progress.rules import problems_of
from reports.progress.values import MOST_CHARACTERS
from reports.workflow import REPORT

MOST_ITEMS = 300
OWED = frozenset({"todo", "draft", "returned"})


class ProgressReportSerializer(FaceSerializer):
    period = code_of("period")
    period_id = serializers.UUIDField(read_only=True)
    type = serializers.CharField(source="period.type_code", read_only=True)
    type_name = serializers.CharField(source="period.type.name", read_only=True)
    office = code_of("office")
    office_name = name_of("office")
    street = code_of("street")
    overdue = serializers.SerializerMethodField()
    allowed_transitions = serializers.SerializerMethodField()

    class Meta:
        model = ProgressReport
        fields: tuple[str, ...] = (
            "id",
            "period",
            "period_id",
            "type",
            "type_name",
            "office",
            "office_name",
            "street",
            "state",
            "no_change",
            "due_on",
            "overdue",
            "revision",
            "returned_times",
            "first_submitted_at",
            "submitted_at",
            "submitted_by_label",
            "decided_at",
            "decided_by_label",
            "handler_label",
            "prefilled_at",
            "version",
            "updated_at",
            "is_sample",
            "allowed_transitions",
        )
        read_only_fields = fields

    def get_overdue(self, report: ProgressReport) -> bool:
        """Owed, and its due day is over."""
        return report.state in OWED and report.due_on < timezone.localdate()

    def get_allowed_transitions(self, report: ProgressReport) -> list[str]:
        """The words the caller may send to `/progress-reports/{id}/{word}/`."""
        caller = scope_of(self.context["request"])
        return [move.word for move in open_moves(REPORT, report, caller)]


class AnswerSerializer(serializers.ModelSerializer[Any]):
    """What stands at an item, what was prefilled, and from where."""

    number = serializers.DecimalField(20, 4, normalize_output=True, allow_null=True)
    prefilled_number = serializers.DecimalField(20, 4, normalize_output=True, allow_null=True)
    origin = serializers.DictField()
    changed = serializers.SerializerMethodField()

    class Meta:
        model = ReportAnswer
        fields = (
            "key",
            "number",
            "text",
            "prefilled_number",
            "prefilled_text",
            "origin",
            "changed",
            "reason",
            "version",
            "by_label",
            "at",
        )
        read_only_fields = fields

    def get_changed(self, answer: ReportAnswer) -> bool:
        """Whether the number is not the prefilled one."""
        return is_changed(answer)


class ItemSerializer(serializers.ModelSerializer[Any]):
    """One thing that the form asks."""

    class Meta:
        model = ReportItem
        fields = (
            "key",
            "section",
            "label",
            "kind",
            "unit",
            "decimals",
            "required",
            "most_words",
            "help",
        )
        read_only_fields = fields


class CommentSerializer(serializers.ModelSerializer[Any]):
    """What the checker wrote at an item (`key`), or of the whole report (empty `key`)."""

    class Meta:
        model = ReportComment
        fields = ("key", "text", "submission", "at", "by_label", "settled_at")
        read_only_fields = fields


class ReportProblemSerializer(serializers.Serializer[Any]):
    """What stands in the way of sending (`block`) or should be looked at (`warn`)."""

    key = serializers.CharField()
    severity = serializers.ChoiceField(choices=("block", "warn"))
    message = serializers.CharField()
    rule = serializers.CharField(allow_blank=True)


class SubmissionSerializer(serializers.ModelSerializer[Any]):
    """One sending."""

    no_change = serializers.BooleanField(source="content.no_change")

    class Meta:
        model = ReportSubmission
        fields = ("number", "revision", "at", "by_label", "comment", "no_change", "sha256")
        read_only_fields = fields


class ProgressReportDetailSerializer(ProgressReportSerializer):
    """A report with everything that filling it in and checking it needs."""

    items = ItemSerializer(source="period.type.items", many=True, read_only=True)
    answers = serializers.SerializerMethodField()
    problems = serializers.SerializerMethodField()
    comments = serializers.SerializerMethodField()
    submissions = serializers.SerializerMethodField()

    class Meta(ProgressReportSerializer.Meta):
        fields = (
            *ProgressReportSerializer.Meta.fields,
            "items",
            "answers",
            "problems",
            "comments",
            "submissions",
        )
        read_only_fields = fields

    @extend_schema_field(AnswerSerializer(many=True))
    def get_answers(self, report: ProgressReport) -> Any:
        """In no order of their own: `items` has the form's."""
        return AnswerSerializer(
            sorted(report.answers.all(), key=lambda one: one.key), many=True
        ).data

    @extend_schema_field(ReportProblemSerializer(many=True))
    def get_problems(self, report: ProgressReport) -> Any:
        """In the form's order."""
        return ReportProblemSerializer(problems_of(report), many=True).data

    @extend_schema_field(CommentSerializer(many=True))
    def get_comments(self, report: ProgressReport) -> Any:
        """Oldest first, settled ones too."""
        return CommentSerializer(report.comments.order_by("at", "key"), many=True).data

    @extend_schema_field(SubmissionSerializer(many=True))
    def get_submissions(self, report: ProgressReport) -> Any:
        """Oldest first."""
        return SubmissionSerializer(report.submissions.order_by("number"), many=True).data


class _StrictSerializer(serializers.Serializer[Any]):
    def to_internal_value(self, data: Any) -> Any:
        """As usual, but a name that no field has is a mistake."""
        if isinstance(data, Mapping) and (
            strange := [one for one in data if one not in self.fields]
        ):
            raise serializers.ValidationError(dict.fromkeys(strange, _("没有这个字段")))
        return super().to_internal_value(data)


class AnswerWriteSerializer(_StrictSerializer):
    """What to put at an item: a number or a text, and the version of the answer that was seen."""

    number = serializers.DecimalField(20, 4, required=False, allow_null=True)
    text = serializers.CharField(
        required=False, allow_blank=True, trim_whitespace=False, max_length=MOST_CHARACTERS
    )
    reason = serializers.CharField(required=False, allow_blank=True, default="", max_length=300)
    version = serializers.IntegerField(
        min_value=0, max_value=999_999_999, help_text=_("所见该项的版本，尚未填写过的为 0")
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """One of the two."""
        if ("number" in attrs) is ("text" in attrs):
            raise serializers.ValidationError(_("number 和 text 须给出其中一项"))
        return attrs


class AnswersWriteSerializer(_StrictSerializer):
    """Answers by item key; all are saved or none."""

    answers = serializers.DictField(child=AnswerWriteSerializer(), allow_empty=False)

    def validate_answers(self, said: dict[str, Any]) -> dict[str, Any]:
        """Not more than any form has."""
        if len(said) > MOST_ITEMS:
            raise serializers.ValidationError(_("一次最多保存 %d 项") % MOST_ITEMS)
        return said


class ReportMoveSerializer(_StrictSerializer):
    """What is said with a move."""

    comment = serializers.CharField(
        max_length=500, required=False, allow_blank=True, default="", help_text=_("意见")
    )


class SubmitSerializer(ReportMoveSerializer):
    """Sending: with what is filled in, or 无变化报送."""

    no_change = serializers.BooleanField(
        required=False, default=False, help_text=_("无变化报送，不带任何数据")
    )


class _AgainSerializer(_StrictSerializer):
    comment = serializers.CharField(max_length=500, help_text=_("理由"))
    due_on = serializers.DateField(
        required=False,
        allow_null=True,
        default=None,
        help_text=_("新的报送截止日（遇休息日顺延），默认 3 个工作日后"),
    )


class ReopenSerializer(_AgainSerializer):
    """Why a passed report is to be corrected, and by when."""


class ReturnSerializer(_AgainSerializer):
    """Why the report comes back, what is wrong at which item, and by when to mend it."""

    comments = serializers.DictField(
        child=serializers.CharField(max_length=500), required=False, default=dict
    )


class SideSerializer(serializers.Serializer[Any]):
    """What an item said in one of the two."""

    number = serializers.DecimalField(20, 4, normalize_output=True, allow_null=True)
    text = serializers.CharField(allow_blank=True)


class ReportDifferenceSerializer(serializers.Serializer[Any]):
    """An item that says something else."""

    key = serializers.CharField(source="item.key")
    label = serializers.CharField(source="item.label")  # type: ignore[assignment]
    unit = serializers.CharField(source="item.unit", allow_blank=True)
    old = SideSerializer()
    new = SideSerializer()
    why = serializers.CharField(allow_blank=True, help_text=_("修改原因"))


class ReportDifferencesSerializer(serializers.Serializer[Any]):
    """Two sendings and what differs between them."""

    older = SubmissionSerializer()
    newer = SubmissionSerializer()
    differences = ReportDifferenceSerializer(many=True)
