"""Lists whose rows move along a path: strict bodies, moves that pin versions."""

from collections.abc import Callable, Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from core.api.callers import actor_of, scope_of
from core.api.etag import seen_version
from core.api.idempotency import once
from core.api.viewsets import ReadFace


class StrictSerializer(serializers.Serializer[Any]):
    """A body in which a name that no field has is a mistake; `reads` are the names readers see."""

    reads: tuple[str, ...] = ()

    def to_internal_value(self, data: Any) -> Any:
        """As usual, but strange names are refused."""
        if isinstance(data, Mapping):
            known = {*self.fields, *self.reads}
            if strange := [name for name in data if name not in known]:
                raise serializers.ValidationError(dict.fromkeys(strange, _("没有这个字段")))
        return super().to_internal_value(data)


class MoveCommentSerializer(StrictSerializer):
    """A move with nothing but a comment."""

    comment = serializers.CharField(
        max_length=500, required=False, allow_blank=True, default="", help_text=_("说明")
    )


class MovingFace(ReadFace):
    """A list whose rows move along a path."""

    versioned = True

    def created(
        self, request: Request, said: Any, make: Callable[[dict[str, Any]], Any]
    ) -> Response:
        """A new row, once for each Idempotency-Key."""

        def act() -> Response:
            row = make(self.said(said))
            response = self.answer(self.get_queryset().get(pk=row.pk), status=201)
            response["Location"] = self.reverse_action("detail", args=[row.pk])
            return response

        return once(request, act)

    def moved(self, request: Request, said: Any, move: Callable[..., Any]) -> Response:
        """`move(row, given, by=…, scope=…, seen_version=…)` on the version that was seen."""

        def act() -> Response:
            seen, row = seen_version(request), self.get_object()
            common = {"by": actor_of(request), "scope": scope_of(request), "seen_version": seen}
            move(row, self.said(said), **common)
            return self.answer(self.get_queryset().get(pk=row.pk))

        return once(request, act)

    def said(self, serializer: Any) -> dict[str, Any]:
        """What the body says."""
        read = serializer(data=self.request.data, context=self.get_serializer_context())
        read.is_valid(raise_exception=True)
        data: dict[str, Any] = read.validated_data
        return data


def described(said: Any, answer: Any) -> Callable[[Any], Any]:
    """The schema of a move."""
    return extend_schema(request=said, responses=answer)
