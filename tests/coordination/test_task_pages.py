"""Tasks, duties, roster and lines as people meet them: pages, exports, what is masked."""

import datetime as dt
import io
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from docx import Document as WordDocument
from openpyxl import load_workbook

from accounts.models import Office, User
from accounts.policy import scope_of
from coordination.models import ResponsibilityProgress, RosterEntry, Task, WorkLine
from coordination.services.roster import succeed
from core.attachments import attachments_of
from core.audit import Actor
from core.models import Notice
from tests.factories import UserFactory
from tests.outlets.pictures import jpeg

pytestmark = pytest.mark.django_db


@pytest.fixture
def people() -> dict[str, User]:
    """People of the district whose documents are loaded."""

    def person(code: str, role: str) -> User:
        return UserFactory(office=Office.objects.get(code=code), roles=[role])

    return {
        "officer": person("commerce", "programme_officer"),
        "approver": person("commerce", "approver"),
        "housing": person("housing", "department_liaison"),
        "street": person("street_310107005", "street_officer"),
    }


def at(user: User) -> Client:
    client = Client()
    client.force_login(user, backend="accounts.backends.ModelBackend")
    return client


def page(client: Client, name: str, *args: Any, **query: str) -> str:
    answer = client.get(reverse(f"coordination:{name}", args=args), query)
    assert answer.status_code == 200, (name, answer.status_code)
    return answer.content.decode()


def rows_of(answer: Any) -> list[list[Any]]:
    sheet = load_workbook(io.BytesIO(answer.content)).worksheets[0]
    return [list(row) for row in sheet.iter_rows(values_only=True)]


def test_a_task_from_the_form_to_its_end(people: dict[str, User]) -> None:
    officer, housing = at(people["officer"]), at(people["housing"])
    offices = {code: str(Office.objects.get(code=code).pk) for code in ("housing", "tax")}
    due_on = timezone.localdate() + dt.timedelta(days=30)
    sent = {
        "title": "智能信包箱进小区",
        "text": "年内覆盖",
        "lead": offices["housing"],
        "helping": [offices["tax"]],
        "due_on": due_on.isoformat(),
    }
    new = reverse("coordination:task_new")
    again = officer.post(new, sent | {"title": ""}).content.decode()
    assert "年内覆盖" in again, "what was typed is kept"
    assert not Task.objects.exists()
    answer = officer.post(new, sent)
    task = Task.objects.get()
    url = reverse("coordination:task", args=[task.pk])
    assert answer["Location"] == url
    assert Notice.objects.get(recipient_id=people["housing"].pk).path == url
    for reader in (officer, housing):
        assert "智能信包箱进小区" in page(reader, "tasks")
    assert "智能信包箱进小区" not in page(at(people["street"]), "tasks")
    assert at(people["street"]).get(url).status_code == 404
    assert "等待牵头单位" in page(officer, "task", task.pk)

    def move(client: Client, word: str, text: str = "") -> Any:
        task.refresh_from_db()
        body = {"comment": text, "seen_version": task.version}
        return client.post(reverse("coordination:task_move", args=[task.pk, word]), body)

    assert move(officer, "start").status_code == 403
    move(housing, "start")
    # Refused, what was typed stays; on an old version nothing is lost either.
    stale = housing.post(
        reverse("coordination:task_move", args=[task.pk, "report"]),
        {"comment": "已装三十组", "seen_version": 1},
    )
    assert "已装三十组" in stale.content.decode()
    assert "已被他人修改" in stale.content.decode()
    task.refresh_from_db()
    housing.post(
        reverse("coordination:task_move", args=[task.pk, "report"]),
        {
            "comment": "已装三十组",
            "seen_version": task.version,
            "files": [ContentFile(jpeg(), "现场.jpg"), ContentFile(jpeg(), "验收单.jpg")],
        },
    )
    first, _second = attachments_of(task.feedback.get())
    file = reverse("coordination:task_file", args=[task.pk, first.pk])
    assert b"".join(officer.get(file).streaming_content) == jpeg()
    assert at(people["street"]).get(file).status_code == 404
    task.refresh_from_db()
    assert task.state == "reported"
    move(at(people["approver"]), "close", "同意办结")
    shown = page(housing, "task", task.pk)
    for words in ("现场.jpg", "验收单.jpg", "签收办理", "已装三十组", "同意办结", "办结日期"):
        assert words in shown
    assert "智能信包箱进小区" not in page(officer, "tasks")
    assert "智能信包箱进小区" in page(officer, "tasks", state="closed", unit="tax", q="信包箱")
    every = officer.get(reverse("coordination:tasks"), {"export": "xlsx", "state": "all"})
    assert rows_of(every)[2][:2] == [task.number, "智能信包箱进小区"]


