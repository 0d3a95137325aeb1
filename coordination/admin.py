"""The admin page of working mechanisms, and what this room's acts are called."""

from django.contrib import admin
from django.utils.translation import gettext_lazy

from coordination.models import Mechanism
from coordination.workflow.meetings import MEETING
from coordination.workflow.proposals import PROPOSAL
from coordination.workflow.tasks import TASK
from core.admin import BaseAdmin, label_acts, label_moves

label_moves(TASK, gettext_lazy("任务"))
label_moves(MEETING, gettext_lazy("联席会议"))
label_moves(PROPOSAL, gettext_lazy("提案建议"))
label_acts(
    {
        "coordination.issue_task": gettext_lazy("下达任务"),
        "coordination.note_task": gettext_lazy("填写任务进展"),
        "coordination.report_duty": gettext_lazy("填写落实情况"),
        "coordination.save_line": gettext_lazy("填写主线落实情况"),
        "coordination.appoint": gettext_lazy("登记名册"),
        "coordination.succeed": gettext_lazy("登记继任"),
        "coordination.correct_roster": gettext_lazy("更正名册"),
        "coordination.end_seat": gettext_lazy("名册离任"),
        "coordination.propose_meeting": gettext_lazy("建议召开会议"),
        "coordination.plan_meeting": gettext_lazy("安排会议"),
        "coordination.draft_minutes": gettext_lazy("修改会议纪要"),
        "coordination.object_meeting": gettext_lazy("会签纪要：不同意"),
        "coordination.settle_meeting": gettext_lazy("登记协调决定"),
        "coordination.record_decision": gettext_lazy("登记政府决定"),
        "coordination.refer_resolution": gettext_lazy("报政府决定"),
        "coordination.hand_out_resolution": gettext_lazy("议定事项转任务"),
        "coordination.register_proposal": gettext_lazy("登记提案建议"),
        "coordination.contribute_proposal": gettext_lazy("填写会办意见"),
        "coordination.object_proposal": gettext_lazy("会签答复：不同意"),
        "coordination.drop_figure": gettext_lazy("移除引用数字"),
    }
)


@admin.register(Mechanism)
class MechanismAdmin(BaseAdmin):
    gates = {
        "view": "coordination.roster",
        "add": "coordination.change_roster",
        "change": "coordination.change_roster",
    }
    list_display = ("name", "kind", "code", "clause", "is_sample")
    list_filter = ("kind",)
    list_select_related = ("clause__document",)
    search_fields = ("name", "code")
    ordering = ("sort", "code")
    autocomplete_fields = ("clause",)
    fields = (("name", "code"), ("kind", "district"), ("clause", "sort"))
