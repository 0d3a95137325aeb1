"""Acts on living circles: drawing, what they serve, where they stand.

Each is one transaction with the row locked, the seen version compared, the dated facts changed
from the day given, one history row, one audit event and the news of it.
"""

import datetime as dt
import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from circles.models import (
    Circle,
    CircleCompound,
    CircleFacts,
    CircleNeighbourhood,
    CircleStreet,
    Compound,
)
from circles.models.circle import State
from circles.services.states import check_move
from circles.signals import circles_changed
from core.audit import Act, Actor, act
from core.bulk import record_history
from core.dated import Change, FactTable, Period
from core.db import locked
from core.geo import OutlineError, make_valid_outline, points_in_outlines, to_shape
from core.versions import require_version
from territory.models import District, Neighbourhood, Street
from territory.services import outline_of

FACTS = FactTable(
    CircleFacts,
    "circle_id",
    ("state", "level", "boundary", "street_ids", "compound_ids", "neighbourhood_ids"),
)


def create_circle(
    *,
    district: District,
    values: Mapping[str, Any],
    lead_street: Street,
    partners: Iterable[Street] = (),
    compounds: Iterable[Compound] = (),
    neighbourhoods: Iterable[Neighbourhood] | None = None,
    boundary: Mapping[str, Any] | None = None,
    on: dt.date,
    by: Actor,
    reason: str = "",
) -> Circle:
    """Enter a circle: `values` are its own columns (code, name, layout, theme, …).

    Neighbourhoods are prefilled from the compounds unless given. ValidationError names the field.
    """
    check_day(on)
    with act("circles.create", by=by, comment=reason) as this:
        circle = Circle(district=district, lead_street=lead_street, **values)
        if boundary is not None:
            circle.boundary = _usable(district, boundary)
        circle.full_clean()
        circle._change_reason = reason[:100]  # type: ignore[attr-defined]
        circle.save()
        others = {street.pk for street in partners} - {lead_street.pk}
        CircleStreet.objects.bulk_create(
            [CircleStreet(circle=circle, street=lead_street, role=CircleStreet.Role.LEAD)]
            + [
                CircleStreet(circle=circle, street_id=pk, role=CircleStreet.Role.PARTNER)
                for pk in sorted(others)
            ]
        )
        served = _served(circle, compounds, neighbourhoods)
        _link(circle, served)
        first = {
            "state": circle.state,
            "level": circle.level,
            "boundary": circle.boundary,
            "street_ids": _texts({lead_street.pk, *others}),
            **served,
        }
        FACTS.begin([(circle.pk, [Period(on, first)])], {"act": this.id})
        this.obj, this.changes = circle, {"on": on, "code": circle.code}
        circles_changed.send(sender=Circle, district=district)
    return circle


def set_boundary(
    *,
    circle: Circle,
    boundary: Mapping[str, Any],
    on: dt.date,
    by: Actor,
    reason: str = "",
    seen_version: int | None = None,
) -> Circle:
    """Draw the circle anew from `on` (GeoJSON, WGS 84)."""
    outline = _usable(circle.district, boundary)
    with _changing(circle, "circles.set_boundary", on, by, reason, seen_version) as (row, changes):
        changes.append((on, {"boundary": outline}))
    return row


def set_boundaries(
    *, boundaries: Sequence[tuple[Circle, Mapping[str, Any]]], on: dt.date, by: Actor, reason: str
) -> int:
    """Draw several circles anew, all or none, as one act; how many differ from before."""
    check_day(on)
    wanted = {circle.pk: _usable(circle.district, outline) for circle, outline in boundaries}
    with act("circles.set_boundaries", by=by, comment=reason) as this:
        rows = locked(Circle.objects.filter(pk__in=wanted)).select_related("district")
        changed = [row for row in rows if row.boundary != wanted[row.pk]]
        now = FACTS.amend(
            {row.pk: [(on, {"boundary": wanted[row.pk]})] for row in changed},
            {row.pk: _current(row) for row in changed},
            {"act": this.id},
        )
        for row in changed:
            row.boundary = now[row.pk]["boundary"]
            row.version += 1
            row.updated_at = timezone.now()
        Circle.objects.bulk_update(changed, ["boundary", "version", "updated_at"], batch_size=100)
        record_history(Circle, [row.pk for row in changed], "~", reason=reason)
        this.changes = {"on": on, "codes": [row.code for row in changed]}
        for district in {row.district for row in changed}:
            circles_changed.send(sender=Circle, district=district)
    return len(changed)