def test_the_division_of_duties_on_pages_and_in_files(people: dict[str, User]) -> None:
    officer, housing = at(people["officer"]), at(people["housing"])
    matrix = page(officer, "duties")
    assert "任务条款 29 条：文件明确责任单位 15 条，文件未明确 14 条" in matrix
    assert "统称，文件未逐一列明" in matrix
    assert "县商务局" not in matrix
    template = page(officer, "duties", document="minhou")
    assert "不是本区的任务分工" in template
    assert "县商务局" in template

    mine = page(housing, "duties_mine")
    assert "条款 2 条" in mine
    assert "强化政策保障（第5段）" in mine
    duty = people["housing"].office.responsibility_set.get(clause__ref="七(二)5")
    url = reverse("coordination:duty", args=[duty.pk])
    said = {"standing": "under_way", "text": "已摸排十二个小区", "evidence": "普房管〔2026〕1号"}
    assert officer.post(url, said).status_code == 403
    assert "未填报" in page(housing, "duty", duty.pk)
    assert housing.post(url, said | {"text": ""}).status_code == 200
    assert not ResponsibilityProgress.objects.exists()
    housing.post(url, said)
    assert "已摸排十二个小区" in page(officer, "duties", unit="housing", standing="under_way")
    assert "强化政策保障（第5段）" not in page(officer, "duties", standing="done")

    book = rows_of(officer.get(reverse("coordination:duties"), {"export": "xlsx"}))
    head = next(n for n, row in enumerate(book) if row[0] == "文件")
    lines = book[head + 1 :]
    assert sum(row[4] == "文件未明确" for row in lines) == 14
    assert ["已摸排十二个小区", "普房管〔2026〕1号"] in [row[7:9] for row in lines]
    word = officer.get(reverse("coordination:duties"), {"export": "docx", "unit": "housing"})
    table = WordDocument(io.BytesIO(word.content)).tables[0]
    assert [row.cells[0].text for row in table.rows] == ["条款", "七(二)1", "七(二)5"]


def test_telephones_of_the_roster_are_masked_for_units(people: dict[str, User]) -> None:
    seat = RosterEntry.objects.get(place="liaison", office__code="housing")
    officer = people["officer"]
    succeed(
        entry=seat,
        person="张三丰",
        phone="13812345678",
        on=dt.date(2026, 1, 1),
        by=Actor(officer.pk, "经办人", "commerce"),
        scope=scope_of(officer),
    )
    whole, masked = page(at(officer), "roster"), page(at(people["street"]), "roster")
    assert "13812345678" in whole
    assert "13812345678" not in masked
    assert "138****5678" in masked
    book = at(people["street"]).get(reverse("coordination:roster"), {"export": "xlsx"})
    assert "13812345678" not in str(rows_of(book))
    assert "138****5678" in str(rows_of(book))
    # As of a day before: the seat was there, nobody in it.
    assert "张三丰" not in page(at(officer), "roster", on="2025-12-31")
    heir = seat.rosterentry_set.get()
    for reader in (officer, people["street"]):
        assert "张三丰" in page(at(reader), "roster_seat", heir.pk)
    for word in ("succeed", "correct", "vacate", "end"):
        assert "13812345678" not in page(at(officer), f"roster_{word}", heir.pk)


def test_a_line_written_on_an_old_version_is_refused_and_kept(people: dict[str, User]) -> None:
    officer = at(people["officer"])
    line = WorkLine.objects.get(code="one_1")
    url = reverse("coordination:line", args=[2026, line.code])
    assert at(people["street"]).get(url).status_code == 403
    officer.post(url, {"text": "分管副区长任组长", "seen_version": 0})
    late = officer.post(url, {"text": "另一人写的", "seen_version": 0}).content.decode()
    assert "另一人写的" in late
    assert "已被他人修改" in late
    assert "分管副区长任组长" in page(officer, "lines", year="2026")
    word = officer.get(reverse("coordination:lines"), {"year": "2026", "export": "docx"})
    text = "\n".join(p.text for p in WordDocument(io.BytesIO(word.content)).paragraphs)
    assert "分管副区长任组长" in text
    assert text.count("（待填写）") == 14
