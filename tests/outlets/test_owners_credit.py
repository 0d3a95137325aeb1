"""Credit results and complaint counts taken in whole: denied, refused, written, said again."""

import io
from collections.abc import Callable, Sequence
from typing import Any

import openpyxl
import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from circles.models import ComplaintCount
from circles.services.complaints import import_complaints, month_of
from core.credit_code import make_credit_code
from core.models import AuditEvent
from outlets.models import CreditResult
from outlets.services.credit import import_credit_results
from tests.factories import (
    CircleFactory,
    EnterpriseFactory,
    OfficeFactory,
    OutletFactory,
    StreetFactory,
    UserFactory,
)
from tests.outlets.ledger_files import BY, saved

pytestmark = [pytest.mark.django_db, pytest.mark.both]
CREDIT = ("统一社会信用代码", "企业名称", "来源", "信用等级", "评价日期", "失信名单")
COMPLAINTS = ("生活圈", "月份", "来源", "投诉件数", "办结件数")


def book(titles: Sequence[str], rows: Sequence[Sequence[Any]]) -> io.BytesIO:
    made = openpyxl.Workbook()
    made.active.append(list(titles))
    for row in rows:
        made.active.append(list(row))
    return saved(made)


def credit(district: Any, rows: Sequence[Sequence[Any]]) -> dict[str, int]:
    file = book(CREDIT, rows)
    taken = import_credit_results(district=district, file=file, filename="信用.xlsx", by=BY)
    return taken.counts()


def complaints(district: Any, rows: Sequence[Sequence[Any]]) -> dict[str, int]:
    file = book(COMPLAINTS, rows)
    taken = import_complaints(district=district, file=file, filename="投诉.xlsx", by=BY)
    return taken.counts()


def reasons(run: Callable[[], Any]) -> str:
    """Why a file was refused; nothing of it stays."""
    tables = (CreditResult, ComplaintCount, AuditEvent)
    before = [table.objects.count() for table in tables]
    with pytest.raises(ValidationError) as refusal:
        run()
    assert [table.objects.count() for table in tables] == before
    return "\n".join(refusal.value.message_dict["file"])


# --- Denied ------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", ["leader", "approver", "street_officer", "street_head"])
@pytest.mark.parametrize("page", ["outlets/creditresult", "circles/complaintcount"])
def test_others_take_nothing_in(role: str, page: str) -> None:
    street = StreetFactory()
    office = (
        OfficeFactory(street=street)
        if "street" in role
        else OfficeFactory(district=street.district)
    )
    client = Client()
    client.force_login(UserFactory(office=office, roles=[role]))
    assert client.get(f"/admin/{page}/").status_code == 200
    assert client.post(f"/admin/{page}/take_in/", {}).status_code == 403


def test_a_street_sees_the_results_of_its_own_enterprises() -> None:
    street = StreetFactory()
    other = StreetFactory(district=street.district)
    mine, theirs = (EnterpriseFactory(district=street.district) for _ in range(2))
    OutletFactory(street=street, enterprise=mine)
    OutletFactory(street=other, enterprise=theirs)
    credit(
        street.district,
        [
            (mine.credit_code, "", "信用普陀", "A", "2025-06-30", "否"),
            (theirs.credit_code, "", "信用普陀", "B", "2025-06-30", "否"),
        ],
    )
    client = Client()
    client.force_login(UserFactory(office=OfficeFactory(street=street), roles=["street_officer"]))
    page = client.get("/admin/outlets/creditresult/").content.decode()
    assert mine.name in page
    assert theirs.name not in page


def test_one_wrong_row_keeps_the_others_out() -> None:
    known = EnterpriseFactory()
    stranger = make_credit_code("91000000MA9999999")
    told = reasons(
        lambda: credit(
            known.district,
            [
                (known.credit_code, "", "信用普陀", "A", "2025-06-30", ""),
                (stranger, "", "信用普陀", "A", "2025-06-30", ""),
                (known.credit_code, "", "信用普陀", "B", "2025-06-30", ""),
                ("", "", "信用普陀", "B", "2025-06-30", ""),
                (known.credit_code, "", "", "B", "2999-01-01", ""),
            ],
        )
    )
    for row, word in (
        (3, "企业库中没有"),
        (4, "与第 2 行重复"),
        (5, "至少填一项"),
        (6, "晚于今天"),
    ):
        assert any(f"第 {row} 行" in line and word in line for line in told.splitlines()), told


def test_two_enterprises_of_one_name_are_not_guessed() -> None:
    one = EnterpriseFactory()
    EnterpriseFactory(district=one.district, name=one.name)
    told = reasons(
        lambda: credit(one.district, [("", one.name, "信用普陀", "A", "2025-06-30", "")])
    )
    assert "2 家同名企业" in told


