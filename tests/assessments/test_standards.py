"""Standards and questionnaires: drafted, checked, published once and for all, compared."""

import shutil
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from assessments import reference
from assessments.contents import compare, content_of, content_of_questionnaire
from assessments.models import Questionnaire, Standard
from assessments.services import questionnaires, standards
from assessments.soundness import known_codes, lacking_in_standard
from assessments.soundness_questions import lacking_in_questionnaire
from core.audit import Actor
from core.models import AuditEvent
from core.scope import ALL, Scope
from core.versions import StaleVersionError
from tests.assessments.making import make_questionnaire, make_standard
from tests.factories import DistrictFactory

pytestmark = pytest.mark.django_db
BY = Actor(label="经办人")


def officer(district: Any) -> Scope:
    roles = frozenset({"programme_officer"})
    return Scope(roles=roles, district_ids=frozenset({district.pk}), street_ids=ALL)


@pytest.fixture
def district() -> Any:
    return DistrictFactory()


@pytest.fixture
def who(district: Any) -> dict[str, Any]:
    return {"by": BY, "scope": officer(district)}


def draft_like(standard: Standard, who: dict[str, Any]) -> Standard:
    return standards.copy_standard(standard=standard, **who)


def test_the_shipped_standards_are_in_use_and_could_be_published_as_they_stand() -> None:
    shipped = {one.code: one for one in Standard.objects.filter(number=1)}
    assert set(shipped) >= {"default", "shanxi"}
    for one in shipped.values():
        assert one.state == "published"
        assert not one.is_official
        assert standards.lacking(one) == []
        assert {item.category: 0 for item in one.checklist_items.all()} == {
            "basic": 0,
            "quality": 0,
        }
    for asked in Questionnaire.objects.filter(number=1):
        assert questionnaires.lacking(asked) == []
    default = shipped["default"]
    gates = {(row.min_basic, row.min_quality, row.min_score) for row in default.levels.all()}
    assert gates == {(15, 0, 70), (18, 12, 80), (20, 20, 90)}
    assert {row.min_score for row in shipped["shanxi"].levels.all()} == {None}
    assert standards.standard_on(default.district, default.valid_from) == default


def test_a_version_is_copied_changed_and_put_in_the_place_of_the_former(
    district: Any, who: dict[str, Any]
) -> None:
    make_questionnaire(district)
    first = make_standard(district)
    draft = draft_like(first, who)
    assert (draft.number, draft.state) == (2, "draft")
    assert compare(content_of(first), content_of(draft)) == []

    values = {"name": "新标准", "questionnaire": "trial/1", "clause": "plan-2023-401 五(三)"}
    draft = standards.change_standard(standard=draft, values=values, seen_version=1, **who)
    levels = content_of(draft)["levels"]
    levels[2]["min_basic"] = "4"
    draft = standards.replace_part(standard=draft, part="levels", rows=levels, **who)
    with pytest.raises(StaleVersionError):
        standards.change_standard(standard=draft, values={"note": ""}, seen_version=1, **who)
    told = {(one.part, one.key, one.field): (one.before, one.after)
            for one in compare(content_of(first), content_of(draft))}  # fmt: skip
    assert told == {
        ("standard", "", "name"): ("试验标准", "新标准"),
        ("standard", "", "questionnaire"): ("", "trial/1"),
        ("standard", "", "clause"): ("", "plan-2023-401 五(三)"),
        ("levels", "quality", "min_basic"): ("3", "4"),
    }

    published = standards.publish_standard(standard=draft, seen_version=draft.version, **who)
    first.refresh_from_db()
    assert (published.state, first.state) == ("published", "retired")
    assert standards.standard_on(district, first.valid_from) == published
    acts = AuditEvent.objects.filter(object_type="assessments.standard").order_by("at", "id")
    assert [row.action for row in acts][-2:] == [
        "assessments.close_standard",
        "assessments.publish_standard",
    ]


def test_whoever_may_not_is_refused_and_what_is_published_is_frozen(
    district: Any, who: dict[str, Any]
) -> None:
    made = make_standard(district)
    asked = make_questionnaire(district)
    for denied in (Scope(), officer(DistrictFactory())):
        with pytest.raises(PermissionDenied):
            standards.copy_standard(standard=made, by=BY, scope=denied)
        with pytest.raises(PermissionDenied):
            standards.change_standard(standard=made, values={}, by=BY, scope=denied)
    content = content_of(made)
    frozen = [
        lambda: standards.change_standard(standard=made, values={"name": "改"}, **who),
        lambda: standards.replace_part(standard=made, part="levels", rows=[], **who),
        lambda: questionnaires.change_questionnaire(
            questionnaire=asked, values={"name": "改"}, **who
        ),
        lambda: questionnaires.replace_questions(questionnaire=asked, rows=[], **who),
    ]
    for attempt in frozen:
        with pytest.raises(ValidationError, match="复制为新版"):
            attempt()
    made.refresh_from_db()
    assert content_of(made) == content
    with pytest.raises(ValidationError, match="须写明理由"):
        standards.close_standard(standard=made, comment=" ", **who)
    assert standards.close_standard(standard=made, comment="停用", **who).state == "retired"
    assert standards.standard_on(district, made.valid_from) is None


