"""The filters a set of outlets knows."""

import datetime as dt
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import Exists, OuterRef, Q

from core.dated import as_of
from core.scope import Scope
from core.text import normalise, normalise_key

if TYPE_CHECKING:
    from outlets.models import BusinessFormat


class EnterpriseQuerySet(models.QuerySet[Any]):
    """Scoping of enterprises, which stand in no street of their own."""

    def visible_to(self, scope: Scope) -> "EnterpriseQuerySet":
        """Enterprises of the caller's districts; to a street those with an outlet in it."""
        rows = self.filter(district__in=scope.district_ids)
        if scope.all_streets:
            return rows
        outlets = self.model._meta.get_field("outlet").related_model.objects
        own = outlets.filter(enterprise=OuterRef("pk"), street__in=scope.street_ids, void=False)
        return rows.filter(Exists(own))


class OutletQuerySet(models.QuerySet[Any]):
    """Scoping and the domain's own filters."""

    def visible_to(self, scope: Scope) -> "OutletQuerySet":
        """Register rows of the caller's districts and streets; 区外网点 only district-wide."""
        rows = self.filter(district__in=scope.district_ids)
        if scope.all_streets:
            return rows
        return rows.filter(street__in=scope.street_ids)

    def registered(self) -> "OutletQuerySet":
        """Rows that are neither void nor merged into another."""
        return self.filter(void=False, merged_into__isnull=True)

    def open_on(self, day: dt.date) -> "OutletQuerySet":
        """Trading on `day` by what is known now of today's facts."""
        return self.registered().filter(
            Q(closed_on__isnull=True) | Q(closed_on__gt=day),
            Q(opened_on__isnull=True) | Q(opened_on__lte=day),
            status="open",
        )

    def serving(self, business_format: "BusinessFormat") -> "OutletQuerySet":
        """Main format, or an add-on service accepted as it."""
        return serving(self, business_format)

    def search(self, text: str) -> "OutletQuerySet":
        """Rows in which every word of `text` is found: in the name, its pinyin or initials, the
        code, the address, the name on the licence, or the brand's name."""
        rows = self
        for word in normalise(text).split():
            key = normalise_key(word)
            rows = rows.filter(
                Q(name_key__contains=key)
                | Q(pinyin__contains=key)
                | Q(code__icontains=word)
                | Q(address__icontains=word)
                | Q(licence_name__icontains=word)
                | Q(brand__name__icontains=word)
            )
        return rows


def serving(rows: Any, business_format: "BusinessFormat") -> Any:
    """Of outlets, or of their dated facts, those whose main format or accepted service it is."""
    bits = business_format.services.filter(counts=True).values_list("service__bit", flat=True)
    mask = sum(1 << bit for bit in bits)
    rows = rows.annotate(accepted=models.F("services").bitand(mask))
    return rows.filter(Q(main_format=business_format) | Q(accepted__gt=0))


def facts_as_of(day: dt.date) -> models.QuerySet[Any]:
    """One `OutletFacts` row per outlet: what held on `day`, by what is known now.

    Before the earliest facts the earliest stand in, annotated `undated=True`.
    """
    from outlets.models import OutletFacts

    return as_of(OutletFacts.objects.all(), "outlet", day)