def test_no_table_at_all() -> None:
    district = EnterpriseFactory().district

    def take() -> None:
        import_credit_results(
            district=district, file=io.BytesIO(b"PK\x03\x04 nonsense"), filename="x.xlsx", by=BY
        )

    assert reasons(take)


# --- Written -----------------------------------------------------------------------------------


def test_credit_results_are_written_once_and_corrected() -> None:
    one, two = EnterpriseFactory(), EnterpriseFactory()
    two.district = one.district
    two.save()
    rows = [
        (one.credit_code, "", "信用普陀", "A", "2025-06-30", "否"),
        ("", two.name, "市场监管局", "严重失信", "2025年7月1日", "是"),
    ]
    assert credit(one.district, rows) == {"rows": 2, "new": 2, "changed": 0, "unchanged": 0}
    kept = CreditResult.objects.get(enterprise=two)
    assert (kept.source, kept.grade, kept.on.isoformat(), kept.blacklisted) == (
        "市场监管局",
        "严重失信",
        "2025-07-01",
        True,
    )
    assert credit(one.district, rows)["unchanged"] == 2
    rows[0] = (*rows[0][:3], "B", *rows[0][4:])
    assert credit(one.district, rows) == {"rows": 2, "new": 0, "changed": 1, "unchanged": 1}
    assert CreditResult.objects.get(enterprise=one).grade == "B"
    assert AuditEvent.objects.filter(action="outlets.import_credit").count() == 3


def test_uploaded_in_the_admin() -> None:
    one = EnterpriseFactory()
    client = Client()
    office = OfficeFactory(district=one.district)
    client.force_login(UserFactory(office=office, roles=["programme_officer"]))
    rows = [(one.credit_code, "", "信用普陀", "A", "2025-06-30", "否")]
    page = "/admin/outlets/creditresult/take_in/"
    assert 'enctype="multipart/form-data"' in client.get(page).content.decode()
    wrong = SimpleUploadedFile("信用.csv", "企业名称,等级\n某某,A\n".encode())
    answer = client.post(page, {"file": wrong})
    assert answer.status_code == 200
    assert answer.context["form"].errors["file"]
    good = SimpleUploadedFile("信用.xlsx", book(CREDIT, rows).getvalue())
    assert client.post(page, {"file": good}).status_code == 302
    assert CreditResult.objects.get().enterprise == one
    shown = client.get(f"/api/v1/enterprises/{one.pk}/").json()
    assert shown["credit"] == {
        "source": "信用普陀",
        "grade": "A",
        "on": "2025-06-30",
        "blacklisted": False,
    }


# --- Complaints --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "month"),
    [
        ("2026-03", "2026-03-01"),
        ("2026年3月", "2026-03-01"),
        ("2026/3", "2026-03-01"),
        ("202603", "2026-03-01"),
        ("2026-03-01 00:00:00", "2026-03-01"),
        ("2026-13", None),
        ("三月", None),
        ("2026-03-15", None),
    ],
)
def test_a_month_as_people_write_it(text: str, month: str | None) -> None:
    found = month_of(text)
    assert (found.isoformat() if found else None) == month


def test_wrong_complaint_rows_keep_the_others_out() -> None:
    circle = CircleFactory()
    foreign = CircleFactory()
    told = reasons(
        lambda: complaints(
            circle.district,
            [
                (circle.code, "2026-03", "12345", 5, 4),
                (foreign.code, "2026-03", "12345", 5, 4),
                (circle.name, "2026年3月", "12345", 6, 4),
                (circle.code, "2026-04", "12345", 5, 6),
                (circle.code, "春天", "12315", 5, 4),
            ],
        )
    )
    for row, word in ((3, "没有这个生活圈"), (4, "与第 2 行重复"), (5, "大于"), (6, "哪个月")):
        assert any(f"第 {row} 行" in line and word in line for line in told.splitlines()), told


def test_complaints_are_written_once_and_corrected() -> None:
    circle = CircleFactory()
    rows = [
        (circle.code, "2026-03", "12345", 5, 4),
        (circle.name, "2026年3月", "12315热线", 2, 2),
    ]
    assert complaints(circle.district, rows)["new"] == 2
    assert complaints(circle.district, rows)["unchanged"] == 2
    rows[0] = (circle.code, "2026-03", "12345", 5, 5)
    assert complaints(circle.district, rows)["changed"] == 1
    kept = ComplaintCount.objects.get(source="12345")
    assert (kept.circle, kept.month.isoformat(), kept.count, kept.closed) == (
        circle,
        "2026-03-01",
        5,
        5,
    )
