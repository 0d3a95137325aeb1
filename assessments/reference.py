"""Loads the default standards and questionnaires (`standards.json`, `questionnaires.json`)."""

import datetime as dt
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from django.db import models

from assessments.contents import (
    STANDARD_PARTS,
    Content,
    content_of,
    content_of_questionnaire,
)
from assessments.models import Questionnaire, Standard
from assessments.parts import QUESTIONNAIRE, QUESTIONS, STANDARD, Part, clean_rows, clean_value
from assessments.saving import save_parts
from core.models import Clause
from core.reference import clauses, read
from territory.models import District

Row = dict[str, Any]
Cited = dict[tuple[str, str], Clause]


def load(fixtures: Path) -> dict[str, int]:
    """Idempotent. A published version is never changed: one that differs is a new draft.

    The first version of a code is in use at once; a later one is for staff to look at and publish.
    """
    district = District.objects.get(code=read(fixtures, "territory")["district"]["code"])
    cited = clauses()
    questionnaires = read(fixtures, "questionnaires")
    for row in questionnaires["questionnaires"]:
        _load_questionnaire(district, row, questionnaires["option_lists"], cited)
    standards = read(fixtures, "standards")
    for row in standards["standards"]:
        _load_standard(district, row, standards, cited)
    return {
        "questionnaires": len(questionnaires["questionnaires"]),
        "standards": len(standards["standards"]),
    }


def _load_questionnaire(
    district: District, row: Row, lists: Mapping[str, Any], cited: Cited
) -> None:
    own = _own(QUESTIONNAIRE, row, cited)
    questions = [_with_options(question, lists) for question in row["questions"]]
    wanted: Content = {
        "questionnaire": own,
        "questions": _clean(QUESTIONS, questions),
    }
    versions = _versions(Questionnaire, district, row["code"])
    if not any(content_of_questionnaire(each) == wanted for each in versions):
        made = _begin(Questionnaire, district, versions, own, cited)
        save_parts(made, (QUESTIONS,), wanted)


def _with_options(question: Row, lists: Mapping[str, Any]) -> Row:
    """Its options may be named instead of listed."""
    options = question.get("options", [])
    return question | {"options": lists[options] if isinstance(options, str) else options}


def _load_standard(district: District, row: Row, data: Mapping[str, Any], cited: Cited) -> None:
    own = _own(STANDARD, row, cited)
    checklist = [_with_source(item, cited) for item in data["checklists"][row["checklist"]]]
    parts = {
        "levels": row["levels"],
        "checklist_items": checklist,
        "dimensions": data["scorecards"][row["scorecard"]],
    }
    wanted: Content = {"standard": own}
    wanted |= {part.name: _clean(part, parts[part.name]) for part in STANDARD_PARTS}
    versions = _versions(Standard, district, row["code"])
    if not any(_of_file(content_of(each)) == wanted for each in versions):
        made = _begin(Standard, district, versions, own, cited)
        save_parts(made, STANDARD_PARTS, wanted)


def _of_file(content: Content) -> Content:
    """A stored content as files have it: which version of the questionnaire is the staff's."""
    own = dict(content["standard"])
    own["questionnaire"] = own["questionnaire"].partition("/")[0]
    return content | {"standard": own}


def _with_source(item: Row, cited: Cited) -> Row:
    """Where its word was found: the clause, and what else the file says."""
    told = dict(item)
    words = [told.get("source", "")]
    if "ref" in told:
        clause = cited[told.pop("document"), told.pop("ref")]
        words.insert(0, f"{clause.document.short_name} {clause.ref}")
    return told | {"source": "；".join(filter(None, words))}


def _own(part: Part, row: Row, cited: Cited) -> Row:
    """The version's own columns in canonical form, the clause by its place."""
    clause = cited[row["document"], row["ref"]] if "ref" in row else None
    own: Row = {}
    for name in part.columns:
        if name == "clause":
            own[name] = f"{clause.document.code} {clause.ref}" if clause else ""
        elif name == "questionnaire":
            own[name] = row.get(name, "")
        else:
            column: Any = part.model._meta.get_field(name)
            own[name] = clean_value(part, name, row.get(name, column.get_default()))
    return own


def _clean(part: Part, rows: list[Row]) -> list[Row]:
    faults: list[Any] = []
    found = clean_rows(part, rows, faults)
    if faults:
        raise ValueError(f"{part.name}: {faults[:3]}")
    return found


def _versions(model: Any, district: District, code: str) -> list[Any]:
    return list(model.objects.filter(district=district, code=code).order_by("-number"))


def _begin(
    model: Any, district: District, versions: Iterable[Any], own: Row, cited: Cited
) -> models.Model:
    newest = next(iter(versions), None)
    columns = dict(own)
    if clause := columns.pop("clause"):
        columns["clause"] = cited[_place(clause)]
    if "questionnaire" in columns:
        columns["questionnaire"] = _newest_questionnaire(district, columns["questionnaire"])
    for name in ("valid_from", "valid_to"):
        if columns.get(name):
            columns[name] = dt.date.fromisoformat(columns[name])
    made: models.Model = model.objects.create(
        district=district,
        number=newest.number + 1 if newest else 1,
        state=model.State.DRAFT if newest else model.State.PUBLISHED,
        **columns,
    )
    return made


def _place(clause: str) -> tuple[str, str]:
    document, _space, ref = clause.partition(" ")
    return document, ref


def _newest_questionnaire(district: District, code: str) -> Questionnaire | None:
    found = Questionnaire.objects.filter(district=district, code=code)
    return found.order_by(models.Case(models.When(state="published", then=0), default=1)).first()
