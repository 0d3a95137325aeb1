"""The register of outlets: read by its streets, written version by version."""

from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response

from core import audit
from core.api.callers import actor_of, scope_of
from core.api.etag import seen_version
from core.api.fields import asked_fields
from core.api.idempotency import once
from core.api.viewsets import ReadFace, point_of
from core.policy import may
from core.scope import Scope
from outlets.api.filters import OutletFilterSet
from outlets.api.serializers import OutletDetailSerializer, OutletSerializer
from outlets.api.writing import (
    CloseSerializer,
    OutletWriteSerializer,
    day_of,
    replaced,
    values_of,
)
from outlets.models import Outlet, Service
from outlets.services.changes import change_outlet, close_outlet, create_outlet
from territory.models import District

PERSONAL = ("contact", "phone")


class OutletFace(ReadFace):
    """Outlets with their ledger columns."""

    gates = {
        "list": "outlets.view",
        "retrieve": "outlets.view",
        "create": "outlets.change",
        "update": "outlets.change",
        "partial_update": "outlets.change",
        "close": "outlets.close",
    }
    serializer_class = OutletSerializer
    detail_serializer_class = OutletDetailSerializer
    write_serializer_class = OutletWriteSerializer
    close_serializer_class = CloseSerializer
    filterset_class = OutletFilterSet
    orderings = frozenset({"id", "code", "name", "opened_on", "closed_on", "updated_at"})
    geometry = staticmethod(point_of)
    has_point = True
    versioned = True
    queryset = Outlet.objects.none()

    def rows(self, scope: Scope) -> QuerySet[Any]:
        """Register rows of the caller's streets, void ones too (they say so)."""
        rows = Outlet.objects.visible_to(scope).select_related(
            "street", "neighbourhood", "main_format", "brand", "enterprise"
        )
        return rows.defer("street__outline", "neighbourhood__outline")

    def dress(self, rows: list[Any]) -> list[Any]:
        """Name the add-on services whose bits are set."""
        services = list(Service.objects.order_by("bit").values_list("bit", "code"))
        for row in rows:
            row.service_codes = [code for bit, code in services if row.services >> bit & 1]
        return rows

    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """One outlet; that someone read whom to call there is kept in the log."""
        outlet = self.get_object()
        shown = asked_fields(request) or PERSONAL
        told = any(getattr(outlet, name) for name in PERSONAL if name in shown)
        if told and may(scope_of(request), "outlets.contact", outlet):
            audit.note("outlets.contact_read", by=actor_of(request), outlet=outlet.pk)
        return self.answer(outlet)

    @extend_schema(request=OutletWriteSerializer, responses={201: OutletDetailSerializer})
    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Enter an outlet; once for each Idempotency-Key."""
        return once(request, lambda: self._create(request))

    @extend_schema(request=OutletWriteSerializer, responses=OutletDetailSerializer)
    def update(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Replace what the register says of an outlet."""
        return self._change(request, partial=False)

    @extend_schema(request=OutletWriteSerializer, responses=OutletDetailSerializer)
    def partial_update(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Change some of what the register says of an outlet."""
        return self._change(request, partial=True)

    @extend_schema(request=CloseSerializer, responses=OutletDetailSerializer)
    @action(detail=True, methods=["post"])
    def close(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Close an outlet from a day on."""
        return once(request, lambda: self._close(request))

    def _create(self, request: Request) -> Response:
        said = self._read(request)
        street = said.validated_data.get("street")
        district = street.district if street else self._own_district()
        outlet = create_outlet(
            district=district,
            values=values_of(said, district),
            on=day_of(said.validated_data, timezone.localdate()),
            by=actor_of(request),
            reason=said.validated_data.get("reason", ""),
        )
        response = self.answer(self._still_mine(outlet), status=201)
        response["Location"] = self.reverse_action("detail", args=[outlet.pk])
        return response

    def _change(self, request: Request, *, partial: bool) -> Response:
        seen, outlet = seen_version(request), self.get_object()
        said = self._read(request, outlet, partial=partial)
        with transaction.atomic():
            given = values_of(said, outlet.district)
            changed = change_outlet(
                outlet=outlet,
                changes=given if partial else replaced(given),
                on=day_of(said.validated_data, timezone.localdate()),
                by=actor_of(request),
                reason=said.validated_data.get("reason", ""),
                seen_version=seen,
            )
            return self.answer(self._still_mine(changed))

    def _close(self, request: Request) -> Response:
        seen, outlet = seen_version(request), self.get_object()
        said = self.close_serializer_class(data=request.data)
        said.is_valid(raise_exception=True)
        closed = close_outlet(
            outlet=outlet,
            on=day_of(said.validated_data, timezone.localdate()),
            by=actor_of(request),
            reason=said.validated_data["comment"],
            seen_version=seen,
        )
        return self.answer(self._still_mine(closed))

    def _read(
        self, request: Request, outlet: Outlet | None = None, *, partial: bool = False
    ) -> OutletWriteSerializer:
        said = self.write_serializer_class(
            outlet, data=request.data, partial=partial, context=self.get_serializer_context()
        )
        said.is_valid(raise_exception=True)
        return said

    def _own_district(self) -> District:
        """The district of a 区外网点, which names no street."""
        districts = District.objects.visible_to(scope_of(self.request))
        district: District = districts.order_by("code")[0]
        return district

    def _still_mine(self, outlet: Outlet) -> Outlet:
        """The second look after the save: what left the caller's scope is undone."""
        row: Outlet | None = self.get_queryset().filter(pk=outlet.pk).first()
        if row is None:
            raise PermissionDenied(_("保存后该网点将不在您的可见范围内，未作任何修改。"))
        return row