def change_state(
    *,
    circle: Circle,
    state: str,
    on: dt.date,
    by: Actor,
    reason: str = "",
    level: str = "",
    level_year: int | None = None,
    seen_version: int | None = None,
) -> Circle:
    """Move the circle on its path (培育 → 在建 → 建成 → 已验收评价, 退出) from `on`.

    Accepting, and each yearly adjustment after it, names the level and the year of evaluation.
    ValidationError when the path has no such step, or the day lies before the last one.
    """
    with _changing(circle, "circles.change_state", on, by, reason, seen_version) as (row, changes):
        check_move(row, state, level=level, level_year=level_year, reason=reason)
        began = _state_began(row)
        if began is not None and on < began:
            raise ValidationError(
                {"on": _("日期早于上一次状态变更日（%(day)s），请核对") % {"day": began}}
            )
        news = {"state": state}
        if state == State.ACCEPTED:
            news["level"] = level
            row.level_year = level_year
        for column, reached in _DAYS.items():
            if state == reached and getattr(row, column) is None:
                setattr(row, column, on)
        changes.append((on, news))
    return row


# The day on which a circle first reached a state is kept beside it.
_DAYS = {"started_on": State.BUILDING, "built_on": State.BUILT, "accepted_on": State.ACCEPTED}


def serve_compounds(
    *,
    circle: Circle,
    compounds: Iterable[Compound],
    neighbourhoods: Iterable[Neighbourhood] | None = None,
    on: dt.date,
    by: Actor,
    reason: str = "",
    seen_version: int | None = None,
) -> Circle:
    """Say which compounds the circle serves from `on`; neighbourhoods follow unless given.

    ValidationError when a compound lies in a street that is neither 主报 nor 协同.
    """
    with _changing(circle, "circles.serve_compounds", on, by, reason, seen_version) as (
        row,
        changes,
    ):
        changes.append((on, _served(row, compounds, neighbourhoods)))
    return row


def set_partners(
    *,
    circle: Circle,
    partners: Iterable[Street],
    on: dt.date,
    by: Actor,
    reason: str = "",
    seen_version: int | None = None,
) -> Circle:
    """Say which streets take part (协同街镇) beside the lead street, from `on`."""
    with _changing(circle, "circles.set_partners", on, by, reason, seen_version) as (row, changes):
        streets = {street.pk for street in partners} | {row.lead_street_id}
        stray = (
            Compound.objects.filter(circle_links__circle=row)
            .exclude(street__in=streets)
            .select_related("street")
            .first()
        )
        if stray is not None:
            raise ValidationError(
                {
                    "partners": _("该生活圈仍覆盖%(street)s的小区“%(compound)s”，请先调整覆盖小区")
                    % {"street": stray.street, "compound": stray}
                }
            )
        changes.append((on, {"street_ids": _texts(streets)}))
    return row


def prefill_from_boundary(circle: Circle) -> list[Compound]:
    """The located compounds of the circle's district inside its boundary, edge included."""
    if not circle.boundary:
        return []
    west, south, east, north = to_shape(circle.boundary).bounds
    near: list[Any] = list(
        Compound.objects.filter(
            district=circle.district_id, lon__range=(west, east), lat__range=(south, north)
        ).order_by("street_id", "id")
    )
    inside = points_in_outlines(
        [compound.lon for compound in near], [compound.lat for compound in near], [circle.boundary]
    )
    return [compound for compound, hit in zip(near, inside, strict=True) if hit == 0]


def check_day(on: dt.date) -> None:
    """ValidationError for a day that has not come: figures of the future are not facts."""
    if on > timezone.localdate():
        raise ValidationError({"on": _("生效日期（%(day)s）不能晚于今天") % {"day": on}})


@contextmanager
def _changing(
    circle: Circle,
    action: str,
    on: dt.date,
    by: Actor,
    reason: str,
    seen_version: int | None,
) -> Iterator[tuple[Circle, list[Change]]]:
    """The locked row and a list for its dated changes, which are written when the block ends."""
    check_day(on)
    with act(action, by=by, comment=reason) as this:
        row = locked(Circle.objects.filter(pk=circle.pk)).get()
        require_version(row, seen_version)
        changes: list[Change] = []
        before = _current(row)
        yield row, changes
        now = FACTS.amend({row.pk: changes}, {row.pk: before}, {"act": this.id})[row.pk]
        row.state, row.level, row.boundary = now["state"], now["level"], now["boundary"]
        _link(row, now)
        row.version += 1
        row._change_reason = reason[:100]  # type: ignore[attr-defined]
        row.save()
        _describe(this, row, before, changes)
        circles_changed.send(sender=Circle, district=row.district)


