"""Rules for tests of the engine, and an oracle that works them out in fractions of its own.

The oracle reads the JSON, not the engine's parts, and knows nothing of its words.
"""

from fractions import Fraction
from typing import Any

from hypothesis import strategies as st

CENT = Fraction(1, 100)
ZONES = ("core", "urban", "other")


def number(key: str, kind: str = "number", **more: Any) -> dict[str, Any]:
    return {"key": key, "label": key, "kind": kind} | more


def zone() -> dict[str, Any]:
    options = [{"value": one, "label": f"区域{one}"} for one in ZONES]
    return number("zone", "choice", options=options)


INPUTS = [
    number("basis", "money"),
    number("size", unit="㎡"),
    number("units", unit="个"),
    zone(),
    number("blank", "flag", required=False),
    number("night", "flag", required=False),
]
SPANS = st.lists(
    st.integers(1, 400).map(lambda tens: tens * 10), min_size=1, max_size=4, unique=True
).map(sorted)


def cents(most: int) -> st.SearchStrategy[str]:
    """Amounts with two decimals, as text."""
    return st.integers(0, most * 100).map(lambda fen: f"{fen // 100}.{fen % 100:02d}")


RATES = st.integers(0, 10_000).map(lambda parts: f"{Fraction(parts, 10_000).numerator}" if parts
                                   in (0, 10_000) else f"0.{parts:04d}")  # fmt: skip


@st.composite
def lookups(draw: Any, values: st.SearchStrategy[str]) -> dict[str, Any]:
    """A constant, a table by zone, or tiers by size that leave nothing out."""
    kind = draw(st.sampled_from(["constant", "zone", "size"]))
    if kind == "constant":
        return {"value": draw(values)}
    if kind == "zone":
        return {"by": "zone", "table": [{"is": one, "value": draw(values)} for one in ZONES]}
    spans = [str(span) for span in draw(SPANS)]
    table = [
        {"from": start, "to": end, "value": draw(values)}
        for start, end in zip([None, *spans], [*spans, None], strict=True)
    ]
    return {"by": "size", "table": table}


@st.composite
def steps(draw: Any) -> list[dict[str, Any]]:
    """A first step and up to four more."""
    made: list[dict[str, Any]] = []
    first = draw(st.sampled_from(["take", "limited", "fixed"]))
    if first == "fixed":
        made.append({"kind": "fixed"} | draw(lookups(cents(10**6))))
    else:
        made.append({"kind": "take", "input": "basis"})
        if first == "limited":
            made[0]["limit"] = draw(lookups(cents(10**6)))
    for kind in draw(st.lists(st.sampled_from(["times", "rate", "cap"]), max_size=4)):
        made.append({"kind": kind} | draw(_MORE[kind]))
    for at, step in enumerate(made):
        step |= {
            "key": f"s{at}",
            "label": f"第{at}步",
            "rounds": draw(st.sampled_from(["fen", "none"])),
        }
    return made


_FLAGS = st.lists(st.sampled_from(["blank", "night"]), unique=True)


@st.composite
def _rates(draw: Any) -> dict[str, Any]:
    bonus = [
        {"flag": one, "value": draw(RATES), "how": draw(st.sampled_from(["instead", "plus"]))}
        for one in draw(_FLAGS)
    ]
    return draw(lookups(RATES)) | {"bonus": bonus}


_MORE = {
    "times": st.fixed_dictionaries(
        {"input": st.just("units")}, optional={"most": st.integers(0, 50).map(str)}
    ),
    "rate": _rates(),
    "cap": lookups(cents(10**6)),
}
FACTS = st.fixed_dictionaries(
    {
        "basis": cents(10**6),
        "size": cents(5000),
        "units": st.integers(0, 100).map(str),
        "zone": st.sampled_from(ZONES),
    },
    optional={
        "blank": st.sampled_from(["true", "false"]),
        "night": st.sampled_from(["true", "false"]),
    },
)


# --- the oracle ----------------------------------------------------------------------------------


def half_up(amount: Fraction) -> Fraction:
    """To the fen: add half a fen, cut off."""
    return ((amount / CENT + Fraction(1, 2)).__floor__()) * CENT


def looked_up(look: dict[str, Any], facts: dict[str, str]) -> Fraction:
    """The value of the one row that fits; more or fewer than one is an error of the test."""
    if "by" not in look:
        return Fraction(look["value"])
    if look["by"] == "zone":
        fitting = [row for row in look["table"] if row["is"] == facts["zone"]]
    else:
        size = Fraction(facts["size"])
        fitting = [
            row
            for row in look["table"]
            if Fraction(row["from"] or 0) <= size < Fraction(row["to"] or 10**9)
        ]
    (row,) = fitting
    return Fraction(row["value"])


def by_hand(told: list[dict[str, Any]], facts: dict[str, str]) -> Fraction:
    """What the steps come to, worked out in fractions."""
    amount = Fraction(0)
    for step in told:
        match step["kind"]:
            case "take":
                amount = Fraction(facts["basis"])
                if "limit" in step:
                    amount = min(amount, looked_up(step["limit"], facts))
            case "fixed":
                amount = looked_up(step, facts)
            case "times":
                units = Fraction(facts["units"])
                amount *= min(units, Fraction(step["most"])) if "most" in step else units
            case "rate":
                held = [one for one in step["bonus"] if facts.get(one["flag"]) == "true"]
                swapped = [Fraction(one["value"]) for one in held if one["how"] == "instead"]
                rate = max(swapped) if swapped else looked_up(step, facts)
                rate += sum(Fraction(one["value"]) for one in held if one["how"] == "plus")
                amount *= rate
            case "cap":
                amount = min(amount, looked_up(step, facts))
        if step["rounds"] == "fen":
            amount = half_up(amount)
    return half_up(amount)
