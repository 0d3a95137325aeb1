"""Rows of evaluation for tests: a small standard, a questionnaire, an evaluation, a wave."""

import datetime as dt
from decimal import Decimal
from typing import Any

from assessments.models import (
    Evaluation,
    Questionnaire,
    Scorecard,
    Standard,
    Survey,
)
from circles.models import Circle
from tests.factories import OfficeFactory, UserFactory

YEAR = 2026
SATISFACTION = [
    {"value": "5", "label": "非常满意", "score": "100", "counts": "satisfied"},
    {"value": "4", "label": "满意", "score": "80", "counts": "satisfied"},
    {"value": "3", "label": "基本满意", "score": "60", "counts": "basic"},
    {"value": "2", "label": "不太满意", "score": "30", "counts": "none"},
    {"value": "1", "label": "不满意", "score": "0", "counts": "none"},
    {"value": "0", "label": "不清楚", "counts": "excluded"},
]
LEVELS = (("basic", 2, 0, 70, "0.85"), ("improved", 3, 1, 80, "0.9"), ("quality", 3, 2, 90, "0.9"))
ITEMS = (
    ("convenience", "便利店", "basic", ["convenience_store"], []),
    ("market", "菜市场", "basic", ["wet_market", "fresh_market"], []),
    ("repair", "维修点", "basic", ["repair"], []),
    ("elderly", "养老服务设施", "basic", [], ["elderly"]),
    ("carwash", "洗车店", "basic", [], []),
    ("dining", "特色餐饮", "quality", ["specialty_dining"], []),
    ("bookstore", "新式书店", "quality", ["bookstore"], []),
)


def make_questionnaire(district: Any, code: str = "trial", **more: Any) -> Questionnaire:
    """Two scales (the first one measures), a single choice with a follow-up, an open question."""
    told = {"name": "居民满意度调查表", "purpose": "satisfaction", "state": "published"} | more
    made = Questionnaire.objects.create(district=district, code=code, **told)
    for sort, question in enumerate(
        (
            {"key": "overall", "text": "总体是否满意", "kind": "scale", "measures": "overall",
             "options": SATISFACTION},
            {"key": "price", "text": "价格是否满意", "kind": "scale", "options": SATISFACTION},
            {"key": "lacking", "text": "是否缺少业态", "kind": "single",
             "options": [{"value": "yes", "label": "是"}, {"value": "no", "label": "否"}]},
            {"key": "formats", "text": "缺少哪些", "kind": "multiple", "measures": "format",
             "shown_if": {"key": "lacking", "in": ["yes"]}, "most": 3,
             "options": [{"value": "repair", "label": "维修点"},
                         {"value": "bookstore", "label": "新式书店"}]},
            {"key": "words", "text": "其他意见", "kind": "open", "required": False, "most": 200},
        ),
        start=1,
    ):  # fmt: skip
        made.questions.create(sort=sort, **question)
    return made


def make_standard(district: Any, code: str = "trial", **more: Any) -> Standard:
    """Three levels, seven kinds, three dimensions with computed and judged items (100 points)."""
    told: dict[str, Any] = {
        "name": "试验标准",
        "state": "published",
        "valid_from": dt.date(2024, 1, 1),
        "source": "试验",
        "experts": 2,
        "min_answers": 5,
    }
    made = Standard.objects.create(district=district, code=code, **(told | more))
    for level, basic, quality, score, satisfaction in LEVELS:
        made.levels.create(
            level=level,
            min_basic=basic,
            min_quality=quality,
            min_score=Decimal(score),
            min_satisfaction=Decimal(satisfaction),
            required=[["convenience"], ["market"]],
        )
    for sort, (key, label, category, formats, kinds) in enumerate(ITEMS, start=1):
        made.checklist_items.create(
            key=key,
            label=label,
            category=category,
            formats=formats,
            facility_kinds=kinds,
            sort=sort,
        )
    _dimensions(made)
    return made


def _dimensions(standard: Standard) -> None:
    layout = standard.dimensions.create(key="layout", name="布局合理", points=30, sort=1)
    layout.items.create(
        key="basket", name="必备业态限时可达", points=20, kind="computed", source="indicator",
        source_code="basic_basket_share", curve="linear",
        curve_points=[["0.5", "0"], ["0.9", "1"]], sort=1,
    )  # fmt: skip
    layout.items.create(
        key="kinds", name="基本保障类具备比例", points=10, kind="computed", source="checklist",
        source_code="basic_share", curve="steps",
        curve_points=[["0", "0"], ["0.5", "0.5"], ["0.8", "1"]], sort=2,
    )  # fmt: skip
    service = standard.dimensions.create(key="service", name="服务优质", points=40, sort=2)
    service.items.create(
        key="satisfaction", name="居民满意度得分", points=20, kind="computed", source="survey",
        source_code="score", curve="linear", curve_points=[["0", "0"], ["100", "1"]], sort=1,
    )  # fmt: skip
    service.items.create(
        key="elderly_friendly", name="适老化", points=20, kind="judged", guide="看坡道、扶手",
        evidence="照片", photo_required=False, step="1", sort=2,
    )  # fmt: skip
    order = standard.dimensions.create(key="order", name="规范有序", points=30, sort=3)
    order.items.create(
        key="signs", name="证照公示", points=30, kind="judged", step="0.5", sort=1,
        scale=[{"label": "好", "points": "30"}, {"label": "一般", "points": "20"},
               {"label": "差", "points": "0"}],
    )  # fmt: skip


def make_evaluation(circle: Circle, standard: Standard | None = None, **more: Any) -> Evaluation:
    """An evaluation of the circle under the standard, or under one made for it."""
    told = {"year": YEAR, "kind": "first"} | more
    return Evaluation.objects.create(
        district=circle.district,
        circle=circle,
        standard=standard or make_standard(circle.district),
        **told,
    )


def make_expert(district: Any, **more: Any) -> Any:
    """A person who scores."""
    office = OfficeFactory(district=district, kind="agency")
    return UserFactory(office=office, roles=["expert"], **more)


def make_scorecard(evaluation: Evaluation, **more: Any) -> Scorecard:
    """A card of an expert, with an empty score for every judged item."""
    expert = more.pop("expert", None) or make_expert(evaluation.district)
    return Scorecard.objects.create(evaluation=evaluation, expert=expert, **more)


def make_survey(circle: Circle, questionnaire: Questionnaire | None = None, **more: Any) -> Survey:
    """A wave over one circle."""
    told: dict[str, Any] = {
        "year": YEAR,
        "name": "居民满意度调查",
        "state": "open",
        "opens_on": dt.date(YEAR, 1, 1),
        "closes_on": dt.date(YEAR, 12, 31),
    }
    made = Survey.objects.create(
        district=circle.district,
        questionnaire=questionnaire or make_questionnaire(circle.district),
        **(told | more),
    )
    made.circles.create(circle=circle, quota=10)
    return made
