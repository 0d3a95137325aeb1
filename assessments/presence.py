"""How many kinds a circle has, by its checklist: people's findings before the figures'."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db.models import Case, Count, F, When

from assessments.models import Checklist, ChecklistLine, Found
from outlets.models import BusinessFormat

BASIC, QUALITY = BusinessFormat.Category.BASIC, BusinessFormat.Category.QUALITY


@dataclass(frozen=True)
class Kinds:
    """Kinds of one category; what nobody has looked for is unknown, never absent."""

    present: int = 0
    absent: int = 0
    unknown: int = 0

    @property
    def total(self) -> int:
        """All kinds that the standard looks for."""
        return self.present + self.absent + self.unknown


@dataclass(frozen=True)
class Presence:
    """A checklist's kinds by category, and the verdict on each item (by its key)."""

    basic: Kinds
    quality: Kinds
    verdicts: dict[str, str] = field(default_factory=dict)


def presence_of(checklists: Iterable[Checklist]) -> dict[uuid.UUID, Presence]:
    """{checklist id: presence}, for all of them in one query; verdicts in the standard's order."""
    told: dict[uuid.UUID, dict[str, tuple[str, str]]] = {row.pk: {} for row in checklists}
    lines = ChecklistLine.objects.filter(checklist__in=list(told)).values_list(
        "checklist_id", "item__key", "item__category", "found", "override"
    )
    ordered = lines.order_by("item__sort", "item_id")
    for checklist, key, category, found, override in ordered if told else ():
        told[checklist][key] = category, override or found
    return {pk: _presence(of) for pk, of in told.items()}


def kinds_of(checklists: Iterable[Checklist]) -> dict[uuid.UUID, tuple[Kinds, Kinds]]:
    """{checklist id: (basic, quality)}: counted by the database, for lists; one query."""
    told: dict[uuid.UUID, dict[str, dict[str, int]]] = {row.pk: {} for row in checklists}
    if not told:
        return {}
    # As `ChecklistLine.verdict`.
    judged = Case(When(override="", then=F("found")), default=F("override"))
    lines = ChecklistLine.objects.filter(checklist__in=list(told)).annotate(judged=judged)
    counts = lines.values("checklist_id", "item__category", "judged").annotate(n=Count("pk"))
    for row in counts.order_by():
        told[row["checklist_id"]].setdefault(row["item__category"], {})[row["judged"]] = row["n"]
    return {
        pk: (Kinds(**of.get(BASIC, {})), Kinds(**of.get(QUALITY, {}))) for pk, of in told.items()
    }


def _presence(of: dict[str, tuple[str, str]]) -> Presence:
    def kinds(category: str) -> Kinds:
        found = [verdict for own, verdict in of.values() if own == category]
        return Kinds(*(found.count(one) for one in (Found.PRESENT, Found.ABSENT, Found.UNKNOWN)))

    return Presence(
        kinds(BASIC), kinds(QUALITY), {key: verdict for key, (_own, verdict) in of.items()}
    )
