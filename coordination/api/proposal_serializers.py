"""Proposals as readers see them, and what callers may write of them."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from accounts.api.fields import OwnOffice
from coordination.models import Proposal, ProposalOffice
from coordination.policy import may_read_reply
from coordination.services.figures import changes_key, changes_told, check_figures
from coordination.services.signing import ACCEPT, REPLACE
from coordination.workflow.proposals import PROPOSAL
from core.api.callers import scope_of
from core.api.fields import FaceSerializer
from core.api.moving import StrictSerializer
from core.workflow import open_moves


class PartSerializer(serializers.ModelSerializer[ProposalOffice]):
    """A unit that answers or helps, and what it says."""

    office = serializers.CharField(source="office.code", read_only=True)
    office_name = serializers.CharField(source="office.name", read_only=True)
    opinion = serializers.CharField(read_only=True)

    class Meta:
        model = ProposalOffice
        fields = ("office", "office_name", "role", "text", "opinion", "comment", "at")
        read_only_fields = fields


class ProposalSerializer(FaceSerializer):
    lead = serializers.SerializerMethodField()
    helping = serializers.SerializerMethodField()
    allowed_transitions = serializers.SerializerMethodField()

    class Meta:
        model = Proposal
        fields: tuple[str, ...] = (
            "id",
            "kind",
            "session",
            "number",
            "title",
            "proposer",
            "state",
            "received_on",
            "due_on",
            "lead",
            "helping",
            "section",
            "reply_number",
            "result",
            "publicity",
            "replied_on",
            "feedback",
            "feedback_on",
            "version",
            "updated_at",
            "is_sample",
            "allowed_transitions",
        )
        read_only_fields = fields

    def get_lead(self, proposal: Proposal) -> str | None:
        """The 主办 unit's code."""
        led = (o.office.code for o in proposal.offices.all() if o.role == ProposalOffice.Role.LEAD)
        return next(led, None)

    def get_helping(self, proposal: Proposal) -> list[str]:
        """The 会办 units' codes."""
        helps = ProposalOffice.Role.HELP
        return [one.office.code for one in proposal.offices.all() if one.role == helps]

    def get_allowed_transitions(self, proposal: Proposal) -> list[str]:
        """The words the caller may send to `/proposals/{id}/{word}/`."""
        caller = scope_of(self.context["request"])
        moves = open_moves(PROPOSAL, proposal, caller)
        # The draft is written by PATCH.
        return [move.word for move in moves if move.word != "start"]


class ProposalDetailSerializer(ProposalSerializer):
    """A proposal alone: its text, its reply, its units, figures that have changed since.

    The reply and its figures are empty to helping units until it is sent for countersigning.
    """

    reply = serializers.SerializerMethodField()

    units = PartSerializer(source="offices", many=True, read_only=True)
    figures_changed = serializers.SerializerMethodField()
    figures_key = serializers.SerializerMethodField()

    class Meta:
        model = Proposal
        fields = (
            *ProposalSerializer.Meta.fields,
            "text",
            "reply",
            "feedback_text",
            "units",
            "figures_changed",
            "figures_key",
        )
        read_only_fields = fields

    def get_reply(self, proposal: Proposal) -> str:
        """The reply's text."""
        return proposal.reply if self._readable(proposal) else ""

    def get_figures_changed(self, proposal: Proposal) -> list[str]:
        """Figures of a 定稿 in the reply that the last 定稿 gives otherwise."""
        return changes_told(self._checked(proposal))

    def get_figures_key(self, proposal: Proposal) -> str:
        """To be sent back when signing over changed figures; empty = none has changed."""
        return changes_key(self._checked(proposal))

    def _checked(self, proposal: Proposal) -> Any:
        if proposal.state in (Proposal.State.REPLIED, Proposal.State.CLOSED):
            return []
        if not self._readable(proposal):
            return []
        if not hasattr(self, "_kept"):
            self._kept = check_figures(proposal)
        return self._kept

    def _readable(self, proposal: Proposal) -> bool:
        return may_read_reply(scope_of(self.context["request"]), proposal)


class ProposalWriteSerializer(StrictSerializer):
    """A proposal as it came in."""

    reads = ProposalDetailSerializer.Meta.fields
    kind = serializers.ChoiceField(choices=Proposal.Kind.choices)
    session = serializers.CharField(max_length=60)
    number = serializers.CharField(max_length=20)
    title = serializers.CharField(max_length=200)
    proposer = serializers.CharField(max_length=60)
    text = serializers.CharField(max_length=20_000, required=False, allow_blank=True, default="")
    received_on = serializers.DateField()
    due_on = serializers.DateField(help_text=_("遇节假日顺延至下一个工作日"))


class ProposalAssignSerializer(StrictSerializer):
    """交办: `lead` and `helping` are codes of units."""

    lead = OwnOffice(slug_field="code")
    helping = OwnOffice(slug_field="code", many=True, required=False)
    section = serializers.CharField(max_length=60, help_text=_("承办科室"))
    contact = serializers.CharField(max_length=40, help_text=_("联系人"))
    phone = serializers.CharField(max_length=40, required=False, allow_blank=True, default="")
    due_on = serializers.DateField(required=False)


class ReplyDraftSerializer(StrictSerializer):
    """The reply's text; figures are put in on the page."""

    reply = serializers.CharField(max_length=50_000)


class ProposalReplySerializer(StrictSerializer):
    """签发."""

    number = serializers.CharField(max_length=80, help_text=_("答复文号"))
    result = serializers.ChoiceField(choices=Proposal.Result.choices)
    publicity = serializers.ChoiceField(choices=Proposal.Publicity.choices)
    replied_on = serializers.DateField()
    figures = serializers.ChoiceField(
        choices=[(ACCEPT, _("保留原数")), (REPLACE, _("替换为最新定稿"))],
        required=False,
        help_text=_("引用的数字此后有变化时必填"),
    )
    figures_key = serializers.CharField(max_length=16, required=False, allow_blank=True)
    comment = serializers.CharField(max_length=500, required=False, allow_blank=True, default="")


class ProposalCloseSerializer(StrictSerializer):
    """委员反馈."""

    feedback = serializers.ChoiceField(choices=Proposal.Feedback.choices)
    feedback_text = serializers.CharField(
        max_length=500, required=False, allow_blank=True, default=""
    )
    feedback_on = serializers.DateField()
