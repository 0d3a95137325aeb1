"""Writing the rows of a version of a standard or a questionnaire."""

from collections.abc import Sequence
from typing import Any

from django.db import models

from assessments.parts import Part

Row = dict[str, Any]


def save_parts(version: models.Model, parts: Sequence[Part], content: dict[str, Any]) -> None:
    """Put a content's clean rows in the place of the version's, in their order."""
    for part in parts:
        _replace(version, part, content[part.name])


def _replace(version: models.Model, part: Part, rows: Sequence[Row]) -> None:
    owner = version._meta.model_name
    part.model._default_manager.filter(**{str(owner): version}).delete()
    made = _insert(part, rows, **{str(owner): version})
    if part.inner:
        inner = part.inner
        for parent, row in zip(made, rows, strict=True):
            _insert(inner, row[inner.name], **{str(parent._meta.model_name): parent})


def _insert(part: Part, rows: Sequence[Row], **owner: Any) -> list[models.Model]:
    named = {column.name for column in part.model._meta.concrete_fields}
    return part.model._default_manager.bulk_create(
        [
            part.model(
                **owner,
                **{name: row[name] for name in part.columns},
                **({"sort": number} if "sort" in named else {}),
            )
            for number, row in enumerate(rows, start=1)
        ]
    )
