"""A district that calls for applications: a policy, its budget, a round under review."""

import datetime as dt
from decimal import Decimal
from typing import Any

from django.utils import timezone

from subsidies.models import Application, Round
from subsidies.services import proposing, rounds
from tests.coordination.people import Cast, Person
from tests.subsidies.making import make_application, make_line, make_policy, make_round

TODAY = timezone.localdate()
DAY = dt.timedelta(days=1)


class Here:
    """A district with a policy, and a round under review with applications that are reviewed."""

    def __init__(self, state: str = "review", granted: int = 1_000_000) -> None:
        self.cast = Cast()
        self.approver, self.officer = self.cast.approver, self.cast.officer
        self.policy = make_policy(self.cast.district)
        self.line = make_line(self.cast.district, granted, year=TODAY.year)
        self.round = make_round(
            self.cast.district,
            self.policy,
            state=state,
            year=TODAY.year,
            opens_on=TODAY - 30 * DAY,
            closes_on=TODAY - DAY,
            public_days=5,
            objection_contact="区商务委 021-00000000",
        )

    def reviewed(self, amount: int = 200_000, **more: Any) -> Application:
        told = {"state": "reviewed", "amount": Decimal(amount)}
        made: Application = make_application(
            self.round, self.cast.street, "opening", **(told | more)
        )
        return made

    def propose(self, *cases: Application, by: Person | None = None) -> list[Application]:
        return proposing.propose_applications(
            applications=[(one, None) for one in cases], **(by or self.officer).acts
        )

    def publish(self, days_ago: int = 30) -> Round:
        """Meeting and publication so long ago that the period is over."""
        since = TODAY - days_ago * DAY
        told = {"meeting_on": since, "minutes_number": "纪要〔2026〕3号"}
        rounds.record_meeting(round_=self.round, **told, **self.officer.acts)
        self.round.refresh_from_db()
        return rounds.announce_round(round_=self.round, public_from=since, **self.officer.acts)

    def approve(self, by: Person | None = None, **more: Any) -> Round:
        told: dict[str, Any] = {"approved_on": TODAY, "number": "普商务〔2026〕8号"}
        return rounds.approve_round(
            round_=self.round, **(told | more), **(by or self.approver).acts
        )

    @property
    def reserved(self) -> Decimal:
        self.line.refresh_from_db()
        return Decimal(self.line.reserved)
