"""All that a grade rests on, gathered for many circles at once: constant queries.

A ground is one circle and year under one standard: the checklist with what it found, the figures of
the 定稿 that the checklist was filled from, the last satisfaction wave of the year, the experts'
points.
"""

import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from assessments.judging import Judged, judged_of
from assessments.models import (
    Checklist,
    ChecklistItem,
    Dimension,
    Evaluation,
    ScoreItem,
    Standard,
    StandardLevel,
    Survey,
)
from assessments.presence import Presence, presence_of
from assessments.results import done_surveys, satisfaction_of, withheld_circles
from assessments.statistics import Satisfaction
from metrics.indicators import get
from metrics.models import Release, Value
from metrics.querysets import Figure
from outlets.models import BusinessFormat

# (indicator code, part number)
FigureKey = tuple[str, int]


@dataclass(frozen=True)
class Design:
    """A standard with its parts, read once."""

    standard: Standard
    levels: Sequence[StandardLevel]
    checklist_items: Sequence[ChecklistItem]
    dimensions: Sequence[tuple[Dimension, Sequence[ScoreItem]]]
    # Format code → name, of those that items take their figures from.
    format_names: Mapping[str, str] = field(default_factory=dict)

    @property
    def labels(self) -> dict[str, str]:
        """Checklist item key → name."""
        return {item.key: item.label for item in self.checklist_items}

    @property
    def items(self) -> list[ScoreItem]:
        """All items of the scorecard, in order."""
        return [item for _dimension, items in self.dimensions for item in items]

    @property
    def indicator_codes(self) -> set[str]:
        """Indicators that computed items take their figure from."""
        wanted = ScoreItem.Source.INDICATOR
        return {item.source_code for item in self.items if item.source == wanted}


@dataclass(frozen=True, kw_only=True)
class Ground:
    """What one grade rests on.

    presence, satisfaction  None = no checklist, no answers of the circle
    enough                  how many valid answers it takes to go by them
    withheld                nothing that is shown may rest on them: it would tell on others
    """

    design: Design
    circle: uuid.UUID
    year: int
    release: Release | None = None
    checklist: Checklist | None = None
    presence: Presence | None = None
    figures: Mapping[FigureKey, Figure] = field(default_factory=dict)
    survey: Survey | None = None
    satisfaction: Satisfaction | None = None
    enough: int = 0
    withheld: bool = False
    judged: Judged = field(default_factory=Judged)


def designs_of(standards: Iterable[uuid.UUID]) -> dict[uuid.UUID, Design]:
    """{standard id: design}; six queries."""
    rows = Standard.objects.filter(pk__in=set(standards)).prefetch_related(
        "levels", "checklist_items", "dimensions__items"
    )
    parts = {
        item.source_part
        for row in rows
        for dimension in row.dimensions.all()
        for item in dimension.items.all()
        if item.source_part
    }
    names = BusinessFormat.objects.filter(code__in=parts).values_list("code", "name")
    format_names = dict(names) if parts else {}
    return {row.pk: _design(row, format_names) for row in rows}


def grounds_of(evaluations: Iterable[Evaluation]) -> dict[uuid.UUID, Ground]:
    """{evaluation id: ground}; the number of queries does not grow with the evaluations."""
    rows = list(evaluations)
    designs = designs_of(row.standard_id for row in rows)
    found = Checklist.objects.filter(evaluation__in=rows).select_related("release__run")
    checklists = {row.evaluation_id: row for row in found}
    presences = presence_of(checklists.values())
    figures = figures_of(
        {checklist.release.run_id for checklist in checklists.values()},
        {row.circle_id for row in rows},
        {code for design in designs.values() for code in design.indicator_codes},
    )
    opinions = Opinions(rows)
    judged = judged_of(rows)
    grounds = {}
    for row in rows:
        design, checklist = designs[row.standard_id], checklists.get(row.pk)
        release = checklist.release if checklist else None
        said = opinions.of(row)
        grounds[row.pk] = Ground(
            design=design,
            circle=row.circle_id,
            year=row.year,
            release=release,
            checklist=checklist,
            presence=presences.get(checklist.pk) if checklist else None,
            figures=figures.get((release.run_id, row.circle_id), {}) if release else {},
            survey=said.survey,
            satisfaction=said.satisfaction,
            enough=enough_answers(design.standard, said.survey),
            withheld=said.withheld,
            judged=judged.get(row.pk, Judged()),
        )
    return grounds


def figures_of(
    runs: Iterable[uuid.UUID], circles: Iterable[uuid.UUID], codes: Iterable[str]
) -> dict[tuple[uuid.UUID, uuid.UUID], dict[FigureKey, Figure]]:
    """{(run, circle): figures of these indicators}; one query."""
    numbers = {get(code).number: code for code in codes if is_known(code)}
    values = Value.objects.filter(
        run__in=set(runs), indicator__in=numbers, scope="C", scope_id__in=set(circles)
    ).values_list(
        "run_id", "scope_id", "indicator", "part", "num", "den", "value", "coverage", "flags"
    )
    told: dict[tuple[uuid.UUID, uuid.UUID], dict[FigureKey, Figure]] = defaultdict(dict)
    for run, circle, indicator, part, num, den, value, coverage, flags in values:
        told[run, circle][numbers[indicator], part] = Figure(num, den, value, coverage, flags)
    return told


def is_known(code: str) -> bool:
    """Whether there is such an indicator; a draft standard may name others."""
    try:
        get(code)
    except KeyError:
        return False
    return True


def enough_answers(standard: Standard, survey: Survey | None) -> int:
    """Valid answers without which a circle's satisfaction is not gone by, nor given away."""
    return max(standard.min_answers, survey.smallest_cell if survey else 0, 1)


@dataclass(frozen=True)
class Said:
    """What the residents of one circle said in a wave."""

    survey: Survey | None = None
    satisfaction: Satisfaction | None = None
    withheld: bool = False


class Opinions:
    """The satisfaction of the circles of some evaluations: their last wave of each year.

    A later wave over other circles (补充调查) takes nothing from those it did not ask about.
    """

    def __init__(self, evaluations: Sequence[Evaluation]) -> None:
        wanted: dict[tuple[uuid.UUID, int], list[Evaluation]] = defaultdict(list)
        for row in evaluations:
            wanted[row.district_id, row.year].append(row)
        self._said: dict[tuple[uuid.UUID, int, uuid.UUID], Said] = {}
        for (district, year), rows in wanted.items():
            left = {row.circle_id for row in rows}
            for survey in done_surveys(rows[0].district, year=year):
                found, withheld = satisfaction_of(survey, left), withheld_circles(survey)
                for circle in found:
                    said = Said(survey, found[circle], circle in withheld)
                    self._said[district, year, circle] = said
                left -= found.keys()
                if not left:
                    break

    def of(self, row: Evaluation) -> Said:
        """The wave of the evaluation's year that asked about its circle, and what was said."""
        return self._said.get((row.district_id, row.year, row.circle_id), Said())


def _design(standard: Standard, format_names: Mapping[str, str]) -> Design:
    return Design(
        standard,
        list(standard.levels.all()),
        list(standard.checklist_items.all()),
        [(dimension, list(dimension.items.all())) for dimension in standard.dimensions.all()],
        format_names,
    )
