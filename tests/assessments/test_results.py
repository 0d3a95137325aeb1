"""What a wave found out, counted again from the rows; who sees which of it; what is contributed."""

import datetime as dt
import random
from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from assessments.distributions import Answers, needs_of, open_answers
from assessments.models import Survey, SurveyAnswer
from assessments.results import Results, done_surveys, results, satisfaction_of, withheld_circles
from circles.models import Circle
from metrics.indicators import get
from metrics.models import Release, Run, Value
from metrics.services import make_snapshot
from outlets.models import BusinessFormat
from tests.assessments.surveying import Wave
from tests.factories import CircleFactory

pytestmark = pytest.mark.django_db
SATISFIED, VALID = {"5", "4"}, {"5", "4", "3", "2", "1"}
SCORES = {"5": 100, "4": 80, "3": 60, "2": 30, "1": 0}
Rows = list[SurveyAnswer]


class Answered(Wave):
    """A published wave of two streets: circles of 60, 7, 45 and 40 answers, and one of none."""

    def __init__(self) -> None:
        super().__init__()
        second = self.other.lead_street
        self.small = CircleFactory(lead_street=self.street)
        self.shared = CircleFactory(lead_street=second, links__partners=[self.street])
        self.silent = CircleFactory(lead_street=second)
        chance = random.Random(5)
        sizes = {self.circle: 60, self.small: 7, self.other: 45, self.shared: 40}
        for circle in (self.small, self.shared, self.silent):
            self.survey.circles.create(circle=circle, quota=50)
        self.survey.circles.update(quota=50)
        SurveyAnswer.objects.bulk_create(
            self.draw(chance, circle) for circle, size in sizes.items() for _ in range(size)
        )
        Survey.objects.filter(pk=self.survey.pk).update(
            state="published", closed_at=timezone.now() - dt.timedelta(days=2)
        )
        self.survey.refresh_from_db()
        self.leader = self.person(self.officer.user.office, "leader")
        self.rows = list(SurveyAnswer.objects.filter(survey=self.survey))

    def draw(self, chance: random.Random, circle: Circle, **more: Any) -> SurveyAnswer:
        overall = chance.choices(["5", "4", "3", "2", "1", "0", ""], [30, 30, 9, 6, 3, 5, 3])[0]
        lacking = chance.choice(["yes", "no"])
        formats = chance.sample(["repair", "bookstore"], chance.randint(1, 2))
        told = {
            "survey": self.survey,
            "circle": circle,
            "channel": chance.choices(["qr", "phone", "door"], [6, 3, 1])[0],
            "age_band": chance.choices(["", "under_18", "18_34", "60_plus"], [1, 1, 8, 9])[0],
            "overall": overall,
            "answers": {"overall": overall, "lacking": lacking, "words": f"意见{chance.random()}"}
            | ({"formats": formats} if lacking == "yes" else {}),
            "answered_on": timezone.localdate(),
            "flags": chance.choices([0, 1, 2], [20, 1, 1])[0],
        }
        return SurveyAnswer(**(told | more))

    def counted(self, **wanted: Any) -> Rows:
        """Rows that count, with these columns; `street` is the circle's 主报街镇."""
        leads = dict(Circle.objects.values_list("pk", "lead_street"))
        rows = [one for one in self.rows if not one.flags]
        if street := wanted.pop("street", None):
            rows = [one for one in rows if leads[one.circle_id] == street.pk]
        return [one for one in rows if all(getattr(one, k) == v for k, v in wanted.items())]


@pytest.fixture
def wave() -> Answered:
    return Answered()


def recount(rows: Rows) -> tuple[Any, ...]:
    """n, 满意, 基本满意及以上, 得分, 不清楚, 未答, straight from the rows."""
    valid = [row.overall for row in rows if row.overall in VALID]
    mean = Decimal(sum(SCORES[one] for one in valid)) / len(valid)
    return (
        len(valid),
        sum(one in SATISFIED for one in valid),
        sum(one in SATISFIED | {"3"} for one in valid),
        mean.quantize(Decimal("0.1"), ROUND_HALF_UP),
        sum(row.overall == "0" for row in rows),
        sum(row.overall == "" for row in rows),
    )


def told(cell: Any) -> tuple[Any, ...]:
    one = cell.found
    return one.n, one.satisfied, one.basic, one.score, one.excluded, one.refused


