"""Where a round stands on its path, and what it lacks for the next step."""

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from subsidies.models import BudgetLine, Round
from subsidies.publicity import Period
from subsidies.round_rules import (
    Tally,
    lacking_to_announce,
    lacking_to_approve,
    lacking_to_finish,
    lacking_to_open,
    warnings,
)

State = Round.State


@dataclass
class Next:
    """The next step of a round.

    word     the move that takes it; "" = none
    lacking  what stands in its way, each a sentence
    warnings what does not, but should be known
    """

    title: str
    text: str
    word: str = ""
    lacking: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


def steps_of(round_: Round) -> list[dict[str, Any]]:
    """components/steps.html's list."""
    at = State.values.index(round_.state)
    return [
        {
            "number": number + 1,
            "label": label,
            "done": number < at or round_.state == State.CLOSED,
            "current": number == at,
        }
        for number, (_value, label) in enumerate(State.choices)
    ]


def next_of(
    round_: Round, today: dt.date, tally: Tally, line: BudgetLine | None, period: Period | None
) -> Next:
    """For the commission; a few queries at most."""
    found = _NEXT[State(round_.state)](round_, today, tally, period)
    if line is None and round_.state in (State.DRAFT, State.OPEN, State.REVIEW):
        found.warnings += warnings(round_, line)
    return found


def _draft(round_: Round, today: dt.date, tally: Tally, period: Period | None) -> Next:
    return Next(
        _("核对后发布申报通知"),
        _("发布后街道（镇）可以代企业申报，批次的事项和日期不能再改。"),
        "open",
        lacking_to_open(round_, today),
    )


def _open(round_: Round, today: dt.date, tally: Tally, period: Period | None) -> Next:
    told = {"day": round_.closes_on.isoformat(), "n": tally.filed}
    if round_.closes_on < today:
        text = _("申报已于 %(day)s 到期，收到 %(n)d 项，请截止申报。") % told
        return Next(_("截止申报"), text, "close")
    text = _("申报至 %(day)s，已收到 %(n)d 项；随报随受理、审核。提前截止须写明理由。") % told
    return Next(_("接受申报"), text)


def _review(round_: Round, today: dt.date, tally: Tally, period: Period | None) -> Next:
    lacking = lacking_to_announce(round_, brief=True)
    if tally.undecided:
        text = _("逐项受理、审核，列入拟支持名单或不予支持；集体审议后发布公示。")
    elif round_.meeting_on is None:
        text = _("各项均已办理，请集体审议并登记日期和纪要号。")
    else:
        text = _("公示期为发布次日起 %(n)d 个完整的工作日。") % {"n": round_.public_days}
    return Next(_("发布拟支持名单公示"), text, "announce", lacking)


def _notice(round_: Round, today: dt.date, tally: Tally, period: Period | None) -> Next:
    lacking = lacking_to_approve(round_, period)
    text = _("公示期满、异议处理完毕后，由未经手的审批人审定。")
    found = Next(_("审定"), text, "" if lacking else "approve", lacking)
    if period and not period.known:
        found.warnings.append(
            _("%(year)d年放假安排尚未录入，公示截止日暂按周末推算；录入后不足的工作日须补足。")
            % {"year": period.until.year}
        )
    if period and period.extended:
        found.warnings.append(
            _("按现行放假安排，公示期须延至 %(day)s 才满。") % {"day": period.until.isoformat()}
        )
    return found


def _approved(round_: Round, today: dt.date, tally: Tally, period: Period | None) -> Next:
    return Next(_("转入拨付"), _("财务编制拨付清单，审签后送财政部门支付。"), "pay")


def _paying(round_: Round, today: dt.date, tally: Tally, period: Period | None) -> Next:
    return Next(
        _("办结"),
        _("全部申报拨付完毕或终止后办结；以后年度的分期也须拨付完毕。"),
        "finish",
        lacking_to_finish(round_),
    )


def _closed(round_: Round, today: dt.date, tally: Tally, period: Period | None) -> Next:
    return Next(_("已办结"), _("本批次全部办理完毕。"))


_NEXT = {
    State.DRAFT: _draft,
    State.OPEN: _open,
    State.REVIEW: _review,
    State.NOTICE: _notice,
    State.APPROVED: _approved,
    State.PAYING: _paying,
    State.CLOSED: _closed,
}
