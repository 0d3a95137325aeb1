"""The answers of a wave counted once, by place, age band and channel, with what must be withheld.

Everything that is shown of a wave is read off here, so that the same cell is withheld whichever
way it is asked for.
"""

import uuid
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count, Q

from assessments.models import AgeBand, Channel, Question, Survey, SurveyAnswer, SurveyCircle
from assessments.statistics import Option, Satisfaction, options_of
from assessments.suppression import Sum, withheld
from circles.models import Circle
from territory.models import Street

# ("D", district), ("S", street), ("C", circle)
Place = tuple[str, uuid.UUID]
# ("", "") = everyone, ("age_band", value), ("channel", value)
Column = tuple[str, str]
Cell = tuple[Place, Column]

EVERYONE: Column = ("", "")
# An age band that nobody stated is a band of its own: the bands add up to everyone.
COLUMNS: dict[str, tuple[str, ...]] = {
    "age_band": (*AgeBand.values, ""),
    "channel": tuple(Channel.values),
}


@dataclass(frozen=True)
class Area:
    """The places of a wave: its circles, the streets that report for them (主报), the district."""

    district: Place
    circles: list[Circle]
    quotas: Mapping[uuid.UUID, int]

    @property
    def streets(self) -> list[Street]:
        """Each once, in the circles' order."""
        return list({circle.lead_street_id: circle.lead_street for circle in self.circles}.values())

    def circles_of(self, street: uuid.UUID) -> list[Circle]:
        """The circles that the street reports for."""
        return [circle for circle in self.circles if circle.lead_street_id == street]

    @property
    def places(self) -> list[Place]:
        """District, streets, circles."""
        return [
            self.district,
            *(("S", street.pk) for street in self.streets),
            *(("C", circle.pk) for circle in self.circles),
        ]

    def sums(self, column: Column = EVERYONE) -> list[Sum]:
        """Streets make the district, circles make their street."""
        streets = [street.pk for street in self.streets]
        made = [Sum((self.district, column), tuple((("S", one), column) for one in streets))]
        for street in streets:
            parts = tuple((("C", one.pk), column) for one in self.circles_of(street))
            made.append(Sum((("S", street), column), parts))
        return made

    def quota(self, place: Place) -> int:
        """Answers wanted there."""
        kind, pk = place
        return sum(
            self.quotas.get(circle.pk, 0)
            for circle in self.circles
            if kind == "D" or pk == (circle.pk if kind == "C" else circle.lead_street_id)
        )


@dataclass(frozen=True)
class Tables:
    """How often each value of the question that measures was given, in every cell."""

    survey: Survey
    area: Area
    # None = nothing in the questionnaire measures the satisfaction.
    options: Mapping[str, Option] | None
    tallies: Mapping[Cell, Counter[str]]
    hidden: frozenset[Any] = field(default_factory=frozenset)

    def answered(self, cell: Cell) -> int:
        """Answers counted there, refusals included."""
        return self.tallies[cell].total()

    def satisfaction(self, cell: Cell) -> Satisfaction:
        """What they say; for callers who may know it all."""
        return Satisfaction.of(self.tallies[cell], self.options or {})


def tables_of(survey: Survey) -> Tables:
    """Three queries: the places, the question that measures, the counts."""
    question = survey.questionnaire.questions.filter(measures=Question.Measures.OVERALL).first()
    options = options_of(question.options) if question else None
    rows = list(
        SurveyAnswer.objects.filter(survey=survey)
        .counted()
        .values_list("circle", "age_band", "channel", "overall")
        .annotate(n=Count("pk"))
        .order_by()
    )
    area = area_of(survey, {row[0] for row in rows})
    tallies: dict[Cell, Counter[str]] = {
        (place, column): Counter() for place in area.places for column in _columns()
    }
    street_of = {circle.pk: circle.lead_street_id for circle in area.circles}
    for circle, age_band, channel, overall, n in rows:
        band = age_band if age_band in AgeBand.values else ""
        for place in (("C", circle), ("S", street_of[circle]), area.district):
            for column in (EVERYONE, ("age_band", band), ("channel", channel)):
                tallies[place, column][overall] += n
    counted = Tables(survey, area, options, tallies)
    return Tables(survey, area, options, tallies, _hidden(counted))


def area_of(survey: Survey, answered: Iterable[uuid.UUID] = ()) -> Area:
    """The wave's circles and any others that were answered about, by street and code."""
    links = SurveyCircle.objects.filter(survey=survey).values_list("circle", "quota")
    quotas = dict(links)
    circles = (
        Circle.objects.filter(Q(pk__in=list(quotas)) | Q(pk__in=list(answered)))
        .select_related("lead_street")
        .defer("boundary")
        .order_by("lead_street__sort", "lead_street__code", "code")
    )
    return Area(("D", survey.district_id), list(circles), quotas)


def _columns() -> list[Column]:
    return [EVERYONE, *((by, value) for by, values in COLUMNS.items() for value in values)]


def _hidden(tables: Tables) -> frozenset[Any]:
    """Over places, places × age bands and places × channels at once."""
    valid = {
        cell: tables.answered(cell) if tables.options is None else tables.satisfaction(cell).n
        for cell in tables.tallies
    }
    # Few people who all said 不清楚 are few people, too.
    few = [cell for cell, n in valid.items() if not n and tables.answered(cell)]
    sums = [one for column in _columns() for one in tables.area.sums(column)]
    for place in tables.area.places:
        for by, values in COLUMNS.items():
            parts = tuple((place, (by, value)) for value in values)
            sums.append(Sum((place, EVERYONE), parts))
    return withheld(valid, sums, tables.survey.smallest_cell, few)
