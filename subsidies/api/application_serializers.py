"""Applications as readers see them, and what is said when they are filed and handled."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from core.api.callers import scope_of
from core.api.fields import FaceSerializer, code_of
from core.api.moving import StrictSerializer
from core.models import Attachment
from core.workflow import open_moves
from outlets.models import Enterprise, Outlet
from subsidies.filing_rules import MOST, items_of
from subsidies.models import Application, Evidence, Round
from subsidies.services.assessing import Assessment, assessment_of
from subsidies.shown import account_number_for, phone_for
from subsidies.workflow.applications import APPLICATION, BY_HAND
from territory.models import Street


class FactsField(serializers.DictField):
    """Input key → canonical text."""

    child = serializers.CharField(allow_blank=True, max_length=500)


class EvidenceFileSerializer(serializers.ModelSerializer[Attachment]):
    """A file that was handed in; opened on the pages."""

    class Meta:
        model = Attachment
        fields = ("name", "size", "sha256", "at")
        read_only_fields = fields


class EvidenceSerializer(serializers.ModelSerializer[Evidence]):
    """One line of the checklist; `note` says what is wrong with it."""

    files = serializers.SerializerMethodField()

    class Meta:
        model = Evidence
        fields = ("key", "label", "required", "state", "note", "files")
        read_only_fields = fields

    @extend_schema_field(EvidenceFileSerializer(many=True))
    def get_files(self, line: Evidence) -> Any:
        """Oldest first."""
        return EvidenceFileSerializer(line.files, many=True).data  # type: ignore[attr-defined]


class ApplicationSerializer(FaceSerializer):
    round = serializers.UUIDField(source="round_id", read_only=True)
    round_name = serializers.CharField(source="round.name", read_only=True)
    item = serializers.CharField(source="item.key", read_only=True)
    item_name = serializers.CharField(source="item.name", read_only=True)
    enterprise = serializers.UUIDField(source="enterprise_id", read_only=True)
    enterprise_name = serializers.CharField(source="enterprise.name", read_only=True)
    credit_code = serializers.CharField(
        source="enterprise.credit_code", read_only=True, allow_null=True
    )
    outlet = serializers.UUIDField(source="outlet_id", read_only=True, allow_null=True)
    outlet_code = code_of("outlet")
    street = code_of("street")
    circle = code_of("circle")
    computed = serializers.DecimalField(19, 2, read_only=True, allow_null=True)
    amount = serializers.DecimalField(19, 2, read_only=True, allow_null=True)
    allowed_transitions = serializers.SerializerMethodField()

    class Meta:
        model = Application
        fields: tuple[str, ...] = (
            "id",
            "number",
            "round",
            "round_name",
            "item",
            "item_name",
            "enterprise",
            "enterprise_name",
            "credit_code",
            "outlet",
            "outlet_code",
            "street",
            "circle",
            "title",
            "state",
            "submitted_at",
            "supplement_due",
            "accepted_on",
            "reviewed_on",
            "computed",
            "amount",
            "version",
            "updated_at",
            "is_sample",
            "allowed_transitions",
        )
        read_only_fields = fields

    def get_allowed_transitions(self, row: Application) -> list[str]:
        """The words the caller may send to `/subsidy-applications/{id}/{word}/`."""
        caller = scope_of(self.context["request"])
        words = [move.word for move in open_moves(APPLICATION, row, caller)]
        return [word for word in words if word in BY_HAND]


class ApplicationDetailSerializer(ApplicationSerializer):
    """An application alone: facts, evidence, account, how its amount was worked out."""

    facts = FactsField(read_only=True)
    checked = FactsField(read_only=True)
    phone = serializers.SerializerMethodField()
    account_number = serializers.SerializerMethodField()
    evidence = EvidenceSerializer(many=True, read_only=True)
    eligibility = serializers.SerializerMethodField()
    computation = serializers.SerializerMethodField()

    class Meta:
        model = Application
        fields = (
            *ApplicationSerializer.Meta.fields,
            "summary",
            "facts",
            "checked",
            "contact",
            "phone",
            "account_name",
            "bank",
            "account_number",
            "supplement_text",
            "supplement_on",
            "lowered_reason",
            "decision_note",
            "evidence",
            "eligibility",
            "computation",
        )
        read_only_fields = fields

    def get_phone(self, row: Application) -> str:
        """Its middle masked for who neither handles accounts nor filed it."""
        return phone_for(row, scope_of(self.context["request"]))

    def get_account_number(self, row: Application) -> str:
        """The last four digits for who neither handles accounts nor filed it."""
        return account_number_for(row, scope_of(self.context["request"]))

    @extend_schema_field(serializers.ListField(child=serializers.DictField()))
    def get_eligibility(self, row: Application) -> Any:
        """As it was decided on; until then as the tables stand."""
        return self._assessment(row).eligibility

    @extend_schema_field(serializers.DictField())
    def get_computation(self, row: Application) -> Any:
        """The same; to streets without what others were given before."""
        told = self._assessment(row).computation
        if scope_of(self.context["request"]).all_streets:
            return told
        return {name: value for name, value in told.items() if name != "before"}

    def _assessment(self, row: Application) -> Assessment:
        # Once for both of its parts.
        known: dict[Any, Assessment] = self.__dict__.setdefault("_assessments", {})
        if row.pk not in known:
            known[row.pk] = assessment_of(row)
        return known[row.pk]


# --- What is said ---------------------------------------------------------------------------------
class _Visible(serializers.PrimaryKeyRelatedField[Any]):
    """A row that the caller may see, by id."""

    def __init__(self, model: Any, **options: Any) -> None:
        self.model = model
        super().__init__(queryset=model.objects.none(), **options)

    def get_queryset(self) -> Any:
        """The caller's."""
        return self.model.objects.visible_to(scope_of(self.context.get("request")))


