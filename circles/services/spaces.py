"""Acts on spaces that can be used (可利用空间台账)."""

import datetime as dt
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from circles.models import Space
from circles.services.sites import (
    FIRST_DAY,
    Sort,
    Values,
    change_site,
    changing,
    create_site,
    place_problems,
)
from core.audit import Actor
from outlets.models import BusinessFormat
from territory.models import District

# Far above any site of a living circle: what exceeds them is a slip of the pen or of the unit.
MOST_AREA = 1_000_000
MOST_RENT = 1_000


def space_problems(values: Values) -> Iterator[tuple[str, str]]:
    """(column, message) of what cannot be in a space's row."""
    yield from place_problems(values)
    area, rent = values["area"], values["rent"]
    if area is not None and not 0 < area <= MOST_AREA:
        yield (
            "area",
            _("面积（%(area)s ㎡）应大于 0、不超过 %(most)d，请核对单位是否为平方米")
            % {"area": area, "most": MOST_AREA},
        )
    if rent is not None and not 0 <= rent <= MOST_RENT:
        yield (
            "rent",
            _("租金（%(rent)s）应为每平方米每天的元数，请核对") % {"rent": rent},
        )
    since, until = values["available_from"], values["available_until"]
    if since and until and until < since:
        yield (
            "available_until",
            _("可用截止日期（%(until)s）早于起始日期（%(since)s）")
            % {"until": until, "since": since},
        )
    if since and since < FIRST_DAY:
        yield "available_from", _("可用起始日期（%(day)s）过早，请核对年份") % {"day": since}


SPACES = Sort(Space, "space", "K", space_problems)


def create_space(*, district: District, values: Values, by: Actor, reason: str = "") -> Space:
    """Enter a space; `wanted_formats` are codes; else as `create_site`."""
    made: Space = create_site(
        SPACES, district=district, values=_checked(values), by=by, reason=reason
    )
    return made


def change_space(
    *,
    space: Space,
    changes: Values,
    by: Actor,
    reason: str = "",
    seen_version: int | None = None,
) -> Space:
    """Change a space, its state (可用, 洽谈, 已启用) included; errors as `change_site`."""
    changed: Space = change_site(
        SPACES,
        site=space,
        changes=_checked(changes),
        by=by,
        reason=reason,
        seen_version=seen_version,
    )
    return changed


def close_space(
    *, space: Space, on: dt.date, by: Actor, reason: str, seen_version: int | None = None
) -> Space:
    """Say that the space can no longer be had from `on` (taken back, pulled down)."""
    act = changing(SPACES, space, "circles.close_space", by, reason, seen_version)
    row: Any
    with act as (row, _this):
        until = row.available_until
        if until is not None and until <= on:
            raise ValidationError({"on": _("该空间自 %(day)s 起已不可用") % {"day": until}})
        if row.available_from and on < row.available_from:
            raise ValidationError(
                {"on": _("不能早于可用起始日期（%(day)s）") % {"day": row.available_from}}
            )
        row.available_until = on
    closed: Space = row
    return closed


def unknown_formats(codes: Iterable[str]) -> list[str]:
    """Those of the codes that no format has."""
    wanted = list(dict.fromkeys(codes))
    known = set(BusinessFormat.objects.filter(code__in=wanted).values_list("code", flat=True))
    return [code for code in wanted if code not in known]


def _checked(values: Values) -> dict[str, Any]:
    """The values with each wanted format once, areas and rents rounded as they are kept."""
    given = dict(values)
    if "wanted_formats" in given:
        given["wanted_formats"] = list(dict.fromkeys(given["wanted_formats"] or []))
        if unknown := unknown_formats(given["wanted_formats"]):
            raise ValidationError(
                {"wanted_formats": _("没有业态“%(codes)s”") % {"codes": "、".join(unknown)}}
            )
    for name in ("area", "rent"):
        if isinstance(given.get(name), int | float):
            given[name] = Decimal(str(given[name]))
    return given
