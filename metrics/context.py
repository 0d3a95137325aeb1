"""What indicators share: areas, who belongs to them, what serves which format, who reaches what."""

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from metrics.inputs.arrays import Inputs
from metrics.reach import (
    Network,
    Points,
    Reach,
    ReachTable,
    Serves,
    areas_from_pairs,
    compute_reach,
)
from metrics.registry import Array, Figures

Mask = NDArray[np.bool_]
DISPLAY_MINUTES = (5, 10, 15)


@dataclass(eq=False)
class Context:
    """Inputs with what is derived from them once; areas are circles, streets, the district."""

    inputs: Inputs
    network: Network | None = None
    table: ReachTable | None = None

    # --- areas --------------------------------------------------------------------------------
    @property
    def n_circles(self) -> int:
        """C; area rows 0 … C-1."""
        return len(self.inputs.circle_id)

    @property
    def n_streets(self) -> int:
        """S; area rows C … C+S-1."""
        return len(self.inputs.street_id)

    @property
    def n_areas(self) -> int:
        """C + S + 1; the last row is the district."""
        return self.n_circles + self.n_streets + 1

    def by_street_and_district(self, street: NDArray[Any], count: NDArray[Any]) -> Array:
        """[A] sums of `count` by street and over the district; circles stay 0."""
        sums = np.zeros(self.n_areas)
        known = street >= 0
        sums[self.n_circles : -1] = np.bincount(
            street[known], weights=count[known], minlength=self.n_streets
        )
        sums[-1] = count.sum()
        return sums

    # --- outlets ------------------------------------------------------------------------------
    @cached_property
    def counted(self) -> Mask:
        """[O] open outlets of the register; 区外网点 are never counted."""
        return self.inputs.open & ~self.inputs.outside

    @cached_property
    def in_circle(self) -> Mask:
        """[O] outlets that belong to at least one circle that has not been withdrawn."""
        i = self.inputs
        inside = np.zeros(len(i.outlet_id), dtype=bool)
        inside[i.member_outlet[i.circle_active[i.member_circle]]] = True
        return inside

    @cached_property
    def outlets_of(self) -> Any:
        """csr [A, O]: members of a circle; a street's and the district's outlets in any circle."""
        i = self.inputs
        mine = np.flatnonzero(self.in_circle & (i.outlet_street >= 0))
        everyone = np.flatnonzero(self.in_circle)
        return self._outlet_matrix(
            [i.member_circle, self.n_circles + i.outlet_street[mine], self._district(everyone)],
            [i.member_outlet, mine, everyone],
        )

    @cached_property
    def all_outlets_of(self) -> Any:
        """csr [A, O] over the whole ledger (全域): for analysis, beside the official figures."""
        i = self.inputs
        mine = np.flatnonzero(i.outlet_street >= 0)
        everyone = np.arange(len(i.outlet_id))
        return self._outlet_matrix(
            [i.member_circle, self.n_circles + i.outlet_street[mine], self._district(everyone)],
            [i.member_outlet, mine, everyone],
        )

    def _district(self, rows: NDArray[Any]) -> NDArray[Any]:
        return np.full(len(rows), self.n_areas - 1)

    def _outlet_matrix(self, areas: list[Any], outlets: list[Any]) -> Any:
        pairs = np.concatenate(areas), np.concatenate(outlets)
        shape = (self.n_areas, len(self.inputs.outlet_id))
        return csr_array((np.ones(len(pairs[0])), pairs), shape=shape)

    @cached_property
    def serves_main(self) -> Mask:
        """[O, F] the outlet's main format."""
        i = self.inputs
        return i.outlet_format[:, None] == np.arange(len(i.format_number))[None, :]

    @cached_property
    def serves_addon(self) -> Mask:
        """[O, F] an add-on service accepted as the format, beside another main format."""
        i = self.inputs
        accepted = (i.services[:, None] & i.format_services[None, :]) != 0
        return accepted & ~self.serves_main

    @cached_property
    def is_chain(self) -> Mask:
        """[O] of a brand with at least n stores (普陀 四(五); n is a rule)."""
        i = self.inputs
        enough = np.append(i.brand_stores >= i.meta["chain_min_stores"], False)
        return enough[i.brand]

    # --- residents ----------------------------------------------------------------------------
    @cached_property
    def compounds_of(self) -> Any:
        """csr [A, H]: compounds a circle serves; a street's; the district's."""
        i = self.inputs
        n = len(i.compound_id)
        own = np.flatnonzero(i.compound_street >= 0)
        areas = [
            i.circle_compound_pairs[0],
            self.n_circles + i.compound_street[own],
            np.full(n, self.n_areas - 1),
        ]
        members = [i.circle_compound_pairs[1], own, np.arange(n)]
        return areas_from_pairs(np.concatenate(areas), np.concatenate(members), self.n_areas, n)

    @cached_property
    def residents(self) -> Figures:
        """Residents by area, and how many compounds state theirs."""
        known = self.inputs.population >= 0
        people = self.compounds_of @ np.where(known, self.inputs.population, 0).astype(float)
        return Figures(people, None, people, self._known_share(known))

    def _known_share(self, known: Mask) -> Array:
        members = self.compounds_of @ np.ones(len(known))
        return _ratio(self.compounds_of @ known.astype(float), members, empty=1.0)

    # --- reach --------------------------------------------------------------------------------
    def metres_dm(self, minutes: NDArray[Any], *, elderly: bool = False) -> NDArray[np.int64]:
        """Minutes of walking as decimetres, at the speed of the rules."""
        speed = self.inputs.meta["elderly_speed" if elderly else "walking_speed"]
        return np.asarray(minutes, dtype=np.int64) * speed * 10

    @cached_property
    def limits_dm(self) -> NDArray[np.int64]:
        """Every distinct limit any figure uses, in one pass."""
        minutes = np.unique(self.inputs.format_minutes[self.inputs.format_minutes > 0])
        return np.unique(
            np.concatenate(
                [
                    self.metres_dm(minutes),
                    self.metres_dm(minutes, elderly=True),
                    self.metres_dm(np.array(DISPLAY_MINUTES)),
                ]
            )
        )

    @property
    def radius_dm(self) -> int:
        """How far the reach table looks: the largest limit, at least 1,200 m."""
        return max(int(self.limits_dm.max()), 12_000)

    @cached_property
    def compound_points(self) -> Points:
        """Where the residents are."""
        return Points.of(self.inputs.compound_lon, self.inputs.compound_lat)

    @cached_property
    def reach(self) -> Reach:
        """Every compound to every format: open, located outlets wherever they stand."""
        i = self.inputs
        usable = np.flatnonzero(i.open & i.located)
        serves = (self.serves_main | self.serves_addon)[usable]
        return compute_reach(
            self.compound_points,
            Points.of(i.outlet_lon[usable], i.outlet_lat[usable]),
            Serves.from_bool(serves),
            self.limits_dm,
            self.network,
            i.meta["detour"],
            radius_dm=self.radius_dm,
            table=self.table,
        )

    # --- figures ------------------------------------------------------------------------------
    def count(self, mask: Mask, *, known: Mask | None = None, whole: bool = False) -> Figures:
        """How many counted outlets satisfy `mask`, by area."""
        made = self.total(mask.astype(float), known=known, whole=whole)
        return replace(made, outlets=self.counted & mask, whole=whole)

    def total(self, amount: Array, *, known: Mask | None = None, whole: bool = False) -> Figures:
        """Sum of `amount` [O] over counted outlets, by area; `known` = which state it."""
        areas = self.all_outlets_of if whole else self.outlets_of
        sums = areas @ np.where(self.counted, np.nan_to_num(amount), 0.0)
        return Figures(sums, None, sums, self._outlet_coverage(known, areas))

    def share(
        self,
        mask: Mask,
        among: Mask | None = None,
        *,
        known: Mask | None = None,
        whole: bool = False,
    ) -> Figures:
        """Counted outlets that satisfy `mask` ÷ counted outlets (`among`), by area."""
        areas = self.all_outlets_of if whole else self.outlets_of
        base = self.counted if among is None else self.counted & among
        den = areas @ base.astype(float)
        num = areas @ (base & mask).astype(float)
        return Figures(
            num,
            den,
            _ratio(num, den),
            self._outlet_coverage(known, areas),
            outlets=base & mask,
            among=base,
            whole=whole,
        )

    def _outlet_coverage(self, known: Mask | None, areas: Any) -> Array:
        if known is None:
            return np.ones(self.n_areas)
        counted = areas @ self.counted.astype(float)
        return _ratio(areas @ (self.counted & known).astype(float), counted, empty=1.0)


def ratio_figures(num: Array, den: Array, coverage: Array, part: int = 0) -> Figures:
    """A share from its parts; no denominator, no value."""
    return Figures(num, den, _ratio(num, den), coverage, part)


def _ratio(num: Array, den: Array, empty: float = np.nan) -> Array:
    safe = np.where(den > 0, den, 1.0)
    return np.where(den > 0, num / safe, empty)
