"""The filters that sets of circles, compounds, facilities and spaces know."""

import datetime as dt
from typing import Any, Self

from django.db import models
from django.db.models import Exists, OuterRef, Q

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


class SiteQuerySet(models.QuerySet[Any]):
    """Scoping of facilities and spaces."""

    def visible_to(self, scope: Scope) -> Self:
        """Register rows of the caller's districts and streets."""
        rows = self.filter(district__in=scope.district_ids)
        if scope.all_streets:
            return rows
        return rows.filter(street__in=scope.street_ids)

    def registered(self) -> Self:
        """Rows that are not void."""
        return self.filter(void=False)


class FacilityQuerySet(SiteQuerySet):
    """Public facilities."""

    def open_on(self, day: dt.date) -> Self:
        """In service on `day`."""
        return self.registered().filter(
            Q(opened_on__isnull=True) | Q(opened_on__lte=day),
            Q(closed_on__isnull=True) | Q(closed_on__gt=day),
        )


class SpaceQuerySet(SiteQuerySet):
    """Spaces that can be used."""

    def available_on(self, day: dt.date) -> Self:
        """To be had on `day`: not in use, inside the days its owner named."""
        return (
            self.registered()
            .exclude(state="in_use")
            .filter(
                Q(available_from__isnull=True) | Q(available_from__lte=day),
                Q(available_until__isnull=True) | Q(available_until__gt=day),
            )
        )


class OfCircleQuerySet(models.QuerySet[Any]):
    """Scoping of what is counted per circle."""

    def visible_to(self, scope: Scope) -> Self:
        """What belongs to circles of the caller's districts that lie in a street of theirs."""
        rows = self.filter(district__in=scope.district_ids)
        if scope.all_streets:
            return rows
        circles = self.model._meta.get_field("circle").related_model.objects
        return rows.filter(circle__in=circles.visible_to(scope).values("pk"))
