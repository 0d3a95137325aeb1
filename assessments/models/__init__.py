"""Standards, questionnaires, evaluations with their checklists, scorecards, surveys, grades."""

from assessments.models.evaluations import Checklist, ChecklistLine, Evaluation, Found, Sample
from assessments.models.grades import Grade
from assessments.models.questionnaires import Question, Questionnaire
from assessments.models.scorecards import Score, Scorecard
from assessments.models.standards import (
    ChecklistItem,
    Dimension,
    ScoreItem,
    Standard,
    StandardLevel,
)
from assessments.models.surveys import (
    AgeBand,
    Channel,
    Survey,
    SurveyAnswer,
    SurveyCircle,
    SurveyImport,
    SurveyToken,
)

__all__ = [
    "AgeBand",
    "Channel",
    "Checklist",
    "ChecklistItem",
    "ChecklistLine",
    "Dimension",
    "Evaluation",
    "Found",
    "Grade",
    "Question",
    "Questionnaire",
    "Sample",
    "Score",
    "ScoreItem",
    "Scorecard",
    "Standard",
    "StandardLevel",
    "Survey",
    "SurveyAnswer",
    "SurveyCircle",
    "SurveyImport",
    "SurveyToken",
]
