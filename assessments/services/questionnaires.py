"""Versions of questionnaires: drafted, copied, published once and for all, closed."""

from collections.abc import Mapping, Sequence
from typing import Any

from assessments.contents import content_of_questionnaire
from assessments.models import Questionnaire
from assessments.parts import QUESTIONNAIRE, QUESTIONS
from assessments.services import versions
from assessments.services.versions import Sort
from assessments.soundness import known_codes
from assessments.soundness_questions import lacking_in_questionnaire
from assessments.workflow import standards as workflow
from core.audit import Actor
from core.scope import Scope
from territory.models import District

Row = Mapping[str, Any]


def create_questionnaire(
    *, district: District, values: Row, by: Actor, scope: Scope
) -> Questionnaire:
    """A draft without questions: the next number of its code."""
    made: Questionnaire = versions.create(
        SORT, district=district, values=values, by=by, scope=scope
    )
    return made


def change_questionnaire(
    *,
    questionnaire: Questionnaire,
    values: Row,
    by: Actor,
    scope: Scope,
    seen_version: int | None = None,
) -> Questionnaire:
    """Change a draft's own columns (not its code). ValidationError by column."""
    now: Questionnaire = versions.change(
        SORT, questionnaire, values=values, by=by, scope=scope, seen_version=seen_version
    )
    return now


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
    now: Questionnaire = versions.replace(
        SORT,
        questionnaire,
        part=QUESTIONS.name,
        rows=rows,
        by=by,
        scope=scope,
        seen_version=seen_version,
    )
    return now


def copy_questionnaire(*, questionnaire: Questionnaire, by: Actor, scope: Scope) -> Questionnaire:
    """A draft with all that this version has, the next number of its code."""
    made: Questionnaire = versions.copy(SORT, questionnaire, by=by, scope=scope)
    return made


def publish_questionnaire(
    *, questionnaire: Questionnaire, by: Actor, scope: Scope, seen_version: int | None = None
) -> Questionnaire:
    """Freeze a draft and put it in the place of the published version of its code.

    ValidationError with what is lacking.
    """
    now: Questionnaire = versions.publish(
        SORT, questionnaire, by=by, scope=scope, seen_version=seen_version
    )
    return now


def close_questionnaire(
    *,
    questionnaire: Questionnaire,
    comment: str,
    by: Actor,
    scope: Scope,
    seen_version: int | None = None,
) -> Questionnaire:
    """停用: no new wave with it; those under way keep it."""
    now: Questionnaire = versions.close(
        SORT, questionnaire, comment=comment, by=by, scope=scope, seen_version=seen_version
    )
    return now


def lacking(questionnaire: Questionnaire) -> list[str]:
    """Why it cannot be published yet, one sentence each; empty = ready."""
    content = content_of_questionnaire(questionnaire)
    return lacking_in_questionnaire(content, known_codes().formats)


SORT = Sort(
    "questionnaire",
    Questionnaire,
    workflow.QUESTIONNAIRE,
    QUESTIONNAIRE,
    (QUESTIONS,),
    content_of_questionnaire,
    lacking,
)
