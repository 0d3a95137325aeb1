"""What every list uses for one thing, no room uses for another (system check)."""

import pytest
from django.urls import path
from rest_framework import serializers
from rest_framework.views import APIView

from core import checks
from core.api.filters import RESERVED, FaceFilterSet
from core.models import Document


def test_our_own_faces_pass() -> None:
    assert checks.reserved_names(None) == []
    assert len(list(checks.faces())) >= 20


@pytest.mark.parametrize("name", RESERVED)
def test_a_field_of_a_reserved_name_is_an_error(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    inner = type("Inner", (serializers.Serializer,), {name: serializers.CharField()})
    outer = type("Outer", (serializers.Serializer,), {"part": inner(many=True)})
    face = type("Face", (APIView,), {"detail_serializer_class": outer})
    monkeypatch.setattr(checks, "faces", lambda: [face])
    [error] = checks.reserved_names(None)
    assert (error.id, f"“{name}”" in error.msg) == ("core.E001", True)


@pytest.mark.parametrize("name", RESERVED)
def test_a_filter_of_a_reserved_name_is_an_error(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    import django_filters

    class Filters(FaceFilterSet):
        class Meta:
            model = Document
            fields = ()

    Filters.base_filters[name] = django_filters.CharFilter()
    face = type("Face", (APIView,), {"filterset_class": Filters})
    monkeypatch.setattr(checks, "faces", lambda: [face])
    assert [error.id for error in checks.reserved_names(None)] == ["core.E001"]


def test_faces_are_found_behind_includes() -> None:
    face = type("Face", (APIView,), {})
    assert list(checks.faces([path("x/", face.as_view())])) == [face]
