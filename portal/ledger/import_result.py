"""⑤ 确认: what will be written; afterwards what was, and until when it can be taken back."""

from typing import Any

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils import timezone

from core.geo import CRS
from outlets.imports.kinds import kind_of
from outlets.imports.undoing import undo_until
from outlets.models import Import, ImportRow
from outlets.services.coordinates import LABELS
from portal.ledger import import_words as words

Verdict, State = ImportRow.Verdict, Import.State
# Subject → the names under which its register may be mounted, the best first.
REGISTERS = {
    "outlets": ("ledger:outlets", "admin:outlets_outlet_changelist"),
    "facilities": ("admin:circles_facility_changelist",),
    "spaces": ("admin:circles_space_changelist",),
}


def confirm_step(request: HttpRequest, batch: Import, standing: words.Standing) -> dict[str, Any]:
    """The context of the step, before and after."""
    until = undo_until(batch)
    written = _written(batch)
    return {
        "will_create": _named_new(batch) if batch.state == State.CHECKED else [],
        "crs_label": LABELS[CRS(batch.crs)] if batch.crs else "",
        "whole": batch.state == State.CHECKED and not standing.waiting and not standing.unjudged,
        "written_new": written[Verdict.NEW],
        "written_changed": written[Verdict.CHANGED],
        "created": {name: batch.counts.get(name, 0) for name in ("brands", "enterprises")},
        "until": until,
        "can_undo": until is not None and timezone.now() <= until,
        "register_url": register_url(batch.subject),
    }


def register_url(subject: str) -> str | None:
    """Where the register is looked at."""
    for name in REGISTERS.get(subject, ()):
        try:
            return reverse(name)
        except NoReverseMatch:
            continue
    return None


def _written(batch: Import) -> dict[Any, int]:
    """Rows written, by verdict; from the counts once the rows are no longer kept."""
    rows = batch.rows.filter(written_version__isnull=False)
    found = {verdict: rows.filter(verdict=verdict).count() for verdict in _WRITABLE}
    if not sum(found.values()) and batch.confirmed_at is not None:
        return {verdict: batch.counts.get(verdict.value, 0) for verdict in _WRITABLE}
    return found


_WRITABLE = (Verdict.NEW, Verdict.CHANGED)


def _named_new(batch: Import) -> list[tuple[str, int]]:
    """What would be created beside the rows: (what it is called, how many)."""
    fields = {field.attname: field for field in kind_of(batch.subject).book.model._meta.fields}
    rows = batch.rows.filter(verdict=Verdict.NEW, written_version__isnull=True)
    found = []
    for column in ("brand_id", "enterprise_id"):
        if column in fields:
            path = f"clean__{column}"
            names = rows.filter(**{f"{path}__startswith": "+"}).order_by()
            count = names.values(path).distinct().count()
            if count:
                found.append((str(fields[column].verbose_name), count))
    return found
