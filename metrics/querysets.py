"""Finding runs and figures."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass

from metrics.indicators import get
from metrics.models import Release, Run, Value
from territory.models import District

Key = tuple[str, uuid.UUID, int]


def live_run(district: District) -> Run | None:
    """The district's live run, or None before the first recomputation."""
    return Run.objects.filter(district=district, kind=Run.Kind.LIVE).first()


def last_release(district: District, purpose: str | None = None) -> Release | None:
    """The last 定稿 (of a purpose): what leader pages, exports and the API's default read."""
    releases = Release.objects.filter(district=district).select_related("run")
    if purpose:
        releases = releases.filter(purpose=purpose)
    return releases.order_by("-cutoff", "-at").first()


@dataclass(frozen=True)
class Figure:
    """One value as faces use it."""

    num: float
    den: float | None
    value: float | None
    coverage: float
    flags: int


def figures(
    run: Run,
    codes: Iterable[str],
    *,
    scope: str | None = None,
    scope_ids: Iterable[uuid.UUID] | None = None,
    part: int | None = None,
) -> dict[Key, Figure]:
    """{(indicator code, scope id, part): figure} of a run, in one query."""
    numbers = {get(code).number: code for code in codes}
    values = Value.objects.filter(run=run, indicator__in=numbers)
    if scope:
        values = values.filter(scope=scope)
    if scope_ids is not None:
        values = values.filter(scope_id__in=list(scope_ids))
    if part is not None:
        values = values.filter(part=part)
    return {
        (numbers[indicator], scope_id, part): Figure(num, den, value, coverage, flags)
        for indicator, scope_id, part, num, den, value, coverage, flags in values.values_list(
            "indicator", "scope_id", "part", "num", "den", "value", "coverage", "flags"
        )
    }
