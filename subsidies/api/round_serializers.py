"""Rounds as readers see them, and what is said when they are made and moved."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from core.api.callers import scope_of
from core.api.fields import FaceSerializer
from core.api.moving import StrictSerializer
from core.workflow import open_moves
from subsidies.models import Policy, Round
from subsidies.workflow.rounds import ROUND


class RoundSerializer(FaceSerializer):
    policy = serializers.CharField(source="policy.code", read_only=True)
    policy_number = serializers.IntegerField(source="policy.number", read_only=True)
    policy_name = serializers.CharField(source="policy.name", read_only=True)
    fund = serializers.CharField(source="policy.fund.code", read_only=True, default=None)
    filed = serializers.IntegerField(source="tally.filed", read_only=True)
    undecided = serializers.IntegerField(source="tally.undecided", read_only=True)
    supported = serializers.IntegerField(source="tally.held", read_only=True)
    amount = serializers.DecimalField(19, 2, source="tally.amount", read_only=True)
    allowed_transitions = serializers.SerializerMethodField()

    class Meta:
        model = Round
        fields: tuple[str, ...] = (
            "id",
            "year",
            "name",
            "policy",
            "policy_number",
            "policy_name",
            "fund",
            "state",
            "notice_number",
            "opens_on",
            "closes_on",
            "public_from",
            "public_until",
            "approved_on",
            "approval_number",
            "filed",
            "undecided",
            "supported",
            "amount",
            "version",
            "updated_at",
            "is_sample",
            "allowed_transitions",
        )
        read_only_fields = fields

    def get_allowed_transitions(self, round_: Round) -> list[str]:
        """The words the caller may send to `/subsidy-rounds/{id}/{word}/`."""
        caller = scope_of(self.context["request"])
        return [move.word for move in open_moves(ROUND, round_, caller)]


class RoundDetailSerializer(RoundSerializer):
    """A round alone: with its notice, its meeting and what is published."""

    item_keys = serializers.ListField(child=serializers.CharField(), read_only=True)

    class Meta:
        model = Round
        fields = (
            *RoundSerializer.Meta.fields,
            "item_keys",
            "notice_text",
            "contact",
            "supplement_days",
            "meeting_on",
            "minutes_number",
            "public_days",
            "public_place",
            "objection_contact",
        )
        read_only_fields = fields


class RoundChangeSerializer(StrictSerializer):
    """A draft changed; once it is open only whom to ask and where it is public may change."""

    year = serializers.IntegerField(min_value=2000, max_value=2100, required=False)
    name = serializers.CharField(max_length=100, required=False)
    item_keys = serializers.ListField(
        child=serializers.CharField(max_length=40),
        required=False,
        max_length=200,
        help_text=_("申报事项编码；空为政策的全部支持事项"),
    )
    notice_number = serializers.CharField(max_length=80, required=False, allow_blank=True)
    notice_text = serializers.CharField(max_length=5000, required=False, allow_blank=True)
    opens_on = serializers.DateField(required=False)
    closes_on = serializers.DateField(required=False)
    contact = serializers.CharField(max_length=100, required=False, allow_blank=True)
    supplement_days = serializers.IntegerField(min_value=1, max_value=60, required=False)
    public_days = serializers.IntegerField(min_value=1, max_value=60, required=False)
    public_place = serializers.CharField(max_length=200, required=False, allow_blank=True)
    objection_contact = serializers.CharField(max_length=200, required=False, allow_blank=True)


class RoundWriteSerializer(RoundChangeSerializer):
    """A new draft, under the version of a policy that is in force."""

    policy = serializers.CharField(max_length=50, help_text=_("扶持政策编码；按已发布的版次"))
    year = serializers.IntegerField(min_value=2000, max_value=2100)
    name = serializers.CharField(max_length=100)
    opens_on = serializers.DateField()
    closes_on = serializers.DateField()

    def validate_policy(self, code: str) -> Policy:
        """The published version in the caller's districts."""
        scope = scope_of(self.context["request"])
        rows = Policy.objects.visible_to(scope).filter(code=code, state=Policy.State.PUBLISHED)
        found: Policy | None = rows.first()
        if found is None:
            raise serializers.ValidationError(_("没有这项已发布的扶持政策。"))
        return found


class RoundReopenSerializer(StrictSerializer):
    """延长申报."""

    closes_on = serializers.DateField()
    comment = serializers.CharField(max_length=500)


class RoundMeetingSerializer(StrictSerializer):
    """集体审议."""

    meeting_on = serializers.DateField()
    minutes_number = serializers.CharField(max_length=80)
    note = serializers.CharField(max_length=2000, required=False, allow_blank=True, default="")


class RoundAnnounceSerializer(StrictSerializer):
    """发布公示."""

    public_from = serializers.DateField(required=False, help_text=_("发布当天；不填为今天"))
    public_place = serializers.CharField(max_length=200, required=False, allow_blank=True)
    objection_contact = serializers.CharField(max_length=200, required=False)
    comment = serializers.CharField(max_length=500, required=False, allow_blank=True, default="")


class RoundApprovalSerializer(StrictSerializer):
    """审定."""

    approved_on = serializers.DateField()
    number = serializers.CharField(max_length=80, help_text=_("审定文号"))
    comment = serializers.CharField(max_length=500, required=False, allow_blank=True, default="")


class RoundListedSerializer(StrictSerializer):
    """An application that is put on the list, and the version that was looked at."""

    id = serializers.UUIDField()
    version = serializers.IntegerField(min_value=1)


class RoundListSerializer(StrictSerializer):
    """列入拟支持名单: all of them or none."""

    applications = serializers.ListField(
        child=RoundListedSerializer(), allow_empty=False, max_length=500
    )

    def to_internal_value(self, data: Any) -> Any:
        """Each application once."""
        told = super().to_internal_value(data)
        keys = [one["id"] for one in told["applications"]]
        if len(set(keys)) < len(keys):
            raise serializers.ValidationError({"applications": [_("同一项申报重复出现。")]})
        return told
