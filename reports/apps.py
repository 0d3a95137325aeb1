"""Reports: progress reports, 工作信息, the annual return and what is reported upward."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ReportsConfig(AppConfig):
    name = "reports"
    verbose_name = _("报送")

    def ready(self) -> None:
        from reports import policy  # noqa: F401
        from reports.progress import clock, reminding  # noqa: F401

        clock.listen()