# --- Denied ---------------------------------------------------------------------------------------
def test_who_sees_which_results(wave: Answered) -> None:
    survey = wave.survey
    for person in (wave.rival, wave.foreign):
        with pytest.raises(PermissionDenied):
            results(survey, "district", person.scope)
    street = Results(survey, wave.street_officer.scope)
    assert [one.place for one in street.cells("street")] == [wave.street]
    assert {one.place for one in street.cells("circle")} == {wave.circle, wave.small, wave.shared}
    for by, within in (
        ("age_band", None),
        ("channel", None),
        ("circle", wave.other.lead_street),
        ("age_band", wave.other),
        # Of another wave, or of none.
        ("age_band", CircleFactory(lead_street=wave.street)),
    ):
        with pytest.raises(PermissionDenied):
            street.cells(by, within)
    for place in (None, wave.other):
        with pytest.raises(PermissionDenied):
            Answers(street).distributions(place)
    for person in (wave.street_officer, wave.interviewer, wave.leader):
        with pytest.raises(PermissionDenied):
            open_answers(Results(survey, person.scope))
    with pytest.raises(ValueError, match="no circle within"):
        street.cells("circle", wave.circle)
    # Closed: for the commission and who collected it; open: for nobody.
    Survey.objects.update(state="closed")
    survey.refresh_from_db()
    for person in (wave.officer, wave.leader, wave.interviewer):
        assert results(survey, "district", person.scope)[0].found
    with pytest.raises(PermissionDenied):
        results(survey, "district", wave.street_officer.scope)
    Survey.objects.update(state="open")
    survey.refresh_from_db()
    with pytest.raises(PermissionDenied):
        results(survey, "district", wave.officer.scope)


# --- The figures ----------------------------------------------------------------------------------
def test_every_cell_is_what_the_rows_say(wave: Answered, django_assert_num_queries: Any) -> None:
    scope = wave.officer.scope
    # The wave, its district and questionnaire, the question that measures, the places, the counts.
    with django_assert_num_queries(7):
        found = Results(wave.survey, scope)
        [district] = found.cells("district")
    assert told(district) == recount(wave.counted())
    assert district.quota == 250
    lines: list[tuple[Any, Rows]] = []
    for one in found.cells("street"):
        lines.append((one, wave.counted(street=one.place)))
    for one in found.cells("circle"):
        lines.append((one, wave.counted(circle=one.place)))
    for within, column in (
        (None, {}),
        (wave.street, {"street": wave.street}),
        (wave.circle, {"circle": wave.circle}),
    ):
        for one in found.cells("age_band", within):
            lines.append((one, wave.counted(age_band=one.key, **column)))
        for one in found.cells("channel", within):
            lines.append((one, wave.counted(channel=one.key, **column)))
    states = set()
    for cell, rows in lines:
        states.add(cell.state)
        valid = sum(row.overall in VALID for row in rows)
        if cell.state == "shown":
            assert told(cell) == recount(rows)
            assert valid >= wave.survey.smallest_cell
        else:
            assert (cell.found, cell.answered) == (None, 0 if cell.state == "empty" else None)
            assert bool(rows) is (cell.state == "suppressed")
    assert states == {"shown", "suppressed", "empty"}
    # 7 answers are too few, and would be the street's less the other circle's.
    hidden = {one.place for one in found.cells("circle") if one.state == "suppressed"}
    assert hidden == {wave.small, wave.circle}
    assert withheld_circles(wave.survey) == {one.pk for one in hidden}
    whole = satisfaction_of(wave.survey, [wave.small, wave.other])
    assert {pk: one.n for pk, one in whole.items()} == {
        one.pk: recount(wave.counted(circle=one))[0] for one in (wave.small, wave.other)
    }
    # Where flagged ones count, they count.
    Survey.objects.update(drop_flagged=False)
    wave.survey.refresh_from_db()
    [district] = results(wave.survey, "district", wave.officer.scope)
    assert told(district) == recount(wave.rows)


def test_the_same_cell_is_withheld_whichever_way_it_is_asked(wave: Answered) -> None:
    officer, street, agency = (
        Results(wave.survey, one.scope)
        for one in (wave.officer, wave.street_officer, wave.interviewer)
    )
    everyone = {one.place: one.state for one in officer.cells("circle")}
    for found in (street, agency):
        for within in (None, wave.street):
            for one in found.cells("circle", within):
                assert everyone[one.place] == one.state
        mine, theirs = (one.cells("age_band", wave.circle) for one in (officer, found))
        assert [(one.key, one.state) for one in mine] == [(one.key, one.state) for one in theirs]
        assert found.total(wave.circle).state == everyone[wave.circle]


