"""Subsidies, payments: who may ask, write and open what."""

from decimal import Decimal
from typing import Any

from django.utils import timezone

from accounts.roles import APPROVER, COMMISSION_ADMIN, FINANCE, PROGRAMME_OFFICER
from subsidies.models import (
    Clawback,
    Instalment,
    Payment,
    PaymentImport,
    PaymentList,
)
from tests.permissions.callers import COMMISSION_PEOPLE
from tests.permissions.entries import (
    DISTRICT_WIDE,
    NOBODY,
    ONLY_FOREIGN,
    ListEntry,
    PageEntry,
    Who,
    WriteEntry,
    of_row,
)
from tests.subsidies.making import (
    make_application,
    make_fund,
    make_line,
    make_policy,
    make_round,
)

PAYING: Who = frozenset({FINANCE})
ACCOUNTS: Who = frozenset({FINANCE, PROGRAMME_OFFICER})
ASKING: Who = frozenset({FINANCE, PROGRAMME_OFFICER, COMMISSION_ADMIN})
DECIDING: Who = frozenset({APPROVER})
# The foreign officer keeps no books.
HERE: Who = COMMISSION_PEOPLE


def of(own: Who, rows: str, foreign: Who = ONLY_FOREIGN, **more: Any) -> PageEntry:
    kwargs = more.pop("kwargs", of_row(rows, pk="pk"))
    return PageEntry(own, kwargs, other=own, foreign=foreign, **more)


def _word(rows: str, word: str) -> Any:
    return lambda world, place: {"pk": world.rows[rows][place].pk, "word": word}


LISTS: dict[str, ListEntry] = {
    "payments": ListEntry(
        ask=DISTRICT_WIDE | ONLY_FOREIGN,
        own=DISTRICT_WIDE,
        other=DISTRICT_WIDE,
        foreign=ONLY_FOREIGN,
        by={"application": lambda row: row.instalment.application.number},
    )
}


def paid(world: Any, place: str) -> dict[str, Any]:
    row = world.rows["issued_instalments"][place]
    return {
        "instalment": str(row.pk),
        "paid_on": timezone.localdate().isoformat(),
        "voucher": f"V-{place}-1",
        "amount": str(row.amount),
        "account_name": row.account_name,
    }


WRITES: tuple[WriteEntry, ...] = (
    WriteEntry("post", "api:v1:payments-list", PAYING, PAYING, paid, foreign=NOBODY),
)
PAGES: dict[str, PageEntry] = {
    "subsidies:payments": PageEntry(HERE | ONLY_FOREIGN),
    "subsidies:payment_instalments": PageEntry(HERE | ONLY_FOREIGN),
    "subsidies:payment_instalment": of(HERE, "issued_instalments"),
    "subsidies:payment_condition": of(ASKING, "issued_instalments"),
    "subsidies:payment_account": of(PAYING, "issued_instalments", NOBODY),
    "subsidies:payment_record": of(PAYING, "issued_instalments", NOBODY),
    "subsidies:clawback_new": of(ASKING, "issued_instalments"),
    "subsidies:payment_register": PageEntry(HERE | ONLY_FOREIGN),
    "subsidies:payment_imports": PageEntry(HERE | ONLY_FOREIGN),
    "subsidies:payment_import_new": PageEntry(PAYING, method="post"),
    "subsidies:payment_import": of(HERE, "payment_imports"),
    "subsidies:payment_mismatches": of(HERE, "payment_imports"),
    "subsidies:payment_import_move": of(
        PAYING,
        "payment_imports",
        NOBODY,
        kwargs=_word("payment_imports", "confirm"),
        method="post",
    ),
    "subsidies:payment_lists": PageEntry(HERE | ONLY_FOREIGN),
    "subsidies:payment_list_new": PageEntry(PAYING, method="post"),
    "subsidies:payment_list": of(HERE, "payment_lists"),
    "subsidies:payment_list_book": of(HERE, "payment_lists"),
    "subsidies:payment_list_letter": of(ACCOUNTS, "payment_lists"),
    "subsidies:payment_list_template": of(ACCOUNTS, "payment_lists"),
    "subsidies:payment_list_move": of(
        PAYING, "payment_lists", NOBODY, kwargs=_word("payment_lists", "ask"), method="post"
    ),
    "subsidies:clawbacks": PageEntry(HERE | ONLY_FOREIGN),
    "subsidies:clawback": of(HERE, "clawbacks"),
    "subsidies:clawback_move": of(
        DECIDING, "clawbacks", NOBODY, kwargs=_word("clawbacks", "approve")
    ),
}


def fill(world: Any, place: str, street: Any) -> None:
    """An issued list with an instalment that is paid and one that is not; a file; a clawback."""
    district, today = street.district, timezone.localdate()
    policy = make_policy(district, f"pays-{place}", fund=make_fund(district, f"pays-{place}"))
    line = make_line(district, 1_000, fund=policy.fund, reserved=100, paid=100)
    round_ = make_round(district, policy, state="approved", name=f"拨付-{place}")
    listed = PaymentList.objects.create(
        district=district, line=line, number=f"BF-{place}", state="issued", issued_on=today
    )
    application = make_application(
        round_, street, state="paying", amount=Decimal(200), attempt=1, number=f"P-{place}"
    )
    rows = [
        Instalment.objects.create(
            application=application,
            number=number,
            year=line.year,
            amount=100,
            state=state,
            line=line,
            payment_list=listed,
            account_name=application.account_name,
            bank="试验银行",
            account_number="62170000",
        )
        for number, state in ((1, "paid"), (2, "listed"))
    ]
    payment = Payment.objects.create(
        district=district,
        instalment=rows[0],
        paid_on=today,
        voucher=f"V-{place}",
        amount=100,
        account_name=application.account_name,
        act=application.pk,
    )
    world.add("payment_lists", place, listed)
    world.add("issued_instalments", place, rows[1])
    world.add("payments", place, payment)
    world.add(
        "payment_imports",
        place,
        PaymentImport.objects.create(district=district, name="支付结果.xlsx", sha256="0" * 64),
    )
    world.add(
        "clawbacks",
        place,
        Clawback.objects.create(district=district, instalment=rows[0], amount=50, reason="试验"),
    )
