"""Which instalments can be paid, and what the others wait for."""

import datetime as dt

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from subsidies.models import Application, Instalment

State = Instalment.State
# Applications whose money may go out.
PAYING = (Application.State.APPROVED, Application.State.PAYING)


def payable(rows: "QuerySet[Instalment]", on: dt.date) -> "QuerySet[Instalment]":
    """Of `rows` those that can go on a list on that day."""
    return due(rows).filter(_MET | Q(condition="") & (_NO_DAY | Q(not_before__lte=on)))


def waiting(rows: "QuerySet[Instalment]", on: dt.date) -> "QuerySet[Instalment]":
    """Of `rows` those with their money reserved that wait for a day or a condition."""
    return due(rows).exclude(_MET | Q(condition="") & (_NO_DAY | Q(not_before__lte=on)))


def due(rows: "QuerySet[Instalment]") -> "QuerySet[Instalment]":
    """Of `rows` those of approved applications with their money reserved, on no list yet."""
    return rows.filter(state=State.RESERVED, application__state__in=PAYING)


_MET = Q(condition_met_on__isnull=False)
_NO_DAY = Q(not_before__isnull=True)


def what_it_waits_for(instalment: Instalment, on: dt.date) -> str:
    """Why it cannot go on a list; "" when it can. Reads `application`."""
    if instalment.state != State.RESERVED:
        told = {"state": instalment.get_state_display()}
        return _("现为“%(state)s”，只有已安排的分期可以列入") % told
    if instalment.application.state not in PAYING:
        told = {"state": instalment.application.get_state_display()}
        return _("申报现为“%(state)s”，审定后才能拨付") % told
    if instalment.condition_met_on:
        return ""
    if instalment.condition:
        return _("拨付条件“%(condition)s”尚未核实") % {"condition": instalment.condition}
    if instalment.not_before and instalment.not_before > on:
        return _("最早拨付日为 %(day)s") % {"day": instalment.not_before}
    return ""
