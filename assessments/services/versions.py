"""What standards and questionnaires share: drafts, copies, one published version of each code."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from assessments.contents import Content, clean_own, compare
from assessments.parts import Fault, Part, clean_rows, refuse, repeated_inner
from assessments.saving import save_parts
from core import policy, versioned
from core.audit import Actor, act
from core.scope import Scope
from core.versioned import changing, next_number
from core.workflow import Machine
from territory.models import District

Row = Mapping[str, Any]
CHANGE = "assessments.change_standards"


@dataclass(frozen=True)
class Sort:
    """Standards or questionnaires.

    thing    the last word of their acts
    own, parts  their own columns, and their rows
    content  a stored version's content
    lacking  why a version cannot be published yet
    """

    thing: str
    model: Any
    machine: Machine
    own: Part
    parts: tuple[Part, ...]
    content: Callable[[Any], Content]
    lacking: Callable[[Any], list[str]]

    def part(self, name: str) -> Part:
        """The part of that name. ValidationError when there is none."""
        for part in self.parts:
            if part.name == name:
                return part
        raise ValidationError(_("没有“%(part)s”这一部分") % {"part": name})


def create(sort: Sort, *, district: District, values: Row, by: Actor, scope: Scope) -> Any:
    """A draft, the next number of its code."""
    row = sort.model(district=district)
    policy.require(scope, CHANGE, row)
    with act(f"assessments.create_{sort.thing}", by=by) as this:
        _set(sort, row, values, columns=sort.own.columns)
        row.number = next_number(row)
        row.full_clean()
        row.save(force_insert=True)
        this.obj, this.to_state = row, row.state
        this.changes = {"code": row.code, "number": row.number}
    return row


def begin(
    sort: Sort, content: Content, *, district: District, by: Actor, scope: Scope, word: str
) -> Any:
    """A draft with this clean content, the next number of its code; `word` heads its act."""
    row = sort.model(district=district)
    policy.require(scope, CHANGE, row)
    with act(f"assessments.{word}_{sort.thing}", by=by) as this:
        _set(sort, row, content[sort.own.name], columns=sort.own.columns)
        row.number = next_number(row)
        row.full_clean()
        row.save(force_insert=True)
        save_parts(row, sort.parts, content)
        this.obj, this.to_state = row, row.state
        this.changes = {"code": row.code, "number": row.number}
    return row


def change(
    sort: Sort, row: Any, *, values: Row, by: Actor, scope: Scope, seen_version: int | None
) -> Any:
    """Change a draft's own columns."""
    columns = tuple(name for name in sort.own.columns if name != "code")
    name = f"assessments.change_{sort.thing}"
    with changing(name, row, action=CHANGE, by=by, scope=scope, seen_version=seen_version) as (
        now,
        this,
    ):
        before = sort.content(now)
        _set(sort, now, values, columns=columns)
        now.full_clean()
        after = sort.content(now)
        this.changes = {
            found.field: [found.before, found.after] for found in compare(before, after)
        }
    return now


def replace(
    sort: Sort,
    row: Any,
    *,
    part: str,
    rows: Sequence[Row],
    by: Actor,
    scope: Scope,
    seen_version: int | None,
) -> Any:
    """Put these rows in the place of a draft's part."""
    chosen = sort.part(part)
    faults: list[Fault] = []
    clean = clean_rows(chosen, rows, faults)
    name = f"assessments.change_{sort.thing}_rows"
    with changing(name, row, action=CHANGE, by=by, scope=scope, seen_version=seen_version) as (
        now,
        this,
    ):
        refuse(faults)
        if key := repeated_inner(chosen, clean):
            raise ValidationError({part: [_("“%(key)s”重复") % {"key": key}]})
        save_parts(now, (chosen,), {part: clean})
        this.changes = {"part": part, "rows": len(clean)}
    return now


def copy(sort: Sort, row: Any, *, by: Actor, scope: Scope) -> Any:
    """A draft like this version."""
    policy.require(scope, CHANGE, row)
    content = sort.content(row)
    return begin(sort, content, district=row.district, by=by, scope=scope, word="copy")


def publish(sort: Sort, row: Any, *, by: Actor, scope: Scope, seen_version: int | None) -> Any:
    """Freeze a draft; the published version of its code gives way."""
    return versioned.publish(
        sort.machine, row, lacking=sort.lacking, by=by, scope=scope, seen_version=seen_version
    )


def close(
    sort: Sort,
    row: Any,
    *,
    comment: str,
    by: Actor,
    scope: Scope,
    seen_version: int | None = None,
) -> Any:
    """停用."""
    return versioned.close(
        sort.machine, row, comment=comment, by=by, scope=scope, seen_version=seen_version
    )


def _set(sort: Sort, row: Any, values: Row, *, columns: Sequence[str]) -> None:
    wrong: dict[str, Any] = {}
    for name, value in values.items():
        if name not in columns:
            wrong[name] = [_("不能修改")]
            continue
        try:
            column = row._meta.get_field(name)
            clean = clean_own(sort.own, name, value, row.district)
            setattr(row, name, clean if column.is_relation else column.to_python(clean))
        except ValidationError as error:
            wrong[name] = error.messages
    if wrong:
        raise ValidationError(wrong)
    until = getattr(row, "valid_to", None)
    if until and row.valid_from and until <= row.valid_from:
        raise ValidationError({"valid_to": [_("应晚于起始日期")]})
