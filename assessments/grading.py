"""Which level a circle reaches under a standard, and why. Pure: figures in, explanation out.

A gate is met, unmet, or unknown (情况不明). An unknown gate is not met, and is told as unknown, not
as failed. Levels are tried from the lowest up: the proposed level is the highest one up to which
every gate is met; a higher level never counts while a lower one is not met.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any, Protocol

from django.utils.translation import gettext as _

from assessments.formulas import half_up, total_of
from circles.models.circle import Level

MET, UNMET, UNKNOWN = "met", "unmet", "unknown"
# All gates of its own are met, but not those of a lower level.
BLOCKED = "blocked"
LOWEST_FIRST = (Level.BASIC, Level.IMPROVED, Level.QUALITY)


class Counted(Protocol):
    """Kinds of a category: `assessments.presence.Kinds`."""

    @property
    def present(self) -> int: ...
    @property
    def absent(self) -> int: ...
    @property
    def unknown(self) -> int: ...
    @property
    def total(self) -> int: ...


class Present(Protocol):
    """What a circle has: `assessments.presence.Presence`."""

    @property
    def basic(self) -> Counted: ...
    @property
    def quality(self) -> Counted: ...
    @property
    def verdicts(self) -> Mapping[str, str]: ...


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


@dataclass(frozen=True)
class Opinion:
    """What residents said: counts of valid answers; `enough` of them are wanted."""

    n: int
    satisfied: int
    basic: int
    enough: int

    @property
    def carries(self) -> bool:
        """Whether there are answers enough to go by."""
        return self.n > 0 and self.n >= self.enough


@dataclass(frozen=True)
class Gate:
    """One condition of a level, as `explain` found it.

    lacking  what is to be added to it (“2 类业态（基本保障类）”); unclear  what nobody knows
    """

    gate: str
    wanted: str
    found: str
    state: str
    text: str
    lacking: str = ""
    unclear: str = ""

    def told(self) -> dict[str, str]:
        """As it stands in the explanation."""
        told = asdict(self)
        told["is"] = told.pop("found")
        return told


@dataclass(frozen=True)
class Scored:
    """Σ of the scorecard: `total` only if every item has points; what is known beside it."""

    total: Decimal | None
    known: Decimal
    scored: Decimal
    full: Decimal

    @property
    def open(self) -> Decimal:
        """Full marks of the items that have no points yet."""
        return self.full - self.scored


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
        _kinds_gate("min_basic", _("基本保障类"), rule.min_basic, basic),
        _kinds_gate("min_quality", _("品质提升类"), rule.min_quality, quality),
        *(_required_gate(group, presence, labels) for group in rule.required),
        _score_gate(rule.min_score, score),
        _opinion_gate("min_satisfaction", rule.min_satisfaction, opinion),
        _opinion_gate("min_basic_satisfaction", rule.min_basic_satisfaction, opinion),
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


# --- Gates ----------------------------------------------------------------------------------------
def _kinds_gate(gate: str, name: str, wanted: int, found: Counted | None) -> Gate | None:
    if not wanted:
        return None
    want = _("%(name)s不少于 %(n)d 类") % {"name": name, "n": wanted}
    if found is None:
        text = _("%(name)s未填分型表") % {"name": name}
        return Gate(gate, want, "—", UNKNOWN, text, unclear=text)
    is_ = _("%(n)d 类") % {"n": found.present}
    if found.unknown:
        is_ += _("（另有 %(n)d 类情况不明）") % {"n": found.unknown}
    text = _("%(name)s %(found)d/%(wanted)d 类") % {
        "name": name,
        "found": found.present,
        "wanted": wanted,
    }
    if found.present >= wanted:
        return Gate(gate, want, is_, MET, text)
    short, unsure = wanted - found.present, min(found.unknown, wanted - found.present)
    lacking = _("%(n)d 类业态（%(name)s）") % {"n": short, "name": name}
    unclear = _("%(n)d 类（%(name)s）") % {"n": found.unknown, "name": name}
    if found.present + found.unknown < wanted:
        return Gate(gate, want, is_, UNMET, text, lacking, unclear if unsure else "")
    text += _("，%(n)d 类情况不明") % {"n": found.unknown}
    return Gate(gate, want, is_, UNKNOWN, text, unclear=unclear)


def _required_gate(
    group: Sequence[str], presence: Present | None, labels: Mapping[str, str]
) -> Gate:
    """Of a group of items that stand in for each other one must be there."""
    name = _("或").join(labels.get(key, key) for key in group)
    state = group_state(group, presence.verdicts if presence else {})
    words = {MET: _("有"), UNMET: _("无"), UNKNOWN: _("情况不明")}
    return Gate(
        "required",
        _("必备：%(name)s") % {"name": name},
        words[state],
        state,
        f"{name}：{words[state]}",
        lacking=_("必备业态“%(name)s”") % {"name": name} if state == UNMET else "",
        unclear=_("必备业态“%(name)s”") % {"name": name} if state == UNKNOWN else "",
    )


def group_state(group: Sequence[str], verdicts: Mapping[str, str]) -> str:
    """MET when one of the group is present, UNMET when all are absent, else UNKNOWN."""
    found = {verdicts.get(key, UNKNOWN) for key in group}
    if "present" in found:
        return MET
    return UNKNOWN if UNKNOWN in found else UNMET


def _score_gate(wanted: Decimal | None, score: Scored) -> Gate | None:
    if wanted is None:
        return None
    want = _("得分不低于 %(n)s 分") % {"n": plain(wanted)}
    if score.total is not None:
        is_ = _("%(n)s 分") % {"n": plain(score.total)}
        text = _("得分 %(found)s/%(wanted)s 分") % {
            "found": plain(score.total),
            "wanted": plain(wanted),
        }
        if score.total >= wanted:
            return Gate("min_score", want, is_, MET, text)
        short = _("%(n)s 分") % {"n": plain(wanted - score.total)}
        return Gate("min_score", want, is_, UNMET, text, lacking=short)
    is_ = _("未计全：已计 %(points)s 分（满分 %(scored)s 分的项目）") % {
        "points": plain(score.known),
        "scored": plain(score.scored),
    }
    unclear = _("还有 %(n)s 分的项目未计分") % {"n": plain(score.open)}
    if score.known + score.open >= wanted:
        return Gate("min_score", want, is_, UNKNOWN, _("得分") + unclear, unclear=unclear)
    most = wanted - score.known - score.open
    text = _("得分即使未计分项目满分也差 %(n)s 分") % {"n": plain(most)}
    lacking = _("至少 %(n)s 分") % {"n": plain(most)}
    return Gate("min_score", want, is_, UNMET, text, lacking, unclear)


def _opinion_gate(gate: str, wanted: Decimal | None, opinion: Opinion | None) -> Gate | None:
    if wanted is None:
        return None
    name = _("满意度") if gate == "min_satisfaction" else _("基本满意度")
    want = _("%(name)s不低于 %(n)s") % {"name": name, "n": percent(Fraction(wanted))}
    if opinion is None:
        text = _("%(name)s没有调查结果") % {"name": name}
        return Gate(gate, want, "—", UNKNOWN, text, unclear=text)
    if not opinion.carries:
        told = {"name": name, "n": opinion.n, "enough": opinion.enough}
        text = _("%(name)s样本不足 %(n)d/%(enough)d") % told
        is_ = _("样本不足 %(n)d/%(enough)d") % told
        return Gate(gate, want, is_, UNKNOWN, text, unclear=text)
    yes = opinion.satisfied if gate == "min_satisfaction" else opinion.basic
    share, floor = Fraction(yes, opinion.n), Fraction(wanted)
    is_ = _("%(share)s（有效问卷 %(n)d 份）") % {"share": percent(share), "n": opinion.n}
    text = f"{name} {percent(share)}/{percent(floor)}"
    if share >= floor:
        return Gate(gate, want, is_, MET, text)
    told = {"name": name, "n": plain(_tenths_up((floor - share) * 100))}
    return Gate(gate, want, is_, UNMET, text, _("%(name)s还差 %(n)s 个百分点") % told)


# --- Words ----------------------------------------------------------------------------------------
def plain(amount: Decimal) -> str:
    """A number without idle zeros: 4, 3.5, 86.25."""
    text = f"{amount:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def percent(share: Fraction) -> str:
    """90%, 91.25%: at most two decimals, half up."""
    return f"{plain(half_up(share * 100))}%"


def _tenths_up(points: Fraction) -> Decimal:
    """Rounded up to 0.1, so that what is lacking never reads 0."""
    tenths = -(-points * 10 // 1)
    return Decimal(int(tenths)) / 10


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
    told: dict[str, Any] = {"n": opinion.n, "enough": opinion.enough, "share": None, "basic": None}
    if opinion.carries:
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
