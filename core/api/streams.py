"""Whole lists as CSV and GeoJSON: read in one go, written row by row, never cut."""

import csv
import json
from collections.abc import Callable, Iterable, Iterator
from itertools import chain, islice
from typing import Any

from django.db.models import QuerySet
from django.http import StreamingHttpResponse
from rest_framework.utils.encoders import JSONEncoder

from core.spreadsheets.bulk import csv_text

CHUNK = 1000

# Rows of the database → what the list's serializer makes of them, in as many queries per chunk.
Dress = Callable[[list[Any]], list[dict[str, Any]]]
Geometry = Callable[[Any], dict[str, Any] | None]


def csv_response(rows: QuerySet[Any], columns: list[str], dress: Dress) -> StreamingHttpResponse:
    """All rows as CSV (UTF-8, a header of field names); text cannot become a formula."""
    return _streamed(csv_lines(_chunks(rows), columns, dress), "text/csv; charset=utf-8")


def geojson_response(
    rows: QuerySet[Any], dress: Dress, geometry: Geometry
) -> StreamingHttpResponse:
    """All rows as one FeatureCollection."""
    return _streamed(feature_lines(_chunks(rows), dress, geometry), "application/geo+json")


def csv_lines(chunks: Iterable[list[Any]], columns: list[str], dress: Dress) -> Iterator[str]:
    """The lines of a CSV file."""
    writer = csv.writer(_Echo())
    yield writer.writerow(columns)
    for chunk in chunks:
        for shown in dress(chunk):
            yield writer.writerow([csv_text(_flat(shown[name])) for name in columns])


def feature_lines(chunks: Iterable[list[Any]], dress: Dress, geometry: Geometry) -> Iterator[str]:
    """The lines of a FeatureCollection."""
    yield '{"type":"FeatureCollection","features":['
    lead = "\n"
    for chunk in chunks:
        for row, shown in zip(chunk, dress(chunk), strict=True):
            yield lead + json.dumps(
                feature(row, shown, geometry), ensure_ascii=False, cls=JSONEncoder
            )
            lead = ",\n"
    yield "\n]}\n"


def feature(row: Any, shown: dict[str, Any], geometry: Geometry) -> dict[str, Any]:
    """One row as a GeoJSON feature."""
    return {
        "type": "Feature",
        "id": str(row.pk),
        "geometry": geometry(row),
        "properties": shown,
    }


def point_of(row: Any) -> dict[str, Any] | None:
    """The point of a row with `lon` and `lat`, null when it is not located."""
    if row.lon is None:
        return None
    return {"type": "Point", "coordinates": [row.lon, row.lat]}


def _chunks(rows: QuerySet[Any]) -> Iterator[list[Any]]:
    found = rows.iterator(chunk_size=CHUNK)
    while chunk := list(islice(found, CHUNK)):
        yield chunk


def _streamed(lines: Iterator[str], content_type: str) -> StreamingHttpResponse:
    # The first lines are made here, so that what fails at once fails as a problem, not mid-file.
    start = list(islice(lines, 2))
    return StreamingHttpResponse(chain(start, lines), content_type=content_type)


def _flat(value: Any) -> Any:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict):
        return json.dumps(value, ensure_ascii=False, cls=JSONEncoder)
    if isinstance(value, list):
        return ";".join(map(str, value))
    return "" if value is None else value


class _Echo:
    """A file that hands each line back."""

    def write(self, line: str) -> str:
        return line
