"""A demo's surveys: two waves on satisfaction, one on needs under way. Drawn, and nobody's."""

import datetime as dt
import secrets
import uuid
from typing import Any, Final, NamedTuple

import numpy as np
from django.utils import timezone

from accounts.models import Office, User
from accounts.roles import PROGRAMME_OFFICER
from assessments.models import (
    AgeBand,
    Channel,
    Question,
    Questionnaire,
    Survey,
    SurveyAnswer,
    SurveyCircle,
    SurveyToken,
)
from assessments.services.answering import is_asked
from assessments.services.tokens import make_tokens, token_text
from circles.models import Circle
from portal.demo.accounts import acting
from portal.demo.plan import Plan
from territory.models import District

AGENCY: Final = "demo_agency"
# 非常满意 … 不满意, 不清楚, over the whole district; a circle's own mood shifts it.
MOODS: Final = np.array([0.47, 0.46, 0.035, 0.012, 0.008, 0.015])
SCALE: Final = ("5", "4", "3", "2", "1", "0")
CHANNELS: Final = ((Channel.QR, 0.55), (Channel.PHONE, 0.2), (Channel.DOOR, 0.25))
BANDS: Final = (
    (AgeBand.UNDER_18, 0.03),
    (AgeBand.FROM_18, 0.22),
    (AgeBand.FROM_35, 0.4),
    (AgeBand.FROM_60, 0.35),
)
CODES: Final = 20
REMARK: Final = "希望多一些修修补补的小店。（演示数据）"


class Wave(NamedTuple):
    """One wave: what for, when it opened and closed (days ago), in which state."""

    purpose: str
    opened: int
    closes: int
    state: str
    answers: int


WAVES: Final = (
    Wave("satisfaction", 440, 410, Survey.State.PUBLISHED, 122),
    Wave("satisfaction", 75, 45, Survey.State.PUBLISHED, 126),
    Wave("needs", 12, -18, Survey.State.OPEN, 9),
)


def write_surveys(plan: Plan, district: District) -> dict[str, int]:
    """Waves over every circle that is being built or stands; how many answers they brought."""
    circles = list(
        Circle.objects.filter(district=district)
        .exclude(state__in=["nurtured", "withdrawn"])
        .order_by("code")
    )
    agency = Office.objects.filter(code=AGENCY).first()
    brought = 0
    for number, wave in enumerate(WAVES):
        form = Questionnaire.objects.filter(
            district=district, purpose=wave.purpose, state=Questionnaire.State.PUBLISHED
        ).first()
        if form is not None:
            survey = _survey(plan, wave, form, agency)
            brought += _answers(plan, number, wave, survey, circles)
            if survey.state == Survey.State.OPEN:
                _codes(survey, circles[0])
    return {"surveys": len(WAVES), "survey_answers": brought}


def _survey(plan: Plan, wave: Wave, form: Questionnaire, agency: Office | None) -> Survey:
    closes = plan.ago(wave.closes)
    over = wave.state != Survey.State.OPEN
    return Survey.objects.create(
        district=form.district,
        questionnaire=form,
        year=closes.year,
        name=f"{closes.year}年{form.get_purpose_display()}调查（演示数据）",
        agency=agency,
        state=wave.state,
        opens_on=plan.ago(wave.opened),
        closes_on=closes,
        closed_at=_noon(closes) if over else None,
        token_secret="" if over else secrets.token_hex(32),
        address_key="" if over else secrets.token_hex(32),
        is_sample=True,
    )


def _codes(survey: Survey, circle: Circle) -> None:
    """Some to try the questionnaire with."""
    officer = User.objects.get(username=PROGRAMME_OFFICER, is_demo=True)
    make_tokens(survey=survey, circle=circle, count=CODES, channel=Channel.LINK, **acting(officer))


def sample_code() -> str:
    """A code of the demo's open wave that nobody has used; "" where there is none."""
    token = (
        SurveyToken.objects.filter(
            survey__is_sample=True, survey__state=Survey.State.OPEN, used=False
        )
        .select_related("survey")
        .order_by("serial")
        .first()
    )
    return token_text(token.survey, token.serial) if token else ""


def _noon(day: dt.date) -> dt.datetime:
    return timezone.make_aware(dt.datetime.combine(day, dt.time(12)))


def _answers(plan: Plan, number: int, wave: Wave, survey: Survey, circles: list[Circle]) -> int:
    rng = plan.chance(f"survey {number}")
    most = wave.answers if plan.scale >= 0.5 else 12
    questions = list(survey.questionnaire.questions.all())
    SurveyCircle.objects.bulk_create(
        SurveyCircle(survey=survey, circle=circle, quota=100 if most > 12 else 10)
        for circle in circles
    )
    rows = []
    for circle in circles:
        mood = _mood(rng, 1.2 if circle.level else 2.1)
        for _one in range(int(most * rng.uniform(0.92, 1.15))):
            rows.append(_answer(rng, wave, survey, circle, questions, mood))
    SurveyAnswer.objects.bulk_create(rows, batch_size=1000)
    return len(rows)


def _mood(rng: np.random.Generator, worst: float) -> np.ndarray:
    """How a circle's people answer: some circles please less, up to `worst` times."""
    shifted = MOODS * np.array([rng.uniform(0.75, 1.15), 1, *(rng.uniform(0.5, worst),) * 3, 1])
    return shifted / shifted.sum()


def _answer(
    rng: np.random.Generator,
    wave: Wave,
    survey: Survey,
    circle: Circle,
    questions: list[Question],
    mood: np.ndarray,
) -> SurveyAnswer:
    given: dict[str, Any] = {}
    for question in questions:
        if is_asked(question, given):
            given |= _given(rng, question, mood)
    overall = next((q.key for q in questions if q.measures == Question.Measures.OVERALL), "")
    hasty = rng.random() < 0.015
    days = rng.integers(0, max(1, wave.opened - max(wave.closes, 0)))
    return SurveyAnswer(
        id=uuid.UUID(bytes=rng.bytes(16), version=4),
        survey=survey,
        circle=circle,
        channel=_one_of(rng, CHANNELS),
        age_band=_one_of(rng, BANDS) if rng.random() < 0.96 else "",
        answers=given,
        overall=str(given.get(overall, "")),
        answered_on=survey.opens_on + dt.timedelta(days=int(days)),
        seconds=int(rng.integers(6, 18) if hasty else rng.integers(45, 260)),
        flags=SurveyAnswer.SPEEDER if hasty else 0,
    )


def _given(rng: np.random.Generator, question: Question, mood: np.ndarray) -> dict[str, Any]:
    values = [option["value"] for option in question.options]
    match question.kind:
        case Question.Kind.SCALE if set(values) == set(SCALE):
            return {question.key: str(rng.choice(SCALE, p=mood))}
        case Question.Kind.SINGLE | Question.Kind.SCALE:
            return {question.key: str(rng.choice(values))}
        case Question.Kind.MULTIPLE:
            few = int(rng.integers(1, min(question.most or 3, len(values), 3) + 1))
            return {question.key: [str(v) for v in rng.choice(values, size=few, replace=False)]}
    return {question.key: REMARK} if rng.random() < 0.03 else {}


def _one_of(rng: np.random.Generator, weighted: tuple[tuple[Any, float], ...]) -> str:
    return str(rng.choice([value for value, _w in weighted], p=[w for _v, w in weighted]))
