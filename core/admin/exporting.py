"""Export of exactly what a list shows: its rows by filters and scope, its columns, its masks."""

import tempfile
from collections.abc import Iterator, Mapping
from typing import Any, BinaryIO, ClassVar, cast

from django.contrib.admin.utils import label_for_field, lookup_field
from django.core.exceptions import FieldDoesNotExist
from django.http import FileResponse, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.html import strip_tags
from django.utils.translation import gettext_lazy

from core import audit
from core.admin.acts import button
from core.admin.describing import NOTHING, shown, shown_as
from core.admin.gated import scope_of
from core.policy import require
from core.spreadsheets import Column, write_large

MOST_ROWS = 200_000
TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class Exporting:
    """Gives a list the button 导出, when its admin names it in `actions_list`."""

    model: Any
    opts: Any
    gates: ClassVar[Mapping[str, str]]

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> Any:
        """The list, whose export button carries the filters in force."""
        response = super().changelist_view(request, extra_context)  # type: ignore[misc]
        context = getattr(response, "context_data", None) or {}
        for one in context.get("actions_list", ()):
            if one.get("path", "").endswith("/export/") and request.GET:
                one["path"] += f"?{request.GET.urlencode()}"
        return response

    @button(label=gettext_lazy("导出"), icon="download")
    def export(self, request: HttpRequest) -> HttpResponse:
        """An .xlsx of the list as filtered, at most `MOST_ROWS` rows; noted in the audit log."""
        require(scope_of(request), self.gates["view"])
        changes = self.get_changelist_instance(request)  # type: ignore[attr-defined]
        admin: Any = self
        columns = [name for name in changes.list_display if name != "action_checkbox"]
        titles = [
            Column(key=name, title=str(label_for_field(name, self.model, admin)).strip())
            for name in columns
        ]
        rows = changes.get_queryset(request)[:MOST_ROWS]
        # Closed by the response that sends it; it has no name on the disk already.
        stream = cast(BinaryIO, tempfile.TemporaryFile())  # noqa: SIM115
        count = write_large(
            stream,
            title=str(self.opts.verbose_name),
            columns=titles,
            rows=self._cells(rows, columns),
        )
        stream.seek(0)
        audit.note(
            f"{self.opts.app_label}.export_{self.opts.model_name}",
            rows=count,
            filters=dict(request.GET.lists()),
        )
        name = f"{self.opts.verbose_name}-{timezone.localdate():%Y%m%d}.xlsx"
        return cast(
            HttpResponse,
            FileResponse(stream, as_attachment=True, filename=name, content_type=TYPE),
        )

    def _cells(self, rows: Any, columns: list[str]) -> Iterator[list[Any]]:
        for row in rows.iterator(chunk_size=1000):
            yield [self._cell(name, row) for name in columns]

    def _cell(self, name: str, row: Any) -> Any:
        try:
            field, _attribute, value = lookup_field(name, row, self)  # type: ignore[arg-type]
        except FieldDoesNotExist:
            return ""
        if field is not None:
            if isinstance(value, int | float) and not isinstance(value, bool):
                return value
            text = shown_as(field, value)
        else:
            # A coloured word comes as (kind, word).
            word = value[-1] if isinstance(value, tuple) else value
            text = shown(word) if isinstance(word, bool) else strip_tags(str(word or ""))
        return "" if text in (NOTHING, "-") else text