def test_rows_of_a_draft_are_refused_by_row_and_column(district: Any, who: dict[str, Any]) -> None:
    draft = draft_like(make_standard(district), who)
    before = content_of(draft)
    with pytest.raises(ValidationError) as refused:
        standards.replace_part(
            standard=draft,
            part="dimensions",
            rows=[
                {"key": "a", "name": "甲", "points": "50", "items": [
                    {"key": "x", "name": "子", "points": "-1", "kind": "judged"},
                    {"key": "y", "name": "丑", "points": 2.5, "kind": "computed"},
                    {"key": "y", "name": "", "points": "1", "kind": "other",
                     "curve_points": [["0"]], "colour": "red"},
                ]},
                {"key": "a", "name": "乙"},
            ],
            **who,
        )  # fmt: skip
    told = refused.value.message_dict
    assert set(told) == {
        "dimensions.1.items.1.points",
        "dimensions.1.items.2.source",
        "dimensions.1.items.3.key",
        "dimensions.1.items.3.name",
        "dimensions.1.items.3.kind",
        "dimensions.1.items.3.curve_points",
        "dimensions.1.items.3.colour",
        "dimensions.2.key",
        "dimensions.2.points",
    }
    assert told["dimensions.1.items.1.points"] == ["第 1-1 行“满分”：应大于 0"]
    draft.refresh_from_db()
    assert content_of(draft) == before


def broken(content: Any, path: str, value: Any) -> Any:
    """The content with another value at `levels.0.min_basic`."""
    *steps, last = path.split(".")
    at = content
    for step in steps:
        at = at[int(step)] if isinstance(at, list) else at[step]
    at[int(last) if isinstance(at, list) else last] = value
    return content


@pytest.mark.parametrize(
    ("path", "value", "said"),
    [
        ("levels", [], "还没有等级条件"),
        ("levels.2.min_score", "75", "品质型的“评价得分下限”低于提升型"),
        ("levels.1.min_satisfaction", None, "低于基础型，等级应逐级提高"),
        ("levels.2.required", [["convenience"]], "在品质型中没有要求"),
        ("levels.0.required.0", ["nowhere"], "必备业态“nowhere”不在分型表中"),
        ("levels.2.min_quality", 3, "分型表只有 2 种"),
        ("checklist_items", [], "分型表还没有项目"),
        ("checklist_items.0.formats", ["shop"], "没有业态“shop”"),
        ("checklist_items.0.services", ["magic"], "没有叠加服务“magic”"),
        ("checklist_items.3.facility_kinds", ["castle"], "没有公共服务设施类型“castle”"),
        ("checklist_items.4.facility_form", "smart", "须写明对应业态或叠加服务"),
        ("dimensions.0.points", "31", "所含项目合计 30 分"),
        ("dimensions.2", {"key": "o", "name": "空", "points": "1", "items": []}, "应为 100 分"),
        ("dimensions.0.items.0.source_code", "nothing", "没有指标“nothing”"),
        ("dimensions.0.items.0.source_code", "circles_built", "没有按生活圈的数据"),
        ("dimensions.0.items.0.source_code", "circles_accepted", "取自等级，不能用来评定等级"),
        ("dimensions.0.items.0.source_part", "pharmacy", "没有分项“pharmacy”"),
        ("dimensions.0.items.0.curve_points", [["0.5", "0"], ["0.5", "1"]], "应逐个增大"),
        ("dimensions.0.items.0.curve_points", [["0", "0"], ["1", "1.2"]], "应在 0 至 1 之间"),
        ("dimensions.0.items.0.curve_points", [["0", "0"], ["1", "0.9"]], "没有得满分的节点"),
        ("dimensions.0.items.1.source_code", "item:nowhere", "没有“item:nowhere”这一数据"),
        ("dimensions.1.items.0.source_code", "joy", "满意度调查没有“joy”这一数据"),
        ("dimensions.1.items.1.guide", "", "没有评分说明，也没有评分档次"),
        ("dimensions.1.items.1.step", "0.3", "不是评分步长的整数倍"),
        ("dimensions.2.items.0.scale.0.points", "29", "评分档次应从满分起"),
        ("dimensions.2.items.0.key", "basket", "在不同维度中重复"),
        ("standard.questionnaire", "", "须选满意度调查表"),
        ("standard.experts", 0, "至少要 1 名评审专家"),
    ],
)  # fmt: skip
def test_what_keeps_a_standard_from_being_published(
    district: Any, path: str, value: Any, said: str
) -> None:
    made = make_standard(district, questionnaire=make_questionnaire(district))
    content = content_of(made)
    assert lacking_in_standard(content, known_codes()) == []
    assert said in "\n".join(lacking_in_standard(broken(content, path, value), known_codes()))


