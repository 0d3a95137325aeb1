"""待办: what the caller's office has to do, in due order, each with the way to it."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef, Prefetch, QuerySet
from django.urls import Resolver404, resolve, reverse
from django.utils.translation import gettext as _

from coordination.models import Countersignature, Meeting, Proposal, ProposalOffice, Task
from core import policy
from core.scope import Scope
from core.workdays import Workdays, calendar
from outlets.models import Import, QualityFinding
from portal.desk.words import STATE_STATUS, due_text, report_title
from portal.evaluation.todo import checklists_to_verify
from portal.subsidies.home import own_applications
from portal.views.common import findings_url
from reports.models import ProgressReport, ReportComment
from territory.models import Street

MOST = 50
STALE_RULE = "stale"
# Pages of coordination: the same address for everyone who may open the row.
TASK_PAGE = "/coordination/tasks/{}/"
PROPOSAL_PAGE = "/coordination/proposals/{}/"
MEETING_PAGE = "/coordination/meetings/{}/"


@dataclass(frozen=True, kw_only=True)
class Item:
    """One thing to do: what it is, by when, where; `quotes` are the words it came back with."""

    kind: str
    title: str
    url: str
    due_on: dt.date | None = None
    due_text: str = ""
    state_word: str = ""
    status: str = "none"
    quotes: tuple[str, ...] = ()
    act: str = ""


def items_for(scope: Scope, today: dt.date) -> list[Item]:
    """Everything that waits for the caller's office, the most urgent first, undated ones last."""
    days = calendar()
    items = [
        *(report_item(report, today, days) for report in owed_reports(scope)),
        *_tasks(scope, today, days),
        *_proposals(scope, today, days),
        *_minutes(scope),
        *_open_imports(scope),
        *_stale_outlets(scope),
        *_checklists(scope),
        *_subsidies(scope),
    ]
    return sorted(items, key=lambda item: (item.due_on or dt.date.max, item.kind, item.title))


def owed_reports(scope: Scope) -> "QuerySet[ProgressReport]":
    """Reports that the caller's office has to send, the most urgent first."""
    rows = ProgressReport.objects.visible_to(scope).owed()
    rows = rows.filter(office__code=scope.office_code)
    return with_comments(rows).order_by("due_on", "period__starts_on", "pk")


def with_comments(rows: "QuerySet[ProgressReport]") -> "QuerySet[ProgressReport]":
    """The rows with what their pages say of them, the checker's open comments included."""
    # What is said of the whole comes first.
    told = ReportComment.objects.filter(settled_at__isnull=True).order_by("key", "at", "pk")
    return rows.select_related("period__type", "office").prefetch_related(
        Prefetch("comments", queryset=told, to_attr="open_comments"), "period__type__items"
    )


def report_item(report: Any, today: dt.date, days: Workdays) -> Item:
    """A report as a thing to do; one that came back brings the checker's words."""
    late = report.due_on < today
    return Item(
        kind=_("进展报送"),
        title=f"{report_title(report, today)}　{report.period.type.name}",
        url=reverse("desk:report", args=[report.pk]),
        due_on=report.due_on,
        due_text=due_text(report.due_on, today, days),
        state_word=report.get_state_display(),
        status="bad" if late else STATE_STATUS[report.state],
        quotes=quotes_of(report),
        act=report_act(report),
    )


def quotes_of(report: Any) -> tuple[str, ...]:
    """What the checker wrote when it came back: of the whole, then item by item."""
    if report.state != ProgressReport.State.RETURNED:
        return ()
    labels = {item.key: item.label for item in report.period.type.items.all()}
    return tuple(
        _("%(item)s：%(text)s") % {"item": labels[one.key], "text": one.text}
        if one.key in labels
        else one.text
        for one in report.open_comments
    )


def report_act(report: ProgressReport) -> str:
    """The word on the button that goes on with a report."""
    match report.state:
        case ProgressReport.State.TODO:
            return _("开始填报")
        case ProgressReport.State.DRAFT:
            return _("继续填报")
        case ProgressReport.State.RETURNED:
            return _("按意见修改")
        case _other:
            return _("查看")


def _tasks(scope: Scope, today: dt.date, days: Workdays) -> list[Item]:
    if not policy.may(scope, "coordination.tasks"):
        return []
    rows = Task.objects.visible_to(scope).filter(state__in=["issued", "under_way"])
    rows = rows.filter(offices__office__code=scope.office_code).prefetch_related("offices__office")
    items = []
    for task in rows.order_by("due_on", "pk")[:MOST]:
        mine = next(one for one in task.offices.all() if one.office.code == scope.office_code)
        word = task.get_supervision_display() if task.supervision else task.get_state_display()
        late = task.due_on < today
        items.append(
            Item(
                kind=_("任务（%(role)s）") % {"role": mine.get_role_display()},
                title=f"{task.number} {task.title}",
                url=_mounted(TASK_PAGE.format(task.pk)),
                due_on=task.due_on,
                due_text=due_text(task.due_on, today, days),
                state_word=str(word),
                status="bad" if late or task.supervision == "supervised" else "warn",
                act=_("办理"),
            )
        )
    return items