def _describe(this: Act, row: Circle, before: Mapping[str, Any], changes: list[Change]) -> None:
    this.obj = row
    this.from_state, this.to_state = before["state"], row.state
    for on, values in changes:
        this.changes |= {"on": on} | {
            name: value if name == "boundary" else [before[name], value]
            for name, value in values.items()
            if value != before[name]
        }


def _current(circle: Circle) -> dict[str, Any]:
    return {
        "state": circle.state,
        "level": circle.level,
        "boundary": circle.boundary,
        "street_ids": _texts(circle.street_links.values_list("street_id", flat=True)),
        "compound_ids": _texts(circle.compound_links.values_list("compound_id", flat=True)),
        "neighbourhood_ids": _texts(
            circle.neighbourhood_links.values_list("neighbourhood_id", flat=True)
        ),
    }


def _texts(ids: Iterable[uuid.UUID]) -> list[str]:
    return sorted(map(str, ids))


def _served(
    circle: Circle,
    compounds: Iterable[Compound],
    neighbourhoods: Iterable[Neighbourhood] | None,
) -> dict[str, list[str]]:
    compounds = list(compounds)
    streets = set(circle.street_links.values_list("street_id", flat=True))
    for compound in compounds:
        if compound.street_id not in streets:
            raise ValidationError(
                {
                    "compounds": _(
                        "小区“%(compound)s”在%(street)s，该街镇不是本生活圈的主报或协同街镇；"
                        "请先增加协同街镇，或去掉该小区"
                    )
                    % {"compound": compound, "street": compound.street}
                }
            )
    ids = (
        {compound.neighbourhood_id for compound in compounds if compound.neighbourhood_id}
        if neighbourhoods is None
        else {neighbourhood.pk for neighbourhood in neighbourhoods}
    )
    return {
        "compound_ids": _texts({compound.pk for compound in compounds}),
        "neighbourhood_ids": _texts(ids),
    }


# What the lists of ids in the facts are, as links of the circle itself.
_LINKS: tuple[tuple[str, Any, str], ...] = (
    ("street_ids", CircleStreet, "street_id"),
    ("compound_ids", CircleCompound, "compound_id"),
    ("neighbourhood_ids", CircleNeighbourhood, "neighbourhood_id"),
)


def _link(circle: Circle, facts: Mapping[str, Any]) -> None:
    """Bring the links in step with the lists of ids in `facts`."""
    for key, model, column in _LINKS:
        if key not in facts:
            continue
        wanted = {uuid.UUID(text) for text in facts[key]}
        links = model.objects.filter(circle=circle)
        kept = set(links.values_list(column, flat=True))
        links.filter(**{f"{column}__in": kept - wanted}).delete()
        role = {"role": CircleStreet.Role.PARTNER} if model is CircleStreet else {}
        model.objects.bulk_create(
            [model(circle=circle, **{column: pk}, **role) for pk in sorted(wanted - kept)]
        )


def _state_began(circle: Circle) -> dt.date | None:
    """Since when the circle has been in its state, by its facts."""
    began = None
    for valid_from, state in circle.facts.order_by("-valid_from").values_list(
        "valid_from", "state"
    ):
        if state != circle.state:
            break
        began = valid_from
    return began


def _usable(district: District, boundary: Mapping[str, Any]) -> dict[str, Any]:
    """The boundary made valid; ValidationError when it is no area or lies elsewhere."""
    try:
        outline = make_valid_outline(boundary)[0]
    except OutlineError as error:
        raise ValidationError({"boundary": str(error)}) from error
    known = outline_of(district).whole
    shape = to_shape(outline)
    if known and not any(to_shape(part).intersects(shape) for part in known):
        raise ValidationError(
            {
                "boundary": _("边界整个落在%(district)s以外，请检查坐标系（应为 WGS-84／CGCS2000）")
                % {"district": district}
            }
        )
    return outline
