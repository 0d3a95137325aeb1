"""What an import may do next: its row locked, its state compared."""

from django.utils.translation import gettext as _

from core.db import locked
from outlets.models import Import


class ImportStateError(Exception):
    """The import cannot do that now; the message says why and what to do."""


def locked_import(batch: Import, *states: str) -> Import:
    """The import's row, held until the transaction ends. ImportStateError in another state."""
    row = locked(Import.objects.filter(pk=batch.pk)).get()
    if row.state not in states:
        raise ImportStateError(
            _("该导入当前为“%(state)s”，不能进行此操作；请刷新页面")
            % {"state": row.get_state_display()}
        )
    return row
