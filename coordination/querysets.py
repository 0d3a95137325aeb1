"""Which rows of coordination a caller sees."""

import datetime as dt
from typing import Any, Self

from django.db import models
from django.db.models import Exists, OuterRef, Q

from core.querysets import DistrictQuerySet
from core.scope import Scope


class OfDistrict(DistrictQuerySet):
    """Rows that everyone of the district's programme may read."""


class ResponsibilityQuerySet(models.QuerySet[Any]):
    """任务分工: a public division of duties, the same for everyone of the district."""

    def visible_to(self, scope: Scope) -> Self:
        """Of the caller's districts."""
        return self.filter(district__in=scope.district_ids)

    def of_office(self, code: str) -> Self:
        """What one office answers for."""
        return self.filter(office__code=code)


class _ByOffices(models.QuerySet[Any]):
    """Rows that offices take part in, through `offices` rows pointing back at them."""

    def visible_to(self, scope: Scope) -> Self:
        """The district's for the commission, else those that the caller's office is named in."""
        rows = self.filter(district__in=scope.district_ids)
        if scope.all_streets:
            return rows
        if not scope.office_code or not (scope.street_ids or scope.department):
            return self.none()
        links = self.model._meta.get_field("offices").related_model.objects
        name = self.model._meta.get_field("offices").field.name
        own = links.filter(**{name: OuterRef("pk")}, office__code=scope.office_code)
        return rows.filter(Exists(own))


class TaskQuerySet(_ByOffices):
    """Tasks."""

    def unfinished(self) -> Self:
        """Not closed."""
        return self.exclude(state__in=["closed", "withdrawn"])

    def overdue(self, today: dt.date) -> Self:
        """Not closed although the due day is over."""
        return self.unfinished().filter(due_on__lt=today)


class MeetingQuerySet(_ByOffices):
    """Joint meetings: their members see them once they are called together."""

    def visible_to(self, scope: Scope) -> Self:
        """Also what the caller's own office has proposed."""
        rows = super().visible_to(scope)
        if scope.all_streets or not scope.office_code:
            return rows
        proposed = Q(district__in=scope.district_ids, proposed_by__code=scope.office_code)
        return rows | self.filter(proposed)


class ProposalQuerySet(_ByOffices):
    """Proposals and suggestions."""

    def answered(self) -> Self:
        """With a reply that has gone out."""
        return self.filter(state__in=["replied", "closed"])
