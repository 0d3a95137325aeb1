"""Remarks on a file for people: what was left aside, and why."""

from typing import Any

from django.utils.translation import gettext as _


def notes_of(source: Any) -> list[str]:
    """Remarks of the reader (a `Table` or blocks of one, read to the end), and which columns were
    not recognised."""
    strangers = [
        _("%(letter)s 列“%(title)s”") % {"letter": column.letter, "title": column.title}
        for column in source.unknown
    ]
    if not strangers:
        return list(source.notes)
    return [*source.notes, _("未识别、未导入的列：%(columns)s") % {"columns": "、".join(strangers)}]
