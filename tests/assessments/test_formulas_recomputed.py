"""Every item and level of the default standard on 200 random circles, worked out by other code.

The recomputation reads the tables and tries every way in which what is unknown may turn out; of the
code under test it imports nothing.
"""

import datetime as dt
import itertools
import random
from collections import Counter
from fractions import Fraction
from typing import Any

import pytest
from django.utils import timezone

from assessments.models import (
    Checklist,
    ChecklistLine,
    Evaluation,
    Grade,
    Score,
    Scorecard,
    Standard,
    Survey,
    SurveyAnswer,
    SurveyCircle,
)
from assessments.services.grades import propose_grades
from circles.models import Circle
from core.audit import SYSTEM
from metrics.indicators import get
from metrics.models import Release, RuleSet, Run, Value
from outlets.models import BusinessFormat
from territory.models import Street
from tests.assessments.making import YEAR, make_expert

pytestmark = pytest.mark.django_db
CIRCLES, ENOUGH, SMALLEST = 200, 12, 4
DAY = dt.date(YEAR, 6, 30)
LEVELS = ("basic", "improved", "quality")


def make_year() -> Standard:
    """200 circles from hopeless to excellent, each with some of what a grade rests on missing."""
    rng = random.Random(5)
    standard = Standard.objects.get(code="default")
    Standard.objects.filter(pk=standard.pk).update(min_answers=ENOUGH)
    street = Street.objects.filter(district=standard.district).order_by("code")[0]
    circles = Circle.objects.bulk_create(
        Circle(
            district=standard.district,
            code=f"R{n:03d}",
            name=f"随机生活圈{n}",
            lead_street=street,
            state="built",
        )
        for n in range(CIRCLES)
    )
    rows = Evaluation.objects.bulk_create(
        Evaluation(
            district=standard.district, circle=one, year=YEAR, standard=standard, kind="first"
        )
        for one in circles
    )
    like = {row.pk: Like(rng) for row in rows}
    _figures(rng, standard, rows, like)
    _lines(rng, standard, rows, like)
    _answers(rng, standard, rows, like)
    _cards(rng, standard, rows, like)
    return standard


class Like:
    """What a circle is like: how good, how good in quality kinds, how much of it nobody knows."""

    def __init__(self, rng: random.Random) -> None:
        self.good = rng.choice([0.5, 0.85, 0.97, 1, 1])
        self.kinds = {"basic": self.good, "quality": rng.choice([0.2, 0.3, 0.5, 0.55, 1])}
        self.unknown = rng.choice([0, 0, 0, 0.1])


Likes = dict[Any, Like]


def _figures(rng: random.Random, standard: Standard, rows: list[Any], like: Likes) -> None:
    run = Run.objects.create(
        district=standard.district,
        kind="snapshot",
        state="released",
        as_of=DAY,
        rule_set=RuleSet.objects.get(code="default"),
        formula_version="1",
        input_digest="0" * 64,
    )
    release = Release.objects.create(
        district=standard.district, run=run, purpose="year", cutoff=DAY, by_label="试验"
    )
    Checklist.objects.bulk_create(Checklist(evaluation=row, release=release) for row in rows)
    numbers = dict(BusinessFormat.objects.values_list("code", "number"))
    wanted = [
        (get(item.source_code), numbers.get(item.source_part, 0))
        for item in _items(standard)
        if item.source == "indicator"
    ]
    values = []
    for row, (indicator, part) in itertools.product(rows, wanted):
        good, unknown = like[row.pk].good, like[row.pk].unknown
        if rng.random() < unknown / 8:
            continue
        value: float | None = min(good * rng.uniform(0.9, 1.05), 1)
        if indicator.unit == "count":
            value = float(round(4 * good * rng.random())) if indicator.number != 57 else 0.0
        if rng.random() < unknown / 8:
            value = None
        values.append(
            Value(
                run=run,
                indicator=indicator.number,
                scope="C",
                scope_id=row.circle_id,
                part=part,
                num=1,
                value=value,
            )
        )
    Value.objects.bulk_create(values)


def _lines(rng: random.Random, standard: Standard, rows: list[Any], like: Likes) -> None:
    items = list(standard.checklist_items.all())
    lines = []
    for row, item in itertools.product(rows, items):
        there = rng.random() < like[row.pk].kinds[item.category]
        found = (
            "unknown" if rng.random() < like[row.pk].unknown else "present" if there else "absent"
        )
        said = rng.random() < 0.05
        line = ChecklistLine(checklist=row.checklist, item=item, found=found)
        if said:
            line.override, line.reason = "present" if there else "absent", "看过"
        lines.append(line)
    ChecklistLine.objects.bulk_create(lines)


