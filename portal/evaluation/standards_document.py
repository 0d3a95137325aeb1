"""A standard as people read it: what levels ask for, what is looked for, how points are made."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from assessments.models import ChecklistItem, ScoreItem, Standard
from circles.models.circle import Level
from outlets.models import BusinessFormat
from outlets.models.outlet import FacilityForm
from portal.editing.rows import short
from portal.evaluation.standards_figures import curve_text, figure_name
from portal.evaluation.standards_forms import pickers

NONE = "—"
# Heads the part of the address that names a dimension's items.
OF_DIMENSION = "dimension-"
FORMS = dict(FacilityForm.choices)


def document_of(standard: Standard) -> dict[str, Any]:
    """The template's `levels`, `checklist` and `scorecard`; constant queries."""
    items = list(standard.checklist_items.order_by("sort", "id"))
    labels = {item.key: item.label for item in items}
    names = pickers()
    dimensions = list(standard.dimensions.order_by("sort", "id").prefetch_related("items"))
    return {
        "levels": _levels(standard, labels),
        "checklist": _checklist(items, names),
        "scorecard": [_dimension(one, labels, names["formats"]) for one in dimensions],
        "total": short(sum((one.points for one in dimensions), start=Decimal(0))),
        "divergence": short(standard.divergence),
        "review_share": f"{short(standard.review_share * 100)}%",
    }


# --- Levels ---------------------------------------------------------------------------------------
def _levels(standard: Standard, labels: Mapping[str, str]) -> dict[str, Any]:
    """{heads, rows: [{label, cells}], required: [[text] of each level]}, from low to high."""
    order = list(Level.values)
    levels = sorted(standard.levels.all(), key=lambda one: order.index(one.level))
    figures = (
        (_("基本保障类最少种类数"), lambda one: _kinds(one.min_basic)),
        (_("品质提升类最少种类数"), lambda one: _kinds(one.min_quality)),
        (_("评价得分下限"), lambda one: _points(one.min_score)),
        (_("居民综合满意度下限"), lambda one: _percent(one.min_satisfaction)),
        (_("居民基本满意度下限"), lambda one: _percent(one.min_basic_satisfaction)),
    )
    return {
        "heads": [one.get_level_display() for one in levels],
        "rows": [
            {"label": label, "cells": [text(one) for one in levels]} for label, text in figures
        ],
        "required": [
            ["／".join(labels.get(key, key) for key in group) for group in one.required]
            for one in levels
        ],
    }


def _kinds(n: int) -> str:
    return _("%(n)d 种") % {"n": n} if n else NONE


def _points(points: Any) -> str:
    return NONE if points is None else _("%(n)s 分") % {"n": short(points)}


def _percent(share: Any) -> str:
    return NONE if share is None else f"{short(share * 100)}%"


# --- Checklist ------------------------------------------------------------------------------------
def _checklist(
    items: list[ChecklistItem], names: Mapping[str, Mapping[str, str]]
) -> list[dict[str, Any]]:
    """A column for each category: {label, kinds: [{label, counts, source}]}."""
    return [
        {
            "label": label,
            "kinds": [
                {
                    "label": item.label,
                    "counts": counts_text(vars(item), names),
                    "source": item.source,
                }
                for item in items
                if item.category == category
            ],
        }
        for category, label in BusinessFormat.Category.choices
    ]


def counts_text(item: Mapping[str, Any], names: Mapping[str, Mapping[str, str]]) -> list[str]:
    """What counts as the kind (its columns by name), one text a register."""

    def listed(picker: str) -> str:
        return "、".join(names[picker].get(code, code) for code in item[picker])

    told = []
    if item["formats"]:
        formats = listed("formats")
        if form := item["facility_form"]:
            form = FORMS.get(form, form)
            formats = _("%(formats)s（限%(form)s）") % {"formats": formats, "form": form}
        told.append(_("网点：%(names)s") % {"names": formats})
    if item["services"]:
        told.append(_("叠加服务：%(names)s") % {"names": listed("services")})
    if item["facility_kinds"]:
        told.append(_("公共服务设施：%(names)s") % {"names": listed("facility_kinds")})
    return told or [_("台账中无对应，由人工查看")]


# --- Scorecard ------------------------------------------------------------------------------------
def _dimension(
    dimension: Any, items: Mapping[str, str], formats: Mapping[str, str]
) -> dict[str, Any]:
    rows = sorted(dimension.items.all(), key=lambda one: (one.sort, one.pk))
    total = sum((one.points for one in rows), start=Decimal(0))
    return {
        "part": f"{OF_DIMENSION}{dimension.key}",
        "name": dimension.name,
        "points": short(dimension.points),
        "total": short(total),
        "fits": total == dimension.points,
        "rows": [_item(one, items, formats) for one in rows],
    }


def _item(item: ScoreItem, items: Mapping[str, str], formats: Mapping[str, str]) -> dict[str, Any]:
    told: dict[str, Any] = {
        "name": item.name,
        "points": short(item.points),
        "kind": item.get_kind_display(),
        "computed": item.kind == ScoreItem.Kind.COMPUTED,
    }
    if told["computed"]:
        name = figure_name(item.source, item.source_code, item.source_part, items, formats)
        source = ScoreItem.Source(item.source).label
        return told | {"how": f"{source}：{name}", "curve": curve_text(item), "guide": item.guide}
    grades = [
        _("%(label)s %(n)s 分") % {"label": one["label"], "n": one["points"]}
        for one in item.scale or []
    ]
    return told | {
        "guide": item.guide,
        "grades": "、".join(grades),
        "step": short(item.step),
        "evidence": item.evidence,
        "photo": item.photo_required,
    }
