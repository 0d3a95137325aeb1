"""Versions of evaluation standards: drafted, copied, published once and for all, closed."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import Case, Q, When
from django.utils.translation import gettext as _

from assessments.contents import STANDARD_PARTS, content_of
from assessments.models import Questionnaire, Standard
from assessments.parts import STANDARD
from assessments.services import versions
from assessments.services.versions import Sort
from assessments.soundness import known_codes, lacking_in_standard
from assessments.workflow import standards as workflow
from core.audit import Actor
from core.scope import Scope
from territory.models import District

Row = Mapping[str, Any]
# The parts that `replace_part` takes.
PARTS = tuple(part.name for part in STANDARD_PARTS)
# The code of the standard that the platform ships for the district.
DEFAULT = "default"


def create_standard(*, district: District, values: Row, by: Actor, scope: Scope) -> Standard:
    """A draft without parts: the next number of its code. `values` are the model's own columns.

    A clause may be named as `document ref`, a questionnaire as `code/number`.
    """
    made: Standard = versions.create(SORT, district=district, values=values, by=by, scope=scope)
    return made


def change_standard(
    *, standard: Standard, values: Row, by: Actor, scope: Scope, seen_version: int | None = None
) -> Standard:
    """Change a draft's own columns (not its code). ValidationError by column."""
    now: Standard = versions.change(
        SORT, standard, values=values, by=by, scope=scope, seen_version=seen_version
    )
    return now


def replace_part(
    *,
    standard: Standard,
    part: str,
    rows: Sequence[Row],
    by: Actor,
    scope: Scope,
    seen_version: int | None = None,
) -> Standard:
    """Put these rows in the place of a draft's `part`, in this order.

    Rows are as `contents.content_of` has them (dimensions with their `items`); what a row leaves
    out is as the model has it. ValidationError with keys like `levels.2.min_basic` or
    `dimensions.1.items.3.points` (rows counted from 1); each message names row and column, too.
    """
    now: Standard = versions.replace(
        SORT, standard, part=part, rows=rows, by=by, scope=scope, seen_version=seen_version
    )
    return now


def copy_standard(*, standard: Standard, by: Actor, scope: Scope) -> Standard:
    """A draft with all that this version has, the next number of its code."""
    made: Standard = versions.copy(SORT, standard, by=by, scope=scope)
    return made


def publish_standard(
    *, standard: Standard, by: Actor, scope: Scope, seen_version: int | None = None
) -> Standard:
    """Freeze a draft and put it in the place of the published version of its code.

    ValidationError with what is lacking.
    """
    now: Standard = versions.publish(SORT, standard, by=by, scope=scope, seen_version=seen_version)
    return now


def close_standard(
    *,
    standard: Standard,
    comment: str,
    by: Actor,
    scope: Scope,
    seen_version: int | None = None,
) -> Standard:
    """停用: no new evaluation under it; those under way keep it."""
    now: Standard = versions.close(
        SORT, standard, comment=comment, by=by, scope=scope, seen_version=seen_version
    )
    return now


def lacking(standard: Standard) -> list[str]:
    """Why it cannot be published yet, one sentence each; empty = ready."""
    found = lacking_in_standard(content_of(standard), known_codes())
    asked = standard.questionnaire
    if asked and asked.purpose != Questionnaire.Purpose.SATISFACTION:
        found.append(_("“%(questionnaire)s”不是居民满意度问卷") % {"questionnaire": asked})
    if asked and asked.state != Questionnaire.State.PUBLISHED:
        told = {"questionnaire": asked, "state": asked.get_state_display()}
        found.append(_("满意度调查表“%(questionnaire)s”现为“%(state)s”，请选已发布的") % told)
    return found


def standard_on(district: District, day: dt.date, code: str = "") -> Standard | None:
    """The published standard in force on the day: an official one first, then the default."""
    rows = Standard.objects.filter(
        Q(valid_to__isnull=True) | Q(valid_to__gt=day),
        district=district,
        state=Standard.State.PUBLISHED,
        valid_from__lte=day,
    )
    if code:
        rows = rows.filter(code=code)
    first = Case(When(code=DEFAULT, then=0), default=1)
    return rows.order_by("-is_official", first, "-valid_from", "code").first()


SORT = Sort(
    "standard",
    Standard,
    workflow.STANDARD,
    STANDARD,
    STANDARD_PARTS,
    content_of,
    lacking,
)
