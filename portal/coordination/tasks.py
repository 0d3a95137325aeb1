"""`/coordination/tasks/`: who was given what, by when, and how far it is."""

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.db.models import Count, Exists, OuterRef, Prefetch, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from coordination.models import Task, TaskOffice
from coordination.services.task_figures import tasks_done
from core import policy
from core.scope import Scope
from core.spreadsheets import Column, Kind, Sheet
from core.workdays import Workdays, calendar
from portal.basis import offset_pager, with_query
from portal.coordination.files import workbook_answer
from portal.coordination.words import left_text, unit_name, units_of
from portal.ledger.lists import described, search, select
from portal.views.common import own_district, page, scope_of
from territory.models import District

PER_PAGE = 50
CONDITIONS = ("q", "state", "unit", "year", "overdue")
STATUS = {
    Task.State.ISSUED: "none",
    Task.State.UNDER_WAY: "none",
    Task.State.REPORTED: "warn",
    Task.State.CLOSED: "good",
    Task.State.WITHDRAWN: "none",
}
OPEN = (Task.State.ISSUED, Task.State.UNDER_WAY, Task.State.REPORTED)
COLUMNS = (
    Column(key="number", title=gettext_lazy("任务编号"), width=12),
    Column(key="title", title=gettext_lazy("任务"), width=36),
    Column(key="text", title=gettext_lazy("要求"), width=40),
    Column(key="clause", title=gettext_lazy("依据"), width=20),
    Column(key="lead", title=gettext_lazy("牵头单位"), width=20),
    Column(key="helping", title=gettext_lazy("配合单位"), width=28),
    Column(key="issued_on", title=gettext_lazy("下达日期"), kind=Kind.DATE),
    Column(key="due_on", title=gettext_lazy("办理时限"), kind=Kind.DATE),
    Column(key="state", title=gettext_lazy("状态"), width=10),
    Column(key="overdue", title=gettext_lazy("逾期"), width=8),
    Column(key="supervision", title=gettext_lazy("催办督办"), width=10),
    Column(key="first_reported_on", title=gettext_lazy("首次反馈"), kind=Kind.DATE),
    Column(key="closed_on", title=gettext_lazy("办结日期"), kind=Kind.DATE),
    Column(key="said", title=gettext_lazy("最近情况"), width=40),
)


@page("coordination.tasks")
def tasks(request: HttpRequest) -> HttpResponse:
    """The list, filtered; `?export=xlsx` gives exactly what is shown."""
    scope = scope_of(request)
    district = own_district(scope)
    today = timezone.localdate()
    every = Task.objects.visible_to(scope).filter(district=district)
    found = filtered(request, every, today)
    if request.GET.get("export") == "xlsx":
        return _workbook(request, found, district, today)
    start = whole(request.GET.get("from", ""))
    total = found.count()
    days = calendar()
    context = {
        "crumbs": [{"label": district.name}, {"label": _("任务")}],
        "figures": _figures(every, today),
        "filters": _filters(request, scope, district, every),
        "tools": {
            "count_text": _("共 %(n)d 项") % {"n": total},
            "exports": [{"label": _("导出 Excel"), "url": with_query(request, export="xlsx")}],
            "actions": [
                {"label": _("下达任务"), "url": reverse("coordination:task_new"), "main": True}
            ]
            if policy.may(scope, "coordination.manage_tasks")
            else [],
        },
        "tasks": [_line(row, today, days) for row in found[start : start + PER_PAGE]],
        "pager": offset_pager(request, start, PER_PAGE, total),
        "filtered": any(request.GET.get(name) for name in CONDITIONS),
        "may_issue": policy.may(scope, "coordination.manage_tasks"),
    }
    return render(request, "coordination/tasks.html", context)


def filtered(request: HttpRequest, rows: Any, today: dt.date) -> "QuerySet[Task]":
    """`rows` under the address's conditions: unfinished and soonest due first."""
    get = request.GET.get
    for word in get("q", "").split():
        rows = rows.filter(
            Q(number__icontains=word) | Q(title__icontains=word) | Q(text__icontains=word)
        )
    state = get("state", "open")
    if state == "open":
        rows = rows.filter(state__in=OPEN)
    elif state in Task.State.values:
        rows = rows.filter(state=state)
    if unit := get("unit"):
        named = TaskOffice.objects.filter(task=OuterRef("pk"), office__code=unit)
        rows = rows.filter(Exists(named))
    year = get("year", "")
    if year.isdecimal() and len(year) == 4:
        rows = rows.filter(number__startswith=f"{year}-")
    if get("overdue") == "1":
        rows = rows.overdue(today)
    return with_units(rows).order_by("due_on", "number", "id")


def with_units(rows: "QuerySet[Task]") -> "QuerySet[Task]":
    """With what a line says of each task: its units and its basis."""
    links = TaskOffice.objects.select_related("office__district").order_by("-role", "id")
    return rows.select_related("clause__document").prefetch_related(
        Prefetch("offices", queryset=links)
    )


