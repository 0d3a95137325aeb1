"""业态“有没有”: which kinds are there, which are missing, which nobody has looked for."""

import numpy as np
from django.utils.translation import gettext_lazy as _

from metrics.context import Context
from metrics.registry import Basis, Figures, Part, Unit, indicator

ABSENT, PRESENT, UNKNOWN = 0, 1, -1


def presence(c: Context) -> np.ndarray:
    """[A, F] PRESENT, ABSENT or UNKNOWN.

    A format without an open outlet is absent only when a check not older than the rules allow says
    so, or every street of the area has confirmed its ledger complete for it; else it is unknown.
    """
    i = c.inputs
    serves = (c.serves_main | c.serves_addon) & c.counted[:, None]
    present = (c.outlets_of @ serves.astype(float)) > 0
    absent = ~present & _confirmed_absent(c)
    # A check that found one, although no outlet is on the ledger, contradicts absence.
    found = np.zeros_like(present)
    found[: c.n_circles] = i.circle_checked == 1
    state = np.full(present.shape, UNKNOWN, dtype=np.int8)
    state[absent & ~found] = ABSENT
    state[present] = PRESENT
    return state


def _confirmed_absent(c: Context) -> np.ndarray:
    """[A, F] where no outlet would mean: there is none."""
    i = c.inputs
    street_knows = i.street_complete | (i.street_checked == 0)
    circle, street = i.circle_street_pairs
    unsure = np.zeros((c.n_circles, len(i.format_number)))
    np.add.at(unsure, circle, ~street_knows[street])
    has_street = np.bincount(circle, minlength=c.n_circles) > 0
    by_circle = ((unsure == 0) & has_street[:, None]) | (i.circle_checked == 0)
    whole = street_knows.all(axis=0, keepdims=True) & (c.n_streets > 0)
    return np.concatenate([by_circle, street_knows, whole])


def _kinds(c: Context, of_category: np.ndarray) -> Figures:
    """Kinds present among the list in force; kinds unknown lower the coverage."""
    wanted = of_category & (c.inputs.format_minutes > 0)
    state = presence(c)[:, wanted]
    kinds = float(wanted.sum())
    num = (state == PRESENT).sum(axis=1).astype(float)
    known = (state != UNKNOWN).sum(axis=1) / max(kinds, 1.0)
    return Figures(num, np.full(c.n_areas, kinds), num, known)


@indicator(
    "basic_formats_present",
    30,
    _("基本保障类业态具备种类数"),
    unit=Unit.COUNT,
    scopes="CSD",
    basis=Basis.STATISTIC,
    clause=("plan-2023-401", "五(三)"),
    by_rules=True,
    formula=_("有营业网点（含视同具备的叠加服务）的基本保障类业态种类数，对比现行目录种类数"),
)
def basic_formats_present(c: Context) -> Figures:
    """Kinds with at least one open outlet; the denominator is the list in force."""
    return _kinds(c, c.inputs.format_basic)


@indicator(
    "quality_formats_present",
    31,
    _("品质提升类业态具备种类数"),
    unit=Unit.COUNT,
    scopes="CSD",
    basis=Basis.STATISTIC,
    clause=("plan-2023-401", "五(三)"),
    by_rules=True,
    formula=_("有营业网点（含视同具备的叠加服务）的品质提升类业态种类数，对比现行目录种类数"),
)
def quality_formats_present(c: Context) -> Figures:
    """Kinds with at least one open outlet; the denominator is the list in force."""
    return _kinds(c, ~c.inputs.format_basic)


@indicator(
    "missing_formats",
    32,
    _("缺失业态"),
    unit=Unit.COUNT,
    scopes="CSD",
    basis=Basis.STATISTIC,
    clause=("putuo-2021", "四(一)"),
    part=Part.FORMAT,
    higher_is_better=False,
    by_rules=True,
    formula=_("经核查或台账确认没有营业网点的业态；无人核查的为“情况不明”，不计入缺失"),
)
def missing_formats(c: Context) -> list[Figures]:
    """Part f: 1 missing, 0 present, no value = unknown; part 0: how many kinds are missing."""
    wanted = np.flatnonzero(c.inputs.format_minutes > 0)
    state = presence(c)
    known = (state[:, wanted] != UNKNOWN).mean(axis=1)
    total = (state[:, wanted] == ABSENT).sum(axis=1).astype(float)
    figures = [Figures(total, np.full(c.n_areas, float(len(wanted))), total, known)]
    for f in wanted:
        missing = (state[:, f] == ABSENT).astype(float)
        unknown = state[:, f] == UNKNOWN
        figures.append(
            Figures(
                missing,
                None,
                np.where(unknown, np.nan, missing),
                (~unknown).astype(float),
                int(c.inputs.format_number[f]),
            )
        )
    return figures


@indicator(
    "circles_with_gaps",
    33,
    _("缺业态生活圈数"),
    unit=Unit.COUNT,
    scopes="SD",
    basis=Basis.STATISTIC,
    clause=("putuo-2021", "四(一)"),
    higher_is_better=False,
    by_rules=True,
    formula=_("缺少至少一组必备业态的生活圈数；情况不明的不计入"),
)
def circles_with_gaps(c: Context) -> Figures:
    """Circles lacking every format of at least one required group."""
    i = c.inputs
    state = presence(c)[: c.n_circles]
    lacking = np.zeros(c.n_circles, dtype=bool)
    unsure = np.zeros(c.n_circles, dtype=bool)
    for group in np.unique(i.format_basket[i.format_basket >= 0]):
        columns = state[:, i.format_basket == group]
        lacking |= (columns == ABSENT).all(axis=1)
        unsure |= ~(columns == PRESENT).any(axis=1) & (columns == UNKNOWN).any(axis=1)
    active = i.circle_active
    known = active & (lacking | ~unsure)
    return circles_by_area(c, lacking & active, known, active)


def circles_by_area(c: Context, mask: np.ndarray, known: np.ndarray, among: np.ndarray) -> Figures:
    """Circles that satisfy `mask`, in each street they lie in and once in the district."""
    circle, street = c.inputs.circle_street_pairs

    def spread(of: np.ndarray) -> np.ndarray:
        sums = np.zeros(c.n_areas)
        np.add.at(sums, c.n_circles + street, of[circle].astype(float))
        sums[-1] = of.sum()
        return sums

    num, all_circles, sure = spread(mask), spread(among), spread(known & among)
    coverage = np.where(all_circles > 0, sure / np.maximum(all_circles, 1), 1.0)
    return Figures(num, all_circles, num, coverage)
