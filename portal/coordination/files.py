"""Workbooks of coordination's lists."""

import io
from collections.abc import Sequence
from urllib.parse import quote

from django.http import HttpRequest, HttpResponse

from core import audit
from core.admin.exporting import TYPE
from core.spreadsheets import Sheet, write_rows


def workbook_answer(
    request: HttpRequest, *, name: str, label: str, sheets: Sequence[Sheet]
) -> HttpResponse:
    """The sheets as a file called `label`; noted in the audit log as list `name`."""
    target = io.BytesIO()
    write_rows(target, sheets)
    rows = sum(len(list(sheet.rows)) for sheet in sheets)
    audit.note("portal.export", list=name, rows=rows, query=request.GET.urlencode())
    response = HttpResponse(target.getvalue(), content_type=TYPE)
    response["Content-Disposition"] = (
        f"attachment; filename=\"{name}.xlsx\"; filename*=UTF-8''{quote(label)}.xlsx"
    )
    return response
