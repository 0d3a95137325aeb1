"""Evaluation: standards, checklists, scorecards, surveys, grades."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AssessmentsConfig(AppConfig):
    name = "assessments"
    verbose_name = _("分级分类评价")

    def ready(self) -> None:
        from assessments import policy  # noqa: F401
        from assessments.services import scoring_reminders, surveys  # noqa: F401
