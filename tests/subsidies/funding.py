"""Money for tests: lines with their grant in the ledger, and many applications for it."""

from decimal import Decimal
from typing import Any

from core.audit import Act, Actor, act
from core.ids import new_ids
from subsidies.models import Application, BudgetLine, BudgetMove, Instalment
from subsidies.services.budget import move
from subsidies.services.reserving import reserve
from tests.subsidies.making import make_application, make_line, make_round

BY = Actor(label="试验")
EACH = Decimal(1_000)


def funded(district: Any, granted: Any, **more: Any) -> BudgetLine:
    """A line whose grant stands in the ledger."""
    line = make_line(district, 0, **more)
    if granted:
        with act("test.grant", by=BY) as this:
            move(line=line, kind="grant", amount=Decimal(granted), this=this)
        line.refresh_from_db()
    return line


def many(district: Any, street: Any, count: int, amount: Any = EACH) -> list[Application]:
    """Reviewed applications of one round, each for `amount`, all of one outlet; few statements."""
    round_ = make_round(district, state="review")
    first = make_application(round_, street, "facility", state="reviewed", amount=amount)
    columns = {
        field.attname: getattr(first, field.attname)
        for field in Application._meta.concrete_fields
        if field.attname not in ("id", "number")
    }
    rows = [
        Application(id=pk, number=f"{round_.year}-{n:04d}", **columns)
        for n, pk in enumerate(new_ids(count - 1), start=2)
    ]
    Application.objects.bulk_create(rows)
    return [first, *rows]


def reserve_one(application: Application) -> list[Instalment]:
    """As 拟支持 does it: in an act of its own."""
    with act("test.reserve", by=BY, obj=application) as this:
        now = Application.objects.select_for_update(of=("self",)).get(pk=application.pk)
        return reserved(now, this)


def reserved(application: Application, this: Act) -> list[Instalment]:
    """And its state with it."""
    made = reserve(application=application, this=this)
    application.state = "proposed"
    application.save()
    return made


def in_ledger(line: BudgetLine) -> dict[str, Decimal]:
    """The sum of the deltas, added here."""
    told = {"granted": Decimal(0), "reserved": Decimal(0), "paid": Decimal(0)}
    for row in BudgetMove.objects.filter(line=line):
        for name in told:
            told[name] += getattr(row, f"d_{name}")
    return told


def balances(line: BudgetLine) -> dict[str, Decimal]:
    """As the line says now."""
    line.refresh_from_db()
    return {name: getattr(line, name) for name in ("granted", "reserved", "paid")}
