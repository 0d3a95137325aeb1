"""Whom supported outlets newly reach: from the inputs of two 定稿, in NumPy.

The later one is the yardstick for both: its compounds, residents, street network, walking times
and speed. Only the outlets differ, so that a new network or rule is never taken for an effect.
A compound without a position, or off the network, is in no one's reach and never counted.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from django.utils.translation import gettext as _
from numpy.typing import NDArray

from metrics.context import Context
from metrics.indicators.presence import ABSENT, UNKNOWN, presence
from metrics.inputs import Inputs
from metrics.networks import load_network, reach_table
from metrics.reach import Points, Serves, compute_reach

Mask = NDArray[np.bool_]
Rows = NDArray[np.int64]
# How many outlets are searched for at once.
LANES = 256
# Between what a note says; the reason why something is unknown stands first.
SEPARATOR = "；"


@dataclass(kw_only=True)
class Found:
    """What one outlet brought; None = it cannot be told, and `notes` say why.

    compounds  newly reached: [{"id", "residents": n or None}]
    """

    format_number: int | None = None
    is_open: bool | None = None
    filled_format: bool | None = None
    residents: int | None = None
    compounds: list[dict[str, Any]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


class Later:
    """The later 定稿."""

    def __init__(self, inputs: Inputs) -> None:
        self.inputs = inputs
        self.context = Context(inputs, load_network(inputs.network_digest))
        context = self.context
        context.table = reach_table(context.network, context.compound_points, context.radius_dm)

    @cached_property
    def row_of(self) -> dict[str, int]:
        """Outlet id → row."""
        return {id: row for row, id in enumerate(self.inputs.outlet_id.tolist())}

    @cached_property
    def limits(self) -> NDArray[np.int64]:
        """[F] walking time of each format, in decimetres."""
        return self.context.metres_dm(self.inputs.format_minutes)

    def reach(self, lon: Any, lat: Any, serves: Serves) -> Any:
        """From this 定稿's compounds, by its network and rules, to these outlets."""
        context = self.context
        return compute_reach(
            context.compound_points,
            Points.of(lon, lat),
            serves,
            context.limits_dm,
            context.network,
            self.inputs.meta["detour"],
            radius_dm=context.radius_dm,
            table=context.table,
        )

    def within(self, rows: Rows) -> tuple[Mask, Mask]:
        """([H, K] compounds within walking time of each outlet, [K] outlets off the network)."""
        i = self.inputs
        near, lost = [], []
        for first in range(0, len(rows), LANES):
            some = rows[first : first + LANES]
            lanes = Serves.from_main(np.arange(len(some)), len(some))
            reach = self.reach(i.outlet_lon[some], i.outlet_lat[some], lanes)
            near.append(reach.nearest_dm <= self.limits[i.outlet_format[some]][None, :])
            lost.append(reach.outlets_unsnapped)
        if not near:
            return np.zeros((len(i.compound_id), 0), dtype=bool), np.zeros(0, dtype=bool)
        return np.concatenate(near, axis=1), np.concatenate(lost)

    def reached_by(self, before: Inputs, formats: Rows) -> Mask:
        """[H, K] compounds that reached each of these formats (rows of this 定稿) before."""
        usable = np.flatnonzero(before.open & before.located)
        serves = serving(before, self.inputs, formats)[usable]
        reach = self.reach(
            before.outlet_lon[usable], before.outlet_lat[usable], Serves.from_bool(serves)
        )
        found: Mask = reach.nearest_dm <= self.limits[formats][None, :]
        return found


def serving(before: Inputs, later: Inputs, formats: Rows) -> Mask:
    """[O, K] outlets of `before` whose main format, or an add-on service accepted as it, is it."""
    numbers = np.append(before.format_number, -1)[before.outlet_format]
    main = numbers[:, None] == later.format_number[formats][None, :]
    addon = (before.services[:, None] & later.format_services[formats][None, :]) != 0
    return np.asarray(main | addon, dtype=bool)


def measure(
    later: Later, before: Inputs | None, outlets: Sequence[str], lacking: str = ""
) -> dict[str, Found]:
    """What each of these outlets (by id) brought between the two.

    lacking  why there is no `before`: then it is unknown, but of a closed outlet nothing is
    """
    found = {id: Found() for id in outlets}
    able = [id for id in outlets if _known(later, id, found[id])]
    rows = np.array([later.row_of[id] for id in able], dtype=np.int64)
    if before is None:
        for one in found.values():
            if one.residents is None:
                one.notes.insert(0, lacking)
        return found
    near, lost = later.within(rows)
    formats, column = np.unique(later.inputs.outlet_format[rows], return_inverse=True)
    new = near & ~later.reached_by(before, formats.astype(np.int64))[:, column]
    for k, id in enumerate(able):
        if lost[k]:
            found[id].notes.append(_("网点距步行路网过远"))
        else:
            _count(later.inputs, np.flatnonzero(new[:, k]), found[id])
    _fill(later, before, found)
    return found


def _known(later: Later, id: str, found: Found) -> bool:
    """Whether the later 定稿 says where the outlet stands and how far people walk to it."""
    i, row = later.inputs, later.row_of.get(id)
    if row is None:
        found.notes.append(_("扶持后定稿的台账中没有该网点"))
        return False
    found.is_open = bool(i.open[row])
    kind = int(i.outlet_format[row])
    if kind < 0:
        found.notes.append(_("网点未填业态"))
        return False
    found.format_number = int(i.format_number[kind])
    if not found.is_open:
        # Nobody reaches a closed outlet: that is known.
        found.residents = 0
        found.filled_format = False
        found.notes.append(_("统计截止日未营业"))
        return False
    if not i.located[row]:
        found.notes.append(_("网点位置未核实"))
        return False
    if i.format_minutes[kind] <= 0:
        found.notes.append(_("现行测算规则没有该业态的步行时限"))
        return False
    return True


def _count(i: Inputs, rows: Rows, found: Found) -> None:
    people = i.population[rows]
    found.compounds = [
        {"id": id, "residents": n if n >= 0 else None}
        for id, n in zip(i.compound_id[rows].tolist(), people.tolist(), strict=True)
    ]
    unknown = int((people < 0).sum())
    if unknown:
        found.notes.append(_("%(n)d 个新增可达小区人口未填") % {"n": unknown})
    else:
        found.residents = int(people.sum())


def _fill(later: Later, before: Inputs, found: dict[str, Found]) -> None:
    """Whether a circle of the outlet had no outlet of its format before (补齐业态)."""
    i = later.inputs
    state = presence(Context(before))
    circles = {id: row for row, id in enumerate(before.circle_id.tolist())}
    kinds = {int(number): column for column, number in enumerate(before.format_number)}
    for id, one in found.items():
        if not one.is_open or one.format_number is None:
            continue
        mine = i.member_circle[i.member_outlet == later.row_of[id]]
        mine = mine[i.circle_active[mine]]
        if not len(mine):
            one.notes.append(_("网点不在任何生活圈内"))
            continue
        column = kinds.get(one.format_number)
        states = {
            UNKNOWN if row is None or column is None else int(state[row, column])
            for row in (circles.get(circle) for circle in i.circle_id[mine].tolist())
        }
        if ABSENT in states:
            one.filled_format = True
        elif UNKNOWN in states:
            one.notes.append(_("扶持前生活圈有无该业态情况不明"))
        else:
            one.filled_format = False
