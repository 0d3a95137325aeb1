"""Figures that rooms above contribute: declared there, computed there, kept and shown here.

A room's `indicators.py`, found as admin.py is, declares each with `contribute`; metrics calls it
without knowing the room. What it collected goes into the run's inputs, so that a signed-off run is
proved again from its own file, never from today's tables. Inputs kept before an indicator was
declared hold nothing of it, and give no value of it.

Nothing upstream makes the live run anew: these figures are as old as its last recomputation, a day
at most (`metrics.nightly`).
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from metrics.context import Context
from metrics.inputs.contributions import COLLECTORS, META, ByArea, Collect, Collected
from metrics.registry import Basis, Figures, Unit, indicator

__all__ = ["ByArea", "Collected", "contribute"]


def contribute(
    code: str,
    number: int,
    name: Any,
    *,
    unit: Unit,
    scopes: str,
    basis: Basis,
    formula: Any,
    clause: tuple[str, str] | None = None,
    higher_is_better: bool | None = True,
    empty: float | None = None,
    reads_grades: bool = False,
) -> Callable[[Collect], Collect]:
    """Declare the function below as what collects the indicator over a district, as of a day.

    It names the areas it knows something of. The others have the value `empty`; None = no value
    (“—”): of shares always, since nothing was due there.
    """

    def declare(collect: Collect) -> Collect:
        indicator(
            code,
            number,
            name,
            unit=unit,
            scopes=scopes,
            basis=basis,
            formula=formula,
            clause=clause,
            higher_is_better=higher_is_better,
            reads_grades=reads_grades,
        )(_compute(code, is_share=unit == Unit.SHARE, empty=empty))
        COLLECTORS[code] = collect
        return collect

    return declare


def _compute(code: str, *, is_share: bool, empty: float | None) -> Callable[[Any], list[Figures]]:
    def compute(c: Context) -> list[Figures]:
        """Nothing at all where the inputs are older than the indicator."""
        kept = c.inputs.meta.get(META, {}).get(code)
        return [] if kept is None else [_figures(c, kept, is_share=is_share, empty=empty)]

    return compute


def _figures(c: Context, kept: list[list[Any]], *, is_share: bool, empty: float | None) -> Figures:
    i = c.inputs
    row_of = {("C", str(id)): row for row, id in enumerate(i.circle_id)}
    row_of |= {("S", str(id)): c.n_circles + row for row, id in enumerate(i.street_id)}
    row_of["D", str(i.meta["district_id"])] = c.n_areas - 1
    num, den, known = np.zeros(c.n_areas), np.zeros(c.n_areas), np.ones(c.n_areas)
    value = np.full(c.n_areas, np.nan if is_share or empty is None else empty)
    for scope, area, area_num, area_den, area_known in kept:
        row = row_of.get((scope, area))
        # A street that was merged away since is no area of this run.
        if row is None:
            continue
        num[row], den[row], known[row] = area_num, area_den or 0.0, area_known
        if not is_share:
            value[row] = area_num
        elif area_den:
            value[row] = area_num / area_den
    return Figures(num, den if is_share else None, value, known)
