"""The figures a workbook is made of, from stored values or made again: the same keys either way."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from metrics.compute import Computed
from metrics.context import Context
from metrics.indicators import get
from metrics.inputs import Inputs
from metrics.models import Run, Value


@dataclass(frozen=True)
class Cell:
    """One figure as a workbook shows it."""

    num: float
    den: float | None
    value: float | None
    flags: int


class FigureBook:
    """Figures by (indicator code, scope id, part), with the snapshot's inputs beside them."""

    def __init__(self, inputs: Inputs, cells: dict[tuple[int, uuid.UUID, int], Cell]) -> None:
        self.inputs = inputs
        self._cells = cells

    @classmethod
    def stored(cls, run: Run, inputs: Inputs) -> "FigureBook":
        """Figures as the run's values say."""
        rows = Value.objects.filter(run=run).values_list(
            "indicator", "scope_id", "part", "num", "den", "value", "flags"
        )
        return cls(inputs, {(i, s, p): Cell(n, d, v, f) for i, s, p, n, d, v, f in rows})

    @classmethod
    def recomputed(cls, inputs: Inputs, values: Iterable[Computed]) -> "FigureBook":
        """Figures made again from the inputs."""
        return cls(
            inputs,
            {
                (v.indicator, v.scope_id, v.part): Cell(v.num, v.den, v.value, v.flags)
                for v in values
            },
        )

    def cell(self, code: str, scope_id: uuid.UUID, part: int = 0) -> Cell | None:
        """The figure, or None where the indicator has none for that place."""
        return self._cells.get((get(code).number, scope_id, part))

    @property
    def district_id(self) -> uuid.UUID:
        """The district's scope id."""
        return uuid.UUID(self.inputs.meta["district_id"])


def outlet_rows(inputs: Inputs) -> list[dict[str, object]]:
    """One row for each counted outlet in a circle, by code: what sheet 6 owns."""
    context = Context(inputs)
    circles: dict[int, list[str]] = {}
    for circle, outlet in zip(inputs.member_circle, inputs.member_outlet, strict=True):
        if inputs.circle_active[circle]:
            circles.setdefault(int(outlet), []).append(str(inputs.circle_code[circle]))
    rows = np.flatnonzero(context.counted & context.in_circle)
    order = rows[np.argsort(inputs.outlet_code[rows], kind="stable")]
    return [
        {
            "id": str(inputs.outlet_id[row]),
            "code": str(inputs.outlet_code[row]),
            "street": str(inputs.street_code[inputs.outlet_street[row]]),
            "circles": "、".join(sorted(circles[int(row)])),
            "format": str(inputs.format_code[inputs.outlet_format[row]]),
            "chain": bool(context.is_chain[row]),
            "employees": None if inputs.employees[row] < 0 else int(inputs.employees[row]),
            "area": None if np.isnan(inputs.area[row]) else float(inputs.area[row]),
            "located": bool(inputs.located[row]),
        }
        for row in order
    ]
