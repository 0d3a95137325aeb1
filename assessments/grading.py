"""Which level a circle reaches under a standard, and why. Pure: figures in, explanation out.

A gate is met, unmet, or unknown (情况不明). An unknown gate is not met, and is told as unknown, not
as failed. Levels are tried from the lowest up: the proposed level is the highest one up to which
every gate is met; a higher level never counts while a lower one is not met.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any, Protocol

from django.utils.translation import gettext as _

from assessments.formulas import half_up, total_of
from assessments.gates import (
    MET,
    UNKNOWN,
    UNMET,
    Counted,
    Opinion,
    Present,
    Scored,
    kinds_gate,
    opinion_gate,
    percent,
    required_gate,
    score_gate,
)
from circles.models.circle import Level

# All gates of its own are met, but not those of a lower level.
BLOCKED = "blocked"
LOWEST_FIRST = (Level.BASIC, Level.IMPROVED, Level.QUALITY)


class LevelRule(Protocol):
    """What a level asks for: `StandardLevel`."""

    level: str
    min_basic: int
    min_quality: int
    required: Any
    min_score: Decimal | None
    min_satisfaction: Decimal | None
    min_basic_satisfaction: Decimal | None


@dataclass(frozen=True, kw_only=True)
class Item:
    """One item of the scorecard with its points.

    points  None = unknown; figure: what it was computed from, in words; source: which figure
    """

    key: str
    name: str
    kind: str
    full: Decimal
    points: Decimal | None
    figure: str = ""
    source: str = ""


@dataclass(frozen=True)
class DimensionPoints:
    """A dimension with its items."""

    key: str
    name: str
    full: Decimal
    items: Sequence[Item]


def add_up(dimensions: Iterable[DimensionPoints]) -> Scored:
    """The score, exact sums of what was rounded item by item."""
    items = [item for dimension in dimensions for item in dimension.items]
    known = [item for item in items if item.points is not None]
    return Scored(
        total=total_of([item.points for item in items]) if items else None,
        known=half_up(sum((item.points or Decimal(0) for item in known), Decimal(0))),
        scored=half_up(sum((item.full for item in known), Decimal(0))),
        full=half_up(sum((item.full for item in items), Decimal(0))),
    )


def explain(
    *,
    levels: Iterable[LevelRule],
    presence: Present | None,
    labels: Mapping[str, str],
    dimensions: Sequence[DimensionPoints],
    opinion: Opinion | None,
    origin: Mapping[str, Any],
    notes: Sequence[str] = (),
) -> dict[str, Any]:
    """The explanation kept in `Grade.explanation`, JSON-able.

    presence  None = there is no checklist: every kind is unknown
    labels    checklist item key → its name
    origin    {"standard", "release", "survey", "checklist", "cards"}: where the figures come from
    """
    score = add_up(dimensions)
    ordered = sorted(levels, key=lambda rule: LOWEST_FIRST.index(Level(rule.level)))
    found = [_level(rule, presence, labels, score, opinion) for rule in ordered]
    reached = _settle(found)
    following: dict[str, Any] = next((one for one in found if not one["met"]), {})
    return {
        **origin,
        "figures": {
            "basic": _kinds(presence.basic if presence else None),
            "quality": _kinds(presence.quality if presence else None),
            "absent": _named(presence, labels, "absent"),
            "unknown": _named(presence, labels, "unknown"),
            "satisfaction": _opinion(opinion),
        },
        "score": _score(score, dimensions),
        "levels": found,
        "proposed": reached,
        "rule": _rule(found, reached),
        "next": following.get("level", ""),
        "missing": [one["lacking"] for one in following.get("gates", ()) if one["lacking"]],
        "unclear": [one["unclear"] for one in following.get("gates", ()) if one["unclear"]],
        "notes": list(notes),
    }


def missing_text(explanation: Mapping[str, Any]) -> str:
    """“还差 2 类业态（基本保障类）、4 分；情况不明 3 类”, for the next level up; "" at the top."""
    parts = []
    if missing := explanation.get("missing"):
        parts.append(_("还差 %(what)s") % {"what": "、".join(missing)})
    if unclear := explanation.get("unclear"):
        parts.append(_("情况不明：%(what)s") % {"what": "、".join(unclear)})
    return "；".join(parts)


def proposed_word(level: str, lowest: str) -> str:
    """The proposed level's name. Without one: what nobody knows is not missed.

    lowest  how the conditions of the lowest level stand (`lowest_state`)
    """
    if level:
        return str(Level(level).label)
    return _("情况不明") if lowest == UNKNOWN else _("未达基础型")


def next_state(explanation: Mapping[str, Any]) -> str:
    """UNMET or UNKNOWN of the next level up; "" at the top."""
    open_ = (one["state"] for one in explanation["levels"] if not one["met"])
    return str(next(open_, ""))


def lowest_state(explanation: Mapping[str, Any]) -> str:
    """MET, UNMET or UNKNOWN of the lowest level; "" where the standard has none."""
    return str(next((one["state"] for one in explanation.get("levels", ())), ""))


# --- Levels ---------------------------------------------------------------------------------------
def _level(
    rule: LevelRule,
    presence: Present | None,
    labels: Mapping[str, str],
    score: Scored,
    opinion: Opinion | None,
) -> dict[str, Any]:
    basic, quality = (presence.basic, presence.quality) if presence else (None, None)
    gates = [
        kinds_gate("min_basic", _("基本保障类"), rule.min_basic, basic),
        kinds_gate("min_quality", _("品质提升类"), rule.min_quality, quality),
        *(required_gate(group, presence, labels) for group in rule.required),
        score_gate(rule.min_score, score),
        opinion_gate("min_satisfaction", rule.min_satisfaction, opinion),
        opinion_gate("min_basic_satisfaction", rule.min_basic_satisfaction, opinion),
    ]
    asked = [gate for gate in gates if gate is not None]
    states = {gate.state for gate in asked}
    state = UNMET if UNMET in states else UNKNOWN if UNKNOWN in states else MET
    told = [gate.told() for gate in asked]
    name = str(Level(rule.level).label)
    return {"level": str(rule.level), "name": name, "met": False, "state": state, "gates": told}


def _settle(found: list[dict[str, Any]]) -> str:
    """Say of each level whether it counts; the highest that does, or ""."""
    reached, open_ = "", True
    for one in found:
        open_ = open_ and one["state"] == MET
        if open_:
            one["met"], reached = True, one["level"]
        elif one["state"] == MET:
            one["state"] = BLOCKED
    return reached


def _rule(found: Sequence[Mapping[str, Any]], reached: str) -> str:
    """Which condition decided, in one sentence."""
    following = next((one for one in found if not one["met"]), None)
    if following is None:
        return _("各等级条件均已满足。") if found else _("标准没有等级条件。")
    open_ = [one["text"] for one in following["gates"] if one["state"] != MET]
    name = next((one["name"] for one in found if one["level"] == reached), "")
    said = _("未进入%(level)s：%(why)s") % {"level": following["name"], "why": "；".join(open_)}
    return _("%(level)s条件均已满足。") % {"level": name} + said if name else said


# --- As it is kept --------------------------------------------------------------------------------
def _kinds(found: Counted | None) -> dict[str, int] | None:
    if found is None:
        return None
    names = ("present", "absent", "unknown", "total")
    return {name: int(getattr(found, name)) for name in names}


def _named(presence: Present | None, labels: Mapping[str, str], verdict: str) -> list[str]:
    if presence is None:
        return []
    return [labels[key] for key, found in presence.verdicts.items() if found == verdict]


def _opinion(opinion: Opinion | None) -> dict[str, Any] | None:
    if opinion is None:
        return None
    told: dict[str, Any] = {
        "n": None if opinion.withheld else opinion.n,
        "enough": opinion.enough,
        "share": None,
        "basic": None,
        "withheld": opinion.withheld,
    }
    if opinion.carries and not opinion.withheld:
        told["share"] = percent(Fraction(opinion.satisfied, opinion.n))
        told["basic"] = percent(Fraction(opinion.basic, opinion.n))
    return told


def _score(score: Scored, dimensions: Sequence[DimensionPoints]) -> dict[str, Any]:
    return {
        "total": None if score.total is None else str(score.total),
        "known": str(score.known),
        "scored": str(score.scored),
        "full": str(score.full),
        "dimensions": [_dimension(dimension) for dimension in dimensions],
        "open": [
            item.name for dimension in dimensions for item in dimension.items if item.points is None
        ],
    }


def _dimension(dimension: DimensionPoints) -> dict[str, Any]:
    own = add_up([dimension])
    return {
        "key": dimension.key,
        "name": dimension.name,
        "full": str(dimension.full),
        "points": None if own.total is None else str(own.total),
        "known": str(own.known),
        "scored": str(own.scored),
        "items": [
            {
                "key": item.key,
                "name": item.name,
                "kind": item.kind,
                "full": str(item.full),
                "points": None if item.points is None else str(item.points),
                "figure": item.figure,
                "source": item.source,
            }
            for item in dimension.items
        ],
    }
