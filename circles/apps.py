"""Circles: compounds, living circles, facilities, spaces, pilot batches."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CirclesConfig(AppConfig):
    name = "circles"
    verbose_name = _("便民生活圈")

    def ready(self) -> None:
        from circles import ledgers, policy, quality  # noqa: F401
        from circles.signals import circles_changed

        circles_changed.connect(_changed, dispatch_uid="circles.quality")


def _changed(sender: object, district: object, **kwargs: object) -> None:
    """Boundaries speak for or against ledger rows: their quality must be looked at again."""
    from outlets.quality.services import enqueue_check

    enqueue_check(district)  # type: ignore[arg-type]
