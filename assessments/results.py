"""What a wave found out: satisfaction by place, age and channel; small numbers withheld.

Every face reads `Results` (or `results`), which asks who asks and withholds; grading alone reads
`satisfaction_of`.
"""

import datetime as dt
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

from django.core.exceptions import PermissionDenied
from django.db.models import Count, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from assessments.models import AgeBand, Channel, Questionnaire, Survey, SurveyAnswer
from assessments.policy import of_own_agency
from assessments.statistics import Satisfaction
from assessments.tallies import COLUMNS, EVERYONE, Column, Place, Tables, tables_of
from circles.models import Circle
from core import policy
from core.scope import Scope
from territory.models import District, Street

Breakdown = Literal["district", "street", "circle", "age_band", "channel"]
DONE = (Survey.State.CLOSED, Survey.State.PUBLISHED)
BANDS = dict(AgeBand.choices)
CHANNELS = dict(Channel.choices)


@dataclass(frozen=True)
class Cell:
    """One line of a breakdown, as it may be shown.

    key       id of a street, circle or district, value of an age band or channel
    state     shown; suppressed = too few, or it would give away too few; empty = nobody answered
    answered  answers counted, refusals included; None where it is withheld
    found     what they say; None where it is withheld, or nothing measures the satisfaction
    quota     answers wanted; None for age bands and channels
    """

    key: str
    label: str
    state: Literal["shown", "suppressed", "empty"]
    answered: int | None = None
    found: Satisfaction | None = None
    quota: int | None = None
    place: Any = None


def has_results(survey: Survey) -> bool:
    """Whether the wave is over: figures of an open one could be told apart from day to day."""
    return survey.state in DONE


class Results:
    """The results of one wave as one caller may see them; PermissionDenied for who may not.

    The commission and the wave's own agency see all of a wave that is closed; a street sees the
    district's total, its own, and circles that lie in it, once the wave is published.
    """

    def __init__(self, survey: Survey, scope: Scope) -> None:
        policy.require(scope, "assessments.surveys")
        if not Survey.objects.visible_to(scope).filter(pk=survey.pk).exists():
            raise PermissionDenied(_("您看不到这个调查批次。"))
        if not has_results(survey):
            raise PermissionDenied(_("调查结束后形成结果。"))
        self.survey, self.scope = survey, scope
        self.tables: Tables = tables_of(survey)
        self._own: set[uuid.UUID] | None = None
        if not of_own_agency(scope, survey):
            own = Circle.objects.visible_to(scope).values_list("pk", flat=True)
            self._own = set(own)

    @property
    def everywhere(self) -> bool:
        """Whether the caller sees all of the wave."""
        return self._own is None

    @property
    def measures(self) -> bool:
        """Whether a question measures the satisfaction."""
        return self.tables.options is not None

    def streets(self) -> list[Street]:
        """Streets of the wave that the caller may see."""
        return [one for one in self.tables.area.streets if self._sees_street(one.pk)]

    def circles(self, street: Street | None = None) -> list[Circle]:
        """Circles of the wave that the caller may see; those the street reports for."""
        area = self.tables.area
        circles = area.circles if street is None else area.circles_of(street.pk)
        return [one for one in circles if self.sees_circle(one.pk)]

    def sees_circle(self, circle: uuid.UUID) -> bool:
        """Whether the circle is the caller's."""
        return self._own is None or circle in self._own

    def cells(self, by: Breakdown, within: Street | Circle | None = None) -> list[Cell]:
        """The lines of a breakdown, of the whole wave or within a street or circle.

        PermissionDenied within what is not the caller's; ValueError for circles within a circle
        and the like.
        """
        place = self.place_of(within)
        match by:
            case "district" if within is None:
                return [self._cell(place, EVERYONE, str(self.survey.district), within)]
            case "street" if within is None:
                return [self.total(street) for street in self.streets()]
            case "circle" if not isinstance(within, Circle):
                return [self.total(circle) for circle in self.circles(within)]
            case "age_band" | "channel":
                self.require_groups(within)
                return [self._cell(place, (by, value), _label(by, value)) for value in COLUMNS[by]]
        raise ValueError(f"no {by} within {within!r}")

    def total(self, within: Street | Circle | None) -> Cell:
        """Everyone who answered about a place; None = the district."""
        label = str(within or self.survey.district)
        return self._cell(self.place_of(within), EVERYONE, label, within)

    def require_groups(self, within: Street | Circle | None) -> None:
        """PermissionDenied for who sees of the whole wave only the total."""
        if within is None and not self.everywhere:
            raise PermissionDenied(_("全区分组结果由区商务委查看，街镇可看本街镇的。"))

    def place_of(self, within: Street | Circle | None) -> Place:
        """The place in the tables, if it is the caller's."""
        area = self.tables.area
        if within is None:
            return area.district
        place: Place = ("S" if isinstance(within, Street) else "C", within.pk)
        own = self._sees_street if isinstance(within, Street) else self.sees_circle
        if place not in area.places or not own(within.pk):
            raise PermissionDenied(_("您看不到该街道（镇）或生活圈的结果。"))
        return place

    def _sees_street(self, street: uuid.UUID) -> bool:
        return self.everywhere or self.scope.covers(street)

    def _cell(self, place: Place, column: Column, label: str, within: Any = None) -> Cell:
        key = column[1] if column != EVERYONE else str(place[1])
        quota = self.tables.area.quota(place) if column == EVERYONE else None
        if (place, column) in self.tables.hidden:
            return Cell(key, label, "suppressed", quota=quota, place=within)
        answered = self.tables.answered((place, column))
        if not answered:
            return Cell(key, label, "empty", 0, quota=quota, place=within)
        found = self.tables.satisfaction((place, column)) if self.measures else None
        return Cell(key, label, "shown", answered, found, quota, within)


