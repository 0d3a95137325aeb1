"""A demo's word on duties and on lines of work: invented, flagged as sample.

Who sits in the mechanisms stays unreported (待报): not even a demo makes people up for those seats.
"""

import datetime as dt
from typing import Final

from django.utils import timezone

from coordination.models import Responsibility, ResponsibilityProgress, WorkLine, WorkLineProgress
from portal.demo.plan import Plan
from territory.models import District

BY: Final = "演示·联络员"
# (clause, unit, standing, what it says, evidence, days ago)
SAID: Final = (
    ("七(二)1", "planning_resources", "standing", "新建居住区商业配套面积逐项核对。", "", 30),
    ("七(二)1", "housing", "under_way", "正在摸排可用于便民商业的公房。", "演示台账", 21),
    ("七(二)2", "commerce", "under_way", "正在研究房租减免补贴办法。", "", 18),
    ("七(二)3", "human_resources", "standing", "按规定受理创业担保贷款贴息申请。", "", 40),
    ("七(二)5", "housing", "under_way", "智能信包箱进小区，已确定首批点位。", "演示点位表", 12),
    ("七(二)5", "street_310107005", "under_way", "配合核实末端驿站用房。", "", 9),
    ("七(二)8", "commerce", "done", "连锁便利店政策已纳入年度资金安排。", "演示文号", 60),
    ("七(三)1", "market_regulation", "standing", "推广电子证照，轻微违法首违不罚。", "", 25),
    ("七(三)2", "fire_rescue", "not_started", "待明确受理口径后启动。", "", 15),
    ("七(四)", "street_310107014", "under_way", "已组织两期商户培训。", "演示签到表", 6),
)
# line → what the district says of it this year
LINES: Final = {
    "line_1": "按“缺什么补什么”梳理缺失业态，列入补点安排。",
    "line_4": "早餐网点以固定门店为主，便利店、移动餐车补充。",
    "line_5": "连锁网点占比逐街镇测算，逐月跟踪。",
    "one_1": "工作小组由分管副区长任组长，各部门、各街镇参加。",
    "one_6": "本平台汇集台账、测算和进展。",
}


def write_duties(plan: Plan, district: District) -> dict[str, int]:
    """Some units have said how far they are, most have not; a few lines are written."""
    return {"duties_said": _progress(plan, district), "lines_said": _lines(plan, district)}


def _progress(plan: Plan, district: District) -> int:
    parts = {
        (row.clause.ref, row.office.code): row
        for row in Responsibility.objects.filter(
            district=district, clause__document__code="putuo-2021"
        ).select_related("clause", "office")
    }
    ids = plan.ids("duty progress", len(SAID))
    rows = [
        ResponsibilityProgress(
            id=ids[turn],
            responsibility=parts[ref, code],
            standing=standing,
            text=f"{text}（演示数据）",
            evidence=evidence,
            at=_noon(plan.ago(days)),
            by_label=BY,
            is_sample=True,
        )
        for turn, (ref, code, standing, text, evidence, days) in enumerate(SAID)
        if (ref, code) in parts
    ]
    return len(ResponsibilityProgress.objects.bulk_create(rows))


def _lines(plan: Plan, district: District) -> int:
    lines = {line.code: line for line in WorkLine.objects.filter(code__in=LINES)}
    known = set(
        WorkLineProgress.objects.filter(district=district, year=plan.day.year).values_list(
            "line__code", flat=True
        )
    )
    ids = dict(zip(LINES, plan.ids("line progress", len(LINES)), strict=True))
    rows = [
        WorkLineProgress(
            id=ids[code],
            district=district,
            line=lines[code],
            year=plan.day.year,
            text=f"{text}（演示数据）",
            at=_noon(plan.ago(20)),
            by_label="演示·科室经办人",
            is_sample=True,
        )
        for code, text in LINES.items()
        if code in lines and code not in known
    ]
    return len(WorkLineProgress.objects.bulk_create(rows))


def _noon(day: dt.date) -> dt.datetime:
    return timezone.make_aware(dt.datetime.combine(day, dt.time(12)))
