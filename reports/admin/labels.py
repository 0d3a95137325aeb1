"""What the acts of reporting are called, for people who read the audit log."""

from django.utils.translation import gettext_lazy

from core.admin import label_acts, label_moves
from reports.workflow import REPORT, WORK_ITEM

label_moves(REPORT, gettext_lazy("进展报送"))
label_moves(WORK_ITEM, gettext_lazy("工作信息"))
label_acts(
    {
        "reports.publish_form": gettext_lazy("发布报表"),
        "reports.copy_form": gettext_lazy("复制报表为新版"),
        "reports.retire_form": gettext_lazy("停用报表"),
        "reports.open_period": gettext_lazy("开放报告期"),
        "reports.add_reports": gettext_lazy("补建应报报告"),
        "reports.close_period": gettext_lazy("关闭报告期"),
        "reports.recalculate_due_days": gettext_lazy("按工作日历重算截止日"),
        "reports.prefill_report": gettext_lazy("预填报告"),
        "reports.save_answers": gettext_lazy("填写报告"),
        "reports.urge_report": gettext_lazy("催报"),
        "reports.export_report": gettext_lazy("导出报告"),
        "reports.consolidate": gettext_lazy("生成全区汇总"),
        "reports.edit_consolidation": gettext_lazy("修改全区汇总"),
        "reports.finalise_consolidation": gettext_lazy("全区汇总定稿"),
        "reports.export_consolidation": gettext_lazy("导出全区汇总"),
        "reports.add_work_item": gettext_lazy("报送工作信息"),
        "reports.highlight_work_item": gettext_lazy("设为亮点"),
        "reports.draft_bulletin": gettext_lazy("起草工作通报"),
        "reports.edit_bulletin": gettext_lazy("修改工作通报"),
        "reports.issue_bulletin": gettext_lazy("印发工作通报"),
        "reports.export_bulletin": gettext_lazy("导出工作通报"),
        "reports.annual_return": gettext_lazy("导出年度报送工作簿"),
        "core.attach": gettext_lazy("上传附件"),
        "core.remove_attachment": gettext_lazy("移除附件"),
    }
)