class _OwnStreet(serializers.SlugRelatedField[Street]):
    """A street of the caller's districts, by code."""

    queryset = Street.objects.none()

    def get_queryset(self) -> Any:
        scope = scope_of(self.context.get("request"))
        return Street.objects.filter(district__in=scope.district_ids)


def _text(name: str) -> serializers.CharField:
    return serializers.CharField(max_length=MOST.get(name), required=False, allow_blank=True)


class ApplicationChangeSerializer(StrictSerializer):
    """What is told of an application; what is not named stays, an empty fact is taken away."""

    title = _text("title")
    summary = _text("summary")
    facts = FactsField(required=False, help_text=_("填报项编码 → 内容，见政策条款的 inputs"))
    contact = _text("contact")
    phone = _text("phone")
    account_name = _text("account_name")
    bank = _text("bank")
    account_number = serializers.CharField(max_length=60, required=False, allow_blank=True)


class ApplicationWriteSerializer(ApplicationChangeSerializer):
    """A new one: round, item, whom it is for; `street` only where there is no outlet."""

    round = _Visible(Round)
    item = serializers.CharField(max_length=40, help_text=_("支持事项编码"))
    enterprise = _Visible(Enterprise)
    outlet = _Visible(Outlet, required=False, allow_null=True)
    street = _OwnStreet(slug_field="code", required=False, allow_null=True)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """The item by its key, among those that the round calls for."""
        found = [item for item in items_of(attrs["round"]) if item.key == attrs["item"]]
        if not found:
            raise serializers.ValidationError({"item": _("该批次不受理这一事项的申报。")})
        return attrs | {"item": found[0]}


class ApplicationReviewSerializer(StrictSerializer):
    """审核通过: as computed, or lowered with a reason; never above."""

    amount = serializers.DecimalField(
        19, 2, required=False, allow_null=True, default=None, help_text=_("空=按测算金额（元）")
    )
    reason = serializers.CharField(
        max_length=300,
        required=False,
        allow_blank=True,
        default="",
        help_text=_("低于测算金额的，须写明核减理由"),
    )
    comment = serializers.CharField(
        source="note",
        max_length=500,
        required=False,
        allow_blank=True,
        default="",
        help_text=_("审核意见"),
    )


class ApplicationAskSerializer(StrictSerializer):
    """一次性告知补正: what is wrong with which paper, and the officer's words."""

    comment = serializers.CharField(max_length=500)
    lacking = serializers.DictField(
        child=serializers.CharField(max_length=300),
        required=False,
        help_text=_("材料编码 → 哪里不符合要求"),
    )
