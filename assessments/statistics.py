"""The arithmetic of a survey: shares with their intervals and the weighted score. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from statistics import NormalDist
from typing import Any, Self

# Shown and stored scores have one decimal.
TENTH = Decimal("0.1")


def wilson(successes: int, n: int, confidence: float = 0.95) -> tuple[float, float] | None:
    """The Wilson score interval of a share; None without answers.

    Unlike the textbook interval it stays within 0 and 1 and holds for few answers and for shares
    near 100 %, where satisfaction lies.
    """
    if not n:
        return None
    if not 0 <= successes <= n:
        raise ValueError(f"{successes} of {n}")
    z = NormalDist().inv_cdf(0.5 + confidence / 2)
    share, spread = successes / n, z * z / n
    middle = (share + spread / 2) / (1 + spread)
    half = z / (1 + spread) * (share * (1 - share) / n + spread / (4 * n)) ** 0.5
    # At the ends the formula gives 0 and 1, but for rounding.
    low = 0.0 if successes == 0 else max(0.0, middle - half)
    high = 1.0 if successes == n else min(1.0, middle + half)
    return low, high


@dataclass(frozen=True)
class Option:
    """What an answer to the question that measures counts as."""

    counts: str
    score: Decimal | None = None


def options_of(options: Iterable[Mapping[str, Any]]) -> dict[str, Option]:
    """Value → what it counts as, of a question's options."""
    return {
        str(one["value"]): Option(
            one.get("counts", ""), Decimal(str(one["score"])) if "score" in one else None
        )
        for one in options
    }


@dataclass(frozen=True)
class Satisfaction:
    """What so many answers say.

    n          valid answers: neither refused nor 不清楚
    excluded   answered 不清楚; in no denominator
    refused    the question was left unanswered
    satisfied  非常满意 and 满意 (满意度); basic counts 基本满意 besides (基本满意度)
    score      mean of the options' scores, half up to 0.1; None without a scored answer
    low, high  95 % Wilson interval of 满意度; basic_low, basic_high of 基本满意度
    """

    n: int
    excluded: int
    refused: int
    satisfied: int
    basic: int
    score: Decimal | None
    low: float | None
    high: float | None
    basic_low: float | None
    basic_high: float | None

    @classmethod
    def of(cls, tally: Mapping[str, int], options: Mapping[str, Option]) -> Self:
        """Of how often each value was given; "" and unknown values are refusals."""
        counted = {value: 0 for value in ("satisfied", "basic", "none", "excluded")}
        refused = scored = 0
        points = Decimal(0)
        for value, times in tally.items():
            option = options.get(value)
            if option is None or option.counts not in counted:
                refused += times
                continue
            counted[option.counts] += times
            if option.score is not None and option.counts != "excluded":
                scored += times
                points += option.score * times
        satisfied = counted["satisfied"]
        basic = satisfied + counted["basic"]
        n = basic + counted["none"]
        low, high = wilson(satisfied, n) or (None, None)
        basic_low, basic_high = wilson(basic, n) or (None, None)
        score = (points / scored).quantize(TENTH, ROUND_HALF_UP) if scored else None
        return cls(
            n,
            counted["excluded"],
            refused,
            satisfied,
            basic,
            score,
            low,
            high,
            basic_low,
            basic_high,
        )

    @property
    def share(self) -> float | None:
        """满意度."""
        return self.satisfied / self.n if self.n else None

    @property
    def basic_share(self) -> float | None:
        """基本满意度."""
        return self.basic / self.n if self.n else None

    @property
    def margin(self) -> float | None:
        """误差范围: half the width of the interval of 满意度."""
        return None if self.low is None or self.high is None else (self.high - self.low) / 2

    @property
    def basic_margin(self) -> float | None:
        """The same of 基本满意度."""
        if self.basic_low is None or self.basic_high is None:
            return None
        return (self.basic_high - self.basic_low) / 2
