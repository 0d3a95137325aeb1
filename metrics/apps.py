"""Metrics: networks, reach, indicators, runs, values, releases."""

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext_lazy as _


class MetricsConfig(AppConfig):
    name = "metrics"
    verbose_name = _("指标测算")

    def ready(self) -> None:
        from circles.signals import circles_changed
        from metrics import checks, policy, work  # noqa: F401
        from outlets.signals import outlets_changed

        # Figures that rooms above contribute.
        autodiscover_modules("indicators")
        outlets_changed.connect(_changed, dispatch_uid="metrics.outlets")
        circles_changed.connect(_changed, dispatch_uid="metrics.circles")


def _changed(sender: object, district: object, **kwargs: object) -> None:
    """News from below: the live run must be brought up to date."""
    from metrics.work import enqueue_live

    enqueue_live(district)  # type: ignore[arg-type]
