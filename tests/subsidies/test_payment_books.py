"""The treasury's file: every verdict, the same file twice, what changed meanwhile, bad files."""

import io
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from core.spreadsheets import open_table, write_rows
from subsidies.models import Instalment, Payment, PaymentImport, PaymentImportRow
from subsidies.payment_books import COLUMNS, list_sheet, mismatch_sheet
from subsidies.services.bringing import confirm_payments, drop_payments, preview_payments
from subsidies.services.paying import record_payment
from subsidies.services.payment_lists import return_list
from tests.subsidies.paying import TODAY, Paying, book_of, told

pytestmark = pytest.mark.django_db


@pytest.fixture
def here() -> Paying:
    return Paying()


def numbers(rows: list[Instalment]) -> list[str]:
    return [row.application.number for row in rows]


def verdicts(brought: PaymentImport) -> list[str]:
    return list(brought.lines.order_by("number").values_list("verdict", flat=True))


def typed(name: str, *lines: str) -> Any:
    file = io.BytesIO("\r\n".join(lines).encode("utf-8-sig"))
    file.name = name
    return file


def garbled(name: str) -> Any:
    file = io.BytesIO(b"PK\x03\x04garbled" * 50)
    file.name = name
    return file


def test_denied(here: Paying) -> None:
    (row,) = here.approved(10_000)
    listed = here.issued(row)
    given = {"district": here.district, "file": book_of(listed, {row.application.number: {}})}
    for person in (here.approver, here.cast.officer, here.cast.foreign):
        with pytest.raises(PermissionDenied):
            preview_payments(**given, **person.acts)
    brought = preview_payments(**given, **here.finance.acts)
    for act in (confirm_payments, drop_payments):
        with pytest.raises(PermissionDenied):
            act(brought=brought, **here.cast.foreign.acts)
    assert not Payment.objects.exists()


def test_every_verdict(here: Paying) -> None:
    rows = [here.approved(10_000 + at)[0] for at in range(8)]
    listed = here.issued(*rows)
    good, paid, less, name, voucher, broken, last, unpaid = numbers(rows)
    file = book_of(
        listed,
        {
            good: {},
            paid: {"voucher": "V-早"},
            less: {"amount": 1},
            name: {"account_name": "别的企业"},
            voucher: {"voucher": "V-早"},
            broken: {"paid_on": None},
            last: {},
        },
    )
    record_payment(**told(rows[1], voucher="V-早"), **here.finance.acts)
    brought = preview_payments(district=here.district, file=file, **here.finance.acts)
    assert verdicts(brought) == [
        "matched",
        "repeated",
        "mismatched",
        "mismatched",
        "mismatched",
        "invalid",
        "matched",
    ]
    assert (brought.rows, brought.matched, brought.mismatched) == (7, 2, 4)
    reasons = [row.reason for row in brought.lines.order_by("number")]
    for reason, said in zip(
        reasons,
        ("", "已于此前入账", "金额 1.00 元，清单为 10,002.00 元", "户名“别的企业”", "已用于另一笔"),
        strict=False,
    ):
        assert said in reason
    assert "支付日期" in reasons[5]
    sheet = mismatch_sheet(brought, brought.lines.filter(verdict="mismatched"), whole=False)
    assert [row["application"] for row in sheet.rows] == [less, name, voucher]  # type: ignore[call-overload]

    done = confirm_payments(brought=brought, **here.finance.acts)
    assert (done.booked, done.returned) == (2, 0)
    assert set(Payment.objects.values_list("brought", flat=True)) == {None, brought.pk}
    assert here.balances()[2] == 10_000 + 10_001 + 10_006
    assert Instalment.objects.get(pk=rows[7].pk).state == "listed", unpaid
    with pytest.raises(ValidationError, match="已入账"):
        confirm_payments(brought=brought, **here.finance.acts)
    # The same file once more: nothing new, nothing moves.
    file.seek(0)
    again = preview_payments(district=here.district, file=file, **here.finance.acts)
    assert verdicts(again)[0] == verdicts(again)[6] == "repeated"
    with pytest.raises(ValidationError, match="没有相符的行"):
        confirm_payments(brought=again, **here.finance.acts)
    assert here.balances()[2] == 30_007


