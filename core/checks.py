"""System checks of the REST API: names that mean the same everywhere are taken by no room."""

from collections.abc import Iterator
from typing import Any

from django.core import checks
from django.urls import URLPattern, URLResolver, get_resolver
from rest_framework.serializers import BaseSerializer, ListSerializer

from core.api.filters import RESERVED


@checks.register("api")
def reserved_names(app_configs: Any, **kwargs: Any) -> list[checks.CheckMessage]:
    """No filter and no field of any face is called what the whole API uses for something else."""
    found: list[checks.CheckMessage] = []
    for face in faces():
        for kind, name in _names(face):
            if name in RESERVED:
                found.append(
                    checks.Error(
                        f"{face.__module__}.{face.__qualname__} has a {kind} called “{name}”",
                        hint="Say which: business_format, order, columns …",
                        id="core.E001",
                    )
                )
    return found


def faces(patterns: Any = None) -> Iterator[Any]:
    """Every REST view class that has an address."""
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        if isinstance(pattern, URLResolver):
            yield from faces(pattern.url_patterns)
        elif isinstance(pattern, URLPattern):
            face = getattr(pattern.callback, "cls", None)
            if face is not None:
                yield face


def _names(face: Any) -> Iterator[tuple[str, str]]:
    filterset = getattr(face, "filterset_class", None)
    for name in filterset.base_filters if filterset else ():
        yield "filter", name
    for serializer in _serializers(face):
        yield from (("field", name) for name in _fields(serializer()))


def _serializers(face: Any) -> Iterator[Any]:
    for base in face.__mro__:
        for value in vars(base).values():
            if isinstance(value, type) and issubclass(value, BaseSerializer):
                yield value


def _fields(serializer: Any) -> Iterator[str]:
    if isinstance(serializer, ListSerializer):
        serializer = serializer.child
    for name, field in getattr(serializer, "fields", {}).items():
        yield name
        yield from _fields(field)