def _answers(rng: random.Random, standard: Standard, rows: list[Any], like: Likes) -> None:
    questionnaire: Any = standard.questionnaire
    survey = Survey.objects.create(
        district=standard.district,
        questionnaire=questionnaire,
        year=YEAR,
        name="满意度",
        state="closed",
        opens_on=DAY,
        closes_on=DAY,
        closed_at=timezone.now(),
        smallest_cell=SMALLEST,
    )
    SurveyCircle.objects.bulk_create(SurveyCircle(survey=survey, circle=r.circle) for r in rows)
    options = [one["value"] for one in questionnaire.questions.get(measures="overall").options]
    answers = []
    for row in rows:
        for _ in range(rng.choice([0, 11, 20, 20, 20, 20, 20])):
            best = rng.random() < like[row.pk].good
            answers.append(
                SurveyAnswer(
                    survey=survey,
                    circle=row.circle,
                    channel="qr",
                    overall=rng.choice(options[:2]) if best else rng.choice([*options, ""]),
                    answered_on=DAY,
                    flags=rng.choice([0] * 20 + [1, 2]),
                )
            )
    SurveyAnswer.objects.bulk_create(answers)


def _cards(rng: random.Random, standard: Standard, rows: list[Any], like: Likes) -> None:
    experts = [make_expert(standard.district) for _ in range(3)]
    judged = [item for item in _items(standard) if item.kind == "judged"]
    cards = Scorecard.objects.bulk_create(
        Scorecard(
            evaluation=row,
            expert=expert,
            state=rng.choice(["confirmed", "published", "confirmed", "submitted"]),
            total=0,
        )
        for row, expert in itertools.product(rows, experts)
    )
    sent = [card for card in cards if card.state != "submitted"]
    Score.objects.bulk_create(
        Score(scorecard=card, item=item, points=_points(rng, item, like[card.evaluation_id].good))
        for card, item in itertools.product(sent, judged)
        if rng.random() < 0.999
    )


def _points(rng: random.Random, item: Any, good: float) -> float:
    return round(float(item.points) * min(1, good * rng.uniform(0.9, 1.1)) * 2) / 2


def _items(standard: Standard) -> list[Any]:
    return [item for part in standard.dimensions.all() for item in part.items.all()]


# --- The same from the tables ---------------------------------------------------------------------
class Tables:
    """What the tables hold, each read once."""

    def __init__(self, standard: Standard) -> None:
        self.items = _items(standard)
        self.levels = {one.level: one for one in standard.levels.all()}
        self.category = dict(standard.checklist_items.values_list("key", "category"))
        question: Any = standard.questionnaire.questions.get(measures="overall")  # type: ignore[union-attr]
        self.options = {one["value"]: one for one in question.options}
        self.formats = dict(BusinessFormat.objects.values_list("code", "number"))
        self.values = {
            (value.run_id, value.scope_id, value.indicator, value.part): value.value
            for value in Value.objects.filter(scope="C")
        }
        self.verdicts: dict[Any, dict[str, str]] = {}
        for line in ChecklistLine.objects.select_related("item"):
            said = line.override if line.override else line.found
            self.verdicts.setdefault(line.checklist_id, {})[line.item.key] = said
        answers = SurveyAnswer.objects.filter(flags=0).values_list("circle_id", "overall")
        self.answers = Counter(answers)
        self.scores: dict[Any, list[Fraction]] = {}
        counted = Score.objects.filter(scorecard__state__in=["confirmed", "published"])
        for score in counted.select_related("scorecard"):
            key = score.scorecard.evaluation_id, score.item_id
            self.scores.setdefault(key, []).append(Fraction(score.points) * 100)


