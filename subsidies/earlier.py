"""What enterprises and outlets were given before, and what is known of their credit."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import F, Q, Sum
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext as _

from outlets.models import CreditResult
from subsidies.models import Application, Check, Clawback, Instalment, Payment
from subsidies.rules.eligibility import About
from subsidies.rules.settling import Given


@dataclass(frozen=True)
class Support:
    """One application whose money is held or spent. `days`: when it was decided on and paid.

    amount   yuan, less what was recovered (追回) or is not paid any more (终止剩余拨付)
    is_void  nothing of it is left: no support any more
    """

    pk: UUID
    number: str
    title: str
    enterprise: UUID
    outlet: UUID | None
    policy: str
    item: str
    item_name: str
    group: str
    year: int
    amount: Decimal
    state: str
    days: tuple[dt.date, ...]
    is_void: bool = False

    @property
    def state_word(self) -> str:
        """Its state in words."""
        return _("已追回") if self.is_void else str(Application.State(self.state).label)

    def as_given(self) -> Given:
        """For the rule engine."""
        return Given(
            applicant=str(self.enterprise),
            outlet=str(self.outlet or ""),
            item=self.item,
            year=self.year,
            amount=self.amount,
            group=self.group,
        )


@dataclass(frozen=True)
class Credit:
    """What somebody said of an enterprise's credit on a day; None = neither yes nor no."""

    on: dt.date
    source: str
    word: str
    blacklisted: bool | None


@dataclass(frozen=True)
class Earlier:
    """Of the enterprises, outlets and policies that some applications are about."""

    supports: tuple[Support, ...] = ()
    # By enterprise: the newest result of each source, newest first.
    results: dict[UUID, list[Credit]] = field(default_factory=dict)
    # By application: 信用核查 recorded with it, newest first.
    checks: dict[UUID, list[Credit]] = field(default_factory=dict)

    def of_case(self, row: Application) -> list[Support]:
        """Earlier support of the same enterprise or outlet, newest first."""
        found = [
            one
            for one in self.supports
            if one.pk != row.pk
            and (
                one.enterprise == row.enterprise_id or (one.outlet and one.outlet == row.outlet_id)
            )
        ]
        return sorted(found, key=lambda one: (one.year, one.number), reverse=True)

    def given(self, policy: str, without: UUID | None = None) -> list[Given]:
        """Support under any version of the policy, but for one application."""
        return [
            one.as_given() for one in self.supports if one.policy == policy and one.pk != without
        ]

    def credit_of(self, row: Application) -> list[Credit]:
        """Results and checks, newest first."""
        told = [*self.checks.get(row.pk, []), *self.results.get(row.enterprise_id, [])]
        return sorted(told, key=lambda one: one.on, reverse=True)

    def blacklisted(self, row: Application) -> bool | None:
        """By the newest result of each source, unless a check is at least as new; None = unknown.

        A check that passed after an entry in the list says that it was lifted.
        """
        checks = [one for one in self.checks.get(row.pk, []) if one.blacklisted is not None]
        results = self.results.get(row.enterprise_id, [])
        listed = [one.on for one in results if one.blacklisted]
        if checks and not (listed and max(listed) > checks[0].on):
            return checks[0].blacklisted
        return bool(listed) if results else None

    def about(self, row: Application, policy: str, item: str) -> About:
        """For the conditions: support of the outlet, or where there is none of the enterprise."""
        on = filed_on(row)
        standing = [one for one in self.of_case(row) if not one.is_void]
        own = [one for one in standing if row.outlet_id is None or one.outlet == row.outlet_id]
        of_item = [
            one
            for one in standing
            if one.enterprise == row.enterprise_id and (one.policy, one.item) == (policy, item)
        ]
        return About(
            on=on,
            blacklisted=self.blacklisted(row),
            funded_on=_days(own, on),
            item_on=_days(of_item, on),
        )


def filed_on(row: Application) -> dt.date:
    """The day from which years are counted back: of filing, so that waiting changes nothing."""
    at = row.submitted_at
    return timezone.localdate(at) if at else timezone.localdate()


