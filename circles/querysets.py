"""The filters that sets of circles and compounds know."""

from typing import Any

from django.db import models
from django.db.models import Exists, OuterRef

from core.scope import Scope


class CircleQuerySet(models.QuerySet[Any]):
    """Scoping of circles."""

    def visible_to(self, scope: Scope) -> "CircleQuerySet":
        """Circles of the caller's districts that lie in a street of theirs (主报 or 协同)."""
        circles = self.filter(district__in=scope.district_ids)
        if scope.all_streets:
            return circles
        links = self.model.streets.through.objects
        own = links.filter(circle=OuterRef("pk"), street__in=scope.street_ids)
        return circles.filter(Exists(own))


class CompoundQuerySet(models.QuerySet[Any]):
    """Scoping of compounds."""

    def visible_to(self, scope: Scope) -> "CompoundQuerySet":
        """Compounds of the caller's districts and streets."""
        compounds = self.filter(district__in=scope.district_ids)
        if scope.all_streets:
            return compounds
        return compounds.filter(street__in=scope.street_ids)
