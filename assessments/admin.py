"""What the acts of evaluation are called; its registers are pages of their own."""

from django.utils.translation import gettext_lazy

from assessments.workflow.checklists import CHECKLIST
from assessments.workflow.grades import GRADE
from assessments.workflow.scorecards import SCORECARD
from assessments.workflow.standards import QUESTIONNAIRE, STANDARD
from assessments.workflow.surveys import SURVEY
from core.admin import label_acts, label_moves

label_moves(STANDARD, gettext_lazy("评价标准"))
label_moves(QUESTIONNAIRE, gettext_lazy("调查问卷"))
label_moves(CHECKLIST, gettext_lazy("业态分型表"))
label_moves(SCORECARD, gettext_lazy("评分表"))
label_moves(SURVEY, gettext_lazy("调查批次"))
label_moves(GRADE, gettext_lazy("评定结果"))
label_acts(
    {
        "assessments.create_standard": gettext_lazy("新建评价标准"),
        "assessments.copy_standard": gettext_lazy("复制评价标准为新版"),
        "assessments.import_standard": gettext_lazy("导入评价标准"),
        "assessments.change_standard": gettext_lazy("修改评价标准"),
        "assessments.change_standard_rows": gettext_lazy("修改评价标准内容"),
        "assessments.create_questionnaire": gettext_lazy("新建调查问卷"),
        "assessments.copy_questionnaire": gettext_lazy("复制调查问卷为新版"),
        "assessments.import_questionnaire": gettext_lazy("导入调查问卷"),
        "assessments.change_questionnaire": gettext_lazy("修改调查问卷"),
        "assessments.change_questionnaire_rows": gettext_lazy("修改问卷题目"),
        "assessments.start_evaluations": gettext_lazy("开始评价"),
        "assessments.change_evaluation": gettext_lazy("修改评价类型"),
        "assessments.draw_sample": gettext_lazy("复核抽样"),
        "assessments.fill_checklists": gettext_lazy("填列分型表"),
        "assessments.override_line": gettext_lazy("人工认定业态"),
        "assessments.clear_override": gettext_lazy("撤销人工认定"),
        "assessments.assign_experts": gettext_lazy("分派专家"),
        "assessments.declare_no_conflict": gettext_lazy("承诺无利益冲突"),
        "assessments.save_score": gettext_lazy("专家打分"),
        "assessments.add_score_photo": gettext_lazy("上传评分照片"),
        "assessments.remove_score_photo": gettext_lazy("移除评分照片"),
        "assessments.urge_experts": gettext_lazy("催办评分"),
        "assessments.create_survey": gettext_lazy("新建调查批次"),
        "assessments.change_survey": gettext_lazy("修改调查批次"),
        "assessments.close_surveys": gettext_lazy("到期结束调查"),
        "assessments.make_tokens": gettext_lazy("生成问卷码"),
        "assessments.print_tokens": gettext_lazy("打印问卷码"),
        "assessments.enter_answer": gettext_lazy("录入答卷"),
        "assessments.import_answers": gettext_lazy("导入调查结果"),
        "assessments.undo_import": gettext_lazy("撤销调查结果导入"),
        "assessments.propose_grades": gettext_lazy("测评（拟评等级）"),
        "assessments.export_grade": gettext_lazy("导出评价报告"),
    }
)
