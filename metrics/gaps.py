"""短板清单: what is missing or out of reach, where, for how many residents."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass

from circles.models import Circle
from core.scope import Scope
from metrics.indicators import get
from metrics.models import Run, Value
from outlets.models import BusinessFormat


@dataclass(frozen=True)
class Gap:
    """One format in one circle."""

    circle: Circle
    format: BusinessFormat
    # True absent, False present but out of some residents' reach, None nobody has looked.
    missing: bool | None
    residents: int
    unreached: int

    @property
    def unreached_share(self) -> float | None:
        """Residents out of reach ÷ residents."""
        return self.unreached / self.residents if self.residents else None


def gaps(
    run: Run,
    scope: Scope,
    *,
    circles: Iterable[uuid.UUID] | None = None,
    formats: Iterable[str] | None = None,
    only_missing: bool = False,
) -> list[Gap]:
    """Gaps of a run in the circles the caller may see, the most residents first.

    A format whose absence nobody has confirmed and that everyone reaches is no gap.
    """
    rows = Circle.objects.visible_to(scope).filter(district=run.district_id)
    if circles is not None:
        rows = rows.filter(pk__in=list(circles))
    by_id = {circle.pk: circle for circle in rows.select_related("lead_street")}
    kinds = BusinessFormat.objects.all()
    if formats is not None:
        kinds = kinds.filter(code__in=list(formats))
    by_number = {row.number: row for row in kinds}
    missing_no, reach_no = get("missing_formats").number, get("reach_share").number
    values = Value.objects.filter(
        run=run,
        indicator__in=(missing_no, reach_no),
        scope="C",
        scope_id__in=list(by_id),
        part__gt=0,
    ).values_list("indicator", "scope_id", "part", "num", "den", "value")
    missing: dict[tuple[uuid.UUID, int], bool | None] = {}
    people: dict[tuple[uuid.UUID, int], tuple[int, int]] = {}
    for indicator, circle_id, part, num, den, value in values:
        if indicator == missing_no:
            missing[circle_id, part] = None if value is None else bool(value)
        else:
            people[circle_id, part] = int(den or 0), int((den or 0) - num)
    found = [
        Gap(by_id[circle_id], by_number[part], state, *people.get((circle_id, part), (0, 0)))
        for (circle_id, part), state in missing.items()
        if part in by_number
    ]
    wanted = [gap for gap in found if gap.missing or (not only_missing and gap.unreached > 0)]
    return sorted(
        wanted, key=lambda g: (-g.unreached, not g.missing, g.circle.code, g.format.number)
    )
