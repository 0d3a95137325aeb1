"""Versions of what is frozen once published: drafts changed, numbered, published, closed.

For rows with `district`, `code`, `number`, `state` (draft → published → retired) and `version`, of
which one of each code is published at a time; the machine has the moves `publish` and `close`.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Max
from django.utils.translation import gettext as _

from core import policy
from core.audit import Act, Actor, act
from core.db import locked
from core.scope import Scope
from core.versions import require_version
from core.workflow import Machine, moving

DRAFT, PUBLISHED = "draft", "published"


def next_number(row: Any) -> int:
    """The number of the next version of the row's code in its district."""
    rows = type(row)._default_manager.filter(district=row.district_id, code=row.code)
    newest: int = rows.aggregate(newest=Max("number"))["newest"] or 0
    return newest + 1


@contextmanager
def changing(
    name: str, row: Any, *, action: str, by: Actor, scope: Scope, seen_version: int | None
) -> Iterator[tuple[Any, Act]]:
    """A draft locked for changing in the act `name`; anything but a draft is frozen.

    Raises PermissionDenied (`action`), StaleVersionError, ValidationError.
    """
    with act(name, by=by) as this:
        now = locked(type(row)._default_manager.filter(pk=row.pk)).get()
        policy.require(scope, action, now)
        require_version(now, seen_version)
        if now.state != DRAFT:
            raise ValidationError(
                _("“%(row)s”%(state)s，不能修改；请复制为新版后再改。")
                % {"row": now, "state": now.get_state_display()},
                code="state",
            )
        this.obj = now
        yield now, this
        now.version += 1
        now.save()


def publish(
    machine: Machine,
    row: Any,
    *,
    lacking: Callable[[Any], list[str]],
    by: Actor,
    scope: Scope,
    seen_version: int | None,
) -> Any:
    """Freeze a draft; the published version of its code gives way.

    ValidationError with what is `lacking`.
    """
    with moving(machine, row, "publish", by=by, scope=scope, seen_version=seen_version) as (
        now,
        this,
    ):
        if found := lacking(now):
            raise ValidationError(found)
        others = type(now)._default_manager.filter(district=now.district_id, code=now.code)
        for former in others.filter(state=PUBLISHED):
            comment = _("由第 %(number)d 版代替") % {"number": now.number}
            close(machine, former, comment=comment, by=by, scope=scope)
            this.changes = {"replaces": former.number}
    return now


def close(
    machine: Machine,
    row: Any,
    *,
    comment: str,
    by: Actor,
    scope: Scope,
    seen_version: int | None = None,
) -> Any:
    """停用."""
    with moving(
        machine, row, "close", by=by, scope=scope, comment=comment, seen_version=seen_version
    ) as (now, _this):
        pass
    return now
