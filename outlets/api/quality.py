"""What the rules of data quality have found, for systems and for people's own tools."""

from typing import Any

import django_filters
from django.db.models import QuerySet
from rest_framework import serializers

from core.api.fields import FaceSerializer, code_of, name_of
from core.api.filters import CodesFilter, FaceFilterSet, UUIDsFilter
from core.api.viewsets import ReadFace
from core.scope import Scope
from outlets.models import QualityFinding, QualityRule
from outlets.quality import words_of


class FindingSerializer(FaceSerializer):
    """One register row that breaks one rule, in words and in figures."""

    outlet = serializers.UUIDField(source="outlet_id", read_only=True)
    outlet_code = code_of("outlet")
    outlet_name = name_of("outlet")
    street = code_of("street")
    street_name = name_of("street")
    rule = serializers.CharField(source="rule_id", read_only=True)
    rule_name = name_of("rule")
    severity = serializers.ChoiceField(
        source="rule.severity", choices=QualityRule.Severity.choices, read_only=True
    )
    remedy = serializers.CharField(source="rule.remedy", read_only=True)
    text = serializers.SerializerMethodField()
    detail = serializers.DictField(read_only=True)
    waived = serializers.SerializerMethodField()
    waived_by = serializers.CharField(source="waived_by_label", read_only=True)

    class Meta:
        model = QualityFinding
        fields = (
            "id",
            "outlet",
            "outlet_code",
            "outlet_name",
            "street",
            "street_name",
            "rule",
            "rule_name",
            "severity",
            "text",
            "detail",
            "remedy",
            "since",
            "waived",
            "waived_at",
            "waived_by",
            "reason",
        )
        read_only_fields = fields

    def get_text(self, finding: QualityFinding) -> str:
        """What is wrong, with its figures."""
        return words_of(finding.rule_id, finding.detail)

    def get_waived(self, finding: QualityFinding) -> bool:
        """Whether somebody said that the row is right as it is."""
        return finding.waived_at is not None


class FindingFilterSet(FaceFilterSet):
    rule = CodesFilter(field_name="rule", lookup_expr="in")
    street = CodesFilter(field_name="street__code", lookup_expr="in")
    outlet = UUIDsFilter(field_name="outlet", lookup_expr="in")
    outlet_code = CodesFilter(field_name="outlet__code", lookup_expr="in")
    severity = django_filters.ChoiceFilter(
        field_name="rule__severity", choices=QualityRule.Severity.choices
    )
    waived = django_filters.BooleanFilter(
        field_name="waived_at", lookup_expr="isnull", exclude=True
    )
    since_after = django_filters.DateFilter(field_name="since", lookup_expr="gte")

    class Meta:
        model = QualityFinding
        fields = ()


class FindingFace(ReadFace):
    """Findings of the rules in force; those that were waived say so."""

    gates = {"list": "outlets.view", "retrieve": "outlets.view"}
    serializer_class = FindingSerializer
    filterset_class = FindingFilterSet
    orderings = frozenset({"id", "since"})
    queryset = QualityFinding.objects.none()

    def rows(self, scope: Scope) -> QuerySet[Any]:
        """Those of the caller's streets."""
        rows: QuerySet[Any] = QualityFinding.objects.visible_to(scope).filter(rule__in_force=True)
        return rows.select_related("outlet", "street", "rule").only(
            "detail",
            "since",
            "waived_at",
            "waived_by_label",
            "reason",
            "outlet__code",
            "outlet__name",
            "street__code",
            "street__name",
            "rule__name",
            "rule__severity",
            "rule__remedy",
        )
