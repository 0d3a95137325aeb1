"""Networks, runs, releases and figures."""

import uuid
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from circles.models import Circle
from core.api.viewsets import ReadFace
from core.scope import Scope
from metrics.api.filters import ReleaseFilterSet, RunFilterSet, ValueFilterSet, by_format
from metrics.api.serializers import (
    NetworkSerializer,
    ReleaseSerializer,
    RunSerializer,
    ValueSerializer,
)
from metrics.indicators import by_number
from metrics.models import Release, Run, StreetNetwork, Value
from outlets.models import BusinessFormat
from territory.models import District, Street

VIEW = {"list": "metrics.view", "retrieve": "metrics.view"}


class NetworkFace(ReadFace):
    """Street networks."""

    gates = {"list": "metrics.networks", "retrieve": "metrics.networks"}
    serializer_class = NetworkSerializer
    orderings = frozenset({"id", "imported_at"})
    queryset = StreetNetwork.objects.none()

    def rows(self, scope: Scope) -> QuerySet[Any]:
        rows = StreetNetwork.objects.visible_to(scope).select_related("district")
        return rows.defer("district__outline")


class RunFace(ReadFace):
    """Runs."""

    gates = VIEW
    serializer_class = RunSerializer
    filterset_class = RunFilterSet
    orderings = frozenset({"id", "as_of", "started_at"})
    default_ordering = "-id"
    queryset = Run.objects.none()

    def rows(self, scope: Scope) -> QuerySet[Any]:
        rows = Run.objects.visible_to(scope).select_related("district", "rule_set")
        return rows.defer("district__outline").prefetch_related("releases")


class ReleaseFace(ReadFace):
    """Releases."""

    gates = VIEW
    serializer_class = ReleaseSerializer
    filterset_class = ReleaseFilterSet
    orderings = frozenset({"id", "cutoff", "at"})
    default_ordering = "-id"
    queryset = Release.objects.none()

    def rows(self, scope: Scope) -> QuerySet[Any]:
        rows = Release.objects.visible_to(scope).select_related("district")
        return rows.defer("district__outline")


class ValueFace(ReadFace):
    """Figures; without `run` those of the last release."""

    explained = _("不指定 run 时为最近一次定稿的指标值；run=live 为实时测算。")
    gates = VIEW
    serializer_class = ValueSerializer
    filterset_class = ValueFilterSet
    lookup_value_converter = "int"
    queryset = Value.objects.none()

    def rows(self, scope: Scope) -> QuerySet[Any]:
        rows = Value.objects.visible_to(scope)
        asked = self.request.query_params.get("run", "released")
        if self.action != "list" or asked != "released":
            return rows
        return rows.filter(run__in=_last_released_runs(scope))

    def dress(self, rows: list[Any]) -> list[Any]:
        """Add the indicator's declaration, the place and the format each figure is about."""
        places = _places({row.scope_id for row in rows})
        formats = dict(BusinessFormat.objects.values_list("number", "code"))
        split = frozenset(by_format())
        for row in rows:
            row.declared = by_number(row.indicator)
            row.place = places.get(row.scope_id)
            row.format_code = formats.get(row.part) if row.indicator in split else None
        return rows


def _last_released_runs(scope: Scope) -> list[uuid.UUID]:
    """The run of each district's last 定稿 (`metrics.querysets.last_release`), in one query."""
    releases = Release.objects.visible_to(scope).order_by("cutoff", "at")
    return list(dict(releases.values_list("district_id", "run_id")).values())


def _places(ids: set[uuid.UUID]) -> dict[uuid.UUID, Any]:
    """Code and name of what figures are about, by id, in one query."""
    circles, streets, districts = (
        model.objects.filter(pk__in=ids).order_by().values_list("id", "code", "name")
        for model in (Circle, Street, District)
    )
    rows = circles.union(streets, districts, all=True)
    return {pk: {"code": code, "name": name} for pk, code, name in rows}
