"""Waves as readers see them, and what callers may write of them."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.api.fields import OwnOffice
from assessments.models import AgeBand, Channel, Questionnaire, Survey
from assessments.services.bringing import MOST_ROWS
from assessments.services.surveys import MOST_QUOTA, progress_of
from assessments.workflow.surveys import SURVEY
from circles.models import Circle
from core import policy
from core.api.callers import scope_of
from core.api.fields import FaceSerializer, code_of
from core.api.moving import StrictSerializer
from core.workflow import open_moves

# What a small whole number holds.
SMALL = 32_767


class CircleProgressSerializer(serializers.Serializer[Any]):
    """A circle of a wave: its quota and what came in (`answered` includes the flagged ones)."""

    circle = serializers.CharField(source="circle.code")
    circle_name = serializers.CharField(source="circle.name")
    quota = serializers.IntegerField()
    tokens = serializers.IntegerField()
    answered = serializers.IntegerField()
    flagged = serializers.IntegerField()
    counted = serializers.IntegerField()
    by_channel = serializers.DictField(child=serializers.IntegerField())


class SurveySerializer(FaceSerializer):
    questionnaire = code_of("questionnaire")
    questionnaire_number = serializers.IntegerField(source="questionnaire.number", read_only=True)
    purpose = serializers.ChoiceField(
        source="questionnaire.purpose", choices=Questionnaire.Purpose.choices, read_only=True
    )
    agency = code_of("agency", default=None)
    allowed_transitions = serializers.SerializerMethodField()

    class Meta:
        model = Survey
        fields: tuple[str, ...] = (
            "id",
            "name",
            "year",
            "wave",
            "purpose",
            "questionnaire",
            "questionnaire_number",
            "agency",
            "state",
            "opens_on",
            "closes_on",
            "min_seconds",
            "straight_items",
            "drop_flagged",
            "smallest_cell",
            "closed_at",
            "version",
            "is_sample",
            "allowed_transitions",
        )
        read_only_fields = fields

    def get_allowed_transitions(self, survey: Survey) -> list[str]:
        """The words the caller may send to `/surveys/{id}/{word}/`."""
        caller = scope_of(self.context["request"])
        return [move.word for move in open_moves(SURVEY, survey, caller)]


class SurveyDetailSerializer(SurveySerializer):
    """A wave alone, with its progress for those who run or collect it (empty for others)."""

    circles = serializers.SerializerMethodField()

    class Meta:
        model = Survey
        fields = (*SurveySerializer.Meta.fields, "circles")
        read_only_fields = fields

    @extend_schema_field(CircleProgressSerializer(many=True))
    def get_circles(self, survey: Survey) -> Any:
        """Each circle's quota and answers."""
        caller = scope_of(self.context["request"])
        if not (caller.all_streets or policy.may(caller, "assessments.collect_answers", survey)):
            return []
        return CircleProgressSerializer(progress_of(survey), many=True).data


class _OwnCode(serializers.SlugRelatedField[Any]):
    """A row of the caller's districts, by code."""

    # For the schema alone: which model the code is of.
    queryset: Any = Circle.objects.none()
    model: Any = Circle

    def __init__(self, **options: Any) -> None:
        super().__init__(slug_field="code", **options)

    def get_queryset(self) -> Any:
        scope = scope_of(self.context.get("request"))
        return self.model.objects.filter(district__in=scope.district_ids)


class _PublishedQuestionnaire(_OwnCode):
    """The published version of a questionnaire, by its code."""

    queryset = Questionnaire.objects.none()
    model = Questionnaire

    def get_queryset(self) -> Any:
        return super().get_queryset().filter(state=Questionnaire.State.PUBLISHED)


class QuotaSerializer(StrictSerializer):
    """How many answers are wanted in a circle."""

    circle = _OwnCode(help_text=_("生活圈编码"))
    quota = serializers.IntegerField(min_value=1, max_value=MOST_QUOTA)


class SurveyWriteSerializer(StrictSerializer):
    """A new wave; without `wave` it is the next of its year."""

    questionnaire = _PublishedQuestionnaire(help_text=_("已发布问卷的编码"))
    year = serializers.IntegerField(min_value=2000, max_value=2100)
    wave = serializers.IntegerField(min_value=1, max_value=999, required=False)
    name = serializers.CharField(max_length=100)
    agency = OwnOffice(slug_field="code", required=False, allow_null=True)
    opens_on = serializers.DateField()
    closes_on = serializers.DateField()
    min_seconds = serializers.IntegerField(min_value=0, max_value=SMALL, required=False)
    straight_items = serializers.IntegerField(min_value=0, max_value=SMALL, required=False)
    drop_flagged = serializers.BooleanField(required=False)
    smallest_cell = serializers.IntegerField(min_value=1, max_value=SMALL, required=False)
    circles = QuotaSerializer(many=True, required=False)

    def validate_circles(self, rows: list[dict[str, Any]]) -> dict[Circle, int]:
        """Quotas by circle; one twice is a mistake."""
        quotas = {row["circle"]: row["quota"] for row in rows}
        if len(quotas) != len(rows):
            raise serializers.ValidationError(_("同一生活圈出现了两次"))
        return quotas


class SurveyChangeSerializer(SurveyWriteSerializer):
    """What changes; `circles` replace all that were there."""

    def get_fields(self) -> Any:
        """None is required."""
        fields = super().get_fields()
        for field in fields.values():
            field.required = False
        return fields


class AnswerRowSerializer(StrictSerializer):
    """One answered questionnaire. Nothing that tells who is taken."""

    circle = serializers.CharField(max_length=32, help_text=_("生活圈编码"))
    channel = serializers.ChoiceField(choices=Channel.choices)
    age_band = serializers.ChoiceField(choices=AgeBand.choices, required=False, allow_blank=True)
    answered_on = serializers.DateField()
    seconds = serializers.IntegerField(required=False, allow_null=True, min_value=0)
    answers = serializers.DictField(help_text=_("题目编码 → 选项值；多选为列表；填空为文字"))


class AnswersSerializer(StrictSerializer):
    """Up to 1,000 answers, taken all or none."""

    answers = AnswerRowSerializer(many=True, min_length=1, max_length=MOST_ROWS)  # type: ignore[call-arg]


class BroughtSerializer(serializers.Serializer[Any]):
    """What came of it."""

    id = serializers.UUIDField(help_text=_("导入编号"))
    received = serializers.IntegerField()
    flagged = serializers.IntegerField(help_text=_("其中被标记的"))
