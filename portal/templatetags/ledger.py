"""The row of tabs above every page of the ledger."""

from typing import Any

from django import template
from django.utils.translation import gettext_lazy as _

from portal.tabs import row_of_tabs

register = template.Library()

# label, address name, the action that opens it
TABS = (
    (_("总览"), "ledger:home", "outlets.view"),
    (_("网点"), "ledger:outlets", "outlets.view"),
    (_("导入"), "ledger:imports", "outlets.import"),
    (_("核对"), "ledger:rounds", "outlets.view"),
    (_("疑似变化"), "ledger:changes", "outlets.view"),
    (_("数据质量"), "ledger:quality", "outlets.view"),
    (_("导出与目录"), "ledger:exports", "outlets.view"),
)

# Pages that belong to a tab without standing below its address.
BELONGS = {"ledger:directory": ("ledger:exports",)}


@register.inclusion_tag("components/tabs.html", takes_context=True)
def ledger_tabs(context: template.Context) -> dict[str, Any]:
    """The tabs that exist and that the caller may open; the current one by the address."""
    return row_of_tabs(context, _("网点台账"), TABS, BELONGS)
