"""The gates of a level, one by one: met, unmet, or unknown, each with how it reads. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Protocol

from django.utils.translation import gettext as _

from assessments.formulas import half_up

MET, UNMET, UNKNOWN = "met", "unmet", "unknown"


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


@dataclass(frozen=True)
class Opinion:
    """What residents said: counts of valid answers; `enough` of them are wanted.

    withheld  no figure may rest on them that is shown: it would tell on others
    """

    n: int
    satisfied: int
    basic: int
    enough: int
    withheld: bool = False

    @property
    def carries(self) -> bool:
        """Whether there are answers enough to go by."""
        return self.n > 0 and self.n >= self.enough


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


def kinds_gate(gate: str, name: str, wanted: int, found: Counted | None) -> Gate | None:
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


def required_gate(
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


def score_gate(wanted: Decimal | None, score: Scored) -> Gate | None:
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


def opinion_gate(gate: str, wanted: Decimal | None, opinion: Opinion | None) -> Gate | None:
    if wanted is None:
        return None
    name = _("满意度") if gate == "min_satisfaction" else _("基本满意度")
    want = _("%(name)s不低于 %(n)s") % {"name": name, "n": percent(Fraction(wanted))}
    if opinion is None:
        text = _("%(name)s没有调查结果") % {"name": name}
        return Gate(gate, want, "—", UNKNOWN, text, unclear=text)
    if opinion.withheld:
        # How few they are, or whether they suffice, would tell on others.
        text = _("%(name)s%(met)s（数据不公布）") % {"name": name, "met": _("情况不明")}
        return Gate(gate, want, _("数据不公布"), UNKNOWN, text, unclear=text)
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
    return Gate(gate, want, is_, UNMET, text, _("%(name)s %(n)s 个百分点") % told)


# --- Words ---------------------------------------------------------------------------------------
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
