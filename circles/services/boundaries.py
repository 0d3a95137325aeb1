"""Outlines of districts, streets, neighbourhoods and circles from one GeoJSON file."""

import datetime as dt
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from shapely.geometry import mapping

from circles.models import Circle
from circles.services.circles import set_boundaries
from core.audit import Actor
from core.geo import CRS, OutlineError, make_valid_outline, to_shape, to_wgs84
from territory.models import District, Neighbourhood, Street
from territory.services import set_outlines

LEVELS = ("district", "street", "neighbourhood", "circle")
MOST_BYTES = 200 * 2**20
# What a file may call the system it must be in (RFC 7946: WGS 84, and nothing else).
_WGS84_NAMES = ("CRS84", "4326", "WGS84", "WGS 84", "4490", "CGCS2000")


class BoundariesRefusedError(Exception):
    """A file of which nothing was taken; `errors` say what is wrong with which feature."""

    def __init__(self, errors: Sequence[str]) -> None:
        super().__init__("\n".join(errors))
        self.errors = list(errors)


@dataclass
class _Wanted:
    """One feature: whose outline it is."""

    where: str
    level: str
    unit: Any
    outline: dict[str, Any]


def import_boundaries(
    *,
    district: District,
    file: Path,
    by: Actor,
    level: str = "",
    crs: str = CRS.WGS84,
    on: dt.date | None = None,
    is_sample: bool = False,
    dry_run: bool = False,
) -> dict[str, dict[str, int]]:
    """Give the district's units and circles the outlines of the file, all or none.

    Each feature says by its properties `level` (else `level` as given) and `code` whose it is.
    Circles get theirs from day `on` (today); `is_sample` marks schematic outlines. Returns per
    level how many were in the file and how many changed. BoundariesRefusedError lists all that is
    wrong.
    """
    wanted = _read(district, file, level, crs)
    counts = {name: {"given": 0, "changed": 0} for name in LEVELS}
    for entry in wanted:
        counts[entry.level]["given"] += 1
    if dry_run:
        return counts
    with transaction.atomic():
        for name in LEVELS[:3]:
            pairs = [(entry.unit, entry.outline) for entry in wanted if entry.level == name]
            if pairs:
                counts[name]["changed"] = set_outlines(
                    outlines=pairs, by=by, is_sample=is_sample, source=file.name
                )
        circles = [(entry.unit, entry.outline) for entry in wanted if entry.level == "circle"]
        if circles:
            counts["circle"]["changed"] = set_boundaries(
                boundaries=circles,
                on=on or timezone.localdate(),
                by=by,
                reason=_("边界导入：%(file)s") % {"file": file.name},
            )
    return counts


def _read(district: District, file: Path, level: str, crs: str) -> list[_Wanted]:
    features = _features(file)
    finder = _Finder(district)
    wanted: list[_Wanted] = []
    errors: list[str] = []
    first: dict[tuple[str, str], str] = {}
    for number, feature in enumerate(features, 1):
        where = _("第 %(number)d 个要素") % {"number": number}
        try:
            properties = _properties(feature)
            unit_level = str(properties.get("level") or level)
            unit = finder.find(unit_level, str(properties.get("code") or ""))
            where = f"{where}（{unit}）"
            known = first.setdefault((unit_level, unit.code), where)
            if known != where:
                raise OutlineError(_("与%(first)s是同一单元，请只保留一个") % {"first": known})
            wanted.append(_Wanted(where, unit_level, unit, _outline(feature, crs)))
        except OutlineError as error:
            errors.append(_("%(where)s：%(reason)s") % {"where": where, "reason": error})
    errors += _strays(wanted)
    if errors:
        raise BoundariesRefusedError(errors)
    return wanted


