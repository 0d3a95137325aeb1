"""A look at an outlet on the spot: kept, and the register brought in step with it."""

import datetime as dt
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, BinaryIO

from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.utils.translation import gettext as _

from core.audit import Actor, act
from core.geo import geodesic_m
from core.versions import require_version
from outlets.fieldwork.photos import MOST_PHOTOS, Photo, cleaned
from outlets.models import Outlet, Visit, VisitPhoto
from outlets.models.fieldwork import Finding
from outlets.models.outlet import Status
from outlets.services.changes import change_outlet, check_day, close_outlet

# How sure a phone must be of its place (metres) for that to become an outlet's.
SURE_M = 50.0
# What may be corrected at the door, by field name.
CORRECTABLE = ("name", "address", "hours", "main_format")
TRADING = frozenset({Finding.SAME, Finding.CHANGED})
_CLOSING = {Finding.CLOSED: Status.CLOSED, Finding.MOVED: Status.MOVED}


@dataclass(frozen=True)
class Spot:
    """Where the phone was: WGS 84 degrees, and how sure it was (metres)."""

    lon: float
    lat: float
    accuracy: float | None = None


def record_visit(
    *,
    outlet: Outlet,
    finding: str,
    by: Actor,
    on: dt.date,
    note: str = "",
    place: Spot | None = None,
    photos: Iterable[BinaryIO] = (),
    changes: Mapping[str, Any] | None = None,
    take_place: bool = False,
    seen_version: int | None = None,
) -> Visit:
    """Keep what was found at an outlet on day `on`, and bring its register row in step.

    Closed and moved close it, suspended suspends it; in business opens it again, applies
    `changes` (`CORRECTABLE`) and dates its collection. `take_place` gives an outlet without a
    place the phone's. All in one transaction; ValidationError names the fields.
    """
    check_day(on)
    _check(outlet, finding, place, changes or {}, take_place)
    clean = _cleaned(photos)
    stored: list[VisitPhoto] = []
    reason = _("现场核查：%(finding)s") % {"finding": Finding(finding).label}
    try:
        with act("outlets.visit", by=by, comment=note) as this:
            before = Outlet.objects.get(pk=outlet.pk)
            require_version(before, seen_version)
            away = _metres_away(before, place)
            news = dict(changes or {})
            if take_place and place is not None:
                news |= {"lon": place.lon, "lat": place.lat}
            changed = bring_in_step(before, finding, news, on=on, by=by, reason=reason)
            visit = Visit(
                district_id=before.district_id,
                street_id=before.street_id,
                outlet=before,
                finding=finding,
                note=note,
                lon=place.lon if place else None,
                lat=place.lat if place else None,
                accuracy=place.accuracy if place else None,
                away=away,
                by_id=by.id,
                by_label=by.label[:120],
                act=changed,
                is_sample=before.is_sample,
            )
            visit.clean_fields(exclude=["district", "street", "outlet", "act", "by_id"])
            visit.save()
            for photo in clean:
                stored.append(_store(visit, photo))
            this.obj = visit
            this.changes = {"outlet": before.code, "finding": finding, "on": on, "away": away}
            this.changes |= {"photos": [photo.sha256 for photo in clean]}
    except BaseException:
        # The rows are rolled back; files know no transactions.
        for row in stored:
            row.image.delete(save=False)
        raise
    return visit


def bring_in_step(
    outlet: Outlet,
    finding: str,
    changes: Mapping[str, Any],
    *,
    on: dt.date,
    by: Actor,
    reason: str,
    collector: str = "",
    seen_version: int | None = None,
) -> uuid.UUID | None:
    """Make the register say what was found on day `on`; the id of the act, None = nothing to do.

    `collector` is who looked, where that is not who enters it (`by`).
    An outlet that was not found (查无此店) is left to somebody's decision.
    """
    told: dict[str, Any] = {"on": on, "by": by, "reason": reason, "seen_version": seen_version}
    if finding in _CLOSING:
        if changes:
            raise ValidationError(_("关闭或迁出的网点不能同时更正内容"))
        return act_of(close_outlet(outlet=outlet, status=_CLOSING[Finding(finding)], **told))
    news = _differing(outlet, changes)
    if finding == Finding.SUSPENDED and outlet.status != Status.SUSPENDED:
        news["status"] = Status.SUSPENDED
    if finding in TRADING and outlet.status != Status.OPEN:
        news["status"] = Status.OPEN
    if finding in TRADING and (outlet.collected_on is None or outlet.collected_on < on):
        news |= {"collected_on": on, "collected_by": (collector or by.label)[:40]}
    return act_of(change_outlet(outlet=outlet, changes=news, **told)) if news else None


def act_of(outlet: Outlet) -> uuid.UUID | None:
    """The act that wrote the row as it stands."""
    newest = outlet.history.order_by("-history_id").values_list("act", flat=True)
    return newest.first()


def _differing(outlet: Outlet, changes: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in changes.items() if getattr(outlet, name) != value}


def _check(
    outlet: Outlet, finding: str, place: Spot | None, changes: Mapping[str, Any], take_place: bool
) -> None:
    found: dict[str, str] = {}
    if finding not in Finding.values or finding == Finding.NEW:
        found["finding"] = _("请选择核查情况")
    elif changes and finding != Finding.CHANGED:
        found["finding"] = _("填写了更正内容，请选“在营，信息有变”")
    found |= {name: _("现场不能更正该项") for name in changes if name not in CORRECTABLE}
    if place is not None and not (-180 <= place.lon <= 180 and -90 <= place.lat <= 90):
        found["place"] = _("定位无效，请重新定位")
    if take_place and (problem := _unfit(outlet, place)):
        found["take_place"] = problem
    if found:
        raise ValidationError(found)


def _unfit(outlet: Outlet, place: Spot | None) -> str:
    """Why the phone's place cannot become the outlet's ("" = it can)."""
    if outlet.lon is not None:
        return _("该网点已有位置；如位置有误，请在台账中更正")
    if place is None:
        return _("请先定位")
    if place.accuracy is None or place.accuracy > SURE_M:
        return _("定位精度不足 50 米，不能作为网点位置，请到开阔处重新定位")
    return ""


def _cleaned(photos: Iterable[BinaryIO]) -> list[Photo]:
    files = list(photos)
    if len(files) > MOST_PHOTOS:
        raise ValidationError({"photos": _("每次最多上传 %(n)d 张照片") % {"n": MOST_PHOTOS}})
    return [cleaned(file) for file in files]


def _metres_away(outlet: Outlet, place: Spot | None) -> float | None:
    if place is None or outlet.lon is None or outlet.lat is None:
        return None
    return round(float(geodesic_m(place.lon, place.lat, outlet.lon, outlet.lat)), 1)


def _store(visit: Visit, photo: Photo) -> VisitPhoto:
    row = VisitPhoto(visit=visit, sha256=photo.sha256)
    # The name says nothing of the outlet, and nothing the phone called it.
    row.image.save(f"{row.pk}.{photo.extension}", ContentFile(photo.data), save=True)
    return row
