"""The results of a wave through the API: the cells that the pages show, withheld alike."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers

from assessments.models import Survey
from assessments.results import Cell, Results
from circles.models import Circle
from core.scope import Scope
from territory.models import District, Street

BREAKDOWNS = ("district", "street", "circle", "age_band", "channel")
PARAMETERS = [
    OpenApiParameter(
        "by",
        {"type": "string", "enum": list(BREAKDOWNS), "default": "district"},
        description=gettext_lazy("分组：全区、街道（镇）、生活圈、年龄段、渠道"),
    ),
    OpenApiParameter(
        "street", {"type": "string"}, description=gettext_lazy("只看该街道（镇）主报的，按编码")
    ),
    OpenApiParameter(
        "circle", {"type": "string"}, description=gettext_lazy("只看该生活圈，按编码")
    ),
]
NAMES = frozenset(one.name for one in PARAMETERS)
FIGURES = (
    *("n", "excluded", "refused", "share", "low", "high", "margin", "score"),
    *("basic_share", "basic_low", "basic_high", "basic_margin"),
)


class ResultCellSerializer(serializers.Serializer[Any]):
    """One line; every number is null where it is withheld (`state` suppressed)."""

    key = serializers.CharField(help_text=gettext_lazy("编码，或年龄段、渠道的值；空为未填写"))
    label = serializers.CharField()  # type: ignore[assignment]
    state = serializers.ChoiceField(choices=("shown", "suppressed", "empty"))
    quota = serializers.IntegerField(allow_null=True)
    answered = serializers.IntegerField(allow_null=True)
    n = serializers.IntegerField(allow_null=True, help_text=gettext_lazy("有效样本"))
    excluded = serializers.IntegerField(allow_null=True, help_text=gettext_lazy("答“不清楚”"))
    refused = serializers.IntegerField(allow_null=True, help_text=gettext_lazy("未作答"))
    share = serializers.FloatField(allow_null=True, help_text=gettext_lazy("居民综合满意度"))
    low = serializers.FloatField(allow_null=True, help_text=gettext_lazy("95%区间下限"))
    high = serializers.FloatField(allow_null=True, help_text=gettext_lazy("95%区间上限"))
    margin = serializers.FloatField(allow_null=True, help_text=gettext_lazy("误差范围"))
    basic_share = serializers.FloatField(allow_null=True, help_text=gettext_lazy("居民基本满意度"))
    basic_low = serializers.FloatField(allow_null=True)
    basic_high = serializers.FloatField(allow_null=True)
    basic_margin = serializers.FloatField(allow_null=True)
    score = serializers.FloatField(allow_null=True, help_text=gettext_lazy("满意度得分"))


class ResultsSerializer(serializers.Serializer[Any]):
    """A breakdown of a wave that is over."""

    survey = serializers.UUIDField()
    by = serializers.ChoiceField(choices=BREAKDOWNS)
    smallest_cell = serializers.IntegerField(help_text=gettext_lazy("公布的最小样本数"))
    is_sample = serializers.BooleanField()
    cells = ResultCellSerializer(many=True)


def results_answer(survey: Survey, scope: Scope, asked: Mapping[str, str]) -> Any:
    """The body of the answer; PermissionDenied and ValidationError as the service decides."""
    by: Any = asked.get("by", "district")
    if by not in BREAKDOWNS:
        raise serializers.ValidationError({"by": _("请从 %s 中选择") % "、".join(BREAKDOWNS)})
    found = Results(survey, scope)
    try:
        cells = found.cells(by, _within(found, asked))
    except ValueError:
        raise serializers.ValidationError({"by": _("这个范围内不能这样分组")}) from None
    told = {
        "survey": survey.pk,
        "by": by,
        "smallest_cell": survey.smallest_cell,
        "is_sample": survey.is_sample,
        "cells": [_cell(one, survey.district) for one in cells],
    }
    return ResultsSerializer(told).data


def _within(found: Results, asked: Mapping[str, str]) -> Street | Circle | None:
    if "street" in asked and "circle" in asked:
        raise serializers.ValidationError({"circle": _("street 和 circle 只能填一个")})
    places: dict[str, list[Any]] = {"street": found.streets(), "circle": found.circles()}
    for name, rows in places.items():
        if name not in asked:
            continue
        place: Street | Circle | None = next((r for r in rows if r.code == asked[name]), None)
        if place is None:
            raise serializers.ValidationError({name: _("这次调查没有该编码的结果")})
        return place
    return None


def _cell(cell: Cell, district: District) -> dict[str, Any]:
    found = cell.found
    key = cell.key
    if cell.place is not None:
        key = cell.place.code
    elif key == str(district.pk):
        key = district.code
    return {
        "key": key,
        "label": cell.label,
        "state": cell.state,
        "quota": cell.quota,
        "answered": cell.answered,
        **{name: getattr(found, name, None) for name in FIGURES},
    }
