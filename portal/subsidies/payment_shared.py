"""What the pages of payments share: where one is among them, and how an instalment stands."""

import datetime as dt
import uuid
from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from core import policy
from core.scope import Scope
from subsidies.accounts import account_of, shown_number
from subsidies.models import Application, Instalment, PaymentList
from subsidies.payable import PAYING, what_it_waits_for
from territory.models import District

State, L = Instalment.State, PaymentList.State
NAV = (
    ("subsidies:payments", lazy("拨付工作台")),
    ("subsidies:payment_instalments", lazy("拨付分期")),
    ("subsidies:payment_lists", lazy("拨付清单")),
    ("subsidies:payment_imports", lazy("支付结果导入")),
    ("subsidies:payment_register", lazy("拨付记录")),
    ("subsidies:clawbacks", lazy("资金追回")),
)
LIST_STATUS = {L.DRAFT: "none", L.ISSUED: "warn", L.SETTLED: "good"}
# Word of the address → which instalments.
KINDS: dict[str, tuple[Any, Q]] = {
    "reserved": (lazy("已安排"), Q(state=State.RESERVED)),
    "draft": (lazy("清单编制中"), Q(state=State.LISTED, payment_list__state=L.DRAFT)),
    "unpaid": (lazy("已送拨付未支付"), Q(state=State.LISTED, payment_list__state=L.ISSUED)),
    "paid": (lazy("已拨付"), Q(state=State.PAID)),
    "planned": (lazy("待安排"), Q(state=State.PLANNED)),
    "cancelled": (lazy("已取消"), Q(state=State.CANCELLED)),
}


def nav(current: str) -> list[dict[str, Any]]:
    """The row of pages: {label, url, on}."""
    return [
        {"label": label, "url": reverse(name), "on": name == f"subsidies:{current}"}
        for name, label in NAV
    ]


def crumbs_of(district: District, *more: tuple[Any, str]) -> list[dict[str, Any]]:
    """Under 资金拨付; the last without an address."""
    told = [
        {"label": district.name},
        {"label": _("资金拨付"), "url": reverse("subsidies:payments")},
    ]
    return told + [{"label": label, "url": url} for label, url in more]


def rows_of(scope: Scope, district: District) -> "QuerySet[Instalment]":
    """The district's instalments with all that a line of a list shows."""
    rows: QuerySet[Instalment] = Instalment.objects.visible_to(scope).filter(
        application__district=district
    )
    return rows.select_related(
        "application__enterprise",
        "application__item",
        "application__round",
        "payment_list",
        "line__fund",
        "payment",
    ).defer(
        "application__facts",
        "application__checked",
        "application__eligibility",
        "application__computation",
        "application__item__rule",
        "application__item__text",
    )


def standing(row: Instalment, today: dt.date) -> dict[str, Any]:
    """How an instalment stands: {status, word, note}; `note` is what it waits for."""
    if row.state == State.RESERVED:
        why = what_it_waits_for(row, today)
        if not why:
            return {"status": "good", "word": _("可列入清单"), "note": ""}
        if row.application.state not in PAYING:
            return {"status": "none", "word": _("待审定"), "note": ""}
        return {"status": "warn", "word": _("待满足条件"), "note": why}
    listed = row.payment_list
    if row.state == State.LISTED and listed:
        if listed.issued_on is None:
            return {"status": "none", "word": _("清单编制中"), "note": listed.number}
        return {
            "status": "warn",
            "word": _("已送拨付"),
            "note": _("%(day)s 送拨付，已 %(n)d 天")
            % {"day": listed.issued_on, "n": (today - listed.issued_on).days},
        }
    if row.state == State.PAID:
        payment = getattr(row, "payment", None)
        note = f"{payment.paid_on} {payment.voucher}" if payment else ""
        return {"status": "good", "word": _("已拨付"), "note": note}
    return {"status": "none", "word": row.get_state_display(), "note": ""}


def account_lines(row: Instalment | Application, scope: Scope) -> dict[str, str]:
    """户名、开户行、账号 as the caller may see them."""
    account = account_of(row)
    whole = policy.may(scope, "subsidies.see_accounts")
    return {
        "name": account.name,
        "bank": account.bank,
        "number": shown_number(account.number, whole=whole),
    }


def ids_in(values: list[str]) -> list[uuid.UUID]:
    """Ids as forms and addresses carry them; what is none is left out."""
    found = []
    for value in values:
        try:
            found.append(uuid.UUID(value))
        except ValueError:
            continue
    return found


def ticked(request: HttpRequest, name: str = "instalment") -> list[Instalment]:
    """The ticked instalments that the caller sees."""
    scope: Scope = request.scope  # type: ignore[attr-defined]
    keys = ids_in(request.POST.getlist(name))
    return list(Instalment.objects.visible_to(scope).filter(pk__in=keys))


def months(today: dt.date) -> dt.date:
    """From when on what did not match is still shown on the desk."""
    return today - dt.timedelta(days=60)
