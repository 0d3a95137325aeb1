"""Tasks: issued to a lead and helping units, answered by them, closed by somebody else.

Source: 联席会议制度 三 (议定事项及分工任务); the states stand in `coordination.workflow.tasks`.
"""

import datetime as dt
import re
from collections.abc import Iterable

from django.core.exceptions import ValidationError
from django.core.files.base import File
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Office
from coordination.models import Resolution, Task, TaskFeedback, TaskOffice, TaskUrge
from coordination.services.task_notices import tell_commission, tell_offices
from coordination.workflow.tasks import TASK
from core import policy
from core.attachments import attach
from core.audit import Actor, act
from core.db import locked
from core.models import Clause
from core.scope import Scope
from core.workdays import next_workday
from core.workflow import moving
from territory.models import District

# Who is given tasks: units of the district, not agencies or the city's.
GIVEN_TO = frozenset({Office.Kind.COMMISSION, Office.Kind.STREET, Office.Kind.DEPARTMENT})
UNFINISHED = frozenset({Task.State.ISSUED, Task.State.UNDER_WAY, Task.State.REPORTED})
_NUMBER = re.compile(r"\d{4}-(\d+)")
# How often a number may be taken by somebody else before we give up.
_ATTEMPTS = 20


def issue_task(
    *,
    district: District,
    title: str,
    text: str,
    lead: Office,
    helping: Iterable[Office] = (),
    due_on: dt.date,
    by: Actor,
    resolution: Resolution | None = None,
    clause: Clause | None = None,
    is_sample: bool = False,
) -> Task:
    """Give a task to `lead` with the help of `helping`; its units are told.

    Whether the caller may, is the caller's to ask (`coordination.manage_tasks`). Raises
    ValidationError saying what to mend. The number is 年份-序号, once per district and year. A due
    day on a holiday moves to the next working day.
    """
    today = timezone.localdate()
    helpers = _helpers(lead, helping)
    _require_units(district, lead, helpers)
    _require_sound(title, due_on, today)
    due_on = next_workday(due_on)
    with act("coordination.issue_task", by=by) as this:
        task = _numbered(
            Task(
                district=district,
                title=title.strip(),
                text=text.strip(),
                issued_on=today,
                due_on=due_on,
                resolution=resolution,
                clause=clause,
                handler_id=by.id,
                handler_label=by.label[:120],
                by_label=by.label[:120],
                is_sample=is_sample,
            )
        )
        roles = [(lead, TaskOffice.Role.LEAD), *((one, TaskOffice.Role.HELP) for one in helpers)]
        TaskOffice.objects.bulk_create(
            TaskOffice(task=task, office=office, role=role) for office, role in roles
        )
        this.obj, this.to_state = task, task.state
        this.changes = {
            "number": task.number,
            "due_on": due_on,
            "lead": lead.code,
            "helping": [one.code for one in helpers],
        }
        tell_offices(
            task,
            key="issued",
            title=gettext_lazy("新任务：%(task)s"),
            text=gettext_lazy("办理时限 %(day)s。请牵头单位签收办理。"),
        )
    return task


def start_task(
    *, task: Task, by: Actor, scope: Scope | None, seen_version: int | None = None
) -> Task:
    """签收办理, by the lead unit."""
    with moving(TASK, task, "start", by=by, scope=scope, seen_version=seen_version) as (now, _act):
        pass
    return now


def note_progress(
    *, task: Task, text: str, by: Actor, scope: Scope, files: Iterable[File] = ()
) -> TaskFeedback:
    """A progress note of any unit that takes part, as long as the task is not finished."""
    policy.require(scope, "coordination.work_on_task", task)
    task.refresh_from_db(fields=["state"])
    if task.state not in UNFINISHED:
        raise ValidationError(
            _("任务已%(state)s，不能再填写进展。") % {"state": task.get_state_display()}
        )
    with act("coordination.note_task", by=by, obj=task):
        kind = TaskFeedback.Kind.PROGRESS
        return _say(task, kind, text, by=by, office_code=scope.office_code, files=files)


def report_task(
    *,
    task: Task,
    text: str,
    by: Actor,
    scope: Scope | None,
    files: Iterable[File] = (),
    seen_version: int | None = None,
) -> Task:
    """反馈办理结果 with its evidence, by the lead unit; the commission is told."""
    _require_text(text, _("请写明办理结果。"))
    with moving(
        TASK, task, "report", by=by, scope=scope, comment=text, seen_version=seen_version
    ) as (now, _act):
        kind = TaskFeedback.Kind.RESULT
        _say(now, kind, text, by=by, office_code=by.office_code, files=files)
        now.first_reported_on = now.first_reported_on or timezone.localdate()
        # Those for whom the reporter acts have reported, too.
        persons = scope.persons if scope else {by.id} if by.id else set()
        now.reported_by_ids = sorted({*now.reported_by_ids, *map(str, persons)})
        tell_commission(
            now,
            key=f"reported:{now.version}",
            title=gettext_lazy("任务已反馈：%(task)s"),
            text="%(said)s",
            said=text,
        )
    return now


def return_task(
    *,
    task: Task,
    comment: str,
    by: Actor,
    scope: Scope | None,
    seen_version: int | None = None,
) -> Task:
    """退回, saying what is missing; the lead unit goes on working."""
    with moving(
        TASK, task, "return", by=by, scope=scope, comment=comment, seen_version=seen_version
    ) as (now, _act):
        _say(now, TaskFeedback.Kind.RETURN, comment, by=by, office_code=by.office_code)
        now.returned_times += 1
        tell_offices(
            now,
            key=f"returned:{now.version}",
            title=gettext_lazy("任务被退回：%(task)s"),
            text=gettext_lazy("退回意见：%(said)s"),
            said=comment,
        )
    return now


