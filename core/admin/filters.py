"""Filters of lists, offering what the caller may see."""

from typing import Any

from django.contrib.admin import FieldListFilter
from django.db import models
from django.http import HttpRequest
from unfold.contrib.filters.admin import (
    BooleanRadioFilter,
    ChoicesDropdownFilter,
    DropdownFilter,
    RelatedDropdownFilter,
)

__all__ = ["BooleanFilter", "ChoiceFilter", "RelatedFilter", "WordFilter"]


class RelatedFilter(RelatedDropdownFilter):
    """By a related row: those of the other table's own admin page."""

    def field_choices(
        self, field: Any, request: HttpRequest, model_admin: Any
    ) -> list[tuple[Any, str]]:
        """The rows on offer, in the order of their own list."""
        other = model_admin.admin_site.get_model_admin(field.remote_field.model)
        return [(row.pk, str(row)) for row in other.get_queryset(request)]


class ChoiceFilter(ChoicesDropdownFilter):
    """By one of the field's words."""


class BooleanFilter(BooleanRadioFilter):
    """Yes or no."""


class WordFilter(DropdownFilter):
    """By words of one's own: `lookups` and `queryset`, as `SimpleListFilter` has them."""


def filter_of(field: Any) -> type[FieldListFilter] | None:
    """The filter that suits a field; None = Django's own."""
    if isinstance(field, models.ForeignKey | models.ManyToManyField):
        return RelatedFilter
    if isinstance(field, models.BooleanField):
        return BooleanFilter
    if field.flatchoices:
        return ChoiceFilter
    return None
