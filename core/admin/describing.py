"""Values as people read them, and what a form changed."""

import datetime as dt
import json
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext as _

NOTHING = "—"
LONGEST = 200
# A GeoJSON outline is nothing to read.
OUTLINES = frozenset({"Polygon", "MultiPolygon"})


def shown(value: Any) -> str:
    """A value in words: yes and no, days, lists with 、 between, outlines by their kind."""
    if value is None or value in ("", [], {}):
        return NOTHING
    if isinstance(value, bool):
        return _("是") if value else _("否")
    if isinstance(value, dt.datetime):
        return f"{timezone.localtime(value):%Y-%m-%d %H:%M}"
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    if isinstance(value, dict):
        return _outline(value) or _cut(json.dumps(value, ensure_ascii=False))
    if isinstance(value, list | tuple | models.QuerySet):
        return _cut("、".join(shown(item) for item in value))
    return _cut(str(value))


def shown_as(field: Any, value: Any) -> str:
    """A stored value of `field` in words: the word of a choice rather than its code."""
    choices = dict(getattr(field, "flatchoices", None) or ())
    is_code = isinstance(value, str | int) and value in choices and value != ""
    return str(choices[value]) if is_code else shown(value)


def changes_of(form: Any, formsets: Iterable[Any]) -> dict[str, Any]:
    """{label: [before, after]} of a saved form, and what happened to the rows below it."""
    changes: dict[str, Any] = {}
    for name in form.changed_data:
        field = form.fields[name]
        before = form.initial.get(name, field.initial)
        after = form.cleaned_data.get(name)
        changes[str(field.label or name)] = [_raw(before), _raw(after)]
    for formset in formsets or ():
        words = {
            _("新增"): [str(row) for row in getattr(formset, "new_objects", ())],
            _("修改"): [str(row) for row, _names in getattr(formset, "changed_objects", ())],
            _("删除"): [str(row) for row in getattr(formset, "deleted_objects", ())],
        }
        done = {word: rows for word, rows in words.items() if rows}
        if done:
            changes[str(formset.model._meta.verbose_name)] = done
    return changes


def _raw(value: Any) -> Any:
    """What the audit event keeps: plain values as they are, rows by their names."""
    if isinstance(value, models.Model):
        return str(value)
    if isinstance(value, models.QuerySet | list | tuple | set):
        return [_raw(item) for item in value]
    return value


def _outline(value: dict[str, Any]) -> str:
    if value.get("type") not in OUTLINES:
        return ""
    parts = [value["coordinates"]] if value["type"] == "Polygon" else value["coordinates"]
    rings = [ring for part in parts for ring in part]
    return _("边界（%(points)d 个点）") % {"points": sum(len(ring) - 1 for ring in rings)}


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"
