"""② 对应列: which column of the file is which of ours, and in which coordinate system it speaks."""

import datetime as dt
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.geo import points_in_outlines, to_shape
from core.spreadsheets import Column, FileSurvey, Layout, SpreadsheetError
from core.spreadsheets.cells import column_letter
from outlets.imports.kinds import LedgerKind
from outlets.imports.starting import says_places, survey_of, system_guesses
from outlets.models import Import
from outlets.services.coordinates import LABELS
from portal.maps import street_layer

HOW = {
    "title": gettext_lazy("按列名"),
    "alias": gettext_lazy("按列名"),
    "remembered": gettext_lazy("曾用"),
    "similar": gettext_lazy("按相近列名猜测"),
    "values": gettext_lazy("按样例猜测"),
}
# Guesses that people should look at.
UNSURE = frozenset({"similar", "values"})
SAMPLES = 3
MOST_MAPPED = 300
HINTS = {
    "wgs84": gettext_lazy("手机定位、GPS 设备；天地图的 CGCS2000 与它相差不到一米"),
    "gcj02": gettext_lazy("高德、腾讯等国内电子地图（火星坐标）"),
    "bd09": gettext_lazy("百度地图"),
}
_PREFIX = "column-"


@dataclass
class Given:
    """What was chosen in ②, and what is wrong with it, by field name ("" = as a whole)."""

    layout: Layout
    crs: str = ""
    on: dt.date | None = None
    errors: dict[str, str] = field(default_factory=dict)


def given_layout(data: QueryDict, batch: Import, kind: LedgerKind) -> Given:
    """The posted choices, judged."""
    errors: dict[str, str] = {}
    columns: dict[str, int] = {}
    for name, key in data.items():
        at = name.removeprefix(_PREFIX)
        if not name.startswith(_PREFIX) or not at.isdecimal() or key not in kind.titles:
            continue
        if key in columns:
            errors[name] = _("“%(title)s”已对应 %(letter)s 列，两列只能留一列") % {
                "title": kind.titles[key],
                "letter": column_letter(columns[key]),
            }
        columns.setdefault(key, int(at))
    errors |= _missing(columns, batch, kind)
    layout = Layout(
        data.get("sheet", ""),
        _number(data.get("header", ""), 1),
        2 if data.get("header_rows") == "2" else 1,
        columns,
    )
    given = Given(layout, data.get("crs", ""), errors=errors)
    if given.crs == "rows":
        given.crs = ""
    elif given.crs not in LABELS and _silent(batch, columns):
        errors["crs"] = _("有经纬度，但没有写明坐标系：请对照地图选择一种，不会代为猜定")
    return given


def _missing(columns: dict[str, int], batch: Import, kind: LedgerKind) -> dict[str, str]:
    lacking = [
        str(column.title)
        for column in kind.columns
        if column.required and column.key not in columns
    ]
    if batch.street_id is None and "street" not in columns:
        lacking.append(kind.titles["street"])
    if not lacking:
        return {}
    return {"": _("还缺少必需的列：%(titles)s") % {"titles": "、".join(lacking)}}


def _silent(batch: Import, columns: dict[str, int]) -> bool:
    """Whether rows with a place do not say their system, as far as can be told before the check."""
    if not says_places(columns):
        return False
    if "crs_in" not in columns:
        return True
    known = batch.layout.get("columns", {})
    if any(known.get(key) != columns.get(key) for key in ("x_in", "y_in", "point")):
        return False
    return system_guesses(batch, MOST_MAPPED)[1]


def _number(text: str, default: int) -> int:
    return int(text) if text.isdecimal() and 0 < len(text) < 7 and int(text) else default


# --- showing -------------------------------------------------------------------------------------


