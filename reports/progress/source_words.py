"""The names of what a form's items can be prefilled from, for forms, origins and their editors."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from metrics.indicators import all_indicators
from reports.models import ReportItem, WorkItem

Source = ReportItem.Source
Category = WorkItem.Category

# The passage that lists an office's 工作信息.
LIST = "list"
# Name → the column that is added up ("" = items are counted), and of which categories (all = ()).
WORK_SUMS: dict[str, tuple[str, tuple[str, ...]]] = {
    "items": ("", ()),
    "events": ("", (Category.EVENT,)),
    "sessions": ("sessions", (Category.EVENT,)),
    "attendees": ("attendees", (Category.EVENT,)),
    "sales": ("sales", (Category.EVENT,)),
    "jobs": ("jobs", ()),
    "care_posts": ("care_posts", ()),
    "training_sessions": ("sessions", (Category.TRAINING,)),
    "trainees": ("attendees", (Category.TRAINING,)),
    "volunteer_sessions": ("sessions", (Category.VOLUNTEERING,)),
    "volunteers": ("attendees", (Category.VOLUNTEERING,)),
}
# Where every category may state a number, those whose silence makes the sum partial.
SHOULD_STATE: dict[str, tuple[str, ...]] = {"jobs": (Category.EMPLOYMENT,), "care_posts": ()}

LABELS: dict[tuple[str, str], Any] = {
    (Source.LEDGER, "outlets_open"): _("网点台账：期末营业网点"),
    (Source.LEDGER, "outlets_located"): _("网点台账：期末已核实位置的营业网点"),
    (Source.LEDGER, "new_outlets"): _("网点台账：开业日期在本期的网点"),
    (Source.LEDGER, "closed_outlets"): _("网点台账：关闭日期在本期的网点"),
    (Source.LEDGER, "spaces_available"): _("可利用空间台账：可用、洽谈的空间"),
    (Source.LEDGER, "spaces_in_use"): _("可利用空间台账：已启用的空间"),
    (Source.LEDGER, "spaces_reused"): _("可利用空间台账：本期启用的空间"),
    (Source.LEDGER, "facilities"): _("公共服务设施台账：期末在用设施"),
    (Source.WORK_ITEMS, LIST): _("本期工作信息"),
    (Source.WORK_ITEMS, "items"): _("工作信息：条数"),
    (Source.WORK_ITEMS, "events"): _("工作信息：促消费活动条数"),
    (Source.WORK_ITEMS, "sessions"): _("工作信息：促消费活动场次"),
    (Source.WORK_ITEMS, "attendees"): _("工作信息：促消费活动人次"),
    (Source.WORK_ITEMS, "sales"): _("工作信息：促消费活动带动消费额"),
    (Source.WORK_ITEMS, "jobs"): _("工作信息：岗位数"),
    (Source.WORK_ITEMS, "care_posts"): _("工作信息：爱心岗位数"),
    (Source.WORK_ITEMS, "training_sessions"): _("工作信息：从业培训场次"),
    (Source.WORK_ITEMS, "trainees"): _("工作信息：从业培训人次"),
    (Source.WORK_ITEMS, "volunteer_sessions"): _("工作信息：志愿服务场次"),
    (Source.WORK_ITEMS, "volunteers"): _("工作信息：志愿服务人次"),
    (Source.TASKS, "closed"): _("任务台账：本期办结的任务"),
    (Source.TASKS, "open"): _("任务台账：期末在办的任务"),
    (Source.TASKS, "overdue"): _("任务台账：期末逾期未办结的任务"),
}


def choices_of(source: str) -> list[tuple[str, Any]]:
    """(code, name) of everything that items of `source` can be prefilled from."""
    if source == Source.INDICATOR:
        return [(each.code, each.name) for each in all_indicators()]
    return [(code, label) for (of, code), label in LABELS.items() if of == source]
