"""Filters that rooms share, and the refusal of parameters that nobody knows."""

import datetime as dt
import math
from typing import Any

import django_filters
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request

# What a parameter or field of these names would mean is fixed for the whole API.
RESERVED = (
    "format",
    "page_size",
    "cursor",
    "ordering",
    "fields",
    "near",
    "in_bbox",
    "with_count",
)
OF_EVERY_ANSWER = frozenset({"format", "fields"})
OF_EVERY_LIST = OF_EVERY_ANSWER | {"page_size", "cursor", "ordering", "with_count"}


class CodesFilter(django_filters.BaseInFilter, django_filters.CharFilter):
    """One code or several, joined by commas."""


class UUIDsFilter(django_filters.BaseInFilter, django_filters.UUIDFilter):
    """One id or several, joined by commas."""


class UpdatedSinceFilter(django_filters.IsoDateTimeFilter):
    """Rows written at or after an instant: `updated_since=2026-11-01T00:00:00+08:00`."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(field_name="updated_at", lookup_expr="gte", **kwargs)

    def filter(self, qs: QuerySet[Any], value: dt.datetime | None) -> QuerySet[Any]:
        """Compared in UTC: PostgreSQL refuses offsets that Python takes (beyond 16 hours)."""
        if value is None:
            return qs
        try:
            instant = value.astimezone(dt.UTC)
        except OverflowError as error:
            raise ValidationError({"updated_since": _("时间超出可表示的范围")}) from error
        return super().filter(qs, instant)


class FaceFilterSet(django_filters.FilterSet):
    """The filters of a list; the names in `RESERVED` are not theirs (system check)."""


BOX_SCHEMA = {
    "type": "array",
    "items": {"type": "number", "minimum": -180, "maximum": 180},
    "minItems": 4,
    "maxItems": 4,
}


def inside_box(rows: QuerySet[Any], text: str) -> QuerySet[Any]:
    """Rows with a point inside `west,south,east,north` (degrees, edges included)."""
    west, south, east, north = _box(text)
    return rows.filter(lon__gte=west, lon__lte=east, lat__gte=south, lat__lte=north)


def _box(text: str) -> tuple[float, ...]:
    try:
        edges = tuple(float(part) for part in text.split(","))
    except ValueError:
        edges = ()
    valid = len(edges) == 4 and all(map(math.isfinite, edges))
    if not valid or edges[0] > edges[2] or edges[1] > edges[3]:
        raise ValidationError({"in_bbox": _("应为“西,南,东,北”四个经纬度数值，且西≤东、南≤北")})
    return edges


def refuse_strange_parameters(request: Request, known: frozenset[str]) -> None:
    """A misspelt, empty or repeated parameter must not silently widen a list."""
    problems: dict[str, str] = {}
    for name, values in request.query_params.lists():
        if name not in known:
            problems[name] = _("没有这个参数；可用：%(names)s") % {
                "names": "、".join(sorted(known))
            }
        elif len(values) > 1:
            problems[name] = _("参数重复；多个值请用逗号连接")
        elif not values[0].strip():
            problems[name] = _("参数为空；不筛选时请去掉该参数")
        elif "\x00" in values[0]:
            problems[name] = _("参数中不能有空字符")
    if problems:
        raise ValidationError(problems)