def columns_step(
    request: HttpRequest, batch: Import, kind: LedgerKind, given: Given | None = None
) -> dict[str, Any]:
    """The context of the step; `given` when a choice was refused."""
    seen = survey_of(batch)
    wanted = given.layout.sheet if given else request.GET.get("sheet", "")
    at = _sheet_at(seen, wanted, batch)
    if at is None:
        return {"sheets": [], "refused": _doubts(seen), "columns": []}
    sheet = seen.sheets[at]
    layout = _shown_layout(batch, given, sheet)
    chosen = {column: key for key, column in layout.columns.items()}
    errors = given.errors if given else {}
    guesses: list[Any] = []
    silent = False
    if sheet.name == batch.layout.get("sheet"):
        # What cannot be read at all is told by the check, with its place.
        with suppress(SpreadsheetError):
            guesses, silent = system_guesses(batch, MOST_MAPPED)
    return {
        "sheets": [
            {"name": one.name, "chosen": one is sheet}
            for one in seen.sheets
            if one.layout and not one.hidden
        ],
        "sheet": sheet,
        "layout": layout,
        "header_last": layout.last_header_row,
        "data_rows": max(0, sheet.rows - layout.last_header_row),
        "doubts": [] if given else _told(sheet, kind),
        "columns": [
            _column(number, sheet, chosen.get(number), errors)
            for number in range(len(sheet.titles))
            if sheet.titles[number] or sheet.samples[number]
        ],
        "choices": _choices(kind.columns),
        "lacking": _lacking(layout, batch, kind),
        "errors": errors,
        "whole_error": errors.get("", ""),
        **_systems(batch, guesses, silent, given),
    }


def _sheet_at(seen: FileSurvey, wanted: str, batch: Import) -> int | None:
    names = {sheet.name: at for at, sheet in enumerate(seen.sheets) if sheet.layout}
    for name in (wanted, batch.layout.get("sheet")):
        if name in names:
            return names[name]
    return seen.best


def _shown_layout(batch: Import, given: Given | None, sheet: Any) -> Layout:
    if given:
        return given.layout
    if batch.layout and batch.layout.get("sheet") == sheet.name:
        return Layout.from_json(batch.layout)
    layout: Layout = sheet.layout
    return layout


def _doubts(seen: FileSurvey) -> list[str]:
    return [doubt for sheet in seen.sheets for doubt in sheet.doubts]


def _told(sheet: Any, kind: LedgerKind) -> list[str]:
    """What a person should settle; lacking columns, the last of it, are said by the page itself."""
    required = {column.key for column in kind.columns if column.required}
    return list(sheet.doubts[:-1] if required - set(sheet.layout.columns) else sheet.doubts)


def _column(number: int, sheet: Any, key: str | None, errors: dict[str, str]) -> dict[str, Any]:
    guess = sheet.guesses[number]
    how = guess.how if guess.key == key and guess.how else ""
    name = f"{_PREFIX}{number}"
    return {
        "name": name,
        "letter": column_letter(number),
        "title": sheet.titles[number] or _("（无列名）"),
        "samples": sheet.samples[number][:SAMPLES],
        "key": key or "",
        "how": HOW.get(how, ""),
        "unsure": how in UNSURE,
        "error": errors.get(name, ""),
    }


def _choices(columns: list[Column]) -> list[dict[str, Any]]:
    return [{"key": one.key, "title": str(one.title), "required": one.required} for one in columns]


def _lacking(layout: Layout, batch: Import, kind: LedgerKind) -> str:
    return _missing(dict(layout.columns), batch, kind).get("", "")


def _inside_street(batch: Import, points: list[tuple[float, float]]) -> int | None:
    """How many points lie in the import's own street; None without one, or without its outline."""
    if batch.street is None or not batch.street.outline:
        return None
    lon, lat = zip(*points, strict=True)
    return int((points_in_outlines(lon, lat, [to_shape(batch.street.outline)]) >= 0).sum())


def _systems(
    batch: Import, guesses: list[Any], silent: bool, given: Given | None
) -> dict[str, Any]:
    """The coordinate systems to choose from, with where the points fall under each."""
    if not guesses:
        return {"systems": [], "crs_read": False}
    chosen = given.crs if given else batch.crs
    streets = [_inside_street(batch, guess.points) for guess in guesses]
    cards = [
        {
            "crs": guess.crs,
            "label": guess.label,
            "hint": HINTS.get(guess.crs, ""),
            "inside": guess.inside,
            "count": len(guess.points),
            "none_inside": not guess.inside,
            "in_street": in_street,
            "chosen": guess.crs == chosen,
        }
        for guess, in_street in zip(guesses, streets, strict=True)
    ]
    points = {guess.crs: [[round(x, 6), round(y, 6)] for x, y in guess.points] for guess in guesses}
    return {
        "systems": cards,
        "crs_read": not silent,
        "crs_map": {"outline": street_layer(batch.district), "points": points},
    }
