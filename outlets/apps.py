"""Outlets: formats, enterprises, brands, the register and its ledgers."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class OutletsConfig(AppConfig):
    name = "outlets"
    verbose_name = _("商业网点")

    def ready(self) -> None:
        import outlets.imports.outlet_ledger
        import outlets.imports.work
        import outlets.quality.work  # noqa: F401
        from outlets import policy  # noqa: F401
        from outlets.exports import work  # noqa: F401
        from outlets.fieldwork import suspicions  # noqa: F401
        from outlets.signals import outlets_changed

        outlets_changed.connect(_changed, dispatch_uid="outlets.quality")


def _changed(sender: object, district: object, **kwargs: object) -> None:
    """The register has changed: its quality must be looked at again."""
    from outlets.quality.services import enqueue_check

    enqueue_check(district)  # type: ignore[arg-type]
