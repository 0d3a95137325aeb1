"""What happened to a checklist, from the audit log."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from assessments.models import Checklist, Found
from assessments.workflow.checklists import CHECKLIST
from core.models import AuditEvent

OVERRIDDEN, CLEARED = "assessments.override_line", "assessments.clear_override"
OTHERS = {OVERRIDDEN: _("人工认定"), CLEARED: _("撤回人工认定")}
MOST = 100


def trail_of(checklist: Checklist, labels: dict[str, str]) -> list[dict[str, Any]]:
    """The newest first: {at, word, who, text}; `labels` names items by their keys."""
    words = {CHECKLIST.act_name(move.word): move.label for move in CHECKLIST.moves} | OTHERS
    events = AuditEvent.objects.filter(
        object_type=checklist._meta.label_lower, object_id=str(checklist.pk), action__in=words
    ).order_by("-at", "-pk")
    return [
        {
            "at": event.at,
            "word": words[event.action],
            "who": event.actor_label,
            "text": _text(event, labels),
        }
        for event in events[:MOST]
    ]


def _text(event: AuditEvent, labels: dict[str, str]) -> str:
    """Which item became what, and why."""
    if event.action not in OTHERS:
        return event.comment
    item = labels.get(event.changes.get("item", ""), "")
    found = dict(Found.choices)
    told = f"{item}：{found.get(event.from_state, '')} → {found.get(event.to_state, '')}"
    return f"{told}（{event.comment}）" if event.comment else told
