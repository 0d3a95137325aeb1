"""Workbooks of standards and questionnaires bring back what they were made of, or say where not."""

import copy
import io
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from assessments import books
from assessments.contents import STANDARD_PARTS, compare, content_of, content_of_questionnaire
from assessments.models import Questionnaire, Standard
from assessments.parts import (
    LEVEL_ORDER,
    QUESTIONNAIRE,
    QUESTIONS,
    STANDARD,
    clean_rows,
    clean_value,
)
from core.audit import Actor
from core.scope import ALL, Scope
from tests.factories import DistrictFactory

# Each example writes and reads a workbook.
FEW = settings().max_examples // 4
PIECES = [
    *("便利店", "（限）", "＝", "=1+1", "+86", "'", "_x0041_", " ", "\u3000", "\n", "无", "合计"),
    *("备注：", "是", "2026-01-01", "0.50", "：", "；", "、", "A", "é", "😀", "“”", "-"),
]
TEXT = st.lists(st.sampled_from(PIECES), max_size=6).map("".join)
NAME = TEXT.map(lambda text: f"名{text}")
KEY = st.from_regex(r"[a-z0-9_-]{1,6}", fullmatch=True)
KEYS = st.lists(KEY, max_size=3, unique=True)
POINTS = st.decimals("0.01", 99, places=2).map(str)
FRACTION = st.one_of(st.none(), st.decimals(0, 1, places=3).map(str))
WHOLE = st.integers(0, 60)
LABEL = NAME.map(lambda text: text.replace("|", ""))


def options(**more: Any) -> Any:
    return st.lists(
        st.fixed_dictionaries({"value": KEY, "label": LABEL}, optional=more),
        max_size=4,
        unique_by=(lambda row: row["value"], lambda row: " ".join(row["label"].split())),
    )


def rows(named: str, /, **columns: Any) -> Any:
    return st.lists(st.fixed_dictionaries(columns), max_size=4, unique_by=lambda row: row[named])


LEVELS = rows(
    "level", level=st.sampled_from(LEVEL_ORDER), min_basic=WHOLE, min_quality=WHOLE,
    required=st.lists(st.lists(KEY, min_size=1, max_size=3, unique=True), max_size=3),
    min_score=st.one_of(st.none(), POINTS), min_satisfaction=FRACTION,
    min_basic_satisfaction=FRACTION,
)  # fmt: skip
CHECKLIST = rows(
    "key", key=KEY, label=NAME, category=st.sampled_from(["basic", "quality"]), formats=KEYS,
    services=KEYS, facility_form=st.sampled_from(["", "smart"]), facility_kinds=KEYS, source=TEXT,
)  # fmt: skip
ITEM = {
    "key": KEY, "name": NAME, "points": POINTS, "guide": TEXT, "evidence": TEXT,
    "photo_required": st.booleans(), "step": POINTS, "source_code": TEXT, "source_part": TEXT,
    "curve": st.sampled_from(["linear", "steps"]),
    "kind": st.just("computed"), "source": st.sampled_from(["indicator", "checklist", "survey"]),
    "curve_points": st.lists(
        st.tuples(st.decimals(-99, 9999, places=3).map(str), POINTS).map(list), max_size=4
    ),
    "scale": st.lists(
        st.fixed_dictionaries({"label": LABEL, "points": POINTS}),
        max_size=3,
        unique_by=lambda row: " ".join(row["label"].split()),
    ),
}  # fmt: skip
DIMENSIONS = st.lists(
    st.fixed_dictionaries({"name": NAME, "points": POINTS, "items": rows("key", **ITEM)}),
    max_size=3,
).map(
    # Keys are told apart across the whole scorecard.
    lambda found: [
        row | {"key": f"d{at}", "items": [i | {"key": f"{at}{i['key']}"} for i in row["items"]]}
        for at, row in enumerate(found)
    ]
)
QUESTION = {
    "key": KEY, "text": NAME, "kind": st.sampled_from(["single", "multiple", "scale", "open"]),
    "options": options(
        score=POINTS, counts=st.sampled_from(["satisfied", "basic", "none", "excluded"])
    ),
    "required": st.booleans(), "most": st.one_of(st.none(), WHOLE),
    "shown_if": st.one_of(
        st.just({}),
        st.fixed_dictionaries(
            {"key": KEY, "in": st.lists(KEY, min_size=1, max_size=3, unique=True)}
        ),
    ),
    "measures": st.sampled_from(["", "overall", "format"]),
}  # fmt: skip
OWN = {
    "standard": {
        "code": KEY, "name": NAME, "valid_from": st.dates().map(str),
        "valid_to": st.one_of(st.none(), st.dates().map(str)), "source": NAME,
        "clause": st.sampled_from(["", "plan-2023-401 五(三)"]), "note": TEXT,
        "is_official": st.booleans(), "questionnaire": st.sampled_from(["", "satisfaction/1"]),
        "experts": WHOLE, "aggregation": st.sampled_from(["mean", "median", "trimmed"]),
        "divergence": POINTS, "review_share": st.decimals(0, 1, places=3).map(str),
        "min_answers": WHOLE,
    },
    "questionnaire": {
        "code": KEY, "name": NAME, "purpose": st.sampled_from(["satisfaction", "needs"]),
        "intro": TEXT, "source": TEXT, "clause": st.sampled_from(["", "plan-2023-401 五(三)"]),
        "is_official": st.booleans(),
    },
}  # fmt: skip


