"""The bases of our faces: gated, counted, strict about parameters, read from scoped rows."""

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from rest_framework.mixins import ListModelMixin, RetrieveModelMixin
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView
from rest_framework.viewsets import GenericViewSet

from core import audit
from core.api.callers import actor_of, scope_of
from core.api.errors import TooLargeError
from core.api.etag import etag_of
from core.api.fields import asked_fields
from core.api.filters import (
    OF_EVERY_ANSWER,
    OF_EVERY_LIST,
    inside_box,
    refuse_strange_parameters,
)
from core.api.paging import order_of
from core.api.parsers import JSONParser
from core.api.renderers import CSVRenderer, GeoJSONRenderer, JSONRenderer, Negotiation
from core.api.schema import FaceSchema
from core.api.streams import csv_response, feature, geojson_response, point_of
from core.api.throttles import quota_headers
from core.scope import Scope

# Inside the classes below `list` is an action.
Rows = list[Any]
METHODS = ["get", "post", "put", "patch", "delete", "head"]


class Face(APIView):
    """One face: `gates` maps its actions (or methods) to acts of `core.policy`."""

    gates: Mapping[str, str] = {}
    known_parameters: frozenset[str] = frozenset({"format"})
    schema = FaceSchema()
    parser_classes = [JSONParser]
    content_negotiation_class = Negotiation
    http_method_names = METHODS

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """As Django REST framework does, but counted before it is judged, and strict."""
        self.format_kwarg = None
        chosen = self.perform_content_negotiation(request)
        request.accepted_renderer, request.accepted_media_type = chosen
        request.version, request.versioning_scheme = self.determine_version(request)
        self.perform_authentication(request)
        self.check_throttles(request)
        self.check_permissions(request)
        refuse_strange_parameters(request, self.parameters())
        if int(request.META.get("CONTENT_LENGTH") or 0) > self.most_bytes():
            raise TooLargeError

    def most_bytes(self) -> int:
        """How large the body of this request may be."""
        return int(settings.DATA_UPLOAD_MAX_MEMORY_SIZE)

    def parameters(self) -> frozenset[str]:
        """The query parameters that this request may carry."""
        return self.known_parameters

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        """Tell the caller what is left to them; no cache between us may keep an answer."""
        made = super().finalize_response(request, response, *args, **kwargs)
        made.headers.setdefault("Cache-Control", "no-store")
        for name, value in quota_headers(request).items():
            made.headers[name] = value
        return made


class ReadFace(Face, ListModelMixin, RetrieveModelMixin, GenericViewSet[Any]):
    """A list and its rows, read-only.

    serializer_class  one row of the list; `detail_serializer_class` the row alone
    orderings         the columns a list may be ordered by
    geometry          staticmethod: a row → its GeoJSON geometry; None = no GeoJSON
    has_point         whether rows have `lon` and `lat`, for `in_bbox`
    versioned         whether rows count their versions (ETag)
    unpinned          actions that need no version: they leave the row as it is
    """

    detail_serializer_class: Any = None
    orderings: frozenset[str] = frozenset({"id"})
    default_ordering = "id"
    geometry: Any = None
    filterset_class: Any = None
    has_point = False
    versioned = False
    unpinned: frozenset[str] = frozenset()
    lookup_value_converter = "uuid"

    def rows(self, scope: Scope) -> QuerySet[Any]:
        """The rows the caller may see, with what the serializer needs of their relations."""
        raise NotImplementedError

    def dress(self, rows: Rows) -> Rows:
        """Fetch what the serializer shows beside the rows, for all of them at once."""
        return rows

    def get_queryset(self) -> QuerySet[Any]:
        """The caller's rows."""
        return self.rows(scope_of(self.request))

    def filter_queryset(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Filters belong to the list; a row is found by its id alone."""
        if self.action != "list":
            return queryset
        found = super().filter_queryset(queryset)
        box = self.request.query_params.get("in_bbox")
        return inside_box(found, box) if box else found

    def get_serializer_class(self) -> Any:
        """The list's or the row's serializer."""
        if self.action != "list" and self.detail_serializer_class:
            return self.detail_serializer_class
        return self.serializer_class

    def get_renderers(self) -> Rows:
        """JSON always; CSV for lists; GeoJSON where there is a geometry."""
        kinds: Rows = [JSONRenderer]
        action = getattr(self, "action", None)
        if action in ("list", "retrieve") and self.geometry:
            kinds.append(GeoJSONRenderer)
        if action == "list":
            kinds.append(CSVRenderer)
        return [kind() for kind in kinds]

    def parameters(self) -> frozenset[str]:
        """Filters for the list, `fields` and `format` for every answer."""
        if self.action != "list":
            return OF_EVERY_ANSWER
        own = self.filterset_class.base_filters if self.filterset_class else ()
        return OF_EVERY_LIST.union(own, {"in_bbox"} if self.has_point else ())

    def list(self, request: Request, *args: Any, **kwargs: Any) -> Any:
        """A page as JSON; as CSV or GeoJSON the whole list, unless a page is asked for."""
        rows = self.filter_queryset(self.get_queryset())
        kind = request.accepted_renderer.format
        if kind == "json":
            page = self.paginate_queryset(rows)
            return self.get_paginated_response(self._shown(page or []))
        audit.note("core.export", by=actor_of(request), path=request.get_full_path(), kind=kind)
        ordered = rows.order_by(*order_of(request, self).terms(rows.model))
        if kind == "csv":
            return csv_response(ordered, list(self._serializer([]).child.fields), self._shown)
        return geojson_response(ordered, self._shown, self.geometry)

    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """One row, with its version as ETag."""
        return self.answer(self.get_object())

    def answer(self, row: Any, status: int = 200) -> Response:
        """A row as this face shows it."""
        self.dress([row])
        serializer: Any = self.get_serializer(row)
        serializer.trim(asked_fields(self.request))
        shown: Any = serializer.data
        if self.request.accepted_renderer.format == "geojson":
            shown = feature(row, shown, self.geometry)
        headers = {"ETag": etag_of(row)} if self.versioned else {}
        return Response(shown, status=status, headers=headers)

    def _serializer(self, rows: Rows) -> Any:
        serializer: Any = self.get_serializer(rows, many=True)
        serializer.child.trim(asked_fields(self.request))
        return serializer

    def _shown(self, rows: Rows) -> Rows:
        return list(self._serializer(self.dress(rows)).data)


__all__ = ["Face", "ReadFace", "point_of"]
