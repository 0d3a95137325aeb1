"""Versions of evaluation standards: drafted, copied, published once and for all, closed."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from assessments.models import Standard
from core.audit import Actor
from core.scope import Scope
from territory.models import District

Row = Mapping[str, Any]
# The parts that `replace_part` takes.
PARTS = ("levels", "checklist_items", "dimensions")


def create_standard(*, district: District, values: Row, by: Actor, scope: Scope) -> Standard:
    """A draft without parts: the next number of its code. `values` are the model's own columns."""
    raise NotImplementedError


def change_standard(
    *, standard: Standard, values: Row, by: Actor, scope: Scope, seen_version: int | None = None
) -> Standard:
    """Change a draft's own columns (not its code). ValidationError by column."""
    raise NotImplementedError


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

    Rows are as `contents.content_of` has them (dimensions with their `items`). ValidationError with
    keys like `levels.2.min_basic` or `dimensions.1.items.3.points` (rows counted from 1); each
    message names row and column, too.
    """
    raise NotImplementedError


def copy_standard(*, standard: Standard, by: Actor, scope: Scope) -> Standard:
    """A draft with all that this version has, the next number of its code."""
    raise NotImplementedError


def publish_standard(
    *, standard: Standard, by: Actor, scope: Scope, seen_version: int | None = None
) -> Standard:
    """Freeze a draft and put it in the place of the published version of its code.

    ValidationError with what is lacking.
    """
    raise NotImplementedError


def close_standard(
    *,
    standard: Standard,
    comment: str,
    by: Actor,
    scope: Scope,
    seen_version: int | None = None,
) -> Standard:
    """停用: no new evaluation under it; those under way keep it."""
    raise NotImplementedError


def lacking(standard: Standard) -> list[str]:
    """Why it cannot be published yet, one sentence each; empty = ready."""
    raise NotImplementedError


def standard_on(district: District, day: dt.date, code: str = "") -> Standard | None:
    """The published standard in force on the day: an official one first, then the default."""
    raise NotImplementedError