def test_a_standard_rests_on_a_published_satisfaction_questionnaire(
    district: Any, who: dict[str, Any]
) -> None:
    asked = make_questionnaire(district, purpose="needs", state="draft")
    made = make_standard(district, questionnaire=asked, state="draft")
    with pytest.raises(ValidationError) as refused:
        standards.publish_standard(standard=made, **who)
    assert [text for text in refused.value.messages if "问卷" in text or "调查表" in text] == [
        "“居民满意度调查表”不是居民满意度问卷",
        "满意度调查表“居民满意度调查表”现为“草稿”，请选已发布的",
    ]
    made.refresh_from_db()
    assert made.state == "draft"


@pytest.mark.parametrize(
    ("path", "value", "said"),
    [
        ("questions", [], "还没有题目"),
        ("questions.0.measures", "", "须有一道（且只有一道）综合满意度题"),
        ("questionnaire.purpose", "needs", "只有满意度问卷可以设综合满意度题"),
        ("questions.0.required", False, "须人人必答"),
        (
            "questions.0.options",
            [{"value": v, "label": v, "score": "1", "counts": "none"} for v in "ab"],
            "须有计入“满意”",
        ),
        ("questions.0.options.0.score", "120", "应在 0 至 100 之间"),
        ("questions.2.shown_if", {"key": "formats", "in": ["repair"]}, "不在前面"),
        ("questions.3.shown_if", {"key": "lacking", "in": ["maybe"]}, "答案“maybe”不在"),
        ("questions.3.options.0.value", "magic", "没有业态“magic”"),
        ("questions.3.most", 3, "应在 1 至选项数之间"),
        ("questions.2.options", [], "至少要两个选项"),
        ("questions.4.options", [{"value": "1", "label": "一"}], "填空题不设选项"),
    ],
)
def test_what_keeps_a_questionnaire_from_being_published(
    district: Any, path: str, value: Any, said: str
) -> None:
    content = content_of_questionnaire(make_questionnaire(district))
    content["questions"][3]["most"] = 2
    formats = known_codes().formats
    assert lacking_in_questionnaire(content, formats) == []
    told = "\n".join(lacking_in_questionnaire(broken(content, path, value), formats))
    assert said in told


def test_a_questionnaire_goes_the_same_way(district: Any, who: dict[str, Any]) -> None:
    first = make_questionnaire(district)
    first.questions.filter(key="formats").update(most=2)
    draft = questionnaires.copy_questionnaire(questionnaire=first, **who)
    rows = content_of_questionnaire(draft)["questions"]
    rows[1], rows[2] = rows[2], rows[1]
    rows[0]["text"] = "总的来说是否满意"
    draft = questionnaires.replace_questions(questionnaire=draft, rows=rows[:-1], **who)
    found = compare(content_of_questionnaire(first), content_of_questionnaire(draft))
    assert [(one.key, one.field_label) for one in found] == [
        ("overall", "题目"),
        ("words", ""),
        ("", "次序"),
    ]
    assert questionnaires.publish_questionnaire(questionnaire=draft, **who).state == "published"
    first.refresh_from_db()
    assert first.state == "retired"


def test_a_reference_file_that_differs_makes_a_draft_and_changes_nothing_else(
    settings: Any, tmp_path: Path
) -> None:
    fixtures = Path(settings.FIXTURE_ROOT)
    for name in ("territory", "standards", "questionnaires"):
        shutil.copy(fixtures / f"{name}.json", tmp_path)
    before = [content_of(one) for one in Standard.objects.order_by("pk")]
    reference.load(tmp_path)
    assert [content_of(one) for one in Standard.objects.order_by("pk")] == before

    file = tmp_path / "standards.json"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace('"min_answers": 100', '"min_answers": 120'), encoding="utf-8")
    for _time in range(2):
        reference.load(tmp_path)
        made = Standard.objects.order_by("code", "number")
        assert [(one.code, one.number, one.state, one.min_answers) for one in made] == [
            ("default", 1, "published", 100),
            ("default", 2, "draft", 120),
            ("shanxi", 1, "published", 100),
            ("shanxi", 2, "draft", 120),
        ]
    # The staff's new version of the questionnaire is no reason for another draft.
    assert made[1].questionnaire == Questionnaire.objects.get(code="satisfaction")
