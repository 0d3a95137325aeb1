"""The caller themselves, and the jobs of their office."""

from typing import Any

import django_filters
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.authentication import ApiClient
from accounts.api.serializers import JobSerializer, MeSerializer
from accounts.models import Office
from accounts.querysets import jobs_visible_to
from accounts.roles import NAMES
from core.api.callers import scope_of
from core.api.filters import FaceFilterSet
from core.api.permissions import SignedIn
from core.api.viewsets import Face, ReadFace
from core.models import Job
from core.scope import Scope
from territory.models import District, Street


class JobFilterSet(FaceFilterSet):
    kind = django_filters.CharFilter()

    class Meta:
        model = Job
        fields = ("state",)


class JobFace(ReadFace):
    """Background jobs."""

    gates = {"list": "core.jobs", "retrieve": "core.jobs"}
    serializer_class = JobSerializer
    filterset_class = JobFilterSet
    orderings = frozenset({"id", "created_at"})
    default_ordering = "-id"
    queryset = Job.objects.none()

    def rows(self, scope: Scope) -> QuerySet[Any]:
        return jobs_visible_to(scope)


class MeFace(Face):
    """The caller: name, office, roles, scope."""

    subject = _("当前身份")
    permission_classes = [SignedIn]
    serializer_class = MeSerializer

    def get(self, request: Request) -> Response:
        """Who the caller is to the platform."""
        return Response(MeSerializer(_me(request)).data)


def _me(request: Request) -> dict[str, Any]:
    scope, user = scope_of(request), request.user
    is_token = isinstance(user, ApiClient)
    office = Office.objects.select_related("street").filter(code=scope.office_code).first()
    districts = District.objects.visible_to(scope).order_by("code")
    own: Any = scope.street_ids
    streets = Street.objects.filter(pk__in=() if scope.all_streets else own)
    return {
        "kind": "token" if is_token else "person",
        "id": user.pk,
        "name": str(user),
        "username": None if is_token else user.get_username(),
        "office": office,
        "roles": sorted(scope.roles),
        "role_names": [str(NAMES[role]) for role in sorted(scope.roles) if role in NAMES],
        "token_scopes": None if scope.token_scopes is None else sorted(scope.token_scopes),
        "districts": list(districts.values_list("code", flat=True)),
        "streets": None
        if scope.all_streets
        else list(streets.order_by("code").values_list("code", flat=True)),
    }
