"""The first steps of an import: the file taken in, its columns and coordinate system settled."""

import datetime as dt
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, BinaryIO

import numpy as np
from django.core.files.base import File
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from core.audit import Actor, act
from core.geo import CRS, to_wgs84
from core.spreadsheets import FileSurvey, Layout, SpreadsheetError, survey
from core.spreadsheets.amounts import is_pair, plain_degrees, plain_pair
from core.spreadsheets.columns import header_key
from core.text import normalise
from outlets.imports.kinds import kind_of
from outlets.imports.states import ImportStateError, locked_import
from outlets.models import Import, RememberedColumn
from outlets.services.coordinates import LABELS
from outlets.services.places import Territory
from territory.models import District, Street

# Beyond this a browser upload is refused before it is stored.
MOST_BYTES = 100 * 2**20
_BEFORE_CHECK = (Import.State.UPLOADED, Import.State.CHECKED)
_LONGEST_TITLE = 120


def start_import(
    *,
    district: District,
    file: BinaryIO,
    filename: str,
    by: Actor,
    subject: str = "outlets",
    street: Street | None = None,
    crs: str | None = None,
    on: dt.date | None = None,
    is_sample: bool = False,
    at_once: bool = False,
) -> Import:
    """Keep an uploaded ledger and guess how it is to be read; nothing is checked yet.

    `on` is the day from which its facts hold (today). `at_once`: the caller goes on in the same
    transaction; nothing is guessed beyond what the titles say. SpreadsheetError refuses the file
    as a whole, and nothing is kept then.
    """
    day = on or timezone.localdate()
    if day > timezone.localdate():
        raise SpreadsheetError("future", _("生效日期（%(day)s）不能晚于今天") % {"day": day})
    batch = Import(
        district=district,
        street=street,
        office_code=by.office_code,
        subject=subject,
        state=Import.State.UPLOADED,
        file_name=filename[:200],
        crs=crs or "",
        on=day,
        by_id=by.id,
        by_label=by.label[:120],
        is_sample=is_sample,
    )
    if not at_once:
        kind = kind_of(subject)(district, street, day)
        seen = _survey(batch, file, kind.columns)
        if seen.best is not None and (layout := seen.sheets[seen.best].layout):
            _take_layout(batch, layout, seen)
    file.seek(0)
    batch.sha256 = hashlib.file_digest(file, "sha256").hexdigest()  # type: ignore[arg-type]
    file.seek(0)
    batch.file.save(filename, File(file), save=False)
    if at_once:
        batch.save()
        return batch
    with act(f"{subject}.import_upload", by=by) as this:
        batch.save()
        this.obj, this.payload_sha256 = batch, batch.sha256
        this.changes = {"file": batch.file_name}
    return batch


def survey_of(batch: Import) -> FileSurvey:
    """What the stored file holds: its sheets, titles, sample values, and what each may be."""
    kind = kind_of(batch.subject)(batch.district, batch.street, batch.on or timezone.localdate())
    with batch.file.open("rb") as stream:
        return _survey(batch, stream, kind.columns)


def set_layout(
    *,
    batch: Import,
    layout: Layout,
    crs: str | None,
    by: Actor,
    on: dt.date | None = None,
    remember: bool = True,
) -> Import:
    """Settle which sheet, header and columns are read, and in which coordinate system.

    What the importer chose otherwise than its title says is remembered for the office. Takes the
    import back before its check. ImportStateError when it is past that.
    """
    if not batch.file:
        raise ImportStateError(_("文件已不再保存，请重新上传"))
    seen = survey_of(batch)
    if layout.sheet not in {sheet.name for sheet in seen.sheets}:
        raise ImportStateError(_("文件中没有工作表“%(sheet)s”") % {"sheet": layout.sheet})
    width = next(len(sheet.titles) for sheet in seen.sheets if sheet.name == layout.sheet)
    if any(at >= width for at in layout.columns.values()):
        raise ImportStateError(_("所选的列超出了表格的范围，请重新对应"))
    if crs and crs not in {one.value for one in CRS}:
        raise ImportStateError(_("坐标系只能是 WGS-84、CGCS2000、GCJ-02、BD-09 之一"))
    with transaction.atomic():
        batch = locked_import(batch, *_BEFORE_CHECK)
        if batch.rows.filter(written_version__isnull=False).exists():
            raise ImportStateError(_("已有部分行写入台账，不能再改列对应；请另行导入"))
        batch.rows.all().delete()
        batch.crs, batch.on = crs or "", on or batch.on
        batch.state, batch.counts, batch.problem = Import.State.UPLOADED, {}, ""
        _take_layout(batch, layout, seen)
        batch.version += 1
        batch.save()
        if remember:
            _remember(batch, by.office_code)
    return batch


