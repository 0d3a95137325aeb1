"""Versions of questionnaires: drafted, copied, published once and for all, closed."""

from collections.abc import Mapping, Sequence
from typing import Any

from assessments.models import Questionnaire
from core.audit import Actor
from core.scope import Scope
from territory.models import District

Row = Mapping[str, Any]


def create_questionnaire(
    *, district: District, values: Row, by: Actor, scope: Scope
) -> Questionnaire:
    """A draft without questions: the next number of its code."""
    raise NotImplementedError


def change_questionnaire(
    *,
    questionnaire: Questionnaire,
    values: Row,
    by: Actor,
    scope: Scope,
    seen_version: int | None = None,
) -> Questionnaire:
    """Change a draft's own columns (not its code). ValidationError by column."""
    raise NotImplementedError


def replace_questions(
    *,
    questionnaire: Questionnaire,
    rows: Sequence[Row],
    by: Actor,
    scope: Scope,
    seen_version: int | None = None,
) -> Questionnaire:
    """Put these questions in the place of a draft's, in this order.

    Rows are as `contents.content_of_questionnaire` has them. ValidationError with keys like
    `questions.2.options` (rows counted from 1); each message names row and column, too.
    """
    raise NotImplementedError


def copy_questionnaire(*, questionnaire: Questionnaire, by: Actor, scope: Scope) -> Questionnaire:
    """A draft with all that this version has, the next number of its code."""
    raise NotImplementedError


def publish_questionnaire(
    *, questionnaire: Questionnaire, by: Actor, scope: Scope, seen_version: int | None = None
) -> Questionnaire:
    """Freeze a draft and put it in the place of the published version of its code."""
    raise NotImplementedError


def close_questionnaire(
    *,
    questionnaire: Questionnaire,
    comment: str,
    by: Actor,
    scope: Scope,
    seen_version: int | None = None,
) -> Questionnaire:
    """停用: no new wave with it; those under way keep it."""
    raise NotImplementedError


def lacking(questionnaire: Questionnaire) -> list[str]:
    """Why it cannot be published yet, one sentence each; empty = ready."""
    raise NotImplementedError
