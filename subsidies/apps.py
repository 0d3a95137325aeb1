"""Subsidies: policies, rounds, applications, budgets, payments."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SubsidiesConfig(AppConfig):
    name = "subsidies"
    verbose_name = _("资金扶持")

    def ready(self) -> None:
        from subsidies import checking, policy  # noqa: F401
        from subsidies.services import effects, round_notices, supplement_reminders  # noqa: F401