def discard_import(*, batch: Import, by: Actor) -> Import:
    """Give an import up before anything of it was written; its rows are let go of."""
    with act(f"{batch.subject}.import_discard", by=by) as this:
        batch = locked_import(batch, *_BEFORE_CHECK)
        if batch.rows.filter(written_version__isnull=False).exists():
            raise ImportStateError(_("已有部分行写入台账；如需取消，请使用“撤销”"))
        batch.rows.all().delete()
        batch.state = Import.State.DISCARDED
        batch.version += 1
        batch.save()
        this.obj = batch
    return batch


@dataclass(frozen=True)
class SystemGuess:
    """Where a file's points would lie if their degrees were of this system."""

    crs: str
    label: str
    inside: int
    points: list[tuple[float, float]]


def system_guesses(batch: Import, most: int = 300) -> tuple[list[SystemGuess], bool]:
    """A guess per coordinate system over the first points of the file, best first, and whether
    some row with a point does not say its system.

    For people to choose by looking at a map: it is never assumed.
    """
    places, silent = _sample_points(batch, most)
    if not places:
        return [], False
    x, y = (np.array(degrees, dtype=float) for degrees in zip(*places, strict=True))
    territory = Territory(batch.district)
    guesses = []
    for crs in (CRS.WGS84, CRS.GCJ02, CRS.BD09):
        lon, lat = to_wgs84(x, y, crs)
        inside = territory.inside(lon, lat)
        points = list(zip(lon.tolist(), lat.tolist(), strict=True))
        count = 0 if inside is None else int(inside.sum())
        guesses.append(SystemGuess(crs.value, LABELS[crs], count, points))
    return sorted(guesses, key=lambda guess: -guess.inside), silent


def _sample_points(batch: Import, most: int) -> tuple[list[tuple[float, float]], bool]:
    from outlets.imports.reading import file_blocks

    columns: Mapping[str, int] = batch.layout.get("columns", {})
    if not says_places(columns):
        return [], False
    at_crs = columns.get("crs_in")
    kind = kind_of(batch.subject)(batch.district, batch.street, batch.on or timezone.localdate())
    places: list[tuple[float, float]] = []
    silent = False
    # Columns that are still to be found do not keep the points from being shown.
    expected = [replace(column, required=False) for column in kind.columns]
    with file_blocks(batch, expected) as (blocks, _source):
        for table, _people in blocks:
            for row in table.rows:
                place = _place_of(row, columns)
                if place:
                    places.append(place)
                    silent = silent or at_crs is None or not str(row[at_crs]).strip()
                if len(places) >= most:
                    return places, silent
    return places, silent


def says_places(columns: Mapping[str, int]) -> bool:
    """Whether columns with these keys say where things are."""
    return "point" in columns or {"x_in", "y_in"} <= set(columns)


def _place_of(row: Sequence[Any], columns: Mapping[str, int]) -> tuple[float, float] | None:
    if {"x_in", "y_in"} <= set(columns):
        x, y = (plain_degrees(normalise(str(row[columns[key]]))) for key in ("x_in", "y_in"))
        if place := _degrees(x, y):
            return place
    if "point" in columns:
        point = plain_pair(normalise(str(row[columns["point"]])))
        return _degrees(*point.split(",")) if is_pair(point) else None
    return None


def _degrees(x: Any, y: Any) -> tuple[float, float] | None:
    try:
        lon, lat = float(x), float(y)
    except (TypeError, ValueError):
        return None
    return (lon, lat) if 70 < lon < 140 and 0 < lat < 60 else None


def _survey(batch: Import, file: Any, columns: Any) -> FileSurvey:
    remembered = dict(
        RememberedColumn.objects.filter(
            office_code=batch.office_code, subject=batch.subject
        ).values_list("title_key", "key")
    )
    return survey(file, filename=batch.file_name, columns=columns, remembered=remembered)


def _take_layout(batch: Import, layout: Layout, seen: FileSurvey) -> None:
    sheet = next(one for one in seen.sheets if one.name == layout.sheet)
    batch.layout = layout.as_json()
    batch.titles = list(sheet.titles)
    batch.mapping = {key: sheet.titles[at] for key, at in layout.columns.items()}


def _remember(batch: Import, office_code: str) -> None:
    """Keep how the office reads its titles: chosen columns by key, left-out ones as ignored."""
    chosen = {at: key for key, at in batch.layout["columns"].items()}
    rows = {
        header_key(title)[:_LONGEST_TITLE]: chosen.get(at, "")
        for at, title in enumerate(batch.titles)
        if header_key(title)
    }
    RememberedColumn.objects.bulk_create(
        [
            RememberedColumn(
                office_code=office_code, subject=batch.subject, title_key=title, key=key
            )
            for title, key in rows.items()
        ],
        update_conflicts=True,
        update_fields=["key", "at"],
        unique_fields=["office_code", "subject", "title_key"],
    )
