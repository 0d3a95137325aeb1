"""Which outlet of the register a ledger row speaks of.

By its code; without one by normalised name and address within the street; else by place: the same
format within 30 m, when nothing else could be meant.
"""

import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from difflib import SequenceMatcher
from typing import Any

import numpy as np
from django.utils.translation import gettext as _
from scipy.spatial import cKDTree

from core.geo import geodesic_m, local_metres
from core.registers import Register
from core.text import normalise_key
from outlets.services.drafts import Draft, Problems
from territory.models import District

NEAR_M = 30.0
# From here on two names are taken for spellings of one (ratio of difflib).
_ALIKE = 0.5

Row = Mapping[str, Any]
Key = tuple[Any, ...]


def match(
    drafts: Sequence[Draft], register: Register, district: District, problems: Problems
) -> None:
    """Set `outlet_id` of drafts that speak of a known outlet; the others are new.

    Codes used twice, in the file or against the register, and rows that could mean two outlets
    are problems.
    """
    _refuse_repeated(drafts, problems)
    _Matcher(register, district, problems).run(drafts)


def _refuse_repeated(drafts: Sequence[Draft], problems: Problems) -> None:
    codes: dict[str, int] = {}
    keys: dict[Key, Draft] = {}
    for draft in drafts:
        if draft.code:
            first = codes.setdefault(draft.code, draft.row)
            if first != draft.row:
                message = _("网点编码“%(code)s”与第 %(row)d 行重复")
                problems.add(draft.row, "code", message % {"code": draft.code, "row": first})
                problems.add(first, "code", message % {"code": draft.code, "row": draft.row})
        key = _natural_key(draft.values, draft.name_key, draft.address_key)
        if key is None:
            continue
        other = keys.setdefault(key, draft)
        if other is not draft and not (other.code and draft.code):
            message = _(
                "名称和地址与第 %(row)d 行相同：同一网点请只留一行，不同网点请分别填写网点编码"
            )
            problems.add(draft.row, "name", message % {"row": other.row})
            problems.add(other.row, "name", message % {"row": draft.row})


def _natural_key(values: Row, name_key: str, address_key: str) -> Key | None:
    """What tells a row without code from others; None when it says too little."""
    if "street_id" not in values or not name_key:
        return None
    if address_key:
        return values["street_id"], name_key, address_key
    if values.get("lon") is None:
        return None
    place = round(values["lon"], 5), round(values["lat"], 5)
    return values["street_id"], name_key, values.get("main_format_id"), *place


