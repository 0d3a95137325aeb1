"""What the register knows of an application's facts already (系统带出)."""

import datetime as dt

from outlets.models import Enterprise, Outlet
from subsidies.models import PolicyItem


def prefilled(
    item: PolicyItem, outlet: Outlet | None, enterprise: Enterprise, on: dt.date
) -> dict[str, str]:
    """Input key → canonical text, for the inputs with a `source` that the register can answer."""
    raise NotImplementedError
