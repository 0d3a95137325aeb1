"""受理: what is lacking is told once, with everything; then accepted, or declined with reasons."""

from collections.abc import Mapping

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from core.audit import Actor
from core.scope import Scope
from core.workdays import calendar
from core.workflow import moving
from subsidies.models import Application, Evidence
from subsidies.services.application_notices import tell_accepted, tell_asked, tell_declined
from subsidies.services.evidence import set_marks
from subsidies.workflow.applications import APPLICATION

State = Application.State
Line = Evidence.State


def ask_application(
    *,
    application: Application,
    comment: str,
    lacking: Mapping[str, str] | None = None,
    by: Actor,
    scope: Scope,
    seen_version: int | None = None,
) -> Application:
    """一次性告知补正, once: everything that is lacking, due in the round's working days.

    lacking  evidence key → what is wrong with it; beside the lines that are missing or marked
    """
    with moving(
        APPLICATION,
        application,
        "ask",
        by=by,
        scope=scope,
        comment=comment,
        seen_version=seen_version,
    ) as (now, this):
        if now.supplement_on:
            raise ValidationError(
                _("补正只能一次性告知，已于 %(day)s 告知过；请受理，或者不予受理并说明理由。")
                % {"day": now.supplement_on},
                code="once",
            )
        today = timezone.localdate()
        told = {key: (str(Line.LACKING), note) for key, note in (lacking or {}).items()}
        for line in now.evidence.all():
            if line.required and line.state == Line.MISSING:
                told.setdefault(line.key, (str(Line.LACKING), _("未提供")))
        this.changes = set_marks(now, told)
        now.supplement_on = today
        now.supplement_due = calendar().add(today, now.round.supplement_days)
        now.supplement_text = _notice_text(now, comment.strip())
        this.changes |= {"due": now.supplement_due, "number": now.number}
        tell_asked(now, this)
    return now


def accept_application(
    *,
    application: Application,
    comment: str = "",
    by: Actor,
    scope: Scope,
    seen_version: int | None = None,
) -> Application:
    """受理; not while a paper is marked 需补正."""
    with moving(
        APPLICATION,
        application,
        "accept",
        by=by,
        scope=scope,
        comment=comment,
        seen_version=seen_version,
    ) as (now, this):
        lines = now.evidence.filter(state=Line.LACKING).values_list("label", flat=True)
        if labels := "、".join(lines):
            raise ValidationError(
                _("%(lines)s标为需补正：请先一次性告知补正，或者核验通过后再受理。")
                % {"lines": labels}
            )
        now.accepted_on = timezone.localdate()
        now.decision_note = comment.strip()[:500]
        this.changes = {"number": now.number}
        tell_accepted(now, this)
    return now


def decline_application(
    *,
    application: Application,
    comment: str,
    by: Actor,
    scope: Scope,
    seen_version: int | None = None,
) -> Application:
    """不予受理, with the reason; who was asked to complete it has until the due day."""
    with moving(
        APPLICATION,
        application,
        "decline",
        by=by,
        scope=scope,
        comment=comment,
        seen_version=seen_version,
    ) as (now, this):
        due = now.supplement_due
        if this.from_state == State.SUPPLEMENT and due and timezone.localdate() <= due:
            raise ValidationError(
                _("补正期限至 %(due)s，期满未补正的才能不予受理。") % {"due": due}, code="early"
            )
        now.decision_note = comment.strip()[:500]
        this.changes = {"number": now.number}
        tell_declined(now, this)
    return now


def _notice_text(now: Application, words: str) -> str:
    """告知: every paper that is lacking and why, then the officer's own words."""
    lines = now.evidence.filter(state=Line.LACKING).order_by("sort", "id")
    listed = [f"{number}. {line.label}：{line.note}" for number, line in enumerate(lines, start=1)]
    head = (
        _("“%(title)s”（%(number)s）的申报材料不齐全或不符合要求，请于 %(due)s前一次性补正：")
        if listed
        else _("“%(title)s”（%(number)s）的申报内容需要补正，请于 %(due)s前一次性补正：")
    )
    due = now.supplement_due
    assert due is not None
    told = {
        "title": now.title,
        "number": now.number,
        "due": _("%(y)d年%(m)d月%(d)d日") % {"y": due.year, "m": due.month, "d": due.day},
    }
    return "\n".join([head % told, *listed, words])
