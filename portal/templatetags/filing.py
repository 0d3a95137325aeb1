"""受理 on the page of a case: the checklist with marks, and what may be done with it."""

from typing import Any

from django import template
from django.utils import timezone

from core import policy
from core.attachments import attachments_of_rows
from core.workdays import calendar
from core.workflow import open_moves
from portal.views.common import scope_of
from subsidies.models import Application, Evidence
from subsidies.services.evidence import LOOKED_AT
from subsidies.workflow.applications import APPLICATION, HANDLE

register = template.Library()
State = Application.State
MARKS = (Evidence.State.CHECKED, Evidence.State.LACKING)


@register.inclusion_tag("subsidies/application_handling.html", takes_context=True)
def application_handling(context: template.Context, row: Application) -> dict[str, Any]:
    """The forms of 受理 and 撤回, as far as the caller may use them; nothing where none is.

    What was refused (`refused` of the page: {"word", …} with what was typed) comes back.
    """
    scope = scope_of(context["request"])
    words = {move.word for move in open_moves(APPLICATION, row, scope)}
    refused = context.get("refused") or {}
    today = timezone.localdate()
    overdue = bool(row.supplement_due and today > row.supplement_due)
    if row.state == State.SUPPLEMENT and not overdue:
        words.discard("decline")
    own = not {str(one) for one in scope.persons}.isdisjoint(row.submitted_by_ids)
    handles = policy.may(scope, HANDLE, row) and row.state in (State.SUBMITTED, State.SUPPLEMENT)
    may_mark = handles and not own and row.state in LOOKED_AT
    return {
        "csrf_token": context.get("csrf_token"),
        "row": row,
        "words": words,
        "lines": _lines(row, refused) if may_mark else [],
        "may_mark": may_mark,
        # 一次性告知 is for once.
        "asked": row.supplement_on,
        "due": calendar().add(today, row.round.supplement_days) if "ask" in words else None,
        "own": handles and own,
        "overdue": overdue and row.state == State.SUPPLEMENT,
        "refused": refused,
        "shown": bool(handles or ("withdraw" in words and row.state != State.DRAFT)),
    }


def _lines(row: Application, refused: dict[str, Any]) -> list[dict[str, Any]]:
    lines = list(row.evidence.all())
    files = attachments_of_rows(lines)
    return [
        {
            "row": line,
            "files": files[line.pk],
            "mark": refused.get(f"mark-{line.key}", line.state if line.state in MARKS else ""),
            "note": refused.get(f"note-{line.key}", line.note),
        }
        for line in lines
    ]
