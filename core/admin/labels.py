"""What acts are called, for people who read the audit log and histories.

Rooms add the names of their own acts beside their admin pages.
"""

from typing import Any

from django.apps import apps
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy

from core.workflow import Machine

ACT_LABELS: dict[str, Any] = {}
# Acts on registers without services are called <room>.<verb>_<table>.
VERBS = {
    "add": gettext_lazy("新增%(what)s"),
    "change": gettext_lazy("修改%(what)s"),
    "delete": gettext_lazy("删除%(what)s"),
    "export": gettext_lazy("导出%(what)s"),
}


def label_acts(labels: dict[str, Any]) -> None:
    """Name acts: {"outlets.close": _("关闭网点")}."""
    ACT_LABELS.update(labels)


def label_moves(machine: Machine, thing: Any) -> None:
    """Name the moves of a state machine after its buttons: “审核通过（进展报送）”."""
    label_acts(
        {
            machine.act_name(move.word): format_lazy(
                "{move}（{thing}）", move=move.label, thing=thing
            )
            for move in machine.moves
        }
    )


def label_of(action: str) -> str:
    """The act's name; its code when it has none."""
    if action in ACT_LABELS:
        return str(ACT_LABELS[action])
    room, _dot, rest = action.partition(".")
    verb, _bar, table = rest.partition("_")
    if verb in VERBS and (what := name_of_table(f"{room}.{table}")):
        return str(VERBS[verb]) % {"what": what}
    return action


def name_of_table(label: str) -> str:
    """The official name of `app.model`; empty when there is no such table."""
    try:
        return str(apps.get_model(label)._meta.verbose_name)
    except (LookupError, ValueError):
        return ""


def name_of_object(object_type: str, object_id: str) -> str:
    """An audit event's object in words."""
    return f"{name_of_table(object_type) or object_type} {object_id}".strip()
