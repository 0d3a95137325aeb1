"""Standards and questionnaires by their pages: denied first, changed, published, then frozen."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from accounts.roles import PROGRAMME_OFFICER, STREET_OFFICER
from assessments.contents import compare, content_of, content_of_questionnaire
from assessments.models import Questionnaire, Standard
from territory.models import District
from tests.assessments.making import make_standard
from tests.editing import row_named, signed_in, typed, wrong
from tests.factories import DistrictFactory, OfficeFactory, StreetFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def district() -> District:
    """That of the shipped standards."""
    return Standard.objects.get(code="default", number=1).district


@pytest.fixture
def browser(district: District) -> Client:
    office = OfficeFactory(district=district, kind="commission")
    return signed_in(UserFactory(office=office, roles=[PROGRAMME_OFFICER]))


@pytest.fixture
def draft(browser: Client) -> Standard:
    """A copy of the shipped standard, made by its page."""
    shipped = Standard.objects.get(code="default", number=1)
    answer = browser.post(at("standard_copy", shipped))
    return Standard.objects.get(pk=answer.headers["Location"].split("/")[-2])


def at(page: str, row: Any, *more: str) -> str:
    return reverse(f"evaluation:{page}", args=[row.pk, *more])


def test_others_read_and_cannot_change(browser: Client, draft: Standard) -> None:
    street = StreetFactory(district=draft.district)
    reader = signed_in(UserFactory(office=OfficeFactory(street=street), roles=[STREET_OFFICER]))
    # A draft is nobody's but the commission's; what was published, everyone reads.
    assert reader.get(at("standard", draft)).status_code == 404
    published = make_standard(draft.district, code="published")
    page = reader.get(at("standard", published))
    assert page.status_code == 200
    assert at("standard_part", published, "levels") not in page.content.decode()
    for refused in (
        reader.get(at("standard_part", draft, "levels")),
        reader.post(at("standard_part", draft, "levels"), {}),
        reader.post(at("standard_copy", draft)),
        reader.post(at("standard_move", draft, "publish")),
        reader.get(reverse("evaluation:standard_import")),
    ):
        assert refused.status_code == 403
    elsewhere = make_standard(DistrictFactory(), state="draft")
    assert browser.get(at("standard", elsewhere)).status_code == 404
    assert browser.post(at("standard_part", elsewhere, "levels"), {}).status_code == 404
    draft.refresh_from_db()
    assert (draft.state, draft.version) == ("draft", 1)


def test_saving_every_part_as_it_stands_changes_nothing(browser: Client, draft: Standard) -> None:
    # One with computed items alone, one with both sorts.
    parts = ["dimension-layout", "dimension-service"]
    before = content_of(draft)
    for part in ("head", "levels", "checklist_items", "dimensions", *parts):
        url = at("standard_part", draft, part)
        answer = browser.post(url, typed(browser.get(url)))
        assert answer.status_code == 302, (part, wrong(answer))
    assert compare(before, content_of(Standard.objects.get(pk=draft.pk))) == []
    for shipped in Questionnaire.objects.filter(number=1, code__in=["satisfaction", "needs"]):
        answer = browser.post(at("questionnaire_copy", shipped))
        copy = Questionnaire.objects.get(pk=answer.headers["Location"].split("/")[-2])
        for part in ("head", "questions"):
            url = at("questionnaire_part", copy, part)
            answer = browser.post(url, typed(browser.get(url)))
            assert answer.status_code == 302, (part, wrong(answer))
        now = content_of_questionnaire(Questionnaire.objects.get(pk=copy.pk))
        assert compare(content_of_questionnaire(shipped), now) == []


def test_a_version_is_copied_changed_compared_and_published(
    browser: Client, draft: Standard
) -> None:
    levels = at("standard_part", draft, "levels")
    sent = typed(browser.get(levels))
    sent["quality-min_satisfaction"] = ["92.5"]
    sent["quality-required"][0] += "\n特色餐饮／早餐店"
    assert browser.post(levels, sent).status_code == 302
    quality = draft.levels.get(level="quality")
    assert str(quality.min_satisfaction) == "0.925"
    assert [len(group) for group in quality.required] == [1, 1, 2, 1, 1, 1, 2, 2]

    kinds = at("standard_part", draft, "checklist_items")
    sent = typed(browser.get(kinds))
    n = row_named(sent, "label", "便利店")
    sent[f"rows-{n}-formats"] = ["便利店， 综合超市"]
    assert browser.post(kinds, sent).status_code == 302
    shop = draft.checklist_items.get(label="便利店")
    assert shop.formats == ["convenience_store", "supermarket"]

    items = at("standard_part", draft, "dimension-layout")
    sent = typed(browser.get(items))
    n = row_named(sent, "name", "必备业态限时步行可达居民占比")
    sent |= {f"rows-{n}-points": ["5"], f"rows-{n}-nodes-x": ["60", "90", ""]}
    sent[f"rows-{n}-nodes-y"] = ["0", "5", ""]
    page = browser.post(items, sent, follow=True).content.decode()
    assert "还差 1 分" in page
    [changed] = draft.dimensions.get(key="layout").items.filter(points=5)
    assert changed.curve_points == [["0.6", "0"], ["0.9", "1"]]

    publishing = at("standard_move", draft, "publish")
    assert "还不能发布" in browser.get(publishing).content.decode()
    assert browser.post(publishing, {}).status_code == 422
    draft.refresh_from_db()
    assert draft.state == "draft"

    sent = typed(browser.get(items))
    sent |= {f"rows-{n}-points": ["6"], f"rows-{n}-nodes-y": ["0", "6", ""]}
    assert browser.post(items, sent).status_code == 302
    page = browser.get(at("standard_compare", draft)).content.decode()
    assert "共 4 处不同" in page
    for text in ("92.5%", "便利店、综合超市", "达到 60% 得 0 分，达到 90% 得满分"):
        assert text in page

    assert browser.post(publishing, {}).status_code == 302
    states = Standard.objects.filter(code="default").values_list("number", "state")
    assert dict(states) == {1: "retired", 2: "published"}

    # A frozen one refuses, and keeps what was typed.
    assert browser.get(items).headers["Location"] == at("standard", draft)
    answer = browser.post(items, sent | {f"rows-{n}-name": ["改名"]})
    assert answer.status_code == 422
    assert typed(answer)[f"rows-{n}-name"] == ["改名"]
    assert not draft.dimensions.get(key="layout").items.filter(name="改名").exists()


def test_what_was_typed_stays_when_it_is_refused(browser: Client, draft: Standard) -> None:
    url = at("standard_part", draft, "checklist_items")
    sent = typed(browser.get(url))
    last = sent["rows"][-1]
    mistyped = {f"rows-{last}-formats": ["便利店、没有的业态"], f"rows-{last}-label": ["新业态"]}
    answer = browser.post(url, sent | mistyped)
    assert answer.status_code == 422
    assert any("业态目录中没有“没有的业态”" in text for text in wrong(answer))
    assert typed(answer) == sent | mistyped

    # Somebody else saves first: told so, nothing lost, and sent once more it is done.
    first = typed(browser.get(url))
    assert browser.post(url, typed(browser.get(url))).status_code == 302
    first[f"rows-{last}-label"] = ["新业态"]
    answer = browser.post(url, first)
    assert answer.status_code == 422
    assert any("已有他人先保存" in text for text in wrong(answer))
    again = typed(answer)
    assert again[f"rows-{last}-label"] == ["新业态"]
    assert not draft.checklist_items.filter(label="新业态").exists()
    assert browser.post(url, again).status_code == 302
    assert draft.checklist_items.filter(label="新业态").count() == 1


def test_rows_are_added_moved_and_removed_without_script(browser: Client, draft: Standard) -> None:
    url = at("standard_part", draft, "dimensions")
    sent = typed(browser.get(url))
    first, second, *others = sent["rows"]
    sent[f"rows-{second}-name"] = ["还没写完"]
    sent = typed(browser.post(url, sent | {"do": [f"rows:up:{second}"]}))
    assert sent["rows"] == [second, first, *others]
    sent = typed(browser.post(url, sent | {"do": ["rows:add"]}))
    added = sent["rows"][-1]
    assert sent[f"rows-{second}-name"] == ["还没写完"]
    sent = typed(browser.post(url, sent | {"do": [f"rows:remove:{others[-1]}"]}))
    assert sent["rows"] == [second, first, *others[:-1], added]
    draft.refresh_from_db()
    assert draft.version == 1
    sent |= {f"rows-{added}-name": ["新维度"], f"rows-{added}-points": ["10"], "then": [added]}
    answer = browser.post(url, sent)
    names = [one.name for one in draft.dimensions.order_by("sort")]
    assert (names[0], names[-1], len(names)) == ("还没写完", "新维度", 7)
    made = draft.dimensions.get(name="新维度")
    assert answer.headers["Location"] == at("standard_part", draft, f"dimension-{made.key}")
    # Items went along with the dimension that kept its key.
    assert draft.dimensions.get(name="还没写完").items.count() == 3


def test_a_question_depends_only_on_earlier_ones(browser: Client) -> None:
    shipped = Questionnaire.objects.get(code="needs", number=1)
    copy = browser.post(at("questionnaire_copy", shipped)).headers["Location"]
    draft = Questionnaire.objects.get(pk=copy.split("/")[-2])
    url = at("questionnaire_part", draft, "questions")
    sent = typed(browser.get(url))
    asked = next(n for n in sent["rows"] if sent[f"rows-{n}-after"] != [""])
    key = sent[f"rows-{asked}-after"][0]
    above = next(n for n in sent["rows"] if sent[f"rows-{n}-key"] == [key])
    order = [n for n in sent["rows"] if n != above]
    answer = browser.post(url, sent | {"rows": [*order, above]})
    assert answer.status_code == 422
    assert any("只能取前面的选择题作条件" in text for text in wrong(answer))
    answer = browser.post(url, sent | {f"rows-{asked}-answers": ["没有的答案"]})
    assert any("该题的选项中没有“没有的答案”" in text for text in wrong(answer))
    assert typed(answer)[f"rows-{asked}-answers"] == ["没有的答案"]
    # The option is called otherwise; what depends on it still means it.
    sent[f"rows-{above}-options-label"][0] = "改过的答案"
    assert browser.post(url, sent).status_code == 302
    rule = draft.questions.get(key=sent[f"rows-{asked}-key"][0]).shown_if
    assert rule == {"key": key, "in": [sent[f"rows-{above}-options-value"][0]]}
    page = browser.get(at("questionnaire_preview", draft)).content.decode()
    assert "选“改过的答案”时才问" in page


def test_a_workbook_goes_out_and_comes_back_or_is_refused_by_place(
    browser: Client, draft: Standard
) -> None:
    book = browser.get(at("standard_export", draft)).content
    url = reverse("evaluation:standard_import")
    answer = browser.post(url, {"file": SimpleUploadedFile("标准.xlsx", book)})
    made = Standard.objects.get(pk=answer.headers["Location"].split("/")[-2])
    assert (made.state, compare(content_of(draft), content_of(made))) == ("draft", [])
    count = Standard.objects.count()
    answer = browser.post(url, {"file": SimpleUploadedFile("标准.xlsx", b"no workbook")})
    assert answer.status_code == 422
    assert "没有导入" in answer.content.decode()
    assert Standard.objects.count() == count
