"""Grades on their pages and in the API: what each person may do there, and what they are told."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from assessments.models import Grade
from tests.assessments.making import make_evaluation, make_standard
from tests.assessments.test_grades import Year
from tests.coordination.people import Person

pytestmark = pytest.mark.django_db
GRADES = "/evaluation/grades/"


def browser(person: Person) -> Client:
    client = Client()
    client.force_login(person.user)
    return client


def text(answer: Any) -> str:
    return str(answer.content.decode())


def told(client: Client, answer: Any) -> list[str]:
    """The messages of the page that one is sent to."""
    return [str(one) for one in client.get(answer["Location"]).context["messages"]]


def test_a_year_is_graded_on_the_register_and_one_grade_decided_otherwise(tmp_path: Any) -> None:
    here = Year()
    officer, approver, street = map(browser, (here.officer, here.approver, here.street_officer))
    year = {"year": here.year}
    make_evaluation(here.other, here.standard, year=here.year)
    page = text(officer.get(GRADES, year))
    assert "还没有测评" in page
    assert "1 个生活圈尚未填列分型表" in page
    assert told(officer, officer.post(f"{GRADES}propose/", year)) == [
        "已测评 1 个生活圈。",
        "1 个尚未填列分型表，未测评。",
    ]
    grade = Grade.objects.get()
    page = text(officer.get(GRADES, year | {"q": here.circle.code, "level": "basic"}))
    assert here.circle.name in page
    assert "97.00" in page
    assert "没有符合条件" in text(officer.get(GRADES, year | {"level": "quality"}))
    answer = officer.get(GRADES, year | {"export": "xlsx"})
    (tmp_path / "grades.xlsx").write_bytes(answer.content)
    sheet = load_workbook(tmp_path / "grades.xlsx").active
    assert sheet is not None
    cells = [cell for row in sheet.iter_rows(values_only=True) for cell in row]
    assert {here.circle.code, "基础型", "还差 1 类业态（品质提升类）"} <= set(cells)

    # Streets see nothing before it is published.
    assert here.circle.name not in text(street.get(GRADES, year))
    one = f"{GRADES}{grade.pk}/"
    assert street.get(one).status_code == 404
    page = text(officer.get(one))
    assert "还差 1 类业态（品质提升类）" in page
    assert "分型表未确认" in page
    assert reverse("evaluation:grade_move", args=[grade.pk, "approve"]) not in page

    ticked = {"grade": f"{grade.pk}:{grade.version}", "next": GRADES}
    assert told(officer, officer.post(f"{GRADES}chosen/submit/", ticked)) == [
        "1 个生活圈已报审，等待审定。"
    ]
    # Seen before it was submitted: refused with the circle's name, nothing done.
    refused = told(
        approver, approver.post(f"{GRADES}chosen/approve/", ticked | {"decided_on": today()})
    )
    assert len(refused) == 1
    assert refused[0].startswith(f"{here.circle}")
    grade.refresh_from_db()
    assert grade.state == "submitted"
    typed = {"seen_version": grade.version, "outcome": "quality", "number": "某〔2026〕1号"}
    answer = approver.post(f"{one}approve/", typed | {"decided_on": today()})
    assert answer.status_code == 422
    assert "须写明理由" in text(answer)
    assert "某〔2026〕1号" in text(answer)
    assert answer.context["refused"]["outcome"] == "quality"
    done = approver.post(f"{one}approve/", typed | {"decided_on": today()} | {"reason": "会议研究"})
    assert told(approver, done) == ["已审定，生活圈等级已更新。"]
    assert officer.post(f"{one}submit/", {"comment": ""}).status_code == 422
    officer.post(f"{one}publish/", {"seen_version": grade.version + 1})
    page = text(street.get(one))
    assert "品质型" in page
    assert "会议研究" in page
    assert "审定等级" in text(street.get(GRADES, year))
    # The same on the evaluation's own page.
    own = reverse("evaluation:evaluation", args=[here.evaluation.pk])
    assert "等级条件" in text(officer.get(own))


def today() -> str:
    return timezone.localdate().isoformat()


def test_two_standards_are_compared_without_storing_anything() -> None:
    here = Year()
    draft = make_standard(here.district, code="other", name="另一标准", state="draft")
    draft.levels.filter(level="basic").update(min_basic=5)
    assert browser(here.street_officer).get(f"{GRADES}compare/").status_code == 403
    asked = {
        "circle": here.circle.code,
        "year": here.year,
        "a": str(here.standard.pk),
        "b": str(draft.pk),
    }
    answer = browser(here.officer).get(f"{GRADES}compare/", asked)
    levels = [side["level"] for side in answer.context["sides"]]
    assert levels == ["基础型", "情况不明"]
    assert "试算，未保存" in text(answer)
    assert Grade.objects.count() == 0


def test_the_api_proposes_and_moves_pinned_to_what_was_seen() -> None:
    here = Year()
    officer, approver = browser(here.officer), browser(here.approver)
    api = "/api/v1/grades/"

    def send(client: Client, path: str, body: dict[str, Any], version: int | None = None) -> Any:
        headers = {"If-Match": f'"v{version}"'} if version else {}
        return client.post(api + path, body, content_type="application/json", headers=headers)

    assert send(approver, "propose/", {"year": here.year}).status_code == 403
    answer = send(officer, "propose/", {"year": here.year, "circles": ["nowhere"]})
    assert answer.status_code == 400
    made = send(officer, "propose/", {"year": here.year, "circles": [here.circle.code]}).json()
    (grade,) = made["grades"]
    assert (grade["proposed_level"], grade["score"]) == ("basic", "97.00")
    assert grade["allowed_transitions"] == ["submit"]
    one = officer.get(f"{api}{grade['id']}/").json()
    assert one["missing"] == "还差 1 类业态（品质提升类）"
    assert one["explanation"]["proposed"] == "basic"
    assert send(officer, f"{grade['id']}/submit/", {}).status_code == 428
    assert send(officer, f"{grade['id']}/submit/", {}, 1).json()["state"] == "submitted"
    body = {"outcome": "basic", "decided_on": today()}
    assert send(officer, f"{grade['id']}/approve/", body, 2).status_code == 403
    assert send(approver, f"{grade['id']}/approve/", body, 1).status_code == 412
    assert send(approver, f"{grade['id']}/approve/", body, 2).json()["outcome"] == "basic"
    found = officer.get(api, {"level": "basic", "year": here.year, "street": here.street.code})
    assert [row["id"] for row in found.json()["results"]] == [grade["id"]]
