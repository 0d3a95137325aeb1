"""Grades as readers see them, and what is said when they are proposed and decided on."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from assessments.grading import missing_text
from assessments.models import Grade
from assessments.workflow.grades import GRADE
from core.api.callers import scope_of
from core.api.fields import FaceSerializer
from core.api.moving import StrictSerializer
from core.workflow import open_moves


class GradeSerializer(FaceSerializer):
    circle = serializers.CharField(source="circle.code", read_only=True)
    circle_name = serializers.CharField(source="circle.name", read_only=True)
    street = serializers.CharField(source="circle.lead_street.code", read_only=True)
    standard = serializers.CharField(source="evaluation.standard.code", read_only=True)
    standard_number = serializers.IntegerField(source="evaluation.standard.number", read_only=True)
    kind = serializers.CharField(source="evaluation.kind", read_only=True)
    allowed_transitions = serializers.SerializerMethodField()

    class Meta:
        model = Grade
        fields: tuple[str, ...] = (
            "id",
            "circle",
            "circle_name",
            "street",
            "year",
            "evaluation",
            "standard",
            "standard_number",
            "kind",
            "state",
            "proposed_level",
            "score",
            "scored_points",
            "previous_level",
            "adjustment",
            "outcome",
            "reason",
            "decided_on",
            "made_at",
            "sha256",
            "version",
            "is_sample",
            "allowed_transitions",
        )
        read_only_fields = fields

    def get_allowed_transitions(self, grade: Grade) -> list[str]:
        """The words the caller may send to `/grades/{id}/{word}/`."""
        caller = scope_of(self.context["request"])
        return [move.word for move in open_moves(GRADE, grade, caller)]


class GradeDetailSerializer(GradeSerializer):
    """A grade alone: which gates of which level are met, the points, where each figure is from."""

    missing = serializers.SerializerMethodField()
    explanation = serializers.JSONField(read_only=True)

    class Meta:
        model = Grade
        fields = (*GradeSerializer.Meta.fields, "release", "survey", "missing", "explanation")
        read_only_fields = fields

    def get_missing(self, grade: Grade) -> str:
        """What the next level would take, in words; "" at the top."""
        return missing_text(grade.explanation)


class GradeApprovalSerializer(StrictSerializer):
    """审定."""

    outcome = serializers.ChoiceField(choices=Grade.Outcome.choices)
    reason = serializers.CharField(
        max_length=500,
        required=False,
        allow_blank=True,
        default="",
        help_text=_("与拟评等级不同或退出的，须写明理由"),
    )
    decided_on = serializers.DateField()
    number = serializers.CharField(
        max_length=80, required=False, allow_blank=True, default="", help_text=_("审定文号")
    )


class GradeProposalSerializer(StrictSerializer):
    """测评 of a year: of some circles, under one standard, or all there is."""

    year = serializers.IntegerField(min_value=2000, max_value=2100)
    circles = serializers.ListField(
        child=serializers.CharField(max_length=32), required=False, max_length=1000
    )
    standard = serializers.CharField(max_length=50, required=False)


class GradeProposedSerializer(serializers.Serializer[Any]):
    """What was proposed."""

    year = serializers.IntegerField()
    grades = GradeSerializer(many=True)
    without_checklist = serializers.ListField(child=serializers.CharField())
