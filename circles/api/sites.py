"""Facilities and spaces: read by their streets, written version by version."""

from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.decorators import action
from rest_framework.exceptions import PermissionDenied, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from circles.api.filters import FacilityFilterSet, SpaceFilterSet
from circles.api.site_serializers import (
    FacilitySerializer,
    FacilityWriteSerializer,
    SiteCloseSerializer,
    SpaceSerializer,
    SpaceWriteSerializer,
)
from circles.models import Facility, Space
from circles.services.facilities import change_facility, close_facility, create_facility
from circles.services.spaces import change_space, close_space, create_space
from core.api.callers import actor_of
from core.api.etag import seen_version
from core.api.idempotency import once
from core.api.viewsets import ReadFace, point_of
from core.audit import Actor
from core.scope import Scope


class SiteFace(ReadFace):
    """What facilities and spaces have in common.

    `table` holds the rows; `site_word` is what the services call a row; `create_site`,
    `change_site` and `close_site` are those services.
    """

    write_serializer_class: Any
    table: Any
    site_word: str
    create_site: Any
    change_site: Any
    close_site: Any
    geometry = staticmethod(point_of)
    has_point = True
    versioned = True

    def rows(self, scope: Scope) -> QuerySet[Any]:
        """Register rows of the caller's streets, void ones too (they say so)."""
        rows: QuerySet[Any] = self.table.objects.visible_to(scope)
        rows = rows.select_related("street", "neighbourhood")
        return rows.defer("street__outline", "neighbourhood__outline")

    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Enter a row; once for each Idempotency-Key."""
        return once(request, lambda: self._create(request))

    def partial_update(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Change some of what the register says."""
        seen, site = seen_version(request), self.get_object()
        said = self._read(request, site)
        with transaction.atomic():
            changed = type(self).change_site(
                **{self.site_word: site},
                changes=_own(said),
                by=actor_of(request),
                reason=said.get("reason", ""),
                seen_version=seen,
            )
            return self.answer(self._still_mine(changed))

    @extend_schema(request=SiteCloseSerializer)
    @action(detail=True, methods=["post"])
    def close(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Say that it is there no more from a day on."""
        return once(request, lambda: self._close(request))

    def _create(self, request: Request) -> Response:
        said = self._read(request)
        site = type(self).create_site(
            district=said["street"].district,
            values=_own(said),
            by=actor_of(request),
            reason=said.get("reason", ""),
        )
        response = self.answer(self._still_mine(site), status=201)
        response["Location"] = self.reverse_action("detail", args=[site.pk])
        return response

    def _close(self, request: Request) -> Response:
        seen, site = seen_version(request), self.get_object()
        said = SiteCloseSerializer(data=request.data)
        said.is_valid(raise_exception=True)
        by: Actor = actor_of(request)
        closed = type(self).close_site(
            **{self.site_word: site},
            on=said.validated_data.get("on") or timezone.localdate(),
            by=by,
            reason=said.validated_data["comment"],
            seen_version=seen,
        )
        return self.answer(self._still_mine(closed))

    def _read(self, request: Request, site: Any = None) -> dict[str, Any]:
        said = self.write_serializer_class(
            site,
            data=request.data,
            partial=site is not None,
            context=self.get_serializer_context(),
        )
        said.is_valid(raise_exception=True)
        data: dict[str, Any] = said.validated_data
        if site is not None and "code" in data and data.pop("code") != site.code:
            raise ValidationError({"code": _("编码登记后不能修改")})
        return data

    def _still_mine(self, site: Any) -> Any:
        """The second look after the save: what left the caller's scope is undone."""
        row = self.get_queryset().filter(pk=site.pk).first()
        if row is None:
            raise PermissionDenied(_("保存后这条记录将不在您的可见范围内，未作任何修改。"))
        return row


def _own(said: dict[str, Any]) -> dict[str, Any]:
    """What is of the row, not of the act."""
    return {name: value for name, value in said.items() if name != "reason"}


def _described(read: Any, write: Any) -> Any:
    """The schema of a face's writes."""
    return extend_schema_view(
        create=extend_schema(request=write, responses={201: read}),
        partial_update=extend_schema(request=write, responses=read),
        close=extend_schema(request=SiteCloseSerializer, responses=read),
    )


@_described(FacilitySerializer, FacilityWriteSerializer)
class FacilityFace(SiteFace):
    """Public facilities; never among the outlets."""

    gates = {
        "list": "circles.facilities",
        "retrieve": "circles.facilities",
        "create": "circles.change_facilities",
        "partial_update": "circles.change_facilities",
        "close": "circles.change_facilities",
    }
    serializer_class = FacilitySerializer
    write_serializer_class = FacilityWriteSerializer
    filterset_class = FacilityFilterSet
    orderings = frozenset({"id", "code", "name", "opened_on", "updated_at"})
    queryset = Facility.objects.none()
    table = Facility
    site_word = "facility"
    create_site = staticmethod(create_facility)
    change_site = staticmethod(change_facility)
    close_site = staticmethod(close_facility)


@_described(SpaceSerializer, SpaceWriteSerializer)
class SpaceFace(SiteFace):
    """Spaces that can be used."""

    gates = {
        "list": "circles.spaces",
        "retrieve": "circles.spaces",
        "create": "circles.change_spaces",
        "partial_update": "circles.change_spaces",
        "close": "circles.change_spaces",
    }
    serializer_class = SpaceSerializer
    write_serializer_class = SpaceWriteSerializer
    filterset_class = SpaceFilterSet
    orderings = frozenset({"id", "code", "name", "area", "updated_at"})
    queryset = Space.objects.none()
    table = Space
    site_word = "space"
    create_site = staticmethod(create_space)
    change_site = staticmethod(change_space)
    close_site = staticmethod(close_space)
