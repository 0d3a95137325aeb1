"""Reading what the money bought: by policy, item and street, unknown apart, nobody twice."""

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db.models import OuterRef, Subquery, Sum
from django.utils.translation import gettext as _

from core.money import round_half_up_fen
from core.scope import Scope
from subsidies.measuring import SEPARATOR
from subsidies.models import Application, Clawback, Effect, Payment
from subsidies.services.effects import SUPPORTED
from territory.models import District

NOUGHT = Decimal(0)


@dataclass(frozen=True)
class Line:
    """One supported application: what it was paid, net of what was recovered; what it brought."""

    application: Any
    paid: Decimal
    effect: Effect | None

    @property
    def known(self) -> bool:
        """Whether it can be told whom it newly reaches."""
        return self.effect is not None and self.effect.residents is not None

    @property
    def why(self) -> str:
        """Why it cannot be told; "" when it can."""
        if self.known:
            return ""
        if self.effect is not None:
            return self.effect.note.split(SEPARATOR)[0]
        if self.application.outlet_id is None:
            return _("未关联网点")
        return _("扶持后还没有定稿，或尚未测算")

    @property
    def people(self) -> dict[str, int]:
        """Newly reached compounds with their residents, where all of it is known."""
        if not self.known or self.effect is None:
            return {}
        return {one["id"]: one["residents"] for one in self.effect.compounds}


@dataclass(frozen=True, kw_only=True)
class Total:
    """What a group of supported applications comes to.

    residents  of the compounds newly reached, each compound once; None = of none can it be told
    cost       yuan paid ÷ residents, over those that were paid and can be told; None = see `why`
    unknown    applications of which it cannot be told, and `reasons` with how many each
    """

    key: Hashable = None
    label: str = ""
    sub: str = ""
    supports: int = 0
    enterprises: int = 0
    outlets: int = 0
    opened: int = 0
    filled: int = 0
    amount: Decimal = NOUGHT
    paid: Decimal = NOUGHT
    paid_unknown: Decimal = NOUGHT
    compounds: int = 0
    residents: int | None = None
    cost: Decimal | None = None
    why: str = ""
    unknown: int = 0
    reasons: dict[str, int] = field(default_factory=dict)


def supported_lines(
    district: District,
    scope: Scope,
    *,
    year: int | None = None,
    policy: str = "",
    street: str = "",
) -> list[Line]:
    """Approved applications with payments and newest effects; four queries.

    year    of the round          policy  code          street  code
    """
    rows = Application.objects.visible_to(scope).filter(district=district, state__in=SUPPORTED)
    if year:
        rows = rows.filter(round__year=year)
    if policy:
        rows = rows.filter(round__policy__code=policy)
    if street:
        rows = rows.filter(street__code=street)
    shown = rows.select_related("round__policy", "item", "enterprise", "outlet", "street")
    shown = shown.defer("computation", "eligibility", "item__rule", "round__policy__common")
    # Asked for by the conditions, not by a list of ids, which may be long.
    paid = _sums(Payment.objects.filter(instalment__application__in=rows.values("pk")))
    back = _sums(
        Clawback.objects.filter(
            instalment__application__in=rows.values("pk"), state=Clawback.State.RECOVERED
        )
    )
    newest = Effect.objects.filter(application=OuterRef("pk")).order_by(
        "-after__cutoff", "-after__at", "-pk"
    )
    last = rows.annotate(last=Subquery(newest.values("pk")[:1])).values("last")
    effects = {
        effect.application_id: effect
        for effect in Effect.objects.filter(pk__in=last).select_related("before", "after", "format")
    }
    return [
        Line(row, paid.get(row.pk, NOUGHT) - back.get(row.pk, NOUGHT), effects.get(row.pk))
        for row in shown.order_by("round__year", "number", "pk")
    ]


def _sums(rows: Any) -> dict[Any, Decimal]:
    asked = rows.order_by().values_list("instalment__application").annotate(total=Sum("amount"))
    return dict(asked)


def total_of(lines: Sequence[Line], **told: Any) -> Total:
    """The lines together."""
    known = [line for line in lines if line.known]
    outlets = {line.application.outlet_id for line in lines} - {None}
    people = union(known)
    cost, why = _cost(lines)
    return Total(
        **told,
        supports=len(lines),
        enterprises=len({line.application.enterprise_id for line in lines}),
        outlets=len(outlets),
        opened=len(_outlets(lines, lambda effect: effect.is_open)),
        filled=len(_outlets(lines, lambda effect: effect.filled_format)),
        amount=sum((line.application.amount or NOUGHT for line in lines), NOUGHT),
        paid=sum((line.paid for line in lines), NOUGHT),
        paid_unknown=sum((line.paid for line in lines if not line.known), NOUGHT),
        compounds=len(people),
        residents=sum(people.values()) if known else None,
        cost=cost,
        why=why,
        unknown=len(lines) - len(known),
        reasons=dict(Counter(line.why for line in lines if not line.known).most_common()),
    )


def grouped(lines: Iterable[Line], by: Callable[[Line], tuple[Hashable, str, str]]) -> list[Total]:
    """Totals of groups; `by` gives (key, label, second line). In the order of first sight."""
    groups: dict[Hashable, list[Line]] = {}
    words: dict[Hashable, tuple[str, str]] = {}
    for line in lines:
        key, label, sub = by(line)
        groups.setdefault(key, []).append(line)
        words[key] = (label, sub)
    return [
        total_of(group, key=key, label=words[key][0], sub=words[key][1])
        for key, group in groups.items()
    ]


def by_policy(line: Line) -> tuple[Hashable, str, str]:
    """All versions of a policy together, under its newest name."""
    policy = line.application.round.policy
    return policy.code, policy.name, policy.document_number


def by_item(line: Line) -> tuple[Hashable, str, str]:
    """The same item in all versions together."""
    policy, item = line.application.round.policy, line.application.item
    return (policy.code, item.key), item.name, policy.name


def by_street(line: Line) -> tuple[Hashable, str, str]:
    """Where it takes place."""
    street = line.application.street
    return (street.code, street.name, "") if street else ("", _("未明确街道（镇）"), "")


GROUPS = {"policy": by_policy, "item": by_item, "street": by_street}


def union(lines: Iterable[Line]) -> dict[str, int]:
    """Compounds newly reached by any of the lines, with their residents: each once.

    Measured at several 定稿, a compound has the residents of the latest.
    """
    found: dict[str, int] = {}
    for line in sorted(lines, key=_cutoff):
        found |= line.people
    return found


def _cutoff(line: Line) -> Any:
    return (line.effect is not None, line.effect and line.effect.after.cutoff)


def _outlets(lines: Sequence[Line], holds: Callable[[Effect], bool | None]) -> set[Any]:
    return {
        line.application.outlet_id
        for line in lines
        if line.effect is not None and holds(line.effect)
    }


def _cost(lines: Sequence[Line]) -> tuple[Decimal | None, str]:
    """Yuan for each resident newly reached, or why there is no such figure."""
    paid = [line for line in lines if line.paid > 0]
    known = [line for line in paid if line.known]
    if not paid:
        return None, _("尚未拨付")
    if not known:
        return None, _("已拨付的均无法测算")
    people = sum(union(known).values())
    if not people:
        return None, _("已拨付的项目没有新增可达居民")
    total = sum((line.paid for line in known), NOUGHT)
    return round_half_up_fen(total / people), ""