def lead_of(task: Task) -> str:
    """The lead unit's name."""
    led = (one for one in task.offices.all() if one.role == TaskOffice.Role.LEAD)
    return next((unit_name(one.office) for one in led), "—")


def helpers_of(task: Task) -> list[str]:
    """The helping units' names."""
    return [unit_name(one.office) for one in task.offices.all() if one.role == TaskOffice.Role.HELP]


def standing_of(task: Task, today: dt.date, days: Workdays) -> dict[str, str]:
    """components/status.html's dicts: the state, and how the due day stands."""
    open_ = task.state in OPEN
    left, left_word = left_text(task.due_on, today, days) if open_ else ("none", "")
    return {
        "status": STATUS[Task.State(task.state)],
        "word": task.get_state_display(),
        "left": left,
        "left_word": left_word,
        "supervision": task.get_supervision_display() if task.supervision else "",
    }


def _line(task: Task, today: dt.date, days: Workdays) -> dict[str, Any]:
    helpers = helpers_of(task)
    return {
        "pk": task.pk,
        "number": task.number,
        "title": task.title,
        "clause": task.clause,
        "lead": lead_of(task),
        "helping": "、".join(helpers[:3]) + (_(" 等 %(n)d 个") % {"n": len(helpers)})
        if len(helpers) > 3
        else "、".join(helpers),
        "due_on": task.due_on,
        "is_sample": task.is_sample,
        **standing_of(task, today, days),
    }


def _figures(rows: "QuerySet[Task]", today: dt.date) -> list[dict[str, str]]:
    """What waits, and this year's share of tasks closed on time."""
    told = rows.aggregate(
        open=Count("pk", filter=Q(state__in=OPEN)),
        late=Count("pk", filter=Q(state__in=OPEN, due_on__lt=today)),
        reported=Count("pk", filter=Q(state=Task.State.REPORTED)),
    )
    done = tasks_done(rows, since=today.replace(month=1, day=1), until=today, today=today)
    here = reverse("coordination:tasks")
    share = "—" if done.share is None else f"{done.share:.1%}"
    return [
        {"label": _("未办结"), "value": str(told["open"]), "url": here},
        {"label": _("逾期"), "value": str(told["late"]), "url": f"{here}?overdue=1"},
        {"label": _("待审核反馈"), "value": str(told["reported"]), "url": f"{here}?state=reported"},
        {
            "label": _("今年任务办结率"),
            "value": share,
            "note": _("按时办结 %(a)d ÷ 到期 %(b)d") % {"a": done.on_time, "b": done.due},
            "url": f"{here}?state=all&year={today.year}",
        },
    ]


def _filters(
    request: HttpRequest, scope: Scope, district: District, rows: "QuerySet[Task]"
) -> dict[str, Any]:
    years = sorted({number[:4] for number in rows.values_list("number", flat=True)}, reverse=True)
    fields = [
        search(request, "q", _("搜索"), _("任务名称、编号或要求")),
        select(
            request,
            "state",
            _("状态"),
            [("open", _("未办结")), *Task.State.choices],
            default="open",
        ),
        select(request, "overdue", _("时限"), [("1", _("仅看逾期"))]),
        select(request, "year", _("年度"), [(year, year) for year in years]),
    ]
    if scope.all_streets:
        units = [(one.code, unit_name(one)) for one in units_of(district.pk)]
        fields.insert(2, select(request, "unit", _("单位"), units))
    return described(request, fields)


def _workbook(
    request: HttpRequest, found: "QuerySet[Task]", district: District, today: dt.date
) -> HttpResponse:
    rows = list(_exported(found, today))
    notes = [_("%(district)s一刻钟便民生活圈任务清单") % {"district": district.name}]
    if any(task.is_sample for task in found):
        notes.append(_("演示数据"))
    sheet = Sheet(title=_("任务清单"), columns=COLUMNS, rows=rows, notes=notes)
    label = _("任务清单") + f"{today:%Y%m%d}"
    return workbook_answer(request, name="tasks", label=label, sheets=[sheet])


def _exported(found: "QuerySet[Task]", today: dt.date) -> Iterable[dict[str, Any]]:
    for task in found.prefetch_related("feedback"):
        said = max(task.feedback.all(), key=lambda one: one.at, default=None)
        yield {
            "number": task.number,
            "title": task.title,
            "text": task.text,
            "clause": str(task.clause or ""),
            "lead": lead_of(task),
            "helping": "、".join(helpers_of(task)),
            "issued_on": task.issued_on,
            "due_on": task.due_on,
            "state": task.get_state_display(),
            "overdue": _("逾期") if task.state in OPEN and task.due_on < today else "",
            "supervision": task.get_supervision_display() if task.supervision else "",
            "first_reported_on": task.first_reported_on,
            "closed_on": task.closed_on,
            "said": said.text if said else "",
        }


def whole(text: str) -> int:
    """A number of an address; 0 for what is none."""
    return int(text) if text.isdecimal() and len(text) < 10 else 0
