"""A demo's support: an invented policy, two budgets, four rounds on their way; by the services.

Days that services take from the clock are set back afterwards, so that rounds of last year look
their age.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

import numpy as np
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.roles import APPROVER, FINANCE, PROGRAMME_OFFICER, STREET_OFFICER
from core.money import round_half_up_fen
from core.notices import silence
from core.reference import read
from core.workdays import add_workdays
from outlets.models import Outlet
from portal.demo.accounts import acting
from portal.demo.plan import Plan
from subsidies.models import (
    Application,
    BudgetLine,
    BudgetOrder,
    Check,
    Evidence,
    Instalment,
    Policy,
    Round,
)
from subsidies.services.assessing import assess
from subsidies.services.evidence import mark_lines
from subsidies.services.filing import (
    accept_application,
    ask_application,
    create_application,
    submit_application,
)
from subsidies.services.lines import open_fund, open_line
from subsidies.services.objections import receive_objection
from subsidies.services.orders import approve_order, create_order, submit_order
from subsidies.services.paying import record_payment
from subsidies.services.payment_lists import create_list, issue_list
from subsidies.services.policies import begin_policy, publish_policy
from subsidies.services.proposing import propose_applications
from subsidies.services.reviewing import record_check, refuse_application, review_application
from subsidies.services.rounds import (
    announce_round,
    approve_round,
    close_round,
    create_round,
    finish_round,
    open_round,
    pay_round,
    record_meeting,
)
from territory.models import District

FIXTURES: Final = Path(__file__).resolve().parents[2] / "fixtures"
# Which formats are supported under which item of the invented policy.
ITEM_OF: Final = {
    "breakfast_shop": "facility",
    "fresh_market": "facility",
    "housekeeping": "facility",
    "photo_print": "facility",
    "repair": "rent",
    "laundry": "rent",
    "wet_market": "market",
}
GRANTED: Final = (Decimal(3_000_000), Decimal(6_000_000))
# A demo of a few circles has so many applications a round.
WHOLE, FEW = 0.1, 5
PAPER: Final = "纸质材料（演示数据）"


@dataclass(frozen=True)
class Call:
    """One round: its name, how many file, how many days ago it opened and closed, how far it is."""

    name: str
    filed: int
    opened: int
    closed: int
    upto: str


CALLS: Final = (
    Call("第一批", 10, 500, 470, "closed"),
    Call("第一批", 12, 210, 180, "paying"),
    Call("第二批", 10, 60, 32, "notice"),
    Call("第三批", 9, 12, -16, "open"),
)


class _Cast:
    """Who acts, and the outlets that are still to be chosen, the latest opened last."""

    def __init__(self, plan: Plan, district: District) -> None:
        self.plan, self.district = plan, district
        self.chance: np.random.Generator = plan.chance("subsidies")
        self.officer, self.approver, self.finance = (
            acting(User.objects.get(username=name, is_demo=True))
            for name in (PROGRAMME_OFFICER, APPROVER, FINANCE)
        )
        people = User.objects.filter(is_demo=True, groups__name=STREET_OFFICER)
        self.filers = {
            user.office.street_id: acting(user)
            for user in people.select_related("office")
            if user.office
        }
        # The latest opened, oldest first; a market for each round, where there are any.
        self.markets = self._opened(["wet_market"])[-len(CALLS) :]
        self.shops = self._opened([code for code in ITEM_OF if code != "wet_market"])
        self.shops = self.shops[-sum(call.filed for call in CALLS) :]

    def _opened(self, codes: Sequence[str]) -> list[Outlet]:
        rows = Outlet.objects.filter(
            district=self.district,
            outside=False,
            enterprise__isnull=False,
            main_format__code__in=codes,
            status="open",
            opened_on__lte=self.plan.ago(45),
        )
        rows = rows.select_related("main_format", "enterprise")
        return list(rows.order_by("opened_on", "code"))

    def take(self, count: int) -> list[Outlet]:
        """The next outlets to be supported."""
        taken = [self.markets.pop(0)] if self.markets else []
        while self.shops and len(taken) < count:
            taken.append(self.shops.pop(0))
        return taken


def support(plan: Plan, district: District) -> dict[str, int]:
    """Policy, budgets and rounds; how many applications."""
    cast = _Cast(plan, district)
    with silence():
        policy = _policy(cast)
        this_year = plan.day.year
        lines = {
            year: _grant(cast, policy, year, amount)
            for year, amount in zip((this_year - 1, this_year), GRANTED, strict=True)
        }
        for call in CALLS:
            _round(cast, policy, call, lines)
    return {"applications": Application.objects.filter(district=district).count()}


def _policy(cast: _Cast) -> Policy:
    told = read(FIXTURES, "demo_policy")
    fund = open_fund(district=cast.district, **told["fund"], **cast.finance)
    type(fund).objects.filter(pk=fund.pk).update(is_sample=True)
    content = {
        "policy": told["policy"] | {"fund": fund.code},
        "common": told["common"],
        "items": told["items"],
    }
    made = begin_policy(content, district=cast.district, **cast.officer)
    Policy.objects.filter(pk=made.pk).update(is_sample=True)
    made.refresh_from_db()
    return publish_policy(policy=made, **cast.officer)


def _grant(cast: _Cast, policy: Policy, year: int, amount: Decimal) -> BudgetLine:
    """下达, approved by another."""
    assert policy.fund is not None
    policy.fund.refresh_from_db()
    line = open_line(fund=policy.fund, year=year, **cast.finance)
    order = create_order(
        kind=BudgetOrder.Kind.GRANT,
        line=line,
        amount=amount,
        reason=_("年初预算（演示数据）"),
        document_number=f"演示〔{year}〕1号",
        **cast.finance,
    )
    order = submit_order(order=order, **cast.finance)
    approve_order(order=order, **cast.approver)
    BudgetOrder.objects.filter(pk=order.pk).update(is_sample=True)
    return line


def _round(cast: _Cast, policy: Policy, call: Call, lines: dict[int, BudgetLine]) -> None:
    opened, closed = cast.plan.ago(call.opened), cast.plan.ago(call.closed)
    year, today = opened.year, timezone.localdate()
    round_ = create_round(
        rule=policy,
        values={
            "year": year,
            "name": f"{year}年{call.name}",
            "notice_number": f"演示〔{year}〕{int(opened.month)}号",
            "notice_text": _("申报企业须在本区注册、信用良好。本通知为演示数据。"),
            "opens_on": opened,
            "closes_on": max(closed, today),
            "contact": _("演示·科室经办人"),
            "public_place": _("区政府门户网站（演示）"),
            "objection_contact": _("区商务委（演示）"),
        },
        **cast.officer,
    )
    round_ = open_round(round_=round_, **cast.officer)
    count = call.filed if cast.plan.scale >= WHOLE else FEW
    filed = [_file(cast, round_, outlet) for outlet in cast.take(count)]
    if call.upto == "open":
        _half_way(cast, filed)
        return
    filed = [submit_application(application=row, **_filer(cast, row)) for row in filed]
    filed = [_accepted(cast, row) for row in filed]
    round_ = close_round(round_=round_, comment=_("申报期满"), **cast.officer)
    Round.objects.filter(pk=round_.pk).update(closes_on=closed)
    listed = _review(cast, filed, closed)
    _publish(cast, round_, listed, closed, call, lines)
    moment = timezone.make_aware(dt.datetime.combine(closed, dt.time(15)))
    round_.applications.update(
        submitted_at=moment, accepted_on=_after(closed, 4), reviewed_on=_after(closed, 10)
    )


def _after(day: dt.date, workdays: int) -> dt.date:
    return min(add_workdays(day, workdays), timezone.localdate())


# --- Filing ---------------------------------------------------------------------------------------
def _filer(cast: _Cast, row: Application) -> dict[str, Any]:
    return cast.filers[row.street_id]


def _file(cast: _Cast, round_: Round, outlet: Outlet) -> Application:
    """A complete draft with papers handed in on paper."""
    item = round_.policy.items.get(key=ITEM_OF[outlet.main_format.code])
    assert outlet.enterprise is not None
    row = create_application(
        round=round_,
        item=item,
        enterprise=outlet.enterprise,
        outlet=outlet,
        told={
            "facts": _facts(cast, item.key, outlet),
            "summary": _("演示数据：项目和金额均为虚构。"),
            "contact": _("演示联系人"),
            "phone": "02100000000",
            "bank": _("演示银行"),
            "account_number": f"62{cast.chance.integers(10**14, 10**15 - 1)}",
        },
        **cast.filers[outlet.street_id],
    )
    row.evidence.update(state=Evidence.State.PROVIDED, note=PAPER)
    return row


def _facts(cast: _Cast, item: str, outlet: Outlet) -> dict[str, str]:
    chance, area = cast.chance, outlet.business_area or 60
    if item == "facility":
        planned = int(chance.integers(12, 190)) * 10_000
        spent = int(planned * chance.uniform(0.78, 1.05)) // 100 * 100
        return {
            "planned": str(planned),
            "investment": str(spent),
            "gap_area": "yes" if chance.random() < 0.3 else "no",
        }
    if item == "rent":
        months = str(chance.integers(4, 13))
        rent = str(chance.integers(60, 150))
        return {"rent": rent, "area": str(min(area, 190)), "months": months}
    return {"area": str(max(area, 650)), "occupied": str(chance.integers(74, 98))}


def _half_way(cast: _Cast, filed: Sequence[Application]) -> None:
    """A round that is open: drafts, some filed, one asked to supplement, some accepted."""
    for number, row in enumerate(filed):
        if number < 2:
            row.evidence.filter(key="licence").update(state=Evidence.State.MISSING, note="")
            continue
        row = submit_application(application=row, **_filer(cast, row))
        if number == 2:
            told = {"promise": _("信用承诺书未盖章（演示数据）")}
            ask_application(
                application=row, lacking=told, comment=_("请补齐后报送。"), **cast.officer
            )
        elif number > 4:
            _accepted(cast, row)


def _accepted(cast: _Cast, row: Application) -> Application:
    marks = {line.key: (Evidence.State.CHECKED, PAPER) for line in row.evidence.all()}
    row = mark_lines(application=row, marks=marks, **cast.officer)
    return accept_application(application=row, **cast.officer)


# --- Decision -------------------------------------------------------------------------------------
def _review(cast: _Cast, filed: Sequence[Application], closed: dt.date) -> list[Application]:
    """All but the last, which is refused; the second is lowered."""
    *kept, last = filed
    reviewed = []
    for number, row in enumerate(kept):
        for kind, unit in (
            (Check.Kind.CREDIT, _("信用普陀（演示）")),
            (Check.Kind.AUDIT, _("演示会计师事务所")),
        ):
            record_check(
                application=row,
                kind=kind,
                unit=unit,
                on=_after(closed, 8),
                outcome=Check.Outcome.PASSED,
                note=_("演示数据"),
                **cast.officer,
            )
        lower = _lowered(row) if number == 1 else {}
        reviewed.append(review_application(application=row, **lower, **cast.officer))
    refuse_application(
        application=last, comment=_("项目不在支持范围内（演示数据）"), **cast.officer
    )
    return reviewed


def _lowered(row: Application) -> dict[str, Any]:
    """A tenth less than was worked out, and why."""
    computed = assess([row])[row.pk].computed or Decimal(0)
    reason = _("部分发票不予认定（演示数据）")
    return {"amount": round_half_up_fen(computed * Decimal("0.9")), "reason": reason}


def _publish(
    cast: _Cast,
    round_: Round,
    listed: Sequence[Application],
    closed: dt.date,
    call: Call,
    lines: dict[int, BudgetLine],
) -> None:
    """集体审议, 拟支持, 公示; then 审定 and 拨付 as far as the round has come."""
    round_ = record_meeting(
        round_=round_,
        meeting_on=_after(closed, 14),
        minutes_number=f"演示纪要〔{round_.year}〕{closed.month}号",
        **cast.officer,
    )
    propose_applications(applications=[(row, None) for row in listed], **cast.officer)
    # A notice that runs now is said to have begun lately.
    since = _after(closed, 18) if call.upto != "notice" else add_workdays(cast.plan.day, -2)
    round_ = announce_round(round_=round_, public_from=since, **cast.officer)
    if call.upto == "notice":
        receive_objection(
            application=listed[-1],
            received_on=cast.plan.day,
            text=_("反映装修投资额偏高，请核实。（演示数据）"),
            raised_by=_("演示·市民"),
            **cast.officer,
        )
        return
    approved_on = add_workdays(since, round_.public_days + 3)
    round_ = approve_round(
        round_=round_,
        approved_on=approved_on,
        number=f"演示〔{round_.year}〕{approved_on.month}号",
        **cast.approver,
    )
    round_ = pay_round(round_=round_, **cast.officer)
    _pay(cast, round_, approved_on, lines[round_.year], whole=call.upto == "closed")


def _pay(
    cast: _Cast, round_: Round, approved_on: dt.date, line: BudgetLine, *, whole: bool
) -> None:
    """All first instalments; or half paid, a list under way, the rest still to be listed."""
    rows = Instalment.objects.filter(
        application__round=round_, state=Instalment.State.RESERVED, condition=""
    )
    ready = list(rows.select_related("application__enterprise").order_by("application__number"))
    half = len(ready) if whole else len(ready) // 2
    for part, paid in ((ready[:half], True), (ready[half:-2], False)):
        if (whole and not paid) or not part:
            continue
        made = create_list(line=line, instalments=part, **cast.finance)
        made = issue_list(payment_list=made, on=_after(approved_on, 5), **cast.approver)
        for number, row in enumerate(part if paid else ()):
            record_payment(
                instalment=row,
                paid_on=_after(approved_on, 9),
                voucher=f"YS{round_.year}{made.number[-3:]}{number:03d}".replace("-", ""),
                amount=row.amount,
                account_name=row.application.enterprise.name,
                **cast.finance,
            )
    unpaid = Instalment.objects.filter(application__round=round_).exclude(state="paid")
    if whole and not unpaid.exists():
        finish_round(round_=round_, **cast.officer)