class _Matcher:
    def __init__(self, register: Register, district: District, problems: Problems) -> None:
        self.register = register
        self.streets = dict(district.streets.values_list("id", "name"))
        self.problems = problems
        self.taken: set[uuid.UUID] = set()

    def run(self, drafts: Sequence[Draft]) -> None:
        for draft in drafts:
            if draft.code in self.register.by_code:
                self._by_code(draft, self.register.by_code[draft.code])
        self._by_name([draft for draft in drafts if draft.code not in self.register.by_code])
        self._by_place([draft for draft in drafts if not draft.code and not draft.outlet_id])

    def _present(self) -> Iterable[Row]:
        return (row for row in self.register.rows.values() if row["merged_into_id"] is None)

    def _take(self, draft: Draft, row: Row) -> None:
        draft.outlet_id = row["id"]
        self.taken.add(row["id"])

    # --- by code -------------------------------------------------------------------------------

    def _by_code(self, draft: Draft, row: Row) -> None:
        problem = self._code_conflict(draft, row)
        if problem:
            self.problems.add(draft.row, "code", problem)
        self._take(draft, row)

    def _code_conflict(self, draft: Draft, row: Row) -> str:
        words = {"code": row["code"], "name": row["name"], "address": row["address"] or "—"}
        if row["merged_into_id"] is not None:
            into = self.register.rows.get(row["merged_into_id"], {"code": "—"})["code"]
            return _("编码“%(code)s”的网点“%(name)s”已并入 %(into)s，请改用该编码") % {
                **words,
                "into": into,
            }
        stated = draft.values.get("street_id", row["street_id"])
        if stated != row["street_id"]:
            owner = self.streets.get(row["street_id"], _("区外网点"))
            return _("编码“%(code)s”已用于%(street)s的“%(name)s”，请核对编码或街道（镇）") % {
                **words,
                "street": owner,
            }
        if not _one_identity(draft, row):
            return (
                _(
                    "编码“%(code)s”在台账中是“%(name)s”（%(address)s），名称、地址、位置都与本行不同；"
                    "请核对编码，新网点请将编码留空"
                )
                % words
            )
        return ""

    # --- by name and address ---------------------------------------------------------------------

    def _by_name(self, drafts: Iterable[Draft]) -> None:
        known: dict[Key, list[Row]] = defaultdict(list)
        for row in self._present():
            if row["id"] not in self.taken:
                key = _natural_key(row, row["name_key"], normalise_key(row["address"]))
                if key is not None:
                    known[key].append(row)
        for draft in drafts:
            key = _natural_key(draft.values, draft.name_key, draft.address_key)
            found = known.get(key, []) if key is not None else []
            if not found:
                continue
            codes = "、".join(row["code"] for row in found[:3])
            if draft.code:
                self.problems.add(
                    draft.row,
                    "code",
                    _("台账中已有同名同址的网点，编码为 %(codes)s，与本行编码不同；请改正或留空")
                    % {"codes": codes},
                )
            elif len(found) > 1:
                self.problems.add(
                    draft.row,
                    "name",
                    _("台账中有 %(count)d 个同名同址的网点（%(codes)s），请填写网点编码")
                    % {"count": len(found), "codes": codes},
                )
            else:
                self._take(draft, found[0])

    # --- by place --------------------------------------------------------------------------------

    def _by_place(self, drafts: Iterable[Draft]) -> None:
        rows: dict[Key, list[Row]] = defaultdict(list)
        wanted: dict[Key, list[Draft]] = defaultdict(list)
        for draft in drafts:
            if draft.values.get("lon") is not None and "street_id" in draft.values:
                group = draft.values["street_id"], draft.values.get("main_format_id")
                wanted[group].append(draft)
        for row in self._present():
            group = row["street_id"], row["main_format_id"]
            if group in wanted and row["id"] not in self.taken and row["lon"] is not None:
                rows[group].append(row)
        for group, those in rows.items():
            self._pair(wanted[group], those)

    def _pair(self, drafts: list[Draft], rows: list[Row]) -> None:
        """Pair drafts and rows of one street and format that are each other's only neighbour."""
        origin = rows[0]["lon"], rows[0]["lat"]
        standing = cKDTree(_metres([row for row in rows], origin))
        near = standing.query_ball_point(_metres([d.values for d in drafts], origin), NEAR_M)
        suitors: dict[int, int] = defaultdict(int)
        for places in near:
            for place in places:
                suitors[place] += 1
        for draft, places in zip(drafts, near, strict=True):
            if len(places) == 1 and suitors[places[0]] == 1 and _may_be(draft, rows[places[0]]):
                self._take(draft, rows[places[0]])


def _metres(rows: Sequence[Row], origin: tuple[float, float]) -> Any:
    lon, lat = [row["lon"] for row in rows], [row["lat"] for row in rows]
    return np.column_stack(local_metres(lon, lat, origin))


def _one_identity(draft: Draft, row: Row) -> bool:
    """Whether a row with the outlet's code can be the outlet: name, address or place agrees."""
    if draft.name_key in ("", row["name_key"]):
        return True
    if draft.address_key and draft.address_key == normalise_key(row["address"]):
        return True
    values = draft.values
    if values.get("lon") is None or row["lon"] is None:
        return False
    away = float(geodesic_m(values["lon"], values["lat"], row["lon"], row["lat"]))
    return away <= NEAR_M and values.get("main_format_id") == row["main_format_id"]


def _may_be(draft: Draft, row: Row) -> bool:
    """Whether nothing speaks against it: two addresses and two unlike names do."""
    old, new = row["name_key"], draft.name_key
    if not new or old in new or new in old:
        return True
    address = normalise_key(row["address"])
    if not address or not draft.address_key or address == draft.address_key:
        return True
    return SequenceMatcher(None, old, new).ratio() >= _ALIKE