def _features(file: Path) -> list[Any]:
    if file.stat().st_size > MOST_BYTES:
        raise BoundariesRefusedError(
            [_("文件超过 %(limit)d MB，请先简化边界") % {"limit": MOST_BYTES // 2**20}]
        )
    try:
        content = json.loads(file.read_bytes())
    except (UnicodeDecodeError, json.JSONDecodeError, RecursionError) as error:
        raise BoundariesRefusedError(
            [_("不是有效的 GeoJSON（JSON）文件：%(reason)s") % {"reason": error}]
        ) from error
    if not isinstance(content, dict) or content.get("type") != "FeatureCollection":
        raise BoundariesRefusedError(
            [_("应为 GeoJSON 要素集（FeatureCollection），每个要素是一个单元的边界")]
        )
    named = str((content.get("crs") or {}).get("properties", {}).get("name", ""))
    if named and not any(name in named.upper() for name in _WGS84_NAMES):
        raise BoundariesRefusedError(
            [_("文件注明的坐标系是 %(name)s，请先转换为 WGS-84 经纬度") % {"name": named}]
        )
    features = content.get("features")
    if not isinstance(features, list) or not features:
        raise BoundariesRefusedError([_("文件里没有要素")])
    return features


def _properties(feature: Any) -> Mapping[str, Any]:
    if not isinstance(feature, dict) or feature.get("type") != "Feature":
        raise OutlineError(_("不是要素（Feature）"))
    properties = feature.get("properties")
    return properties if isinstance(properties, dict) else {}


class _Finder:
    """The district's units by level and code, each level read when it is first asked for."""

    def __init__(self, district: District) -> None:
        self.district = district
        self.units: dict[str, dict[str, Any]] = {"district": {district.code: district}}
        self.models: dict[str, Any] = {
            "street": Street,
            "neighbourhood": Neighbourhood,
            "circle": Circle,
        }

    def find(self, level: str, code: str) -> Any:
        """The unit; OutlineError says which property is missing or unknown."""
        if level not in LEVELS:
            found = _("缺少属性 level") if not level else _("不认识的 level“%(level)s”")
            raise OutlineError(
                (found % {"level": level})
                + _("，应为 %(levels)s；整份文件同一级的可用 --level 指定")
                % {"levels": "、".join(LEVELS)}
            )
        if not code:
            raise OutlineError(_("缺少属性 code（区划代码或生活圈编码）"))
        if level not in self.units:
            rows = self.models[level].objects.filter(district=self.district)
            self.units[level] = {row.code: row for row in rows}
        unit = self.units[level].get(code)
        if unit is None:
            raise OutlineError(
                _("%(district)s没有代码为 %(code)s 的%(kind)s")
                % {"district": self.district, "code": code, "kind": _kind(level)}
            )
        return unit


def _kind(level: str) -> str:
    models: dict[str, Any] = {"district": District, "street": Street, "circle": Circle}
    return str(models.get(level, Neighbourhood)._meta.verbose_name)


def _outline(feature: Mapping[str, Any], crs: str) -> dict[str, Any]:
    outline = make_valid_outline(feature)[0]
    if crs in (CRS.WGS84, CRS.CGCS2000):
        return outline

    def converted(points: Any) -> Any:
        return np.column_stack(to_wgs84(points[:, 0], points[:, 1], crs))

    return make_valid_outline(mapping(shapely.transform(to_shape(outline), converted)))[0]


def _strays(wanted: Sequence[_Wanted]) -> Iterator[str]:
    """Outlines that nowhere touch the unit above them: another place or another system."""
    drawn = {(entry.level, entry.unit.pk): entry.outline for entry in wanted}
    for entry in wanted:
        for level, unit in _above(entry):
            outline = drawn.get((level, unit.pk), unit.outline)
            if outline and not to_shape(outline).intersects(to_shape(entry.outline)):
                yield _("%(where)s：边界与所属的%(unit)s完全不相交，请检查代码和坐标系") % {
                    "where": entry.where,
                    "unit": unit,
                }


def _above(entry: _Wanted) -> list[tuple[str, Any]]:
    unit = entry.unit
    above: dict[str, Any] = {
        "district": lambda: [],
        "street": lambda: [("district", unit.district)],
        "neighbourhood": lambda: [("street", unit.street)],
        "circle": lambda: [("district", unit.district)],
    }
    return list(above[entry.level]())