def test_questions_needs_and_what_was_written(wave: Answered) -> None:
    answers = Answers(Results(wave.survey, wave.officer.scope))
    by_key = {one.question.key: one for one in answers.distributions()}
    assert list(by_key) == ["overall", "price", "lacking", "formats"]
    rows = wave.counted()
    asked = [one.answers["formats"] for one in rows if "formats" in one.answers]
    formats = by_key["formats"]
    assert (by_key["price"].state, by_key["price"].n) == ("empty", 0)
    assert formats.n == len(asked)
    assert {one.label: one.times for one in formats.shares} == {
        "维修点": sum("repair" in one for one in asked),
        "新式书店": sum("bookstore" in one for one in asked),
    }
    assert formats.shares[0].share == formats.shares[0].times / len(asked)
    # Fewer were asked than answered the wave; the small circle takes the other one with it.
    small = Answers(Results(wave.survey, wave.street_officer.scope)).distributions(wave.small)
    assert {one.state for one in small if one.question.key != "price"} == {"suppressed"}
    wanted = mentions(wave.counted(circle=wave.other)) | mentions(wave.counted(circle=wave.shared))
    found = {(one.circle.pk, one.code): one.mentions for one in needs_of(answers)}
    assert found == wanted
    assert [one.mentions for one in needs_of(answers)] == sorted(wanted.values(), reverse=True)
    assert {one.missing for one in needs_of(answers)} == {""}
    # Beside what the last 定稿 says is missing there.
    run = make_snapshot(district=wave.district, as_of=timezone.localdate())
    Release.objects.create(
        district=wave.district, run=run, purpose="month", cutoff=run.as_of, by_label="试验"
    )
    repair = BusinessFormat.objects.get(code="repair").number
    lacking = Value.objects.filter(
        run=run, indicator=get("missing_formats").number, scope_id=wave.other.pk
    )
    lacking.filter(part=repair).update(value=1)
    lacking.exclude(part=repair).update(value=None)
    words = {(one.circle.pk, one.code): one.missing for one in needs_of(answers, wave.other)}
    assert words == {
        (wave.other.pk, "repair"): "missing",
        (wave.other.pk, "bookstore"): "unknown",
    }
    [(question, texts)] = open_answers(answers.found)
    assert question.key == "words"
    assert sorted(texts) == sorted(one.answers["words"] for one in rows)
    assert texts != [one.answers["words"] for one in rows]


def mentions(rows: Iterable[SurveyAnswer]) -> dict[tuple[Any, str], int]:
    counts: dict[tuple[Any, str], int] = {}
    for row in rows:
        for code in row.answers.get("formats", ()):
            counts[row.circle_id, code] = counts.get((row.circle_id, code), 0) + 1
    return counts


# --- Contributed ----------------------------------------------------------------------------------
def figure(run: Run, code: str, scope: str, place: Any) -> Any:
    return Value.objects.filter(
        run=run, indicator=get(code).number, scope=scope, scope_id=place.pk, part=0
    ).first()


def test_a_run_has_the_last_wave_of_its_day_and_nothing_that_is_withheld(
    wave: Answered, settings: Any, tmp_path: Any
) -> None:
    settings.MEDIA_ROOT = tmp_path
    district, today = wave.district, timezone.localdate()
    closed_on = timezone.localdate(wave.survey.closed_at)
    assert done_surveys(district).first() == wave.survey
    assert done_surveys(district, as_of=closed_on).first() == wave.survey
    assert done_surveys(district, as_of=closed_on - dt.timedelta(days=1)).first() is None
    assert done_surveys(district, year=wave.survey.year - 1).first() is None
    # Waves that are under way or ask something else say nothing.
    needs = type(wave.questionnaire).objects.create(
        district=district, code="needs", name="需求", purpose="needs", state="published"
    )
    wave.prepare()
    Survey.objects.filter(pk=wave.prepare(questionnaire=needs).pk).update(
        state="published", closed_at=timezone.now()
    )
    assert done_surveys(district).first() == wave.survey
    # Streets read figures, too: before the results are published there are none.
    Survey.objects.filter(pk=wave.survey.pk).update(state="closed")
    run = make_snapshot(district=district, as_of=today)
    assert figure(run, "satisfaction_share", "D", district).value is None
    Survey.objects.filter(pk=wave.survey.pk).update(state="published")
    run = make_snapshot(district=district, as_of=today)
    n, satisfied, basic, score, *_ = recount(wave.counted())
    value = figure(run, "satisfaction_share", "D", district)
    assert (value.num, value.den, value.value) == (satisfied, n, satisfied / n)
    assert value.coverage == n / 250
    assert figure(run, "basic_satisfaction_share", "D", district).num == basic
    assert figure(run, "satisfaction_score", "D", district).value == float(score)
    for circle in (wave.circle, wave.small, wave.silent):
        for code in ("satisfaction_share", "basic_satisfaction_share", "satisfaction_score"):
            shown = figure(run, code, "C", circle)
            assert shown is None or (shown.value, shown.num) == (None, 0)
    n, satisfied, *_ = recount(wave.counted(street=wave.street))
    value = figure(run, "satisfaction_share", "S", wave.street)
    assert (value.num, value.den) == (satisfied, n)
    before = make_snapshot(district=district, as_of=closed_on - dt.timedelta(days=1))
    assert figure(before, "satisfaction_share", "D", district).value is None
