"""What a circle would be proposed under another standard, a draft too; stored nowhere."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from assessments.explaining import explained
from assessments.filling import Filling, places_of, service_bits
from assessments.formulas import exact
from assessments.grounds import (
    Design,
    Ground,
    Opinions,
    designs_of,
    enough_answers,
    figures_of,
    grounds_of,
)
from assessments.judging import Judged, judged_of
from assessments.measures import format_numbers
from assessments.models import Checklist, ChecklistItem, Evaluation, Standard
from assessments.presence import BASIC, QUALITY, Kinds, Presence
from circles.models import Circle
from metrics.models import Release
from metrics.querysets import last_release
from metrics.services import snapshot_inputs


@dataclass(frozen=True)
class Preview:
    """What would be proposed; stored nowhere."""

    circle: Circle
    year: int
    standard: Standard
    explanation: dict[str, Any]

    @property
    def proposed_level(self) -> str:
        """拟评等级; "" = not even 基础型."""
        return str(self.explanation["proposed"])

    @property
    def score(self) -> Decimal | None:
        """评价得分; None = not all items have one."""
        return exact(self.explanation["score"]["total"])


def preview(circle: Circle, year: int, standard: Standard) -> Preview:
    """What the figures propose for the circle under a standard, a draft too; nothing is stored.

    Where the circle has no evaluation under it, its kinds are looked up in the 定稿 that its other
    checklist of the year was filled from (else the last one). What people found otherwise, and what
    experts gave, counts where the other standard has the same item: the same kinds looked for, the
    same full marks.
    """
    own = Evaluation.objects.filter(circle=circle, year=year).select_related("district")
    ordered = list(own.order_by("-standard__number", "id"))
    same = next((row for row in ordered if row.standard_id == standard.pk), None)
    design = designs_of([standard.pk])[standard.pk]
    if same is not None and Checklist.objects.filter(evaluation=same).exists():
        ground = grounds_of([same])[same.pk]
    else:
        ground = _borrowed(circle, year, design, ordered)
    return Preview(circle, year, standard, explained(ground, format_numbers()))


def _borrowed(circle: Circle, year: int, design: Design, others: Sequence[Evaluation]) -> Ground:
    """A ground made of what the circle has under other standards in the year."""
    checklists = Checklist.objects.filter(evaluation__in=others).select_related("release__run")
    checklist = checklists.order_by("-filled_at", "id").first()
    release = checklist.release if checklist else last_release(circle.district)
    found = figures_of([release.run_id], [circle.pk], design.indicator_codes) if release else {}
    asked = Evaluation(district=circle.district, circle=circle, year=year, standard=design.standard)
    said = Opinions([asked]).of(asked)
    return Ground(
        design=design,
        circle=circle.pk,
        year=year,
        release=release,
        checklist=None,
        presence=_looked_up(circle, design, release, checklist) if release else None,
        figures=found.get((release.run_id, circle.pk), {}) if release else {},
        survey=said.survey,
        satisfaction=said.satisfaction,
        enough=enough_answers(design.standard, said.survey),
        withheld=said.withheld,
        judged=_same_marks(design, others),
    )


def _looked_up(
    circle: Circle, design: Design, release: Release, checklist: Checklist | None
) -> Presence:
    """The kinds of the standard in the run's own inputs, with people's findings of the year."""
    filling = Filling(
        snapshot_inputs(release.run), places_of(circle.district, release.cutoff), service_bits()
    )
    findings = filling.findings(design.checklist_items, [circle.pk])[circle.pk]
    lines = checklist.lines.exclude(override="").select_related("item") if checklist else ()
    overrides = {_looks_for(line.item): line.override for line in lines}
    verdicts = {
        item.key: overrides.get(_looks_for(item), found.found)
        for item, found in zip(design.checklist_items, findings, strict=True)
    }

    def kinds(category: str) -> Kinds:
        own = [verdicts[i.key] for i in design.checklist_items if i.category == category]
        return Kinds(own.count("present"), own.count("absent"), own.count("unknown"))

    return Presence(kinds(BASIC), kinds(QUALITY), {key: str(one) for key, one in verdicts.items()})


def _looks_for(item: ChecklistItem) -> tuple[Any, ...]:
    """What makes two standards' items the same."""
    return (
        item.key,
        *(tuple(sorted(of)) for of in (item.formats, item.services, item.facility_kinds)),
        item.facility_form,
    )


def _same_marks(design: Design, others: Sequence[Evaluation]) -> Judged:
    """What the experts gave under another standard, where the item has the same full marks."""
    given = judged_of(others)
    source = max(others, key=lambda row: given[row.pk].cards, default=None)
    if source is None:
        return Judged()
    judged = given[source.pk]
    then = {item.key: item for item in designs_of([source.standard_id])[source.standard_id].items}
    points = {
        item.key: judged.points[item.key]
        for item in design.items
        if item.key in judged.points and then[item.key].points == item.points
    }
    return replace(judged, points=points, wanted=design.standard.experts)
