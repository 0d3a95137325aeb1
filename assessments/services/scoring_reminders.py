"""Reminders of cards that are due: one for each expert and day, however many circles."""

import datetime as dt
import uuid
from collections.abc import Iterator

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.people import recipients_by_id, recipients_of_commission
from accounts.roles import PROGRAMME_OFFICER
from assessments.models import Scorecard
from assessments.services.scoring_notices import MINE
from core.notices import Recipient
from core.reminders import Due, subject

_Owed = dict[tuple[dt.date, uuid.UUID], list[Scorecard]]


@subject("scorecard")
def due(today: dt.date) -> Iterator[Due]:
    """What experts have not scored; a fixed number of queries for each expert and district."""
    cards = Scorecard.objects.waiting().filter(evaluation__due_on__isnull=False)
    rows = cards.select_related("expert", "evaluation__district", "evaluation__circle")
    owed: _Owed = {}
    for card in rows.order_by("evaluation__due_on", "expert_id", "evaluation__circle__code", "id"):
        day = card.evaluation.due_on
        if day is not None:
            owed.setdefault((day, card.expert_id), []).append(card)
    experts = {expert: recipients_by_id([expert]) for _day, expert in owed}
    officers: dict[uuid.UUID, list[Recipient]] = {}
    for (day, expert), mine in owed.items():
        district = mine[0].evaluation.district
        if district.pk not in officers:
            officers[district.pk] = recipients_of_commission(district, PROGRAMME_OFFICER)
        yield Due(
            id=expert,
            due_on=day,
            title=str(_("%(expert)s评审 %(n)d 个便民生活圈"))
            % {"expert": mine[0].expert, "n": len(mine)},
            path=MINE,
            owners=experts[expert],
            commission=officers[district.pk],
            since=min(timezone.localdate(card.assigned_at) for card in mine),
        )
