"""The row of tabs above the pages of reporting."""

from typing import Any

from django import template
from django.utils.translation import gettext_lazy as _

from portal.tabs import row_of_tabs

register = template.Library()

# label, address name, the action that opens it
TABS = (
    (_("报送总览"), "reporting:overview", "reports.overview"),
    (_("全区汇总"), "reporting:periods", "reports.overview"),
    (_("工作信息"), "reporting:news", "reports.work_items"),
    (_("工作通报"), "reporting:bulletins", "reports.bulletins"),
)


@register.inclusion_tag("components/tabs.html", takes_context=True)
def reporting_tabs(context: template.Context) -> dict[str, Any]:
    """The tabs that exist and that the caller may open; the current one by the address."""
    return row_of_tabs(context, _("进展报送"), TABS)