def test_without_our_numbers_the_account_and_amount_tell(here: Paying) -> None:
    rows = [here.approved(amount, account_number=n)[0] for amount, n in ((500, "11"), (700, "22"))]
    alike = [here.approved(900, account_number="33")[0] for _twice in range(2)]
    here.issued(*rows, *alike)
    name = [row.application.enterprise.name for row in [*rows, alike[0]]]
    brought = preview_payments(
        district=here.district,
        file=typed(
            "国库.csv",
            "收款人名称,收款人账号,支付金额,拨付日期,支付凭证号",
            f"{name[0]},1 1,500.00,{TODAY},A1",
            f"{name[1]},22,701,{TODAY},A2",
            f"{name[2]},33,900,{TODAY},A3",
            f"{name[0]},11,500,{TODAY},A4",
            f"{name[1]},22,700,{TODAY},A1",
        ),
        **here.finance.acts,
    )
    assert verdicts(brought) == ["matched", *["mismatched"] * 4]
    reasons = [row.reason for row in brought.lines.order_by("number")]
    for reason, said in zip(
        reasons[1:],
        ("没有这个账号和金额", "有 2 笔", "文件中重复", "凭证号与第 2 行相同"),
        strict=True,
    ):
        assert said in reason


def test_what_changed_since_the_preview_goes_back(here: Paying) -> None:
    rows = [here.approved(10_000)[0] for _three in range(3)]
    listed, other = here.issued(*rows[:2]), here.issued(rows[2])
    asked: dict[str, Any] = {number: {} for number in numbers(rows[:2])}
    brought = preview_payments(
        district=here.district, file=book_of(listed, asked), **here.finance.acts
    )
    # A payment of another list bears the voucher of the first row now.
    taken = f"V-{rows[0].application.number}"
    record_payment(**told(rows[2], voucher=taken), **here.finance.acts)
    done = confirm_payments(brought=brought, **here.finance.acts)
    assert (done.booked, done.returned) == (0, 1)
    assert Payment.objects.count() == 1, other
    done = confirm_payments(brought=brought, **here.finance.acts)
    assert (done.booked, done.brought.mismatched) == (1, 1)
    assert "已用于另一笔" in PaymentImportRow.objects.get(brought=brought, number=2).reason


def test_a_list_that_was_taken_back_is_not_paid(here: Paying) -> None:
    (row,) = here.approved(10_000)
    listed = here.issued(row)
    file = book_of(listed, {row.application.number: {}})
    brought = preview_payments(district=here.district, file=file, **here.finance.acts)
    return_list(payment_list=listed, comment="有误", **here.approver.acts)
    assert confirm_payments(brought=brought, **here.finance.acts).returned == 1
    assert drop_payments(brought=brought, **here.finance.acts).state == "dropped"
    assert not Payment.objects.exists()


@pytest.mark.parametrize(
    ("file", "said"),
    [
        (garbled("表.xlsx"), "表.xlsx"),
        (typed("表.csv", "户名,金额", "甲,1"), "支付日期"),
        (typed("表.csv", "户名,金额,支付日期,凭证号", "甲,1,,"), "没有一行"),
    ],
)
def test_a_file_that_cannot_be_read_says_why(here: Paying, file: Any, said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        preview_payments(district=here.district, file=file, **here.finance.acts)


def test_a_hostile_cell_is_named_and_stays_text(here: Paying) -> None:
    (row,) = here.approved(10_000)
    listed = here.issued(row)
    file = book_of(listed, {row.application.number: {"amount": "=1+1", "voucher": "=cmd|'/c'!A1"}})
    brought = preview_payments(district=here.district, file=file, **here.finance.acts)
    line = brought.lines.get()
    assert line.verdict == "invalid"
    assert "H2 金额（元）" in line.reason
    target = io.BytesIO()
    listed_rows = listed.instalments.select_related(
        "payment_list", "application__enterprise", "application__item"
    )
    sheets = [
        mismatch_sheet(brought, [line], whole=False),
        list_sheet(listed, list(listed_rows), whole=False),
    ]
    write_rows(target, sheets)
    target.seek(0)
    table = open_table(target, filename="不符.xlsx", columns=COLUMNS)
    assert not table.formulas
    row.refresh_from_db()
    assert row.account_number not in str(table.rows)
