"""Accounts: offices, people, roles, scope."""

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = _("单位与用户")

    def ready(self) -> None:
        from accounts import handover, policy, signins  # noqa: F401

        signins.connect()
        # What each room says of a person's open work.
        autodiscover_modules("handover")
