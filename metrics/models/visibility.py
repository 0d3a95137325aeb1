"""Who sees which figures: the released ones everyone, the live ones those they are about.

Beside the models and not in `metrics.querysets`, which reads them.
"""

from typing import Any

from django.db import models
from django.db.models import Q

from circles.models import Circle
from core.scope import Scope


class RunQuerySet(models.QuerySet[Any]):
    """Scoping of runs."""

    def visible_to(self, scope: Scope) -> "RunQuerySet":
        """Released runs; the live one also to streets; every run to the commission."""
        rows = self.filter(district__in=scope.district_ids)
        if scope.all_streets:
            return rows
        seen = Q(state="released")
        if scope.street_ids:
            seen |= Q(kind="live")
        return rows.filter(seen)


class ValueQuerySet(models.QuerySet[Any]):
    """Scoping of figures."""

    def visible_to(self, scope: Scope) -> "ValueQuerySet":
        """Released figures of the whole district; live ones of the own street and circles."""
        rows = self.filter(run__district__in=scope.district_ids)
        if scope.all_streets:
            return rows
        circles = Circle.objects.visible_to(scope).values("pk")
        own = Q(scope="S", scope_id__in=scope.street_ids) | Q(scope="C", scope_id__in=circles)
        return rows.filter(Q(run__state="released") | Q(run__kind="live") & own)
