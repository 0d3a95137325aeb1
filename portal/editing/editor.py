"""Editing a part of a draft: shown, acted on without script, saved, or refused with all kept."""

from typing import Any, ClassVar

from django.contrib import messages
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.admin.refusals import RefusedError, refusals
from portal.coordination.acting import common_of, is_stale, seen_in
from portal.editing.rows import Rows

BACK = "back"


class Editor:
    """One part of a draft `row`, filled from what stands or from what the page sent (`data`).

    part     its name in the address; the service's errors are headed by it
    columns  the form's fields of the service's columns, where they differ
    """

    part: ClassVar[str] = ""
    title: Any = ""
    template: ClassVar[str] = ""
    columns: ClassVar[dict[str, str]] = {}

    def __init__(self, row: Any, data: Any = None) -> None:
        self.row, self.data = row, data
        self.errors: list[str] = []

    def is_valid(self) -> bool:
        """Whether what was sent can be asked of the service."""
        raise NotImplementedError

    def save(self, **common: Any) -> None:
        """Ask the service; `common` are by, scope and seen_version."""
        raise NotImplementedError

    def act(self, asked: str) -> None:
        """What a button without script asks."""

    def place(self, path: list[str], reasons: list[str]) -> bool:
        """Put reasons at the field that the path names; False = they go on top."""
        return False

    def following(self, asked: str) -> str:
        """The address of a page to go on with, other than back or here; "" = none."""
        return ""

    @property
    def names(self) -> dict[str, Any]:
        """What its template needs beside `editor`."""
        return {}

    def refuse(self, error: ValidationError) -> None:
        """Why the service did not save: at the fields, or on top."""
        if not hasattr(error, "error_dict"):
            self.errors += error.messages
            return
        for key, reasons in error.message_dict.items():
            path = key.split(".")
            if key == NON_FIELD_ERRORS or not self.place(path, reasons):
                self.errors += reasons


class FormEditor(Editor):
    """A part that is one form."""

    form: Any

    def is_valid(self) -> bool:
        """Whether the form is."""
        return bool(self.form.is_valid())

    def place(self, path: list[str], reasons: list[str]) -> bool:
        """At the field of the column."""
        column = path[-1].removesuffix("_id")
        if column not in self.form.fields:
            return False
        self.form.add_error(column, reasons)
        return True


class RowsEditor(Editor):
    """A part that is rows of one kind."""

    rows: Rows

    def is_valid(self) -> bool:
        """Whether all rows are."""
        return self.rows.is_valid()

    def act(self, asked: str) -> None:
        """A row is added, moved or removed."""
        if not self.rows.act(asked):
            for form in self.rows.forms:
                form.quiet()

    def place(self, path: list[str], reasons: list[str]) -> bool:
        """`checklist_items.3.label`: at the third row's field."""
        if len(path) != 3 or path[0] != self.part or not path[1].isdecimal():
            return False
        return self.rows.refuse(int(path[1]), self.columns.get(path[2], path[2]), reasons)


STALE = gettext_lazy("已有他人先保存。您填写的都还在；请核对后再次保存，届时以您填写的为准。")


def edit_page(
    request: HttpRequest,
    make: type[Editor],
    row: Any,
    *,
    back: str,
    crumbs: list[dict[str, str]],
    **told: Any,
) -> HttpResponse:
    """The page of the part: GET shows what stands; POST acts (`do`) or saves."""
    data = request.POST if request.method == "POST" else None
    editor = make(row, data, **told)
    seen, status, stale = row.version, 200, False
    if data is not None:
        sent = seen_in(request)
        seen = row.version if sent is None else sent
        if data.get("do"):
            editor.act(data["do"])
        elif editor.is_valid():
            try:
                with refusals(), transaction.atomic():
                    editor.save(**common_of(request, seen))
            except RefusedError as refusal:
                editor.refuse(refusal.errors)
                status, stale = 422, is_stale(refusal)
                seen = row.version if stale else seen
            else:
                messages.success(request, _("“%(part)s”已保存。") % {"part": editor.title})
                return redirect(_next(request, editor, back))
        else:
            status = 422
    context = {
        "editor": editor,
        "row": row,
        "back": back,
        "crumbs": [*crumbs, {"label": str(editor.title)}],
        "seen_version": seen,
        "stale": STALE if stale else "",
        "refused": status == 422,
        **editor.names,
    }
    return render(request, editor.template, context, status=status)


def _next(request: HttpRequest, editor: Editor, back: str) -> str:
    asked = request.POST.get("then", "")
    if asked == BACK:
        return back
    return editor.following(asked) or request.path
