"""The list of outlets as people filter it: pages, exports and prints all ask `filtered`.

Conditions are texts as the address of the list has them. With `on` (a day) what are dated facts is
compared, and shown, as it was on that day, by what is known now.
"""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from core.scope import Scope
from outlets.models import BusinessFormat, Outlet, OutletFacts, OutletLabel
from outlets.models.outlet import Facts
from outlets.querysets import OutletQuerySet, facts_as_of, serving
from outlets.services.labels import carried_on

# A condition of this value asks for rows in which the column is not filled.
BLANK: Final = "-"
_FLAGS = {"1": True, "0": False}
# Columns of the dated facts, by the condition's name.
_DATED = {
    "street": "street__code",
    "main_format": "main_format__code",
    "status": "status",
    "chain_kind": "chain_kind",
    "facility_form": "facility_form",
    "place_state": "place_state",
    "open_24h": "open_24h",
    "supply": "supply",
}
_PLAIN = {"neighbourhood": "neighbourhood__code", "outside": "outside", "is_sample": "is_sample"}
FLAGS = frozenset({"open_24h", "supply", "outside", "is_sample"})
# Which rows stand in the list besides those that count.
STANDINGS: Mapping[str, Q] = {
    "": Q(void=False, merged_into__isnull=True),
    "merged": Q(void=False, merged_into__isnull=False),
    "void": Q(void=True),
    "unvoid": Q(void=False),
    "all": Q(),
}
CONDITIONS = frozenset(
    {*_DATED, *_PLAIN, "q", "serves", "label", "brand", "standing", "updated_since", "on"}
)
ORDERS: Mapping[str, tuple[str, ...]] = {
    "code": ("code", "id"),
    "-code": ("-code", "-id"),
    "name": ("name", "id"),
    "-name": ("-name", "-id"),
    "main_format": ("main_format__number", "code", "id"),
    "-main_format": ("-main_format__number", "-code", "-id"),
    "opened_on": ("opened_on", "id"),
    "-opened_on": ("-opened_on", "-id"),
    "updated_at": ("updated_at", "id"),
    "-updated_at": ("-updated_at", "-id"),
}
FACT_COLUMNS = tuple(field.attname for field in Facts._meta.local_fields)
CHUNK = 2000

Params = Mapping[str, Any]


def day_of(params: Params, name: str = "on") -> dt.date | None:
    """The day a condition names; None when it names none. ValidationError when it is no day."""
    text = str(params.get(name) or "").strip()
    if not text:
        return None
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise ValidationError(
            {name: _("“%(text)s”不是日期，请写成 2025-03-01") % {"text": text}}
        ) from None


def filtered(params: Params, scope: Scope) -> OutletQuerySet:
    """The outlets that the caller may see and that the conditions let through.

    ValidationError for a day that is none or has not come.
    """
    on, since = day_of(params), day_of(params, "updated_since")
    if on is not None and on > timezone.localdate():
        raise ValidationError({"on": _("时点不能晚于今天")})
    rows: OutletQuerySet = Outlet.objects.visible_to(scope)
    rows = rows.filter(STANDINGS.get(_text(params, "standing"), STANDINGS[""]))
    rows = rows.filter(_conditions(params, _PLAIN))
    if text := _text(params, "q"):
        rows = rows.search(text)
    if since is not None:
        rows = rows.filter(updated_at__date__gte=since)
    if label := _text(params, "label"):
        carried = OutletLabel.objects.filter(outlet=OuterRef("pk"), label__code=label)
        rows = rows.filter(Exists(carried.filter(carried_on(on or timezone.localdate()))))
    if brand := _text(params, "brand"):
        rows = rows.filter(brand__name=brand)
    if on is None:
        return _with_facts(rows, params)
    facts = _with_facts(facts_as_of(on), params)
    # An outlet that had not opened yet was not there, whatever stands in for its facts.
    there = rows.filter(Q(opened_on__isnull=True) | Q(opened_on__lte=on))
    return there.filter(pk__in=facts.values("outlet"))


def _with_facts(rows: Any, params: Params) -> Any:
    """Of outlets, or of facts, those that the conditions on dated columns let through."""
    rows = rows.filter(_conditions(params, _DATED))
    if code := _text(params, "serves"):
        wanted = BusinessFormat.objects.filter(code=code).first()
        rows = serving(rows, wanted) if wanted else rows.none()
    return rows


def _conditions(params: Params, columns: Mapping[str, str]) -> Q:
    found = Q()
    for name, column in columns.items():
        text = _text(params, name)
        if not text:
            continue
        if text == BLANK:
            found &= _unfilled(name, column)
        elif name in FLAGS:
            found &= Q(**{column: _FLAGS[text]}) if text in _FLAGS else Q(pk__in=())
        else:
            found &= Q(**{f"{column}__in": text.split(",")})
    return found


def _unfilled(name: str, column: str) -> Q:
    if name in FLAGS or "__" in column:
        return Q(**{f"{column.partition('__')[0]}__isnull": True})
    return Q(**{column: ""})


def _text(params: Params, name: str) -> str:
    return str(params.get(name) or "").strip().replace("\x00", "")


@dataclass(frozen=True)
class Shown:
    """One outlet with the facts that are to be shown of it."""

    outlet: Outlet
    facts: Facts
    # The day had no facts yet: the earliest stand in.
    undated: bool = False


def shown(outlets: Sequence[Outlet], on: dt.date | None) -> list[Shown]:
    """The outlets with their own facts, or with those of day `on` (one query)."""
    if on is None:
        return [Shown(outlet, outlet) for outlet in outlets]
    held: dict[Any, OutletFacts] = {
        facts.outlet_id: facts
        for facts in facts_as_of(on).filter(outlet__in=[outlet.pk for outlet in outlets])
    }
    return [
        Shown(outlet, held[outlet.pk], held[outlet.pk].undated)  # type: ignore[attr-defined]
        if outlet.pk in held
        else Shown(outlet, outlet)
        for outlet in outlets
    ]


def chunks(rows: OutletQuerySet, on: dt.date | None, size: int = CHUNK) -> Iterator[list[Shown]]:
    """All rows in the order of their codes, `size` at a time, each chunk one or two queries."""
    rows = rows.order_by("code", "id")
    after = Q()
    while True:
        outlets = list(rows.filter(after)[:size])
        if outlets:
            yield shown(outlets, on)
        if len(outlets) < size:
            return
        last = outlets[-1]
        after = Q(code__gt=last.code) | Q(code=last.code, pk__gt=last.pk)
