"""What happened to a meeting or a proposal, from the audit log."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from core.models import AuditEvent
from core.workflow import Machine

# Acts that are no moves of a machine.
OTHERS = {
    "coordination.propose_meeting": _("建议召开"),
    "coordination.plan_meeting": _("安排会议"),
    "coordination.draft_minutes": _("起草或修改纪要"),
    "coordination.register_proposal": _("登记"),
    "coordination.contribute_proposal": _("填写会办意见"),
    "coordination.drop_figure": _("不再引用数字"),
}
STATUS = {
    "object": "bad",
    "return": "bad",
    "revoke": "bad",
    "refuse": "bad",
    "confirm": "good",
    "publish": "good",
    "reply": "good",
    "close": "good",
}


def trail_of(
    row: Any,
    machine: Machine,
    *,
    more: tuple[str, ...] = (),
    others: Mapping[str, Any] | None = None,
) -> list[dict[str, Any]]:
    """The newest first: {at, word, status, who, text}.

    more    acts of this room beside the machine's own
    others  those of another room: name → word
    """
    words = {machine.act_name(move.word): move for move in machine.moves}
    if others is None:
        others = {name: OTHERS[name] for name in (f"coordination.{one}" for one in more)}
    wanted = [*words, *others]
    events = AuditEvent.objects.filter(
        object_type=row._meta.label_lower, object_id=str(row.pk), action__in=wanted
    ).order_by("-at", "-pk")
    return [
        {
            "at": event.at,
            "word": words[event.action].label if event.action in words else others[event.action],
            "status": STATUS.get(words[event.action].word, "none")
            if event.action in words
            else "none",
            "who": event.actor_label,
            "text": event.comment,
        }
        for event in events
    ]
