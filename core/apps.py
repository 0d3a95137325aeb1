"""Core: what every room uses and no room owns."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CoreConfig(AppConfig):
    name = "core"
    verbose_name = _("文件、任务与日志")

    def ready(self) -> None:
        from core import attachments, checks, notices, reminders  # noqa: F401
        from core.api import idempotency  # noqa: F401
