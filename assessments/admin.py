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
label_acts({})
