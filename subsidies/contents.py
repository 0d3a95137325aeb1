"""What a version of a policy says, apart from where and when it is kept; two of them compared."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Model
from django.utils.translation import gettext as _

from subsidies.celltexts import texts_of
from subsidies.models import Policy, PolicyItem
from subsidies.parts import BY_NAME, COMMON_PARTS, ITEM, OWN, PARTS, Part, flat
from subsidies.rules.shapes import clean_common, clean_rule

Content = dict[str, Any]
Row = Mapping[str, Any]


@dataclass(frozen=True)
class Difference:
    """One thing that two versions say differently.

    item    key of the item; "" = the version itself, or what holds for all its items
    part    policy, items, or a part of the rule (`subsidies.parts`)
    label   of the row, as people know it; "" for own columns
    column  its label; "" = the whole row is there in one version only
    before, after  as texts for people; None = not there
    """

    item: str
    item_label: str
    part: str
    label: str
    column: str
    before: str | None
    after: str | None

    @property
    def part_label(self) -> str:
        """The part's name for people."""
        if self.part in BY_NAME:
            return str(BY_NAME[self.part].label)
        return _("基本信息") if self.part == "policy" else _("支持事项")

    @property
    def place(self) -> str:
        """Where it is, in one line."""
        told = (self.item_label, self.part_label, self.label, self.column)
        return " · ".join(word for word in told if word)


def content_of(policy: Policy) -> Content:
    """Own columns under `policy`, `common`, and `items` with their `rule`.

    JSON-able and canonical: days in ISO, the fund by its code, the clause as `document ref`; no
    ids, states or numbers. Reads items from prefetched relations where there are.
    """
    return {
        "policy": {name: _own(policy, name) for name in OWN},
        "common": clean_common(policy.common),
        "items": [item_content(item) for item in policy.items.all()],
    }


def item_content(item: PolicyItem) -> Content:
    """An item's own columns and its `rule`."""
    return {name: getattr(item, name) for name in ITEM} | {"rule": clean_rule(item.rule or {})}


def inputs_of(rule: Row, common: Row) -> list[Row]:
    """The inputs that an item's rule may name: its own hold against common ones of the same key."""
    own = list(rule.get("inputs") or ())
    keys = {one.get("key") for one in own}
    return [*(one for one in common.get("inputs") or () if one.get("key") not in keys), *own]


def _own(policy: Policy, name: str) -> Any:
    if name == "fund":
        return policy.fund.code if policy.fund else ""
    if name == "clause":
        clause = policy.clause
        return f"{clause.document.code} {clause.ref}" if clause else ""
    value = getattr(policy, name)
    return value.isoformat() if isinstance(value, dt.date) else value


# --- comparing ---------------------------------------------------------------------------------


def compare(a: Content, b: Content) -> list[Difference]:
    """What `b` says otherwise than `a`."""
    found = _columns(Policy, "", "", "policy", OWN, a["policy"], b["policy"])
    sides = [(one["common"], one["common"].get("inputs", [])) for one in (a, b)]
    found += _parts("", _("通用条件"), COMMON_PARTS, *sides)
    old, new = ({item["key"]: item for item in one["items"]} for one in (a, b))
    for key, item in (old | new).items():
        name = str(item["name"])
        if key in old and key in new:
            found += _columns(PolicyItem, key, name, "items", ITEM, old[key], new[key])
            before, after = (
                (items[key]["rule"], inputs_of(items[key]["rule"], one["common"]))
                for items, one in ((old, a), (new, b))
            )
            found += _parts(key, name, PARTS, before, after)
        else:
            texts = (name, None) if key in old else (None, name)
            found.append(Difference(key, name, "items", "", "", *texts))
    kept = [[key for key in rows if key in old and key in new] for rows in (old, new)]
    if kept[0] != kept[1]:
        orders = ("、".join(new[key]["name"] for key in keys) for keys in kept)
        found.append(Difference("", "", "items", "", _("次序"), *orders))
    return found


def _columns(
    model: type[Model],
    key: str,
    name: str,
    part: str,
    columns: Sequence[str],
    a: Row,
    b: Row,
) -> list[Difference]:
    found = []
    for column in columns:
        if a[column] != b[column]:
            field: Any = model._meta.get_field(column)
            texts = [_text(field, one[column]) for one in (a, b)]
            found.append(Difference(key, name, part, "", str(field.verbose_name), *texts))
    return found


def _text(field: Any, value: Any) -> str:
    if isinstance(value, bool):
        return _("是") if value else _("否")
    return str(dict(field.flatchoices or ()).get(value, "" if value is None else value))


def _parts(
    key: str,
    name: str,
    parts: Sequence[Part],
    a: tuple[Row, Sequence[Row]],
    b: tuple[Row, Sequence[Row]],
) -> list[Difference]:
    found = []
    for part in parts:
        old, new = (_rows(part, rule, inputs) for rule, inputs in (a, b))
        for at, row in (old | new).items():
            label = row[part.named] or str(at)
            if at in old and at in new:
                found += [
                    Difference(
                        key, name, part.name, label, str(cell.label), old[at][cell.name], told
                    )
                    for cell in part.cells
                    if cell.kind != "key" and (told := new[at][cell.name]) != old[at][cell.name]
                ]
            else:
                told = _summary(part, row)
                texts = (told, None) if at in old else (None, told)
                found.append(Difference(key, name, part.name, label, "", *texts))
        kept = [[at for at in rows if at in old and at in new] for rows in (old, new)]
        if kept[0] != kept[1]:
            orders = ("、".join(new[at][part.named] for at in keys) for keys in kept)
            found.append(Difference(key, name, part.name, "", _("次序"), *orders))
    return found


def _rows(part: Part, rule: Row, inputs: Sequence[Row]) -> dict[Any, Row]:
    """The part's rows in words, by key or (where they have none) by their place."""
    found: dict[Any, Row] = {}
    for number, row in enumerate(rule.get(part.name) or (), start=1):
        texts = texts_of(part, flat(part, row), inputs)
        at = row.get(part.key) if part.key else row.get("name") or number
        found[at or number] = texts
    return found


def _summary(part: Part, row: Row) -> str:
    told = [
        f"{cell.label} {row[cell.name]}"
        for cell in part.cells
        if cell.kind != "key" and cell.name != part.named and row[cell.name]
    ]
    return "；".join(told)
