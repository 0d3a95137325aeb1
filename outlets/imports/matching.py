"""Which row of the register a ledger row speaks of.

By its code; without one by normalised name and address within the street; else by place: the same
kind of thing within 30 m, when nothing else could be meant. What is merely likely is never decided
here: it is shown side by side, and people say whether to merge, to keep both, or to skip.
"""

import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from scipy.spatial import cKDTree

from core.geo import local_metres
from core.text import normalise_key
from outlets.imports.compared import Known, Stated
from outlets.imports.likeness import (
    NEAR_M,
    Key,
    may_be,
    may_be_double,
    may_be_same_site,
    natural_key,
    one_identity,
)

_SAME_ROW = gettext_lazy(
    "名称和地址与第 %(row)d 行相同：同一网点请只留一行，不同网点请分别填写网点编码"
)
_SAME_NAME = gettext_lazy("名称与同一街道（镇）的第 %(row)d 行重复，请只留一行")


class Matcher:
    """Finds targets and likely doubles of the rows of one file."""

    def __init__(
        self,
        known: Iterable[Known],
        streets: Mapping[Any, str],
        written: Iterable[Any] = (),
        *,
        by_name_alone: bool = False,
    ) -> None:
        # Whether a street has only one thing of a name, wherever it stands.
        self.by_name_alone = by_name_alone
        self.same_row = _SAME_NAME if by_name_alone else _SAME_ROW
        self.rows = list(known)
        # What the same file has written already: a double of it is one within the file.
        self.written = frozenset(written)
        self.by_id = {row.id: row for row in self.rows}
        self.by_code = {row.code: row for row in self.rows}
        self.present = [row for row in self.rows if row.merged_into_id is None]
        self.streets = streets
        self.taken: set[uuid.UUID] = set(self.written)

    def run(self, rows: Sequence[Stated]) -> None:
        """Set `target`, `likely` and `faults` of the rows."""
        self._obey(rows)
        self._by_code(rows)
        self._refuse_repeated_codes(rows)
        open_rows = [row for row in rows if row.target is None and not row.settled]
        self._by_name([row for row in open_rows if row.code not in self.by_code])
        open_rows = [row for row in open_rows if row.target is None and not row.faults]
        self._by_place([row for row in open_rows if not row.code and not row.likely])
        self._doubt_within_file(rows)
        self._doubt([row for row in open_rows if row.target is None and not row.likely])

    def _take(self, row: Stated, known: Known) -> None:
        row.target = known
        self.taken.add(known.id)

    # --- what people said -----------------------------------------------------------------------

    def _obey(self, rows: Sequence[Stated]) -> None:
        """Rows that people merged into a register row."""
        for row in rows:
            if row.decision == "merge" and "-" in row.merge_into:
                known = self.by_id.get(uuid.UUID(row.merge_into))
                if known is None or known.merged_into_id is not None:
                    row.faults["name"] = _("所选的网点已并入其他网点或作废，请重新选择")
                elif known.id in self.taken:
                    row.faults["name"] = _("已有另一行并入网点 %(code)s") % {"code": known.code}
                else:
                    self._take(row, known)

    # --- by code --------------------------------------------------------------------------------

    def _by_code(self, rows: Sequence[Stated]) -> None:
        for row in rows:
            if row.target is None and row.code and row.code in self.by_code:
                known = self.by_code[row.code]
                if problem := self._code_conflict(row, known):
                    row.faults["code"] = problem
                self._take(row, known)

    def _code_conflict(self, row: Stated, known: Known) -> str:
        words = {"code": known.code, "name": known.name, "address": known.address or "—"}
        if known.merged_into_id is not None:
            into = self.by_id.get(known.merged_into_id)
            return _("编码“%(code)s”的网点“%(name)s”已并入 %(into)s，请改用该编码") % {
                **words,
                "into": into.code if into else "—",
            }
        stated = row.street_id if row.street or row.outside else known.street_id
        if stated != known.street_id:
            owner = self.streets.get(known.street_id, _("区外网点"))
            return _("编码“%(code)s”已用于%(street)s的“%(name)s”，请核对编码或街道（镇）") % {
                **words,
                "street": owner,
            }
        if not one_identity(row, known):
            return (
                _(
                    "编码“%(code)s”在台账中是“%(name)s”（%(address)s），名称、地址、位置都与本行不同；"
                    "请核对编码，新网点请将编码留空"
                )
                % words
            )
        return ""

    def _refuse_repeated_codes(self, rows: Sequence[Stated]) -> None:
        first: dict[str, Stated] = {}
        message = _("网点编码“%(code)s”与第 %(row)d 行重复")
        for row in rows:
            if row.code and first.setdefault(row.code, row) is not row:
                other = first[row.code]
                row.faults["code"] = message % {"code": row.code, "row": other.no}
                other.faults["code"] = message % {"code": row.code, "row": row.no}

    # --- by name and address --------------------------------------------------------------------

    def _by_name(self, rows: Sequence[Stated]) -> None:
        named: dict[Key, list[Known]] = defaultdict(list)
        wanted = {(row.street_id, row.name_key) for row in rows}
        for known in self.present:
            if (known.street_id, known.name_key) in wanted and self._free(known):
                key = self._key(known, normalise_key(known.address))
                if key is not None:
                    named[key].append(known)
        for row in rows:
            key = self._key(row, row.address_key) if row.street or row.outside else None
            found = [one for one in named.get(key, ()) if self._free(one)] if key else []
            if found:
                self._meet(row, found)

    def _key(self, row: Stated | Known, address_key: str) -> Key | None:
        if self.by_name_alone:
            return (row.street_id, row.name_key) if row.name_key else None
        return natural_key(row, address_key)

    def _free(self, known: Known) -> bool:
        return known.id not in self.taken or known.id in self.written

    def _meet(self, row: Stated, found: list[Known]) -> None:
        if row.code:
            codes = "、".join(one.code for one in found[:3])
            row.faults["code"] = _(
                "台账中已有同名同址的网点，编码为 %(codes)s，与本行编码不同；请改正或留空"
            ) % {"codes": codes}
        elif found[0].id in self.written:
            row.likely.append(_shown(found[0], _("与本文件已写入的一行名称、地址相同")))
        elif len(found) > 1:
            why = _("台账中有 %(count)d 个同名同址的网点") % {"count": len(found)}
            row.likely += [_shown(one, why) for one in found]
        else:
            self._take(row, found[0])

    # --- by place -------------------------------------------------------------------------------

    def _by_place(self, rows: Sequence[Stated]) -> None:
        for those, standing, near in self._neighbours(rows):
            suitors: dict[int, int] = defaultdict(int)
            for places in near:
                for place in places:
                    suitors[place] += 1
            for row, places in zip(those, near, strict=True):
                if len(places) == 1 and suitors[places[0]] == 1:
                    known = standing[places[0]]
                    if may_be(row, known):
                        self._take(row, known)

    def _neighbours(
        self, rows: Sequence[Stated]
    ) -> Iterable[tuple[list[Stated], list[Known], list[list[int]]]]:
        """Per street and sort: rows, register rows not taken, and which of these are near each."""
        wanted: dict[Key, list[Stated]] = defaultdict(list)
        for row in rows:
            if row.lon is not None and (row.street or row.outside):
                wanted[row.street_id, row.sort].append(row)
        standing: dict[Key, list[Known]] = defaultdict(list)
        for known in self.present:
            group = known.street_id, known.sort
            if group in wanted and known.lon is not None and known.id not in self.taken:
                standing[group].append(known)
        for group, knowns in standing.items():
            origin = knowns[0].lon or 0.0, knowns[0].lat or 0.0
            tree = cKDTree(_metres(knowns, origin))
            yield (
                wanted[group],
                knowns,
                tree.query_ball_point(_metres(wanted[group], origin), NEAR_M),
            )

    # --- likely doubles -------------------------------------------------------------------------

    def _doubt_within_file(self, rows: Sequence[Stated]) -> None:
        """Later rows that say what an earlier one said; both with codes of their own are two."""
        first: dict[Key, Stated] = {}
        for row in rows:
            key = self._key(row, row.address_key) if row.street or row.outside else None
            if key is None or row.faults:
                continue
            other = first.setdefault(key, row)
            if other is row or row.settled or (row.code and other.code):
                continue
            if row.target is not None and row.decision == "merge":
                continue
            if row.target is None or other.target is None or row.target is other.target:
                row.likely.append({"row": other.no, "why": str(self.same_row % {"row": other.no})})

    def _doubt(self, rows: Sequence[Stated]) -> None:
        """New rows that resemble a register row which no row of the file speaks of."""
        open_rows = [row for row in rows if row.target is None and not row.code]
        for those, standing, near in self._neighbours(open_rows):
            for row, places in zip(those, near, strict=True):
                for place in places:
                    known = standing[place]
                    if known.id not in self.taken and may_be_double(row, known):
                        why = _("相距不到 %d 米，业态相同，名称相近") % NEAR_M
                        row.likely.append(_shown(known, why))
        self._doubt_names([row for row in open_rows if not row.likely])

    def _doubt_names(self, rows: Sequence[Stated]) -> None:
        wanted = {(row.street_id, row.name_key) for row in rows if row.name_key}
        named: dict[Key, list[Known]] = defaultdict(list)
        for known in self.present:
            if known.id not in self.taken and (known.street_id, known.name_key) in wanted:
                named[known.street_id, known.name_key].append(known)
        for row in rows:
            for known in named.get((row.street_id, row.name_key), ()):
                if may_be_same_site(row, known):
                    row.likely.append(_shown(known, _("名称相同，地址写法不同")))


def _metres(rows: Sequence[Stated] | Sequence[Known], origin: tuple[float, float]) -> Any:
    lon = np.array([row.lon for row in rows], dtype=float)
    lat = np.array([row.lat for row in rows], dtype=float)
    return np.column_stack(local_metres(lon, lat, origin))


def _shown(known: Known, why: str) -> dict[str, Any]:
    return {
        "id": str(known.id),
        "code": known.code,
        "name": known.name,
        "address": known.address,
        "why": why,
    }
