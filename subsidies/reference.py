"""Loads other places' support policies, for comparison and trial (`subsidies.json`)."""

import datetime as dt
from pathlib import Path
from typing import Any

from core.reference import read
from subsidies.contents import Content, content_of
from subsidies.models import Policy, PolicyItem
from subsidies.parts import ITEM, OWN
from subsidies.rules.shapes import clean_common, clean_rule, read_rule
from territory.models import District

Row = dict[str, Any]


def load(fixtures: Path) -> dict[str, int]:
    """Idempotent. A published version is never changed: one that differs is a new draft.

    None is official, and no round can be opened under any: each is marked 外地参考.
    """
    district = District.objects.get(code=read(fixtures, "territory")["district"]["code"])
    rows = read(fixtures, "subsidies")["policies"]
    for row in rows:
        _load(district, row)
    return {"reference_policies": len(rows)}


def _load(district: District, row: Row) -> None:
    wanted = _content(row)
    versions = list(
        Policy.objects.filter(district=district, code=row["code"])
        .prefetch_related("items")
        .order_by("-number")
    )
    if any(content_of(each) == wanted for each in versions):
        return
    own = {name: wanted["policy"][name] for name in OWN if name not in ("fund", "clause")}
    for name in ("valid_from", "valid_to"):
        own[name] = dt.date.fromisoformat(own[name]) if own[name] else None
    policy = Policy.objects.create(
        district=district,
        number=versions[0].number + 1 if versions else 1,
        state=Policy.State.DRAFT if versions else Policy.State.PUBLISHED,
        common=wanted["common"],
        **own,
    )
    for sort, item in enumerate(wanted["items"], start=1):
        PolicyItem.objects.create(policy=policy, sort=sort, **item)


def _content(row: Row) -> Content:
    """As `contents.content_of` has it. ValidationError when a rule cannot be read."""
    common = clean_common(row["common"])
    own = {name: row.get(name, "") for name in OWN}
    items = []
    for item in row["items"]:
        rule = clean_rule(item["rule"])
        read_rule(rule, common)
        items.append({name: item[name] for name in ITEM} | {"rule": rule})
    told = own | {"is_official": False, "is_reference": True}
    return {"policy": told, "common": common, "items": items}
