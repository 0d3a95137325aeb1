"""How the survey desk says things: states, channels, what is still to be done, how far it is."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.http import Http404, HttpRequest
from django.utils.translation import gettext as _

from assessments.models import Channel, Survey
from assessments.services.surveys import Progress
from core import policy
from core.scope import Scope
from portal.views.common import scope_of

State = Survey.State
STATUS = {
    State.PREPARING: "none",
    State.OPEN: "warn",
    State.CLOSED: "none",
    State.PUBLISHED: "good",
}
COLLECT = "assessments.collect_answers"


def find(request: HttpRequest, pk: Any) -> Survey:
    """The wave, if the caller's scope holds it."""
    rows = Survey.objects.visible_to(scope_of(request))
    found: Survey | None = (
        rows.select_related("questionnaire", "agency__district", "district").filter(pk=pk).first()
    )
    if found is None:
        raise Http404(_("您的工作范围内没有这次调查。"))
    return found


def sees_progress(scope: Scope, survey: Survey) -> bool:
    """Whether the caller runs, watches or collects the wave; streets see results only."""
    return scope.all_streets or policy.may(scope, COLLECT, survey)


def next_step(survey: Survey, short: Sequence[str], *, may_manage: bool) -> str:
    """What is to be done now, in one sentence."""
    if survey.state == State.PREPARING:
        if not may_manage:
            return _("区商务委正在筹备，开始后可以收集答卷。")
        return short[0] if short else _("配额和日期已备好，可以开始调查。")
    if survey.state == State.OPEN:
        told = {"day": f"{survey.closes_on:%Y-%m-%d}"}
        if may_manage:
            return _("正在回收答卷；%(day)s 当日结束后自动截止，也可提前结束。") % told
        return _("正在回收答卷；%(day)s 当日结束后自动截止。") % told
    if survey.state == State.CLOSED:
        done = _("已截止，密钥和住户地址摘要已清除。")
        return done + _("请核对结果后公布。") if may_manage else done
    return _("结果已公布，街镇可以查看。")


def bar(counted: int, quota: int) -> dict[str, Any]:
    """components/bar.html's dict: counted answers of the quota."""
    return {
        "text": f"{counted / quota:.0%}" if quota else "—",
        "percent": min(100, round(counted * 100 / quota)) if quota else None,
    }


def channels_of(rows: Iterable[Progress]) -> list[tuple[str, str]]:
    """The channels that answers came by, in their order, with their words."""
    used = {channel for row in rows for channel in row.by_channel}
    return [(str(value), str(label)) for value, label in Channel.choices if value in used]


def line(row: Progress, channels: Sequence[tuple[str, str]]) -> dict[str, Any]:
    """One circle's row of the progress table."""
    return {
        "row": row,
        "bar": bar(row.counted, row.quota),
        "by_channel": [(label, row.by_channel.get(value, 0)) for value, label in channels],
    }


def totals(rows: Sequence[Progress], channels: Sequence[tuple[str, str]]) -> dict[str, Any]:
    """The table's last row."""
    quota, counted = sum(row.quota for row in rows), sum(row.counted for row in rows)
    return {
        "quota": quota,
        "answered": sum(row.answered for row in rows),
        "flagged": sum(row.flagged for row in rows),
        "counted": counted,
        "tokens": sum(row.tokens for row in rows),
        "full": sum(row.full for row in rows),
        "bar": bar(counted, quota),
        "by_channel": [
            (label, sum(row.by_channel.get(value, 0) for row in rows)) for value, label in channels
        ],
    }
