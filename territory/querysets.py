"""Finding territorial units: by scope, and by what people write."""

from typing import TYPE_CHECKING, Any, Self

from django.db import models

from core.scope import Scope
from core.text import normalise_key

if TYPE_CHECKING:
    from territory.models import District, Street


class DistrictsQuerySet(models.QuerySet[Any]):
    """Scoping of the districts themselves."""

    def visible_to(self, scope: Scope) -> Self:
        """The caller's own."""
        return self.filter(pk__in=scope.district_ids)


def streets_by_any_name(district: "District") -> dict[str, "Street"]:
    """Every code, name and alias of the district's streets (normalised) → the street."""
    names: dict[str, Street] = {}
    for street in district.streets.order_by("sort", "code"):
        for name in (street.code, street.code + "000", street.name, *street.aliases):
            names[normalise_key(name)] = street
    return names
