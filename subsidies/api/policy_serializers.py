"""Policies as readers see them, whole, what officers may write of a draft, and trials."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from core.api.callers import scope_of
from core.api.fields import FaceSerializer
from core.api.moving import StrictSerializer
from core.workflow import open_moves
from subsidies.models import Policy, PolicyItem
from subsidies.parts import ITEM
from subsidies.services import policies
from subsidies.workflow.policies import POLICY


class PolicySerializer(FaceSerializer):
    fund = serializers.CharField(source="fund.code", read_only=True, default=None, allow_null=True)
    clause = serializers.SerializerMethodField()
    allowed_transitions = serializers.SerializerMethodField()

    class Meta:
        model = Policy
        fields: tuple[str, ...] = (
            "id",
            "code",
            "number",
            "name",
            "state",
            "fund",
            "document_number",
            "issuer",
            "valid_from",
            "valid_to",
            "source",
            "clause",
            "note",
            "is_official",
            "is_reference",
            "is_sample",
            "version",
            "updated_at",
            "allowed_transitions",
        )
        read_only_fields = fields

    def get_clause(self, policy: Policy) -> str:
        """Its basis as `document ref`; empty when none is named."""
        clause = policy.clause
        return f"{clause.document.code} {clause.ref}" if clause else ""

    def get_allowed_transitions(self, policy: Policy) -> list[str]:
        """The words the caller may send to `/policies/{id}/{word}/`."""
        caller = scope_of(self.context["request"])
        return [move.word for move in open_moves(POLICY, policy, caller)]


class PolicyItemSerializer(serializers.ModelSerializer[PolicyItem]):
    """What is supported, and the rule by which its amount is worked out."""

    stack_group = serializers.CharField(read_only=True)
    rule = serializers.DictField(read_only=True)

    class Meta:
        model = PolicyItem
        fields = (*ITEM, "rule")
        read_only_fields = fields


class PolicyDetailSerializer(PolicySerializer):
    """A policy alone: with what holds for all its items, and the items with their rules."""

    common = serializers.DictField(read_only=True)
    items = PolicyItemSerializer(many=True, read_only=True)
    lacking = serializers.SerializerMethodField()

    class Meta:
        model = Policy
        fields = (*PolicySerializer.Meta.fields, "common", "items", "lacking")
        read_only_fields = fields

    def get_lacking(self, policy: Policy) -> list[str]:
        """Of a draft: what is lacking before it can be published."""
        return policies.lacking(policy) if policy.state == Policy.State.DRAFT else []


class PolicyItemWriteSerializer(StrictSerializer):
    """An item; one of a standing key keeps what is not told. `rule` is told as a whole."""

    key = serializers.SlugField(max_length=40)
    ref = serializers.CharField(max_length=40, required=False, allow_blank=True)
    name = serializers.CharField(max_length=100, required=False)
    form = serializers.ChoiceField(choices=PolicyItem.Form.choices, required=False)
    text = serializers.CharField(max_length=4000, required=False, allow_blank=True)
    applicants = serializers.CharField(max_length=300, required=False, allow_blank=True)
    stack_group = serializers.SlugField(max_length=40, required=False, allow_blank=True)
    rule = serializers.DictField(required=False)


class PolicyChangeSerializer(StrictSerializer):
    """A draft's own columns; `common` and `items`, where given, replace the whole of them.

    `fund` is its code, `clause` is `document ref`.
    """

    reads: tuple[str, ...] = (
        "id",
        "code",
        "number",
        "state",
        "is_sample",
        "version",
        "updated_at",
        "allowed_transitions",
        "lacking",
    )

    name = serializers.CharField(max_length=120, required=False)
    fund = serializers.CharField(max_length=50, required=False, allow_blank=True, allow_null=True)
    document_number = serializers.CharField(max_length=80, required=False, allow_blank=True)
    issuer = serializers.CharField(max_length=120, required=False, allow_blank=True)
    valid_from = serializers.DateField(required=False)
    valid_to = serializers.DateField(required=False, allow_null=True)
    source = serializers.CharField(  # type: ignore[assignment]
        max_length=300, required=False, allow_blank=True
    )
    clause = serializers.CharField(max_length=100, required=False, allow_blank=True)
    note = serializers.CharField(max_length=4000, required=False, allow_blank=True)
    is_official = serializers.BooleanField(required=False)
    is_reference = serializers.BooleanField(required=False)
    common = serializers.DictField(required=False)
    items = PolicyItemWriteSerializer(many=True, required=False)


class PolicyWriteSerializer(PolicyChangeSerializer):
    """The same of a new draft."""

    reads = tuple(name for name in PolicyChangeSerializer.reads if name != "code")

    code = serializers.SlugField(max_length=50, help_text=_("编码；新建时必填，此后不变"))
    name = serializers.CharField(max_length=120)
    valid_from = serializers.DateField()


class FactField(serializers.CharField):
    """A fact as text; numbers and yes or no are taken, too."""

    def to_internal_value(self, data: Any) -> str:
        """`true` is "true"."""
        return str(super().to_internal_value(str(data).lower() if data in (True, False) else data))


class TrialAskSerializer(StrictSerializer):
    """What a rule is tried on; what is left out stays unknown.

    `spent` is what was given before: `applicant`, `applicant_year`, `item_year`, `clause_year`,
    `outlet` in yuan, and with `_count` in number.
    """

    facts = serializers.DictField(
        child=FactField(max_length=100, allow_blank=True), required=False, default=dict
    )
    spent = serializers.DictField(
        child=serializers.DecimalField(16, 2, min_value=0), required=False, default=dict
    )
    on = serializers.DateField(required=False, help_text=_("判定日期；不填为今天"))


class VerdictSerializer(serializers.Serializer[Any]):
    """A condition: met, unmet or unknown."""

    key = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    state = serializers.ChoiceField(choices=["met", "unmet", "unknown"])
    text = serializers.CharField()
    clause = serializers.CharField()


class LineSerializer(serializers.Serializer[Any]):
    """A line of the computation; `amount` is what stands at its end, null = not known."""

    key = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    text = serializers.CharField()
    clause = serializers.CharField()
    amount = serializers.CharField(allow_null=True)


class TrialPartSerializer(serializers.Serializer[Any]):
    """An instalment."""

    number = serializers.IntegerField()
    year = serializers.IntegerField()
    amount = serializers.CharField()
    condition = serializers.CharField()


class TrialSerializer(serializers.Serializer[Any]):
    """What came out; nothing is stored. `eligible` null = some conditions are not known."""

    facts = serializers.DictField(child=serializers.CharField())
    eligible = serializers.BooleanField(allow_null=True)
    verdicts = VerdictSerializer(many=True)
    lines = LineSerializer(many=True)
    amount = serializers.CharField(allow_null=True)
    missing = serializers.ListField(child=serializers.CharField())
    parts = TrialPartSerializer(many=True)
