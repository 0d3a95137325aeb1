"""Formats, brands and enterprises."""

from typing import Any

from django.db.models import QuerySet

from core.api.viewsets import ReadFace
from core.scope import Scope
from outlets.api.filters import (
    BrandFilterSet,
    EnterpriseFilterSet,
    FormatFilterSet,
)
from outlets.api.serializers import (
    BrandSerializer,
    EnterpriseSerializer,
    FormatSerializer,
)
from outlets.models import Brand, BusinessFormat, Enterprise


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
        return Brand.objects.visible_to(scope)


class EnterpriseFace(ReadFace):
    """Enterprises."""

    gates = {"list": "outlets.enterprises", "retrieve": "outlets.enterprises"}
    serializer_class = EnterpriseSerializer
    filterset_class = EnterpriseFilterSet
    orderings = frozenset({"id", "name"})
    queryset = Enterprise.objects.none()

    def rows(self, scope: Scope) -> QuerySet[Any]:
        return Enterprise.objects.visible_to(scope)
