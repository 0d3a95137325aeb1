"""Reminders of replies that are due: whoever handles them, and the units that have yet to help."""

import datetime as dt
import uuid
from collections.abc import Iterator

from django.utils.translation import gettext_lazy as _

from accounts.people import people_of, recipients_of_commission
from accounts.roles import APPROVER, PROGRAMME_OFFICER
from coordination.models import Proposal, ProposalOffice
from coordination.services.telling import UNIT_PEOPLE, proposal_path
from core.notices import Recipient
from core.reminders import Due, subject

State = Proposal.State
OWED = (State.RECEIVED, State.ASSIGNED, State.DRAFTING, State.COUNTERSIGNING)


@subject("proposal")
def due(today: dt.date) -> Iterator[Due]:
    """Replies that have not gone out; a fixed number of queries for each district."""
    rows = Proposal.objects.filter(state__in=OWED).select_related("district")
    proposals = list(rows.order_by("due_on", "id"))
    helping: dict[uuid.UUID, list[uuid.UUID]] = {}
    for proposal, office in ProposalOffice.objects.filter(
        proposal__in=proposals,
        role=ProposalOffice.Role.HELP,
        opinion=ProposalOffice.Opinion.NONE,
    ).values_list("proposal", "office"):
        helping.setdefault(proposal, []).append(office)
    units = people_of({office for offices in helping.values() for office in offices}, UNIT_PEOPLE)
    officers: dict[uuid.UUID, list[Recipient]] = {}
    heads: dict[uuid.UUID, list[Recipient]] = {}
    for proposal in proposals:
        district = proposal.district
        if district.pk not in officers:
            officers[district.pk] = recipients_of_commission(district, PROGRAMME_OFFICER)
            heads[district.pk] = recipients_of_commission(district, APPROVER)
        everyone = officers[district.pk]
        handling = [person for person in everyone if person.id == proposal.handler_id]
        waiting = [person for office in helping.get(proposal.pk, ()) for person in units[office]]
        yield Due(
            id=proposal.pk,
            due_on=proposal.due_on,
            title=str(_("答复%(kind)s第 %(number)s 号“%(title)s”"))
            % {
                "kind": proposal.get_kind_display(),
                "number": proposal.number,
                "title": proposal.title,
            },
            path=proposal_path(proposal),
            owners=[*(handling or everyone), *waiting],
            heads=heads[district.pk],
            commission=everyone,
            since=proposal.received_on,
        )
