"""Tables as files: exactly what a page shows, as .xlsx or .csv, noted in the audit log."""

import io
from collections.abc import Iterable, Sequence
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _

from core import audit
from core.spreadsheets import Column, Sheet, write_csv, write_rows
from portal.basis import with_query

KINDS = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
}


def exports(request: HttpRequest) -> list[dict[str, str]]:
    """The entries of a list's export menu: this page's address, as a file."""
    return [
        {"label": _("导出 Excel"), "url": with_query(request, export="xlsx", **{"from": None})},
        {"label": _("导出 CSV"), "url": with_query(request, export="csv", **{"from": None})},
    ]


def table_file(
    request: HttpRequest,
    *,
    name: str,
    columns: Sequence[Column],
    rows: Iterable[Sequence[Any]],
    notes: Sequence[str] = (),
) -> HttpResponse:
    """The table as the file that `?export=` asks for; 404 for a kind there is none of."""
    kind = request.GET.get("export", "")
    if kind not in KINDS:
        raise Http404
    told = list(rows)
    file = io.BytesIO()
    if kind == "csv":
        write_csv(file, columns, told)
    else:
        write_rows(file, [Sheet(title=name, columns=columns, rows=told, notes=notes)])
    audit.note("portal.export", list=name, rows=len(told), query=request.GET.urlencode())
    return attachment(file.getvalue(), f"{name}.{kind}", KINDS[kind])


def attachment(content: bytes, filename: str, content_type: str) -> HttpResponse:
    """A file for the caller alone."""
    response = HttpResponse(content, content_type=content_type)
    response["Content-Disposition"] = content_disposition_header(True, filename) or "attachment"
    response["Cache-Control"] = "private, no-store"
    return response
