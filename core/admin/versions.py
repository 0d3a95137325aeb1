"""History of a row: every version with who, when, in which act, what was before and after.

Rows of tables without typed history show their audit events instead.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from django.db import models
from django.http import HttpRequest, HttpResponse
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.admin.describing import NOTHING, shown, shown_as
from core.admin.labels import label_of
from core.dated import as_of
from core.models import AuditEvent

PAGE = 20
# Columns that say nothing to people.
LEFT_OUT = frozenset({"id", "version", "updated_at", "name_key", "pinyin"})
KINDS = {"+": gettext_lazy("新增"), "~": gettext_lazy("修改"), "-": gettext_lazy("删除")}


@dataclass(frozen=True)
class FieldChange:
    """One field before and after, in words."""

    label: str
    before: str
    after: str


@dataclass(frozen=True)
class Version:
    """One version or event, as people read it."""

    at: dt.datetime
    who: str
    what: str
    why: str = ""
    number: int | None = None
    # A first version has no before.
    is_first: bool = False
    changes: list[FieldChange] = field(default_factory=list)


@dataclass(frozen=True)
class FactsOn:
    """What was true of a row on a day: since when, until when, and each fact in words."""

    day: dt.date
    since: dt.date
    until: dt.date | None
    undated: bool
    facts: list[tuple[str, str]]


class Histories:
    """The history page of an admin.

    facts         (model of dated facts, its column that names the row), where there are any
    left_out      columns that say nothing to people
    """

    model: Any
    opts: Any
    facts: ClassVar[tuple[type[models.Model], str] | None] = None
    left_out: ClassVar[frozenset[str]] = LEFT_OUT

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: Any = None
    ) -> HttpResponse:
        """All versions, the newest first, and the facts of any day."""
        obj = self.row(request, object_id)  # type: ignore[attr-defined]
        page = max(1, _whole(request.GET.get("page")))
        if hasattr(self.model, "history"):
            versions = self._versions(request, obj, page)
        else:
            versions = _events(obj, page)
        context = {
            "title": _("变更记录：%(name)s") % {"name": obj},
            "original": obj,
            "versions": versions[:PAGE],
            "older": f"?page={page + 1}" if len(versions) > PAGE else "",
            "newer": f"?page={page - 1}" if page > 1 else "",
            "has_facts": self.facts is not None,
            "day": request.GET.get("day", ""),
            "facts_on": self._facts_on(request, obj),
            **(extra_context or {}),
        }
        return self.page(request, "admin/versions.html", context)  # type: ignore[attr-defined]

    def told(self, request: HttpRequest, obj: Any, name: str, value: Any) -> str | None:
        """A stored value in words where the column alone does not tell; None = as it stands.

        Also the place to mask what the caller may not read.
        """
        return None

    def _versions(self, request: HttpRequest, obj: Any, page: int) -> list[Version]:
        """One more than a page of versions, if there are more, each beside the one before it."""
        return versions_of(
            obj,
            page,
            told=lambda name, value: self.told(request, obj, name, value),
            left_out=self.left_out,
        )

    def _facts_on(self, request: HttpRequest, obj: Any) -> FactsOn | None:
        day = parse_date(request.GET.get("day", "")) if _is_day(request.GET.get("day")) else None
        if self.facts is None or day is None:
            return None
        model, owner = self.facts
        row: Any = as_of(model._default_manager.filter(**{owner: obj}), owner, day).first()
        if row is None:
            return None
        hidden = {"id", owner, "valid_from", "valid_to", "act", "source"}
        facts = []
        for one in model._meta.concrete_fields:
            if one.name in hidden:
                continue
            told = self.told(request, obj, one.name, getattr(row, one.attname))
            word = told if told is not None else shown_as(one, getattr(row, one.name))
            facts.append((str(one.verbose_name), word))
        return FactsOn(day, row.valid_from, row.valid_to, row.undated, facts)


def versions_of(
    obj: Any,
    page: int = 1,
    *,
    told: Callable[[str, Any], str | None] = lambda name, value: None,
    left_out: frozenset[str] = LEFT_OUT,
) -> list[Version]:
    """A page of a row's typed history, the newest first, and one more if there are more.

    `told` puts a stored value in words where the column alone does not tell (None = as it stands).
    """
    start = (page - 1) * PAGE
    found = obj.history.order_by("-history_date", "-history_id")
    rows = list(found[start : start + PAGE + 2])
    fields = [one for one in obj._meta.concrete_fields if one.name not in left_out]
    names = _names(fields, rows)
    events = {
        event.act: event
        for event in AuditEvent.objects.filter(act__in={row.act for row in rows if row.act})
    }

    def word(one: Any, row: Any) -> str:
        value = getattr(row, one.attname)
        words = told(one.name, value)
        if words is not None:
            return words
        if one.is_relation:
            return names.get((one.related_model, value), NOTHING)
        return shown_as(one, value)

    versions = []
    for row, before in zip(rows, [*rows[1:], None], strict=True):
        event = events.get(row.act)
        versions.append(
            Version(
                at=row.history_date,
                who=row.actor_label or _("系统"),
                what=label_of(event.action) if event else str(KINDS[row.history_type]),
                why=(event.comment if event else "") or row.history_change_reason or "",
                number=getattr(row, "version", None),
                is_first=before is None and row.history_type == "+",
                changes=list(_differences(fields, row, before, word)),
            )
        )
    return versions[: PAGE + 1]


def _differences(fields: Sequence[Any], row: Any, before: Any, word: Any) -> Iterator[FieldChange]:
    for one in fields:
        if before is None:
            if row.history_type == "+" and (after := word(one, row)) != NOTHING:
                yield FieldChange(str(one.verbose_name), "", after)
        elif getattr(before, one.attname) != getattr(row, one.attname):
            yield FieldChange(str(one.verbose_name), word(one, before), word(one, row))


def _names(fields: Iterable[Any], rows: Iterable[Any]) -> Mapping[tuple[Any, Any], str]:
    """(model, id) → name of everything the versions point to: one query a table."""
    wanted: dict[Any, set[Any]] = defaultdict(set)
    for one in fields:
        if one.is_relation:
            wanted[one.related_model] |= {getattr(row, one.attname) for row in rows} - {None}
    return {
        (model, pk): str(other)
        for model, ids in wanted.items()
        for pk, other in model._base_manager.in_bulk(ids).items()
    }


def _events(obj: Any, page: int) -> list[Version]:
    start = (page - 1) * PAGE
    events = AuditEvent.objects.filter(
        object_type=obj._meta.label_lower, object_id=str(obj.pk)
    ).order_by("-id")
    return [
        Version(
            at=event.at,
            who=event.actor_label or _("系统"),
            what=label_of(event.action),
            why=event.comment,
            changes=list(event_changes(event)),
        )
        for event in events[start : start + PAGE + 1]
    ]


def event_changes(event: AuditEvent) -> Iterator[FieldChange]:
    """What an audit event says was changed: [before, after] pairs and plain facts."""
    for label, value in event.changes.items():
        if isinstance(value, list) and len(value) == 2:
            yield FieldChange(label, shown(value[0]), shown(value[1]))
        else:
            yield FieldChange(label, "", shown(value))


def _whole(text: str | None) -> int:
    return int(text) if text and text.isdecimal() and len(text) < 6 else 1


def _is_day(text: str | None) -> bool:
    try:
        dt.date.fromisoformat(text or "")
    except ValueError:
        return False
    return True
