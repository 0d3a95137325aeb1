"""The path of a joint meeting: 建议召开 → 已安排 → 已召开 → 会签 ↩ → 已印发 → 已报备 (S4 二)."""

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from coordination.models import Countersignature, Meeting
from core.workflow import Machine, Move

State = Meeting.State
MANAGE, ISSUE = "coordination.manage_meetings", "coordination.issue_minutes"
SIGN = "coordination.countersign"
CALLED = frozenset({State.COUNTERSIGNING})


def _drafters(meeting: Any) -> list[str]:
    return list(meeting.drafted_by_ids)


def opinions_on(meeting: Meeting) -> dict[Any, Countersignature]:
    """{office id: its opinion on the present edition of the minutes}."""
    return {
        one.office_id: one
        for one in meeting.countersignatures.all()
        if one.edition == meeting.minutes_edition
    }


def standing_in_the_way(meeting: Meeting) -> tuple[list[str], list[str]]:
    """Names of the units that have not signed the present edition; of those that object to it."""
    opinions, silent, objecting = opinions_on(meeting), [], []
    # The commission drafts them, and does not countersign.
    called_units = meeting.offices.exclude(office__kind="commission").select_related("office")
    for called in called_units.order_by("id"):
        opinion = opinions.get(called.office_id)
        if opinion is None:
            silent.append(called.office.name)
        elif opinion.opinion == Countersignature.Opinion.OBJECTED and not opinion.settlement:
            objecting.append(called.office.name)
    return silent, objecting


def _minuted(meeting: Any) -> None:
    if not meeting.minutes_edition:
        raise ValidationError(_t("纪要尚未起草，不能送会签；请先填写纪要正文和议定事项。"))


def _agreed(meeting: Any) -> None:
    """经与会单位同意后印发: each called unit on this very edition."""
    silent, objecting = standing_in_the_way(meeting)
    told = []
    if silent:
        told.append(_t("尚未会签：%(units)s。") % {"units": "、".join(silent)})
    if objecting:
        told.append(
            _t("不同意且未协调：%(units)s。请修改纪要，或登记召集人的协调决定。")
            % {"units": "、".join(objecting)}
        )
    if told:
        edition = {"n": meeting.minutes_edition}
        raise ValidationError([_t("纪要第 %(n)d 稿还不能印发。") % edition, *told])


MEETING = Machine(
    "coordination.meeting",
    (
        Move(
            word="announce",
            label=_("安排会议"),
            sources=frozenset({State.PROPOSED, State.PLANNED}),
            target=State.PLANNED,
            action=MANAGE,
        ),
        Move(
            word="finish",
            label=_("登记召开"),
            sources=frozenset({State.PLANNED}),
            target=State.HELD,
            action=MANAGE,
        ),
        Move(
            word="review",
            label=_("送会签"),
            sources=frozenset({State.HELD}),
            target=State.COUNTERSIGNING,
            action=MANAGE,
            guard=_minuted,
        ),
        Move(
            word="confirm",
            label=_("同意"),
            sources=CALLED,
            target=State.COUNTERSIGNING,
            action=SIGN,
        ),
        Move(
            word="object",
            label=_("不同意"),
            sources=CALLED,
            target=State.COUNTERSIGNING,
            action=SIGN,
            comment=True,
        ),
        Move(
            word="settle",
            label=_("登记协调决定"),
            sources=CALLED,
            target=State.COUNTERSIGNING,
            action=ISSUE,
            comment=True,
            apart=True,
        ),
        Move(
            word="return",
            label=_("退回修改"),
            sources=CALLED,
            target=State.HELD,
            action=ISSUE,
            comment=True,
            apart=True,
        ),
        Move(
            word="publish",
            label=_("印发纪要"),
            sources=CALLED,
            target=State.ISSUED,
            action=ISSUE,
            apart=True,
            guard=_agreed,
        ),
        Move(
            word="close",
            label=_("登记报备"),
            sources=frozenset({State.ISSUED}),
            target=State.FILED,
            action=MANAGE,
        ),
        Move(
            word="revoke",
            label=_("取消会议"),
            sources=frozenset({State.PROPOSED, State.PLANNED}),
            target=State.CANCELLED,
            action=MANAGE,
            comment=True,
        ),
    ),
    submitters=_drafters,
)