def close_task(
    *,
    task: Task,
    by: Actor,
    scope: Scope | None,
    comment: str = "",
    seen_version: int | None = None,
) -> Task:
    """办结, by somebody who did not report."""
    with moving(
        TASK, task, "close", by=by, scope=scope, comment=comment, seen_version=seen_version
    ) as (now, _act):
        now.closed_on = timezone.localdate()
    return now


def withdraw_task(
    *,
    task: Task,
    comment: str,
    by: Actor,
    scope: Scope | None,
    seen_version: int | None = None,
) -> Task:
    """撤销, for a reason; its units are told."""
    with moving(
        TASK, task, "withdraw", by=by, scope=scope, comment=comment, seen_version=seen_version
    ) as (now, _act):
        tell_offices(
            now,
            key=f"withdrawn:{now.version}",
            title=gettext_lazy("任务已撤销：%(task)s"),
            text=gettext_lazy("撤销原因：%(said)s"),
            said=comment,
        )
    return now


def urge_task(*, task: Task, by: Actor, scope: Scope, text: str = "") -> TaskUrge:
    """催办 a task that is not finished; its units are told."""
    return _urged(task, Task.Supervision.URGED, by=by, scope=scope, text=text)


def supervise_task(*, task: Task, by: Actor, scope: Scope, text: str = "") -> TaskUrge:
    """督办 a task that is overdue; its units are told, their heads included."""
    return _urged(task, Task.Supervision.SUPERVISED, by=by, scope=scope, text=text)


def _urged(task: Task, kind: Task.Supervision, *, by: Actor, scope: Scope, text: str) -> TaskUrge:
    policy.require(scope, "coordination.manage_tasks", task)
    with act(f"coordination.{_URGE_WORDS[kind]}_task", by=by, comment=text) as this:
        now: Task = locked(Task.objects.filter(pk=task.pk)).get()
        if now.state not in UNFINISHED:
            raise ValidationError(_("任务已%(s)s，无须催办。") % {"s": now.get_state_display()})
        if kind == Task.Supervision.SUPERVISED and now.due_on >= timezone.localdate():
            raise ValidationError(_("任务尚未逾期，可先催办；逾期后方可督办。"))
        urge = TaskUrge.objects.create(
            task=now, kind=kind, text=text.strip()[:300], by_label=by.label[:120]
        )
        # 督办 is not taken back by a later 催办.
        if now.supervision != Task.Supervision.SUPERVISED:
            now.supervision = kind
        now.version += 1
        now.save(update_fields=["supervision", "version", "updated_at"])
        this.obj = now
        tell_offices(
            now,
            key=f"urge:{urge.pk}",
            title=gettext_lazy("%(kind)s：%(task)s"),
            text=gettext_lazy("办理时限 %(day)s。%(said)s"),
            heads=kind == Task.Supervision.SUPERVISED,
            kind=kind.label,
            said=urge.text,
        )
    return urge


_URGE_WORDS = {Task.Supervision.URGED: "urge", Task.Supervision.SUPERVISED: "supervise"}


def _numbered(task: Task) -> Task:
    """Saved under the next number of its year; whoever loses a race takes the one after."""
    year = task.issued_on.year
    for _attempt in range(_ATTEMPTS):
        task.number = f"{year}-{_last_number(task.district, year) + 1:03d}"
        try:
            with transaction.atomic():
                task.save(force_insert=True)
        except IntegrityError:
            if not Task.objects.filter(district=task.district, number=task.number).exists():
                raise
            continue
        return task
    raise ValidationError(_("任务编号正被他人连续占用，请稍后再下达。"))


def _last_number(district: District, year: int) -> int:
    rows = Task.objects.filter(district=district, number__startswith=f"{year}-")
    found = (_NUMBER.fullmatch(number) for number in rows.values_list("number", flat=True))
    return max((int(match[1]) for match in found if match), default=0)


def _say(
    task: Task,
    kind: TaskFeedback.Kind,
    text: str,
    *,
    by: Actor,
    office_code: str,
    files: Iterable[File] = (),
) -> TaskFeedback:
    _require_text(text, _("请写明情况。"))
    said = TaskFeedback.objects.create(
        task=task,
        office=Office.objects.filter(code=office_code).first() if office_code else None,
        kind=kind,
        text=text.strip(),
        by_id=by.id,
        by_label=by.label[:120],
        is_sample=task.is_sample,
    )
    for file in files:
        attach(said, file, by)
    return said


def _helpers(lead: Office, helping: Iterable[Office]) -> list[Office]:
    """Each once, without the lead unit."""
    return list({one.pk: one for one in helping if one.pk != lead.pk}.values())


def _require_units(district: District, lead: Office, helpers: Iterable[Office]) -> None:
    for field, office in (("lead", lead), *(("helping", one) for one in helpers)):
        if office.district_id != district.pk:
            raise ValidationError({field: _("“%(unit)s”不是本区单位。") % {"unit": office}})
        if office.kind not in GIVEN_TO:
            raise ValidationError({field: _("不能向“%(unit)s”下达任务。") % {"unit": office}})


def _require_sound(title: str, due_on: dt.date, today: dt.date) -> None:
    errors: dict[str, str] = {}
    if not title.strip():
        errors["title"] = _("请填写任务名称。")
    elif len(title.strip()) > 200:
        errors["title"] = _("任务名称不超过 200 字。")
    if due_on < today:
        errors["due_on"] = _("办理时限不得早于今天。")
    if errors:
        raise ValidationError(errors)


def _require_text(text: str, message: str) -> None:
    if not text.strip():
        raise ValidationError({"comment": message})
