"""Standards as readers see them, whole, and what officers may write of a draft."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from assessments.models import ChecklistItem, Dimension, ScoreItem, Standard, StandardLevel
from assessments.parts import CHECKLIST, DIMENSIONS, ITEMS, LEVEL_ORDER, LEVELS, STANDARD
from assessments.services import standards
from assessments.workflow.standards import STANDARD as MACHINE
from core.api.callers import scope_of
from core.api.fields import FaceSerializer
from core.api.moving import StrictSerializer
from core.workflow import open_moves


class StandardLevelSerializer(serializers.ModelSerializer[StandardLevel]):
    """What a level asks for; `required` are groups of checklist keys, of each group one."""

    required = serializers.ListField(  # type: ignore[assignment]
        child=serializers.ListField(child=serializers.CharField()), read_only=True
    )

    class Meta:
        model = StandardLevel
        fields = LEVELS.columns
        read_only_fields = fields


class ChecklistItemSerializer(serializers.ModelSerializer[ChecklistItem]):
    """A kind that is looked for, and what in the registers counts as it."""

    formats = serializers.ListField(child=serializers.CharField(), read_only=True)
    services = serializers.ListField(child=serializers.CharField(), read_only=True)
    facility_kinds = serializers.ListField(child=serializers.CharField(), read_only=True)

    class Meta:
        model = ChecklistItem
        fields = CHECKLIST.columns
        read_only_fields = fields


class ScaleSerializer(serializers.Serializer[Any]):
    """A grade of a judged item."""

    label = serializers.CharField()  # type: ignore[assignment]
    points = serializers.CharField()


class ScoreItemSerializer(serializers.ModelSerializer[ScoreItem]):
    """An item of the scorecard; `curve_points` are pairs of a figure and the share it earns."""

    source = serializers.ChoiceField(  # type: ignore[assignment]
        choices=ScoreItem.Source.choices, read_only=True
    )
    scale = ScaleSerializer(many=True, read_only=True)
    curve_points = serializers.ListField(
        child=serializers.ListField(child=serializers.CharField()), read_only=True
    )

    class Meta:
        model = ScoreItem
        fields = ITEMS.columns
        read_only_fields = fields


class DimensionSerializer(serializers.ModelSerializer[Dimension]):
    """A dimension with its items."""

    items = ScoreItemSerializer(many=True, read_only=True)

    class Meta:
        model = Dimension
        fields = (*DIMENSIONS.columns, "items")
        read_only_fields = fields


class StandardSerializer(FaceSerializer):
    clause = serializers.SerializerMethodField()
    questionnaire = serializers.SerializerMethodField()
    allowed_transitions = serializers.SerializerMethodField()

    class Meta:
        model = Standard
        fields: tuple[str, ...] = (
            "id",
            "code",
            "number",
            "name",
            "state",
            *STANDARD.columns[2:],
            "version",
            "updated_at",
            "allowed_transitions",
        )
        read_only_fields = fields

    def get_clause(self, standard: Standard) -> str:
        """Its basis as `document ref`; empty when none is named."""
        clause = standard.clause
        return f"{clause.document.code} {clause.ref}" if clause else ""

    def get_questionnaire(self, standard: Standard) -> str:
        """The 满意度调查表 as `code/number`; empty when none is named."""
        asked = standard.questionnaire
        return f"{asked.code}/{asked.number}" if asked else ""

    def get_allowed_transitions(self, standard: Standard) -> list[str]:
        """The words the caller may send to `/standards/{id}/{word}/`."""
        caller = scope_of(self.context["request"])
        return [move.word for move in open_moves(MACHINE, standard, caller)]


class StandardDetailSerializer(StandardSerializer):
    """A standard alone, with all its parts, and why a draft cannot be published yet."""

    levels = serializers.SerializerMethodField()
    checklist_items = ChecklistItemSerializer(many=True, read_only=True)
    dimensions = DimensionSerializer(many=True, read_only=True)
    lacking = serializers.SerializerMethodField()

    class Meta:
        model = Standard
        fields = (
            *StandardSerializer.Meta.fields,
            "levels",
            "checklist_items",
            "dimensions",
            "lacking",
        )
        read_only_fields = fields

    @extend_schema_field(StandardLevelSerializer(many=True))
    def get_levels(self, standard: Standard) -> Any:
        """From the lowest to the highest."""
        rows = sorted(standard.levels.all(), key=lambda row: LEVEL_ORDER.index(row.level))
        return StandardLevelSerializer(rows, many=True).data

    def get_lacking(self, standard: Standard) -> list[str]:
        """Of a draft: what is lacking before it can be published."""
        return standards.lacking(standard) if standard.state == Standard.State.DRAFT else []


class StandardWriteSerializer(StrictSerializer):
    """A draft's own columns; each part, where it is given, replaces the whole of it.

    Rows are as readers see them. `clause` is `document ref`, `questionnaire` is `code/number`.
    """

    reads: tuple[str, ...] = (
        "id",
        "number",
        "state",
        "version",
        "updated_at",
        "allowed_transitions",
        "lacking",
    )

    code = serializers.SlugField(max_length=50, help_text=_("编码；新建时必填，此后不变"))
    name = serializers.CharField(max_length=100)
    valid_from = serializers.DateField()
    valid_to = serializers.DateField(required=False, allow_null=True)
    source = serializers.CharField(max_length=300)  # type: ignore[assignment]
    clause = serializers.CharField(required=False, allow_blank=True)
    note = serializers.CharField(required=False, allow_blank=True)
    is_official = serializers.BooleanField(required=False)
    questionnaire = serializers.CharField(required=False, allow_blank=True)
    experts = serializers.IntegerField(required=False, min_value=0, max_value=99)
    aggregation = serializers.ChoiceField(choices=Standard.Aggregation.choices, required=False)
    divergence = serializers.DecimalField(5, 2, required=False, min_value=0)
    review_share = serializers.DecimalField(4, 3, required=False, min_value=0, max_value=1)
    min_answers = serializers.IntegerField(required=False, min_value=0, max_value=32_767)
    levels = serializers.ListField(child=serializers.DictField(), required=False)
    checklist_items = serializers.ListField(child=serializers.DictField(), required=False)
    dimensions = serializers.ListField(child=serializers.DictField(), required=False)


class StandardChangeSerializer(StandardWriteSerializer):
    """The same of what changes."""

    reads = (*StandardWriteSerializer.reads, "code")

    code = None  # type: ignore[assignment]
    name = serializers.CharField(max_length=100, required=False)
    valid_from = serializers.DateField(required=False)
    source = serializers.CharField(max_length=300, required=False)


class StandardDifferenceSerializer(serializers.Serializer[Any]):
    """One thing that they say differently, the other `before`, this one `after`; null = absent."""

    part = serializers.CharField()
    part_label = serializers.CharField()
    key = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    column = serializers.CharField(source="field")
    column_label = serializers.CharField(source="field_label")
    before = serializers.CharField(allow_null=True)
    after = serializers.CharField(allow_null=True)


class StandardComparisonSerializer(serializers.Serializer[Any]):
    """What this standard says otherwise than the other."""

    differences = StandardDifferenceSerializer(many=True)