def canonical(own: Any, parts: Any, told: dict[str, Any]) -> dict[str, Any]:
    """The content as the platform keeps it; every row of it is one that can be kept."""
    faults: list[Any] = []
    content: dict[str, Any] = {
        own.name: {
            name: value if name in ("clause", "questionnaire") else clean_value(own, name, value)
            for name, value in told[own.name].items()
        }
    }
    content |= {part.name: clean_rows(part, told[part.name], faults) for part in parts}
    assert faults == []
    return content


STANDARDS = st.fixed_dictionaries(
    {
        "standard": st.fixed_dictionaries(OWN["standard"]),
        "levels": LEVELS,
        "checklist_items": CHECKLIST,
        "dimensions": DIMENSIONS,
    }
).map(lambda told: canonical(STANDARD, STANDARD_PARTS, told))
QUESTIONNAIRES = st.fixed_dictionaries(
    {
        "questionnaire": st.fixed_dictionaries(OWN["questionnaire"]),
        "questions": rows("key", **QUESTION),
    }
).map(lambda told: canonical(QUESTIONNAIRE, (QUESTIONS,), told))


def cells(content: dict[str, Any]) -> list[tuple[str, dict[str, Any], str]]:
    """Every cell of a content but the keys: part, row, column."""
    found = []
    for part, told in content.items():
        for row in [told] if isinstance(told, dict) else told:
            found += [(part, row, name) for name in row if name not in ("key", "level", "items")]
            for item in row.get("items", []):
                found += [("items", item, name) for name in item if name != "key"]
    return found


@settings(max_examples=FEW)
@given(STANDARDS, st.data())
def test_comparing_finds_the_one_cell_that_differs_and_nothing_else(a: Any, data: Any) -> None:
    b = copy.deepcopy(a)
    assert compare(a, b) == []
    told = cells(b)
    part, row, name = told[data.draw(st.integers(0, len(told) - 1))]
    row[name] = [] if isinstance(row[name], list) else "另一个"
    found = compare(a, b)
    assert [(one.part, one.field) for one in found] == ([(part, name)] if a != b else [])
    assert [(one.after, one.before) for one in found] == [
        (one.before, one.after) for one in compare(b, a)
    ]


@settings(max_examples=FEW)
@given(STANDARDS)
def test_a_standards_book_loses_nothing(a: Any) -> None:
    book = books.book_of(STANDARD, STANDARD_PARTS, a, codes=False)
    assert books.read_standard_book(io.BytesIO(book)) == a


@settings(max_examples=FEW)
@given(QUESTIONNAIRES)
def test_a_questionnaires_book_loses_nothing(a: Any) -> None:
    book = books.book_of(QUESTIONNAIRE, (QUESTIONS,), a, codes=False)
    assert books.read_questionnaire_book(io.BytesIO(book)) == a


@pytest.fixture
def who() -> dict[str, Any]:
    district = DistrictFactory()
    roles = frozenset({"programme_officer"})
    scope = Scope(roles=roles, district_ids=frozenset({district.pk}), street_ids=ALL)
    return {"district": district, "by": Actor(label="经办人"), "scope": scope}


@pytest.mark.django_db
def test_the_shipped_ones_come_back_as_drafts_of_another_district(who: dict[str, Any]) -> None:
    asked = Questionnaire.objects.get(code="satisfaction", number=1)
    file = io.BytesIO(books.questionnaire_book(asked))
    brought = books.import_questionnaire(file=file, **who)
    assert (brought.state, brought.number, brought.district) == ("draft", 1, who["district"])
    assert content_of_questionnaire(brought) == content_of_questionnaire(asked)

    shipped = Standard.objects.get(code="default", number=1)
    file = io.BytesIO(books.standard_book(shipped))
    made = books.import_standard(file=file, **who)
    assert content_of(made) == content_of(shipped)
    assert made.questionnaire == brought


@pytest.mark.django_db
def test_what_is_wrong_is_told_by_sheet_row_and_column(who: dict[str, Any]) -> None:
    shipped = Standard.objects.get(code="default", number=1)
    book = load_workbook(io.BytesIO(books.standard_book(shipped)))
    book["基本信息"]["B10"] = "nobody/7"
    book["基本信息"]["A15"] = "颜色"
    book["等级条件"]["B3"] = "很多"
    book["分型表"]["C5"] = "一般类"
    book["分型表"]["A7"] = book["分型表"]["A6"].value
    book["评价表"]["C3"] = 99
    book["评价表"]["F4"] = "=1+1"
    book["评价表"]["E5"] = None

    def errors() -> list[tuple[Any, ...]]:
        file = io.BytesIO()
        book.save(file)
        with pytest.raises(books.BookError) as refused:
            books.import_standard(file=file, **who)
        return [(one["sheet"], one["row"], one["column"]) for one in refused.value.errors]

    assert errors() == [
        ("基本信息", 15, "项目"),
        ("等级条件", 3, "基本保障类最少种类数"),
        ("分型表", 5, "类别"),
        ("评价表", 4, "满分"),
        ("评价表", 3, "维度分值"),
    ]
    book["基本信息"]["A15"] = "每个生活圈有效问卷下限"
    book["等级条件"]["B3"] = 18
    book["分型表"]["C5"] = "基本保障类"
    book["评价表"]["C3"] = 15
    book["评价表"]["F4"] = 3
    assert errors() == [("分型表", 7, "编码"), ("评价表", 5, "项目")]
    book["分型表"]["A7"] = "another"
    book["评价表"]["E5"] = "另一项"
    assert errors() == [("基本信息", 10, "满意度调查表")]
    del book["等级条件"]
    assert errors() == [("等级条件", None, None)]
    with pytest.raises(books.BookError):
        books.import_standard(file=io.BytesIO(b"no workbook"), **who)
    assert not Standard.objects.filter(district=who["district"]).exists()
