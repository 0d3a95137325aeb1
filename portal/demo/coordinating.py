"""A demo's joint meetings, tasks and proposals, flagged as sample, people unnamed.

Invented, but for one reply that was published.
"""

import datetime as dt
from typing import Any, Final

from django.utils import timezone

from accounts.models import Office
from coordination.models import (
    Countersignature,
    Meeting,
    MeetingOffice,
    Proposal,
    ProposalOffice,
    Resolution,
    Task,
    TaskFeedback,
    TaskOffice,
)
from coordination.samples import load_past_reply
from core.workdays import next_workday
from portal.demo.plan import Plan
from territory.models import District

BY: Final = "演示·科室经办人"
# (title, lead, helping, issued days ago, due days ago (− = ahead), state)
TASKS: Final = (
    (
        "梳理可利用闲置空间清单",
        "housing",
        ("state_assets", "street_310107005"),
        70,
        30,
        Task.State.CLOSED,
    ),
    (
        "完成便民商户食品安全培训",
        "market_regulation",
        ("street_310107014", "street_310107016"),
        70,
        20,
        Task.State.CLOSED,
    ),
    ("研究早餐网点备案指引", "market_regulation", ("commerce",), 40, 6, Task.State.UNDER_WAY),
    ("核实新建居住区商业配套面积", "planning_resources", ("construction",), 40, -8, "reported"),
    ("制定小修小补点位设置方案", "street_310107022", ("greening_appearance",), 12, -15, "issued"),
    ("核对曹杨生活圈缺失业态并提出补点意见", "street_310107005", ("commerce",), 9, -10, "issued"),
)


def write_coordination(plan: Plan, district: District) -> dict[str, int]:
    """A meeting with its resolutions and tasks, one being prepared, two proposals."""
    offices = {office.code: office for office in Office.objects.filter(district=district)}
    resolution = _meetings(plan, district, offices)
    return {
        "tasks": _tasks(plan, district, offices, resolution),
        "proposals": _proposals(plan, district, offices),
    }


def _meetings(plan: Plan, district: District, offices: dict[str, Office]) -> Resolution:
    held = plan.ago(75)
    meeting = Meeting.objects.create(
        id=plan.ids("meetings", 2)[0],
        district=district,
        kind=Meeting.Kind.PLENARY,
        title="便民生活圈建设工作推进会（演示）",
        state=Meeting.State.FILED,
        planned_on=held,
        held_on=held,
        place="区政府会议室（演示）",
        chair="召集人（演示）",
        agenda="一、通报上季度进展；二、研究短板业态补建。",
        minutes="会议听取上季度进展情况，研究短板业态补建工作，议定以下事项。（演示数据）",
        minutes_edition=1,
        number="演示〔纪要〕1号",
        issued_on=held + dt.timedelta(days=5),
        filed_on=held + dt.timedelta(days=6),
        filed_with="区政府办公室（演示）",
        by_label=BY,
        is_sample=True,
    )
    called = [office for office in offices.values() if office.kind != Office.Kind.AGENCY]
    MeetingOffice.objects.bulk_create(
        MeetingOffice(meeting=meeting, office=office, attended=True) for office in called
    )
    Countersignature.objects.bulk_create(
        Countersignature(
            meeting=meeting, office=office, edition=1, opinion="agreed", by_label="演示·联络员"
        )
        for office in called
        if office.kind != Office.Kind.COMMISSION
    )
    Meeting.objects.create(
        id=plan.ids("meetings", 2)[1],
        district=district,
        kind=Meeting.Kind.LIAISON,
        title="联络员会议（演示）",
        state=Meeting.State.PLANNED,
        planned_on=next_workday(plan.day + dt.timedelta(days=12)),
        agenda="核对第四季度任务进度。",
        by_label=BY,
        is_sample=True,
    )
    [first, _second] = Resolution.objects.bulk_create(
        [
            Resolution(meeting=meeting, sort=1, text="梳理闲置空间，优先用于补齐短板业态。"),
            Resolution(meeting=meeting, sort=2, text="组织便民商户食品安全培训。"),
        ]
    )
    return first


def _tasks(
    plan: Plan, district: District, offices: dict[str, Office], resolution: Resolution
) -> int:
    for turn, (title, lead, helping, issued, due, state) in enumerate(TASKS):
        due_on = next_workday(plan.ago(due))
        is_closed = state == Task.State.CLOSED
        task = Task.objects.create(
            id=plan.ids("tasks", len(TASKS))[turn],
            district=district,
            number=f"{plan.ago(issued).year}-{turn + 1:03d}",
            title=f"{title}（演示）",
            text="请结合职责分工办理，按时反馈。（演示数据）",
            resolution=resolution if turn == 0 else None,
            state=state,
            issued_on=plan.ago(issued),
            due_on=due_on,
            first_reported_on=due_on - dt.timedelta(days=3)
            if is_closed
            else plan.ago(1)
            if state == Task.State.REPORTED
            else None,
            closed_on=due_on - dt.timedelta(days=1) if is_closed else None,
            by_label=BY,
            is_sample=True,
        )
        units = [(offices[lead], "lead"), *((offices[code], "help") for code in helping)]
        TaskOffice.objects.bulk_create(
            TaskOffice(task=task, office=office, role=role) for office, role in units
        )
        if state in (Task.State.CLOSED, Task.State.REPORTED):
            TaskFeedback.objects.create(
                task=task,
                office=offices[lead],
                kind=TaskFeedback.Kind.RESULT,
                text="已按要求完成，情况如下。（演示数据）",
                at=_noon(task.first_reported_on),
                by_label="演示·联络员",
                is_sample=True,
            )
    return len(TASKS)


def _proposals(plan: Plan, district: District, offices: dict[str, Office]) -> int:
    common: dict[str, Any] = {
        "district": district,
        "kind": Proposal.Kind.CPPCC,
        "session": "演示届次",
        "proposer": "演示委员",
        "section": "商贸科（演示）",
        "is_sample": True,
    }
    ids = plan.ids("proposals", 2)
    replied = Proposal.objects.create(
        id=ids[0],
        number="演示-001",
        title="关于增加小区周边维修网点的提案（演示）",
        text="居民反映修鞋、配钥匙等网点少。（演示数据）",
        state=Proposal.State.CLOSED,
        received_on=plan.ago(160),
        due_on=plan.ago(70),
        reply="您提出的提案收悉。经研究，现答复如下：将小修小补纳入补点安排。（演示数据）",
        reply_number="演示〔答复〕1号",
        result=Proposal.Result.ADOPTED,
        publicity=Proposal.Publicity.FULL,
        replied_on=plan.ago(90),
        feedback=Proposal.Feedback.SATISFIED,
        feedback_on=plan.ago(80),
        **common,
    )
    drafting = Proposal.objects.create(
        id=ids[1],
        number="演示-002",
        title="关于延长社区便利店营业时间的提案（演示）",
        text="建议鼓励便利店、药店延长营业时间。（演示数据）",
        state=Proposal.State.ASSIGNED,
        received_on=plan.ago(25),
        due_on=next_workday(plan.day + dt.timedelta(days=40)),
        **common,
    )
    for proposal in (replied, drafting):
        ProposalOffice.objects.create(proposal=proposal, office=offices["commerce"], role="lead")
    ProposalOffice.objects.create(
        proposal=drafting, office=offices["market_regulation"], role="help"
    )
    past = load_past_reply(district)
    return 2 + (past is not None)


def _noon(day: dt.date | None) -> dt.datetime:
    if day is None:
        return timezone.now()
    return timezone.make_aware(dt.datetime.combine(day, dt.time(12)))
