"""The row of tabs above every page of subsidies."""

from typing import Any

from django import template
from django.utils.translation import gettext_lazy as _

from portal.tabs import row_of_tabs

register = template.Library()

# label, address name, the action that opens it
TABS = (
    (_("扶持总览"), "subsidies:home", "subsidies.rounds"),
    (_("资金批次"), "subsidies:rounds", "subsidies.rounds"),
    (_("扶持申报"), "subsidies:applications", "subsidies.applications"),
    (_("预算指标"), "subsidies:budgets", "subsidies.budgets"),
    (_("资金拨付"), "subsidies:payments", "subsidies.payments"),
    (_("扶持成效"), "subsidies:effects", "subsidies.effects"),
    (_("扶持政策"), "subsidies:policies", "subsidies.policies"),
)
# Pages whose address does not lie below their tab's.
PAYMENTS = (
    "payment_lists",
    "payment_list",
    "clawbacks",
    "clawback",
    "clawback_move",
)
BELONGS = {f"subsidies:{name}": ("subsidies:payments",) for name in PAYMENTS}


@register.inclusion_tag("components/tabs.html", takes_context=True)
def subsidies_tabs(context: template.Context) -> dict[str, Any]:
    """The tabs that exist and that the caller may open; the current one by the address."""
    return row_of_tabs(context, _("资金扶持"), TABS, BELONGS)