class Recomputed:
    """One evaluation, slowly."""

    def __init__(self, row: Any, tables: Tables) -> None:
        self.row, self.tables = row, tables
        self.items, self.levels, self.category = tables.items, tables.levels, tables.category
        self.verdicts = tables.verdicts[row.checklist.pk]
        self.options = tables.options
        self.valid = {
            value: tables.answers[row.circle_id, value]
            for value, option in self.options.items()
            if option["counts"] in ("satisfied", "basic", "none")
        }
        self.n = sum(self.valid.values())
        self.points = {item.key: self.of(item) for item in self.items}

    # Points in cents: no Decimal, no rounding mode.
    def of(self, item: Any) -> int | None:
        if item.kind == "judged":
            cents = self.tables.scores.get((self.row.pk, item.pk), [])
            return half_up(sum(cents) / len(cents)) if cents else None
        earned = {self.earned(item, x) for x in self.figure(item)}
        return earned.pop() if len(earned) == 1 else None

    def earned(self, item: Any, x: Fraction) -> int:
        curve = [(Fraction(a), Fraction(b)) for a, b in item.curve_points]
        if item.curve == "steps":
            share = max((p for p in curve if p[0] <= x), default=curve[0])[1]
        else:
            share = curve[0][1]
            for (x0, y0), (x1, y1) in itertools.pairwise(curve):
                if x >= x1:
                    share = y1
                elif x > x0:
                    share = (y0 * (x1 - x) + y1 * (x - x0)) / (x1 - x0)
        return half_up(share * Fraction(item.points) * 100)

    def figure(self, item: Any) -> list[Fraction]:
        """Every value that the figure may have; [] = there is none."""
        if item.source == "indicator":
            part = self.tables.formats[item.source_part] if item.source_part else 0
            run, number = self.row.checklist.release.run_id, get(item.source_code).number
            value = self.tables.values.get((run, self.row.circle_id, number, part))
            return [] if value is None else [Fraction(str(value))]
        if item.source == "survey":
            if self.n < ENOUGH:
                return []
            return [self.satisfied() if item.source_code == "satisfaction" else self.score()]
        if item.source_code == "required_share":
            # All levels ask for the same groups.
            keys = {key for group in self.levels["basic"].required for key in group}
            groups = self.levels["basic"].required
            return [
                Fraction(sum(any(way[key] for key in group) for group in groups), len(groups))
                for way in self.ways(keys)
            ]
        category = item.source_code.removesuffix("_share")
        own = [self.verdicts[key] for key in self.verdicts if self.category[key] == category]
        open_, there = own.count("unknown"), own.count("present")
        return [Fraction(there + more, len(own)) for more in range(open_ + 1)]

    def ways(self, keys: set[str]) -> Any:
        """Every way in which the unknown ones of `keys` may turn out."""
        unknown = sorted(key for key in keys if self.verdicts[key] == "unknown")
        known = {key: self.verdicts[key] == "present" for key in keys}
        for turned in itertools.product([False, True], repeat=len(unknown)):
            yield known | dict(zip(unknown, turned, strict=True))

    def satisfied(self) -> Fraction:
        good = sum(n for v, n in self.valid.items() if self.options[v]["counts"] == "satisfied")
        return Fraction(good, self.n)

    def score(self) -> Fraction:
        total = sum(Fraction(self.options[v]["score"]) * n for v, n in self.valid.items())
        return Fraction(half_up(total / self.n * 10), 10)

    def state(self, level: Any) -> str:
        """met, unmet or unknown: in every way, in none, in some."""
        known = sum(cents for cents in self.points.values() if cents is not None)
        open_ = sum(item.points * 100 for item in self.items if self.points[item.key] is None)
        floor = level.min_score * 100
        gates = [
            {known >= floor} if not open_ else {False, known + open_ >= floor},
            {self.satisfied() >= level.min_satisfaction} if self.n >= ENOUGH else {False, True},
        ]
        for category, wanted in (("basic", level.min_basic), ("quality", level.min_quality)):
            own = [self.verdicts[key] for key in self.verdicts if self.category[key] == category]
            there = own.count("present")
            gates.append({there >= wanted, there + own.count("unknown") >= wanted})
        for group in level.required:
            gates.append({any(way.values()) for way in self.ways(set(group))})
        if {False} in gates:
            return "unmet"
        return "met" if all(gate == {True} for gate in gates) else "unknown"

    def level(self) -> str:
        reached = ""
        for level in LEVELS:
            if self.state(self.levels[level]) != "met":
                break
            reached = level
        return reached


def half_up(amount: Any) -> int:
    return int((amount + Fraction(1, 2)) // 1)


def test_items_scores_and_levels_equal_those_worked_out_from_the_tables(
    django_assert_max_num_queries: Any,
) -> None:
    standard = make_year()
    with django_assert_max_num_queries(40):
        grades = propose_grades(district=standard.district, year=YEAR, by=SYSTEM, scope=None)
    assert len(grades) == CIRCLES
    seen: Counter[Any] = Counter()
    tables = Tables(standard)
    rows = Grade.objects.filter(year=YEAR).select_related(
        "evaluation__checklist__release", "circle"
    )
    for grade in rows:
        slow = Recomputed(grade.evaluation, tables)
        told = {
            item["key"]: item["points"]
            for dimension in grade.explanation["score"]["dimensions"]
            for item in dimension["items"]
        }
        cents = {key: None if p is None else int(Fraction(p) * 100) for key, p in told.items()}
        assert cents == slow.points, grade.circle.code
        whole = None not in slow.points.values()
        known = [item for item in tables.items if slow.points[item.key] is not None]
        assert grade.scored_points == sum(item.points for item in known)
        total = sum(slow.points.values()) if whole else None
        assert (None if grade.score is None else grade.score * 100) == total
        states = {one["level"]: one["state"] for one in grade.explanation["levels"]}
        slow_states = {level: slow.state(slow.levels[level]) for level in LEVELS}
        assert {k: s.replace("blocked", "met") for k, s in states.items()} == slow_states
        assert grade.proposed_level == slow.level()
        seen[grade.proposed_level] += 1
        seen.update({("score", whole), *(("gate", state) for state in states.values())})
    # Random circles of every sort, or the above would say little.
    assert min(seen[key] for key in ("", *LEVELS)) >= 5, seen
    assert min(seen["score", True], seen["score", False], seen["gate", "unknown"]) >= 20, seen