def earlier_of(rows: Sequence[Application], *, policies: Iterable[str] = ()) -> Earlier:
    """Five queries, however many applications; `policies` (codes): all that was given under them.

    Years later than those of the applications count as well: support given meanwhile is support.
    """
    enterprises = {row.enterprise_id for row in rows}
    outlets = {row.outlet_id for row in rows if row.outlet_id}
    wanted = Q(enterprise__in=enterprises) | Q(outlet__in=outlets)
    # A double that was merged into the outlet is the outlet.
    wanted |= Q(outlet__merged_into__in=outlets)
    wanted |= Q(round__policy__code__in=set(policies))
    held = Application.objects.held().filter(wanted, district__in={row.district_id for row in rows})
    return Earlier(
        supports=tuple(_supports(held)),
        results=_results(enterprises),
        checks=_checks([row.pk for row in rows]),
    )


def _supports(held: Any) -> Iterable[Support]:
    paid: dict[UUID, list[dt.date]] = {}
    payments = Payment.objects.filter(instalment__application__in=held.values("pk"))
    for application, day in payments.values_list("instalment__application_id", "paid_on"):
        paid.setdefault(application, []).append(day)
    recovered = Clawback.objects.filter(
        instalment__application__in=held.values("pk"), state=Clawback.State.RECOVERED
    )
    sums = recovered.order_by().values_list("instalment__application").annotate(sum=Sum("amount"))
    back: dict[UUID, Decimal] = dict(sums)
    # 终止剩余拨付: what will not be paid any more.
    stopped = Instalment.objects.filter(
        application__in=held.values("pk"),
        state=Instalment.State.CANCELLED,
        attempt=F("application__attempt"),
    )
    unpaid = stopped.order_by().values_list("application").annotate(sum=Sum("amount"))
    for application, amount in unpaid:
        back[application] = back.get(application, Decimal(0)) + amount
    rows = held.annotate(
        place=Coalesce("outlet__merged_into", "outlet"),
        policy_code=F("round__policy__code"),
        item_key=F("item__key"),
        item_name=F("item__name"),
        group=F("item__stack_group"),
        round_year=F("round__year"),
        approved_on=F("round__approved_on"),
    ).values(
        "pk", "number", "title", "enterprise_id", "place", "policy_code", "item_key",
        "item_name", "group", "round_year", "approved_on", "reviewed_on", "amount", "state",
    )  # fmt: skip
    for row in rows.order_by("number", "pk"):
        decided = row["approved_on"] or row["reviewed_on"]
        amount, gone = row["amount"] or Decimal(0), back.get(row["pk"], Decimal(0))
        days = {*paid.get(row["pk"], []), *([decided] if decided else [])}
        yield Support(
            pk=row["pk"],
            number=row["number"],
            title=row["title"],
            enterprise=row["enterprise_id"],
            outlet=row["place"],
            policy=row["policy_code"],
            item=row["item_key"],
            item_name=row["item_name"],
            group=row["group"],
            year=row["round_year"],
            amount=amount - gone,
            state=row["state"],
            days=tuple(sorted(days)),
            is_void=0 < amount <= gone,
        )


def _results(enterprises: set[UUID]) -> dict[UUID, list[Credit]]:
    found: dict[UUID, dict[str, Credit]] = {}
    rows = CreditResult.objects.filter(enterprise__in=enterprises).order_by("-on", "id")
    for row in rows:
        of_source = found.setdefault(row.enterprise_id, {})
        of_source.setdefault(
            row.source, Credit(row.on, row.source, row.grade, bool(row.blacklisted))
        )
    return {enterprise: list(told.values()) for enterprise, told in found.items()}


OUTCOMES = {Check.Outcome.PASSED: False, Check.Outcome.FAILED: True}


def _checks(applications: list[UUID]) -> dict[UUID, list[Credit]]:
    found: dict[UUID, list[Credit]] = {}
    rows = Check.objects.filter(application__in=applications, kind=Check.Kind.CREDIT)
    for row in rows.order_by("-on", "-created_at", "-id"):
        told = Credit(
            row.on, row.unit, row.get_outcome_display(), OUTCOMES.get(Check.Outcome(row.outcome))
        )
        found.setdefault(row.application_id, []).append(told)
    return found


def _days(supports: list[Support], on: dt.date) -> tuple[dt.date, ...]:
    """When; support whose money is held and not yet decided on counts as of `on`."""
    return tuple(sorted({day for one in supports for day in one.days or (on,)}))
