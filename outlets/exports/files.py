"""Files of the ledger: .xlsx that can be imported again, .csv, .geojson; in constant memory."""

import datetime as dt
import json
from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal
from typing import Any, BinaryIO

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.spreadsheets import Column, write_csv, write_large
from core.spreadsheets.values import outward
from outlets.exports.rows import LedgerRows
from outlets.listing import Shown

# Called with the number of rows written so far.
Counted = Callable[[int], None]
Chunks = Iterable[list[Shown]]


class FileKind(models.TextChoices):
    """What the list can be taken out as."""

    XLSX = "xlsx", _("Excel 工作簿（可再导入）")
    CSV = "csv", _("CSV 文本")
    GEOJSON = "geojson", _("GeoJSON（WGS-84）")


CONTENT_TYPES = {
    FileKind.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    FileKind.CSV: "text/csv; charset=utf-8",
    FileKind.GEOJSON: "application/geo+json",
}
# Where the point stands in a GeoJSON feature.
_OF_THE_POINT = frozenset({"x_in", "y_in", "crs_in"})


def write_ledger(
    target: BinaryIO, kind: str, ledger: LedgerRows, chunks: Chunks, *, counted: Counted
) -> None:
    """Write all rows of `chunks` as a file of `kind`."""
    _WRITERS[FileKind(kind)](target, ledger, chunks, counted)


def _rows(ledger: LedgerRows, chunks: Chunks, counted: Counted) -> Iterator[dict[str, Any]]:
    done = 0
    for chunk in chunks:
        yield from ledger.rows(chunk)
        done += len(chunk)
        counted(done)


def _xlsx(target: BinaryIO, ledger: LedgerRows, chunks: Chunks, counted: Counted) -> None:
    write_large(
        target,
        title=str(_("商业网点台账")),
        columns=ledger.columns,
        rows=_rows(ledger, chunks, counted),
        validations=True,
    )


def _csv(target: BinaryIO, ledger: LedgerRows, chunks: Chunks, counted: Counted) -> None:
    write_csv(target, ledger.columns, _rows(ledger, chunks, counted))


def _geojson(target: BinaryIO, ledger: LedgerRows, chunks: Chunks, counted: Counted) -> None:
    columns = [column for column in ledger.columns if column.key not in _OF_THE_POINT]
    target.write(b'{"type": "FeatureCollection", "features": [')
    lead = b"\n"
    done = 0
    for chunk in chunks:
        for one, row in zip(chunk, ledger.rows(chunk), strict=True):
            target.write(lead + _feature(columns, one, row))
            lead = b",\n"
        done += len(chunk)
        counted(done)
    target.write(b"\n]}\n")


def _feature(columns: list[Column], one: Shown, row: dict[str, Any]) -> bytes:
    lon, lat = one.facts.lon, one.facts.lat
    point = None if lon is None else {"type": "Point", "coordinates": [lon, lat]}
    properties = {column.key: _plain(outward(column)(row[column.key])) for column in columns}
    feature = {"type": "Feature", "id": str(one.outlet.pk), "geometry": point}
    return json.dumps(feature | {"properties": properties}, ensure_ascii=False).encode()


def _plain(value: Any) -> Any:
    if isinstance(value, dt.date):
        return value.isoformat()
    return float(value) if isinstance(value, Decimal) else value


_WRITERS = {FileKind.XLSX: _xlsx, FileKind.CSV: _csv, FileKind.GEOJSON: _geojson}
