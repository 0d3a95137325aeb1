"""Fields that name a unit."""

from typing import Any

from rest_framework import serializers

from accounts.models import Office
from core.api.callers import scope_of


class OwnOffice(serializers.SlugRelatedField[Office]):
    """A unit of the caller's districts, by code."""

    # For the schema alone: which model the code is of.
    queryset = Office.objects.none()

    def get_queryset(self) -> Any:
        scope = scope_of(self.context.get("request"))
        return Office.objects.filter(district__in=scope.district_ids)
