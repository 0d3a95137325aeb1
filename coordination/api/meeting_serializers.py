"""Joint meetings as readers see them, and what callers may write of them."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from accounts.api.fields import OwnOffice
from coordination.models import Countersignature, Meeting, MeetingOffice, Resolution
from coordination.policy import may_read_minutes
from coordination.workflow.meetings import MEETING
from core.api.callers import scope_of
from core.api.fields import FaceSerializer, code_of
from core.api.moving import StrictSerializer
from core.workflow import open_moves

UNREAD: dict[str, Any] = {"minutes": "", "resolutions": []}


class AttendanceSerializer(serializers.ModelSerializer[MeetingOffice]):
    """A unit called, and who came for it (`attended` null = not noted)."""

    office = serializers.CharField(source="office.code", read_only=True)
    office_name = serializers.CharField(source="office.name", read_only=True)

    class Meta:
        model = MeetingOffice
        fields = ("office", "office_name", "attended", "person")
        read_only_fields = fields


class OpinionSerializer(serializers.ModelSerializer[Countersignature]):
    """会签 of a unit on an edition."""

    office = serializers.CharField(source="office.code", read_only=True)

    class Meta:
        model = Countersignature
        fields = (
            "office", "edition", "opinion", "comment", "at", "settlement", "settled_by",
            "settled_on",
        )  # fmt: skip
        read_only_fields = fields


class ResolutionSerializer(serializers.ModelSerializer[Resolution]):
    """议定事项."""

    class Meta:
        model = Resolution
        fields = ("id", "sort", "text", "major", "referred_on", "decision")
        read_only_fields = fields


class MeetingSerializer(FaceSerializer):
    proposed_by = code_of("proposed_by")
    offices = serializers.SerializerMethodField()
    allowed_transitions = serializers.SerializerMethodField()

    class Meta:
        model = Meeting
        fields: tuple[str, ...] = (
            "id",
            "kind",
            "title",
            "state",
            "proposed_by",
            "planned_on",
            "held_on",
            "place",
            "chair",
            "guests",
            "offices",
            "minutes_edition",
            "number",
            "issued_on",
            "filed_on",
            "filed_with",
            "version",
            "updated_at",
            "is_sample",
            "allowed_transitions",
        )
        read_only_fields = fields

    def get_offices(self, meeting: Meeting) -> list[str]:
        """The codes of the units called."""
        return [link.office.code for link in meeting.offices.all()]

    def get_allowed_transitions(self, meeting: Meeting) -> list[str]:
        """The words the caller may send to `/meetings/{id}/{word}/`."""
        caller = scope_of(self.context["request"])
        moves = open_moves(MEETING, meeting, caller)
        # An objection is settled on the page alone.
        return [move.word for move in moves if move.word != "settle"]


class MeetingDetailSerializer(MeetingSerializer):
    """A meeting alone: its minutes, who came, who agreed, what was resolved.

    Minutes and resolutions are empty to units called until they are sent for countersigning.
    """

    attendance = AttendanceSerializer(source="offices", many=True, read_only=True)
    opinions = OpinionSerializer(source="countersignatures", many=True, read_only=True)
    resolutions = ResolutionSerializer(many=True, read_only=True)

    class Meta:
        model = Meeting
        fields = (
            *MeetingSerializer.Meta.fields,
            "proposal",
            "agenda",
            "minutes",
            "attendance",
            "opinions",
            "resolutions",
        )
        read_only_fields = fields

    def to_representation(self, instance: Meeting) -> Any:
        """As usual; without the text of a draft that is not yet the caller's to read."""
        shown = super().to_representation(instance)
        if not may_read_minutes(scope_of(self.context["request"]), instance):
            shown |= {name: empty for name, empty in UNREAD.items() if name in shown}
        return shown


class MeetingSuggestSerializer(StrictSerializer):
    """成员单位建议召开."""

    reads = MeetingDetailSerializer.Meta.fields
    title = serializers.CharField(max_length=120)
    kind = serializers.ChoiceField(choices=Meeting.Kind.choices)
    reason = serializers.CharField(max_length=2000, help_text=_("提议事由"))


class MeetingAnnounceSerializer(StrictSerializer):
    """Arranging: `offices` are codes of the units to call."""

    planned_on = serializers.DateField()
    offices = OwnOffice(slug_field="code", many=True)
    place = serializers.CharField(max_length=100, required=False, allow_blank=True)
    chair = serializers.CharField(max_length=60, required=False, allow_blank=True)
    guests = serializers.CharField(max_length=200, required=False, allow_blank=True)
    agenda = serializers.CharField(max_length=2000, required=False, allow_blank=True)


class CameSerializer(StrictSerializer):
    """Whether a unit came."""

    office = OwnOffice(slug_field="code")
    attended = serializers.BooleanField()
    person = serializers.CharField(max_length=60, required=False, allow_blank=True, default="")


class MeetingFinishSerializer(StrictSerializer):
    """It was held."""

    held_on = serializers.DateField()
    chair = serializers.CharField(max_length=60)
    guests = serializers.CharField(max_length=200, required=False, allow_blank=True, default="")
    attendance = CameSerializer(many=True, required=False)


class ResolvedSerializer(StrictSerializer):
    """One 议定事项 of a draft."""

    text = serializers.CharField(max_length=500)
    major = serializers.BooleanField(required=False, default=False, help_text=_("重大事项"))


class MinutesSerializer(StrictSerializer):
    """The minutes and all their resolutions, in order."""

    minutes = serializers.CharField(max_length=20_000, required=False, allow_blank=True, default="")
    resolutions = ResolvedSerializer(many=True, required=False)


class MeetingPublishSerializer(StrictSerializer):
    """印发."""

    number = serializers.CharField(max_length=80, help_text=_("纪要文号"))
    issued_on = serializers.DateField()


class MeetingCloseSerializer(StrictSerializer):
    """报备."""

    filed_on = serializers.DateField()
    filed_with = serializers.CharField(max_length=60, help_text=_("报备单位"))
