"""Formats, brands and enterprises."""

from typing import Any

from django.db.models import OuterRef, Prefetch, QuerySet, Subquery

from core.api.viewsets import ReadFace
from core.scope import Scope
from outlets.api.filters import (
    BrandFilterSet,
    EnterpriseFilterSet,
    FormatFilterSet,
)
from outlets.api.owner_serializers import BrandSerializer, EnterpriseSerializer
from outlets.api.serializers import FormatSerializer
from outlets.models import (
    AllianceMember,
    Brand,
    BrandStoreCount,
    BusinessFormat,
    CreditResult,
    Enterprise,
)


class FormatFace(ReadFace):
    """Formats, official and others."""

    gates = {"list": "outlets.formats", "retrieve": "outlets.formats"}
    serializer_class = FormatSerializer
    filterset_class = FormatFilterSet
    orderings = frozenset({"id", "code", "number"})
    default_ordering = "number"
    queryset = BusinessFormat.objects.none()

    def rows(self, scope: Scope) -> QuerySet[Any]:
        return BusinessFormat.objects.all()


class BrandFace(ReadFace):
    """Brands."""

    gates = {"list": "outlets.brands", "retrieve": "outlets.brands"}
    serializer_class = BrandSerializer
    filterset_class = BrandFilterSet
    orderings = frozenset({"id", "name"})
    queryset = Brand.objects.none()

    def rows(self, scope: Scope) -> QuerySet[Any]:
        counts = BrandStoreCount.objects.order_by("-on")
        return Brand.objects.visible_to(scope).prefetch_related(Prefetch("store_counts", counts))


class EnterpriseFace(ReadFace):
    """Enterprises."""

    gates = {"list": "outlets.enterprises", "retrieve": "outlets.enterprises"}
    serializer_class = EnterpriseSerializer
    filterset_class = EnterpriseFilterSet
    orderings = frozenset({"id", "name"})
    queryset = Enterprise.objects.none()

    def rows(self, scope: Scope) -> QuerySet[Any]:
        newer = CreditResult.objects.filter(enterprise=OuterRef("enterprise")).order_by(
            "-on", "-id"
        )
        latest = CreditResult.objects.filter(pk=Subquery(newer.values("pk")[:1]))
        members = AllianceMember.objects.order_by("-joined_on", "alliance", "id")
        return Enterprise.objects.visible_to(scope).prefetch_related(
            Prefetch("alliances", members),
            Prefetch("credit_results", latest, to_attr="latest_credit"),
        )