def results(
    survey: Survey, by: Breakdown, scope: Scope, within: Street | Circle | None = None
) -> list[Cell]:
    """The lines of a breakdown as the caller may see them."""
    return Results(survey, scope).cells(by, within)


@dataclass(frozen=True)
class Responses:
    """What came in: received = counted + what was left out because it is flagged."""

    received: int
    flagged: int
    counted: int


def responses(found: Results) -> Responses:
    """Over the whole wave; one query."""
    rows = SurveyAnswer.objects.filter(survey=found.survey)
    told = rows.aggregate(
        received=Count("pk"),
        flagged=Count("pk", filter=Q(flags__gt=0)),
    )
    drop = found.survey.drop_flagged
    counted = told["received"] - (told["flagged"] if drop else 0)
    return Responses(told["received"], told["flagged"], counted)


def _label(by: str, value: str) -> str:
    words = BANDS if by == "age_band" else CHANNELS
    return str(words.get(value, _("未填写")))


def satisfaction_of(
    survey: Survey, circles: Iterable[Circle | uuid.UUID] | None = None
) -> dict[uuid.UUID, Satisfaction]:
    """Circle id → satisfaction in the wave, nothing withheld: for grading, never shown as such.

    Circles that the wave did not ask about are left out.
    """
    tables = tables_of(survey)
    wanted = None if circles is None else {getattr(one, "pk", one) for one in circles}
    return {
        circle.pk: tables.satisfaction((("C", circle.pk), EVERYONE))
        for circle in tables.area.circles
        if wanted is None or circle.pk in wanted
    }


def withheld_circles(survey: Survey) -> set[uuid.UUID]:
    """Circles whose satisfaction no page and no paper may show."""
    return {
        place[1]
        for place, column in tables_of(survey).hidden
        if column == EVERYONE and place[0] == "C"
    }


def last_published(district: District, as_of: dt.date) -> Survey | None:
    """Of those the last one whose results were published: what indicators may tell streets."""
    waves = done_surveys(district, as_of=as_of)
    return waves.filter(state=Survey.State.PUBLISHED).first()


def done_surveys(
    district: District, *, year: int | None = None, as_of: dt.date | None = None
) -> "QuerySet[Survey]":
    """Satisfaction waves that were closed or published (by the end of `as_of`), the last first."""
    waves = Survey.objects.filter(
        district=district,
        questionnaire__purpose=Questionnaire.Purpose.SATISFACTION,
        state__in=DONE,
        closed_at__isnull=False,
    )
    if year is not None:
        waves = waves.filter(year=year)
    if as_of is not None:
        night = dt.datetime.combine(as_of + dt.timedelta(days=1), dt.time.min)
        waves = waves.filter(closed_at__lt=timezone.make_aware(night))
    return waves.select_related("questionnaire").order_by("-closed_at", "-id")
