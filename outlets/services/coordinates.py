"""The coordinates of a ledger: one known system for the whole file, or it is refused."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from django.utils.translation import gettext as _

from core.geo import CRS, to_wgs84
from core.spreadsheets.errors import SpreadsheetError

LABELS = {
    CRS.WGS84: "WGS-84",
    CRS.CGCS2000: "CGCS2000",
    CRS.GCJ02: "GCJ-02",
    CRS.BD09: "BD-09",
}
# Degrees that any point of the country can have; wider than what the district check lets pass.
_LON, _LAT = (70.0, 140.0), (0.0, 60.0)


@dataclass(frozen=True, slots=True)
class Stated:
    """What one row says of its place: degrees as written, and the system if named."""

    row: int
    x: float | None
    y: float | None
    crs: str = ""

    @property
    def placed(self) -> bool:
        return self.x is not None and self.y is not None


class Located(Protocol):
    """Anything that says where it is, in which system if it names one, and in which row."""

    @property
    def row(self) -> int: ...
    @property
    def placed(self) -> bool: ...
    @property
    def crs(self) -> str: ...


def problem_of(x: float | None, y: float | None) -> tuple[str, str] | None:
    """(column, message) of a pair of degrees that cannot be; None when it can."""
    if x is None and y is None:
        return None
    if x is None or y is None:
        missing = "x_in" if x is None else "y_in"
        return missing, _("经度和纬度须同时填写")
    if _LON[0] <= x <= _LON[1] and _LAT[0] <= y <= _LAT[1]:
        return None
    if _LON[0] <= y <= _LON[1] and _LAT[0] <= x <= _LAT[1]:
        return "x_in", _("经度（%(x)s）和纬度（%(y)s）可能填反了") % {"x": x, "y": y}
    if abs(x) > 180 or abs(y) > 90:
        hint = _("可能是平面坐标（米）或度分秒，请换算为十进制度")
    else:
        hint = _("不在我国范围内，请核对")
    return "x_in", _("经纬度（%(x)s, %(y)s）有误：%(hint)s") % {"x": x, "y": y, "hint": hint}


def system_of(places: Sequence[Located], given: str | None) -> str:
    """The one coordinate system of a file's located rows; "" when none has a place.

    `given` is what the importer said (`--crs`). SpreadsheetError, naming the first rows:
    crs_missing (neither says it), crs_conflict (both do, differently), crs_mixed. WGS 84 and
    CGCS2000 count as one.
    """
    located = [place for place in places if place.placed]
    if not located:
        return ""
    first = {place.crs: place.row for place in reversed(located)}
    silent = first.pop("", None)
    if len({_family(crs) for crs in first}) > 1:
        raise SpreadsheetError(
            "crs_mixed",
            _("同一文件混用了不同的坐标系：%(rows)s。请换算为同一坐标系，或按坐标系拆分后分别导入")
            % {"rows": _first_rows(first)},
        )
    if given is None:
        if silent is not None:
            raise SpreadsheetError(
                "crs_missing",
                _(
                    "第 %(row)d 行有经纬度但没有坐标系。请在“坐标系”列逐行填写，"
                    "或在导入时指定坐标系（WGS-84、CGCS2000、GCJ-02、BD-09）；"
                    "不同坐标系之间相差可达一千米以上"
                )
                % {"row": silent},
            )
        return next(iter(first))
    other = {crs: row for crs, row in first.items() if _family(crs) != _family(given)}
    if other:
        raise SpreadsheetError(
            "crs_conflict",
            _("导入时指定的坐标系是 %(given)s，但表中写的是：%(rows)s。请核实后更正其一")
            % {"given": LABELS[CRS(given)], "rows": _first_rows(other)},
        )
    return next(iter(first), given)


def to_degrees(places: Sequence[Stated], crs: str) -> list[tuple[float | None, float | None]]:
    """WGS 84 degrees of each place, (None, None) where there is none."""
    if not crs:
        return [(None, None)] * len(places)
    x = np.array([place.x if place.placed else np.nan for place in places], dtype=float)
    y = np.array([place.y if place.placed else np.nan for place in places], dtype=float)
    lon, lat = to_wgs84(x, y, crs)
    return [
        (float(east), float(north)) if place.placed else (None, None)
        for place, east, north in zip(places, lon, lat, strict=True)
    ]


def _family(crs: str) -> CRS:
    return CRS.WGS84 if crs == CRS.CGCS2000 else CRS(crs)


def _first_rows(first: dict[str, int]) -> str:
    return "、".join(
        _("第 %(row)d 行为 %(crs)s") % {"row": row, "crs": LABELS[CRS(crs)]}
        for crs, row in sorted(first.items(), key=lambda entry: entry[1])
    )
