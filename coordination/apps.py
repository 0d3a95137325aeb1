"""Coordination: duties per clause, the roster, joint meetings, tasks, proposals."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CoordinationConfig(AppConfig):
    name = "coordination"
    verbose_name = _("统筹协调")

    def ready(self) -> None:
        from coordination import policy  # noqa: F401
        from coordination.services import proposal_reminders, task_notices  # noqa: F401
