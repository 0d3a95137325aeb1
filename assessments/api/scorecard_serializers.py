"""Scorecards as readers see them; points are written by their experts, on the pages."""

from typing import Any

from rest_framework import serializers

from assessments.models import Score, Scorecard, ScoreItem
from assessments.workflow.scorecards import SCORECARD
from core.api.callers import scope_of
from core.api.fields import FaceSerializer
from core.workflow import open_moves


class ScorecardSerializer(FaceSerializer):
    circle = serializers.CharField(source="evaluation.circle.code", read_only=True)
    circle_name = serializers.CharField(source="evaluation.circle.name", read_only=True)
    year = serializers.IntegerField(source="evaluation.year", read_only=True)
    kind = serializers.CharField(source="evaluation.kind", read_only=True)
    standard = serializers.CharField(source="evaluation.standard.code", read_only=True)
    standard_number = serializers.IntegerField(source="evaluation.standard.number", read_only=True)
    expert_name = serializers.CharField(source="expert.get_full_name", read_only=True)
    due_on = serializers.DateField(source="evaluation.due_on", read_only=True, allow_null=True)
    is_sample = serializers.BooleanField(source="evaluation.is_sample", read_only=True)
    allowed_transitions = serializers.SerializerMethodField()

    class Meta:
        model = Scorecard
        fields: tuple[str, ...] = (
            "id",
            "evaluation",
            "circle",
            "circle_name",
            "year",
            "kind",
            "standard",
            "standard_number",
            "expert",
            "expert_name",
            "state",
            "total",
            "due_on",
            "assigned_at",
            "declared_at",
            "submitted_at",
            "version",
            "is_sample",
            "allowed_transitions",
        )
        read_only_fields = fields

    def get_allowed_transitions(self, card: Scorecard) -> list[str]:
        """The words the caller may send to `/scorecards/{id}/{word}/`."""
        caller = scope_of(self.context["request"])
        return [move.word for move in open_moves(SCORECARD, card, caller)]


class ScoreSerializer(serializers.ModelSerializer[Score]):
    """A judged item as the expert scored it; without points it is not scored yet."""

    item = serializers.CharField(source="item.key", read_only=True)
    name = serializers.CharField(source="item.name", read_only=True)
    dimension = serializers.CharField(source="item.dimension.key", read_only=True)
    full_points = serializers.DecimalField(
        source="item.points", max_digits=5, decimal_places=2, read_only=True
    )

    class Meta:
        model = Score
        fields = ("item", "name", "dimension", "points", "full_points", "reason", "version")
        read_only_fields = fields


class ScorecardDetailSerializer(ScorecardSerializer):
    """A card with every item that its expert judges."""

    comment = serializers.SerializerMethodField()
    scores = serializers.SerializerMethodField()

    class Meta:
        model = Scorecard
        fields = (*ScorecardSerializer.Meta.fields, "opinion", "comment", "scores")
        read_only_fields = fields

    def get_comment(self, card: Scorecard) -> str:
        """Why it came back, or was declined; why it was given out is not told to its expert."""
        own = scope_of(self.context["request"]).user_id == card.expert_id
        new = card.state == Scorecard.State.DRAFT and card.submitted_at is None
        return "" if own and new else card.comment

    def get_scores(self, card: Any) -> list[dict[str, Any]]:
        """In the order of the standard; a draft's points are its expert's own."""
        draft = card.state == Scorecard.State.DRAFT
        hidden = draft and scope_of(self.context["request"]).user_id != card.expert_id
        given = {} if hidden else {score.item_id: score for score in card.scores.all()}
        items = ScoreItem.objects.filter(
            dimension__standard=card.evaluation.standard_id, kind=ScoreItem.Kind.JUDGED
        ).select_related("dimension")
        rows = items.order_by("dimension__sort", "dimension_id", "sort", "id")
        found = []
        for item in rows:
            score = given.get(item.pk) or Score(scorecard=card, version=0)
            score.item = item
            found.append(score)
        told: list[dict[str, Any]] = list(ScoreSerializer(found, many=True).data)
        return told
