"""Acts on public facilities (公共服务设施)."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from circles.models import Facility
from circles.services.circles import check_day
from circles.services.sites import (
    FIRST_DAY,
    Sort,
    Values,
    change_site,
    changing,
    create_site,
    place_problems,
)
from circles.signals import circles_changed
from core.audit import Actor
from territory.models import District

# Far above any facility of a living circle: what exceeds it is a slip of the pen.
MOST_CAPACITY = 100_000


def facility_problems(values: Values) -> Iterator[tuple[str, str]]:
    """(column, message) of what cannot be in a facility's row."""
    yield from place_problems(values)
    opened, closed = values["opened_on"], values["closed_on"]
    if opened and closed and closed < opened:
        yield (
            "closed_on",
            _("停用日期（%(closed)s）早于启用日期（%(opened)s）")
            % {"closed": closed, "opened": opened},
        )
    if opened and opened < FIRST_DAY:
        yield "opened_on", _("启用日期（%(day)s）过早，请核对年份") % {"day": opened}
    capacity = values["capacity"]
    if capacity is not None and capacity > MOST_CAPACITY:
        yield "capacity", _("服务容量超过 %(most)d，请核对") % {"most": MOST_CAPACITY}


def _tell(district: District) -> None:
    circles_changed.send(sender=Facility, district=district)


FACILITIES = Sort(Facility, "facility", "F", facility_problems, _tell)


def create_facility(*, district: District, values: Values, by: Actor, reason: str = "") -> Facility:
    """Enter a facility; `values` and errors as `create_site`."""
    made: Facility = create_site(FACILITIES, district=district, values=values, by=by, reason=reason)
    return made


def change_facility(
    *,
    facility: Facility,
    changes: Values,
    by: Actor,
    reason: str = "",
    seen_version: int | None = None,
) -> Facility:
    """Change a facility; errors as `change_site`."""
    changed: Facility = change_site(
        FACILITIES,
        site=facility,
        changes=changes,
        by=by,
        reason=reason,
        seen_version=seen_version,
    )
    return changed


def close_facility(
    *,
    facility: Facility,
    on: dt.date,
    by: Actor,
    reason: str,
    seen_version: int | None = None,
) -> Facility:
    """Say that the facility serves nobody any more from `on`."""
    check_day(on)
    act = changing(FACILITIES, facility, "circles.close_facility", by, reason, seen_version)
    row: Any
    with act as (row, this):
        if row.closed_on is not None:
            raise ValidationError({"on": _("该设施已自 %(day)s 起停用") % {"day": row.closed_on}})
        if row.opened_on and on < row.opened_on:
            raise ValidationError(
                {"on": _("停用日期不能早于启用日期（%(day)s）") % {"day": row.opened_on}}
            )
        this.from_state, this.to_state = "open", "closed"
        row.closed_on = on
    closed: Facility = row
    return closed
