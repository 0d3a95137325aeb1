"""From a figure back to the rows behind it."""

import uuid
from dataclasses import dataclass

import numpy as np

from metrics.context import Context
from metrics.indicators import Indicator
from metrics.inputs import Inputs, read_inputs
from metrics.models import Run
from metrics.networks import load_network
from metrics.services import rules_on, snapshot_inputs


@dataclass(frozen=True)
class Traced:
    """Outlets of the denominator (or of the count), and which of them make the numerator."""

    outlet_ids: list[str]
    in_numerator: set[str]


def inputs_of(run: Run) -> Inputs:
    """A snapshot's own inputs; for the live run those of its day, read anew."""
    if run.kind == Run.Kind.SNAPSHOT:
        return snapshot_inputs(run)
    return read_inputs(run.district, run.as_of, rules_on(run.district, run.as_of), run.network)


def outlets_behind(
    run: Run, indicator: Indicator, scope: str, scope_id: uuid.UUID, part: int
) -> Traced | None:
    """The outlets behind a figure, by code; None for figures that are not made of outlets."""
    inputs = inputs_of(run)
    context = Context(inputs, load_network(inputs.network_digest))
    if indicator.by_reach:
        return None
    figures = next((f for f in indicator.compute(context) if f.part == part), None)
    if figures is None or figures.outlets is None:
        return None
    row = _area_row(context, scope, scope_id)
    areas = context.all_outlets_of if figures.whole else context.outlets_of
    members = np.zeros(len(inputs.outlet_id), dtype=bool)
    members[areas[[row]].indices] = True
    counted = members & (figures.outlets if figures.among is None else figures.among)
    rows = np.flatnonzero(counted)
    order = rows[np.argsort(inputs.outlet_code[rows], kind="stable")]
    return Traced(
        inputs.outlet_id[order].tolist(),
        set(inputs.outlet_id[members & figures.outlets].tolist()),
    )


def _area_row(context: Context, scope: str, scope_id: uuid.UUID) -> int:
    inputs = context.inputs
    if scope == "D":
        return context.n_areas - 1
    ids = inputs.circle_id if scope == "C" else inputs.street_id
    offset = 0 if scope == "C" else context.n_circles
    return offset + int(np.flatnonzero(ids == str(scope_id))[0])
