"""Changing what of a circle is not dated: its name, layout, theme, batch, people."""

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Model
from django.utils.translation import gettext as _

from circles.models import Circle
from circles.signals import circles_changed
from core.audit import Actor, act
from core.db import locked
from core.versions import require_version

# What is dated, or follows from what is, has acts of its own (circles.services.circles).
PLAIN = frozenset({"name", "layout", "theme", "batch", "responsible", "planner", "operator"})


def change_circle(
    *,
    circle: Circle,
    changes: Mapping[str, Any],
    by: Actor,
    reason: str = "",
    seen_version: int | None = None,
) -> Circle:
    """Change columns of a circle by field name (`PLAIN`).

    StaleVersionError when the row is no longer `seen_version`; ValidationError names the fields.
    """
    if unknown := set(changes) - PLAIN:
        raise ValidationError({name: _("不能填写该项") for name in sorted(unknown)})
    with act("circles.change", by=by, comment=reason) as this:
        row = locked(Circle.objects.filter(pk=circle.pk)).get()
        require_version(row, seen_version)
        for name, value in changes.items():
            this.changes[name] = [_plain(getattr(row, name)), _plain(value)]
            setattr(row, name, value)
        row.full_clean()
        row.version += 1
        row._change_reason = reason[:100]  # type: ignore[attr-defined]
        row.save()
        this.obj = row
        circles_changed.send(sender=Circle, district=row.district)
    return row


def _plain(value: Any) -> Any:
    return str(value) if isinstance(value, Model) else value