def _proposals(scope: Scope, today: dt.date, days: Workdays) -> list[Item]:
    """Replies that the caller's office has to contribute to, or to countersign."""
    if not policy.may(scope, "coordination.help_with_proposal"):
        return []
    own = ProposalOffice.objects.filter(proposal=OuterRef("pk"), office__code=scope.office_code)
    rows = Proposal.objects.visible_to(scope)
    writing = rows.filter(state__in=["assigned", "drafting"]).filter(
        Exists(own.filter(role=ProposalOffice.Role.HELP, text=""))
    )
    signing = rows.filter(state="countersigning").filter(
        Exists(own.filter(opinion=ProposalOffice.Opinion.NONE))
    )
    told = ((writing, _("提案会办"), _("填写会办意见")), (signing, _("答复会签"), _("会签")))
    return [
        Item(
            kind=kind,
            title=proposal.title,
            url=_mounted(PROPOSAL_PAGE.format(proposal.pk)),
            due_on=proposal.due_on,
            due_text=due_text(proposal.due_on, today, days),
            state_word=proposal.get_state_display(),
            status="bad" if proposal.due_on < today else "warn",
            act=act,
        )
        for found, kind, act in told
        for proposal in found.order_by("due_on", "pk")[:MOST]
    ]


def _minutes(scope: Scope) -> list[Item]:
    """Minutes that wait for the opinion of the caller's office."""
    if not policy.may(scope, "coordination.countersign"):
        return []
    given = Countersignature.objects.filter(
        meeting=OuterRef("pk"),
        office__code=scope.office_code,
        edition=OuterRef("minutes_edition"),
    )
    rows = Meeting.objects.visible_to(scope).filter(state=Meeting.State.COUNTERSIGNING)
    rows = rows.filter(offices__office__code=scope.office_code).exclude(Exists(given))
    return [
        Item(
            kind=_("纪要会签"),
            title=meeting.title,
            url=_mounted(MEETING_PAGE.format(meeting.pk)),
            state_word=meeting.get_state_display(),
            status="warn",
            act=_("会签"),
        )
        for meeting in rows.order_by("held_on", "pk")[:MOST]
    ]


def _open_imports(scope: Scope) -> list[Item]:
    """Ledgers that the caller has uploaded and not yet confirmed."""
    if not policy.may(scope, "outlets.import"):
        return []
    state = Import.State
    rows = Import.objects.visible_to(scope).filter(
        by_id=scope.user_id, state__in=[state.UPLOADED, state.CHECKED]
    )
    return [
        Item(
            kind=_("导入台账"),
            title=batch.file_name,
            url=reverse("ledger:import", args=[batch.pk]),
            state_word=batch.get_state_display(),
            status="warn",
            act=_("继续导入"),
        )
        for batch in rows.order_by("at")[:MOST]
    ]


def _stale_outlets(scope: Scope) -> list[Item]:
    """Outlets of the caller's street that nobody has looked at for too long."""
    if scope.all_streets or not policy.may(scope, "outlets.view"):
        return []
    rows = QualityFinding.objects.visible_to(scope).filter(
        rule_id=STALE_RULE, rule__in_force=True, waived_at__isnull=True
    )
    own: Any = scope.street_ids
    items = []
    for street in Street.objects.filter(pk__in=own).defer("outline").order_by("sort"):
        if n := rows.filter(street=street).count():
            items.append(
                Item(
                    kind=_("台账更新"),
                    title=_("%(n)d 个网点超过规定时间未核查") % {"n": n},
                    url=findings_url(rule=STALE_RULE, street=street.code),
                    state_word=_("待核查"),
                    status="warn",
                    act=_("逐个核查"),
                )
            )
    return items


def _checklists(scope: Scope) -> list[Item]:
    """Kinds of the caller's circles that somebody has to look for on the spot."""
    return [
        Item(
            kind=_("业态核实"),
            title=_("%(circle)s：%(n)d 类业态情况不明，请现场核实") % {"circle": circle, "n": n},
            url=url,
            state_word=_("待核实"),
            status="warn",
            act=_("去核实"),
        )
        for circle, url, n in checklists_to_verify(scope)[:MOST]
    ]


def _subsidies(scope: Scope) -> list[Item]:
    """Applications that the caller's street drafts, or has to complete."""
    return [
        Item(
            kind=one["kind"],
            title=one["title"],
            url=one["url"],
            due_on=one["due_on"],
            due_text=one["due"],
            state_word=one["state"],
            status=one["status"],
            quotes=(one["quote"],) if one["quote"] else (),
            act=one["act"],
        )
        for one in own_applications(scope)[:MOST]
    ]


def _mounted(path: str) -> str:
    """The path, where such a page is there."""
    try:
        resolve(path)
    except Resolver404:
        return ""
    return path
