"""Core's own faces: policy documents and their clauses, the same for everyone signed in."""

from typing import Any

import django_filters
from django.db.models import QuerySet
from rest_framework import serializers

from core.api.fields import FaceSerializer
from core.api.filters import CodesFilter, FaceFilterSet
from core.api.viewsets import ReadFace
from core.models import Clause, Document
from core.scope import Scope


class DocumentSerializer(FaceSerializer):
    class Meta:
        model = Document
        fields = (
            "id",
            "code",
            "name",
            "short_name",
            "number",
            "issuer",
            "issued_on",
            "level",
            "status",
        )
        read_only_fields = fields


class ClauseSerializer(FaceSerializer):
    document = serializers.CharField(source="document.code", read_only=True)
    document_name = serializers.CharField(source="document.short_name", read_only=True)
    units = serializers.ListField(child=serializers.CharField(), read_only=True)

    class Meta:
        model = Clause
        fields = (
            "id",
            "document",
            "document_name",
            "ref",
            "title",
            "text",
            "units",
            "manner",
            "sort",
        )
        read_only_fields = fields


class DocumentFilterSet(FaceFilterSet):
    code = CodesFilter(field_name="code", lookup_expr="in")

    class Meta:
        model = Document
        fields = ("level",)


class ClauseFilterSet(FaceFilterSet):
    document = CodesFilter(field_name="document__code", lookup_expr="in")
    ref = django_filters.CharFilter()

    class Meta:
        model = Clause
        fields = ("manner",)


class DocumentFace(ReadFace):
    """Policy documents."""

    gates = {"list": "core.sources", "retrieve": "core.sources"}
    serializer_class = DocumentSerializer
    filterset_class = DocumentFilterSet
    orderings = frozenset({"id", "code", "issued_on"})
    queryset = Document.objects.none()

    def rows(self, scope: Scope) -> QuerySet[Any]:
        return Document.objects.all()


class ClauseFace(ReadFace):
    """Clauses, in their own words."""

    gates = {"list": "core.sources", "retrieve": "core.sources"}
    serializer_class = ClauseSerializer
    filterset_class = ClauseFilterSet
    orderings = frozenset({"id", "sort"})
    queryset = Clause.objects.none()

    def rows(self, scope: Scope) -> QuerySet[Any]:
        return Clause.objects.select_related("document")
