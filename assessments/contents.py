"""What a version of a standard or a questionnaire says, apart from where and when it is kept."""

import datetime as dt
from dataclasses import dataclass, replace
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext as _

from assessments.models import Questionnaire, Standard
from assessments.parts import (
    CHECKLIST,
    DIMENSIONS,
    LEVEL_ORDER,
    LEVELS,
    PARTS,
    QUESTIONNAIRE,
    QUESTIONS,
    STANDARD,
    Part,
    clean_value,
    rows_of,
    value_of,
)
from core.reference import clause_named
from territory.models import District

Content = dict[str, Any]
STANDARD_PARTS = (LEVELS, CHECKLIST, DIMENSIONS)


@dataclass(frozen=True)
class Difference:
    """One thing that two versions say differently.

    part    standard, levels, checklist_items, dimensions, items; questionnaire, questions
    key, label  of the row; "" and the part's label for the version's own columns
    field   the column; "" = the whole row is there in one version only; "sort" = the order
    before, after  as texts for people; None = not there
    """

    part: str
    key: str
    label: str
    field: str
    before: str | None
    after: str | None

    @property
    def part_label(self) -> str:
        """The part's name for people."""
        return str(PARTS[self.part].label)

    @property
    def field_label(self) -> str:
        """The column's name for people; "" for a whole row."""
        if not self.field:
            return ""
        return _("次序") if self.field == "sort" else PARTS[self.part].column_label(self.field)


def content_of(standard: Standard) -> Content:
    """Own columns under `standard`, then `levels`, `checklist_items`, `dimensions` with `items`.

    JSON-able and canonical: decimals as their shortest text, days in ISO, no ids, states or
    numbers. Reads the parts from prefetched relations where there are.
    """
    levels = sorted(standard.levels.all(), key=lambda row: LEVEL_ORDER.index(row.level))
    return {
        "standard": own_columns(STANDARD, standard),
        "levels": rows_of(LEVELS, levels),
        "checklist_items": rows_of(CHECKLIST, standard.checklist_items.all()),
        "dimensions": rows_of(DIMENSIONS, standard.dimensions.all()),
    }


def content_of_questionnaire(questionnaire: Questionnaire) -> Content:
    """Own columns under `questionnaire`, then `questions`; else as `content_of`."""
    return {
        "questionnaire": own_columns(QUESTIONNAIRE, questionnaire),
        "questions": rows_of(QUESTIONS, questionnaire.questions.all()),
    }


# --- a version's own columns -------------------------------------------------------------------


def own_columns(part: Part, row: models.Model) -> dict[str, Any]:
    """A version's own columns: clause as `document ref`, questionnaire as `code/number`."""
    return {name: _own(part, row, name) for name in part.columns}


def _own(part: Part, row: Any, name: str) -> Any:
    if name == "clause":
        return f"{row.clause.document.code} {row.clause.ref}" if row.clause_id else ""
    if name == "questionnaire":
        named = row.questionnaire
        return f"{named.code}/{named.number}" if row.questionnaire_id else ""
    value = value_of(part, row, name)
    return value.isoformat() if isinstance(value, dt.date) else value


def clean_own(part: Part, name: str, value: Any, district: District) -> Any:
    """A version's own column as the model takes it: rows by their names. ValidationError."""
    if name == "clause":
        return clause_named(value)
    if name == "questionnaire":
        return _named_questionnaire(value, district)
    return clean_value(part, name, value)


def _named_questionnaire(value: Any, district: District) -> Questionnaire | None:
    if isinstance(value, Questionnaire) and value.district_id != district.pk:
        raise ValidationError(_("不是本区的问卷"))
    if not isinstance(value, str):
        return value or None
    if not value.strip():
        return None
    code, _slash, number = value.strip().partition("/")
    if number.isascii() and number.isdecimal():
        found = Questionnaire.objects.filter(district=district, code=code, number=int(number[:6]))
        if questionnaire := found.first():
            return questionnaire
    raise ValidationError(_("没有问卷“%(named)s”，应写成“问卷编码/版次”") % {"named": value})


# --- comparing ---------------------------------------------------------------------------------


def compare(a: Content, b: Content) -> list[Difference]:
    """What `b` says otherwise than `a`: two contents of the same sort."""
    found: list[Difference] = []
    for name, told in a.items():
        part = PARTS[name]
        if isinstance(told, dict):
            found += _columns(part, "", str(part.label), told, b[name])
        else:
            found += _rows(part, told, b[name])
    return [_worded(one, a, b) for one in found]


def _worded(found: Difference, a: Content, b: Content) -> Difference:
    """What a level requires by its label, as people know it."""
    if (found.part, found.field) != (LEVELS.name, "required"):
        return found
    texts = []
    for content in (a, b):
        labels = {item["key"]: item["label"] for item in content["checklist_items"]}
        groups = next(row["required"] for row in content["levels"] if row["level"] == found.key)
        texts.append("、".join("/".join(labels.get(k, k) for k in group) for group in groups))
    return replace(found, before=texts[0], after=texts[1])


def _columns(
    part: Part, key: str, label: str, a: dict[str, Any], b: dict[str, Any]
) -> list[Difference]:
    return [
        Difference(part.name, key, label, name, part.text(name, a[name]), part.text(name, b[name]))
        for name in part.columns
        if a[name] != b[name]
    ]


def _rows(part: Part, a: list[Content], b: list[Content], inside: str = "") -> list[Difference]:
    old, new = ({row[part.key]: row for row in rows} for rows in (a, b))
    found = []
    for key, row in (old | new).items():
        label = inside + part.text(part.title, row[part.title])
        if key in old and key in new:
            found += _columns(part, key, label, old[key], new[key])
        else:
            # A row that one of them lacks, with what it holds.
            told = _summary(part, row)
            before, after = (told, None) if key in old else (None, told)
            found.append(Difference(part.name, key, label, "", before, after))
        if part.inner:
            before_rows, after_rows = (
                rows[key][part.inner.name] if key in rows else [] for rows in (old, new)
            )
            found += _rows(part.inner, before_rows, after_rows, f"{label}：")
    kept = [[key for key in rows if key in old and key in new] for rows in (old, new)]
    if kept[0] != kept[1]:
        before, after = ("、".join(keys) for keys in kept)
        found.append(Difference(part.name, "", str(part.label), "sort", before, after))
    return found


def _summary(part: Part, row: Content) -> str:
    told = [
        f"{part.column_label(name)} {text}"
        for name in part.columns
        if name not in (part.key, part.title) and (text := part.text(name, row[name]))
    ]
    return "；".join(told)
