"""Scoping that tables of every room share."""

from typing import Any, Self

from django.db import models

from core.scope import Scope


class DistrictQuerySet(models.QuerySet[Any]):
    """Rows that belong to a district and are the same for everyone in it."""

    def visible_to(self, scope: Scope) -> Self:
        """Rows of the caller's districts."""
        return self.filter(district__in=scope.district_ids)
