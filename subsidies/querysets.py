"""Which rows of subsidies a caller sees."""

from typing import Any, Self

from django.db import models
from django.db.models import Q

from accounts.roles import STREET
from core.querysets import DistrictQuerySet
from core.scope import Scope


class OfDistrict(DistrictQuerySet):
    """Money: for who works for the whole district."""

    def visible_to(self, scope: Scope) -> Self:
        """Of the caller's districts, for the commission."""
        rows = super().visible_to(scope)
        return rows if scope.all_streets else rows.none()


class PolicyQuerySet(DistrictQuerySet):
    """Policies: drafts and other places' are the commission's own."""

    def visible_to(self, scope: Scope) -> Self:
        """Of the caller's districts; to streets those that are or were in force here."""
        rows = super().visible_to(scope)
        if scope.all_streets:
            return rows
        return rows.exclude(state="draft").exclude(is_reference=True)


class RoundQuerySet(DistrictQuerySet):
    """Rounds: known to streets once they are open."""

    def visible_to(self, scope: Scope) -> Self:
        """Of the caller's districts; drafts are the commission's own."""
        rows = super().visible_to(scope)
        return rows if scope.all_streets else rows.exclude(state="draft")


# Whose money is reserved or spent: from 拟支持 on.
HELD = ("proposed", "approved", "paying", "done")


class ApplicationQuerySet(models.QuerySet[Any]):
    """Applications."""

    def visible_to(self, scope: Scope) -> Self:
        """All of the district's for the commission; for a street's people their street's."""
        rows = self.filter(district__in=scope.district_ids)
        if scope.all_streets:
            return rows
        if not scope.has_role(*STREET) or not scope.street_ids:
            return rows.none()
        return rows.filter(street__in=scope.street_ids)

    def matching(self, text: str) -> Self:
        """Each word stands in its number or title, or names its enterprise or outlet."""
        rows = self
        for word in text.split()[:5]:
            rows = rows.filter(
                Q(number__icontains=word)
                | Q(title__icontains=word)
                | Q(enterprise__name__icontains=word)
                | Q(enterprise__credit_code__iexact=word)
                | Q(outlet__name__icontains=word)
            )
        return rows

    def held(self) -> Self:
        """Whose money is reserved or spent: from 拟支持 on."""
        return self.filter(state__in=HELD)


class OfApplicationQuerySet(models.QuerySet[Any]):
    """Rows that hang on an application: seen by who sees it."""

    def visible_to(self, scope: Scope) -> Self:
        """As their application."""
        model: Any = self.model._meta.get_field("application").related_model
        return self.filter(application__in=model.objects.visible_to(scope))


class OfLineQuerySet(models.QuerySet[Any]):
    """Moves of a budget line: for the commission."""

    def visible_to(self, scope: Scope) -> Self:
        """Of the caller's districts, for who works for the whole district."""
        rows = self.filter(line__district__in=scope.district_ids)
        return rows if scope.all_streets else rows.none()


class OfImportQuerySet(models.QuerySet[Any]):
    """Rows of the treasury's files: for the commission."""

    def visible_to(self, scope: Scope) -> Self:
        """Of the caller's districts, for who works for the whole district."""
        rows = self.filter(brought__district__in=scope.district_ids)
        return rows if scope.all_streets else rows.none()
