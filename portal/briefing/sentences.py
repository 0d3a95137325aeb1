"""The sentences to quote: data (`fixtures/briefing.json`), Chinese whatever the page's language."""

import datetime as dt
import json
from dataclasses import dataclass
from functools import lru_cache

from django.conf import settings

from metrics.indicators import Unit, get
from metrics.indicators.programme import LEVELS

LEVEL_WORDS = {"basic": "基础型", "improved": "提升型", "quality": "品质型", "": "未评"}
DEMO_MARK = "【演示数据，不得引用】"
PARTIAL_MARK = "【数据不全，仅供参考】"
UNCONFIRMED_MARK = "（口径待区商务委确认）"


@dataclass(frozen=True)
class Template:
    """One of the seven: the indicator it is about, others that its sentence names, the sentence."""

    code: str
    label: str
    sentence: str
    also: tuple[str, ...] = ()

    @property
    def codes(self) -> tuple[str, ...]:
        """Every indicator that the sentence needs."""
        return (self.code, *self.also)


@lru_cache
def templates() -> tuple[Template, ...]:
    """The seven, in their order."""
    told = json.loads((settings.FIXTURE_ROOT / "briefing.json").read_text(encoding="utf-8"))
    return tuple(
        Template(one["code"], one["label"], one["sentence"], tuple(one.get("also", ())))
        for one in told["figures"]
    )


def sentence(
    template: Template,
    day: dt.date,
    values: dict[str, float],
    levels: dict[str, int] | None = None,
    *,
    unconfirmed: bool = False,
) -> str:
    """The sentence with its figures and its 统计截止日; `values` holds every code it needs."""
    words = {code: spoken(code, value) for code, value in values.items()}
    text = template.sentence.format(
        day=f"{day.year}年{day.month}月{day.day}日",
        value=words[template.code],
        levels=_levels(levels or {}),
        **words,
    )
    return f"{text.removesuffix('。')}{UNCONFIRMED_MARK}。" if unconfirmed else text


def spoken(code: str, value: float) -> str:
    """A figure with its unit, as an official text writes it: 30.2%, 128个, 1.3万人."""
    match get(code).unit:
        case Unit.SHARE:
            return f"{value * 100:.1f}%"
        case Unit.PERSONS:
            return f"{value / 10_000:.1f}万人" if value >= 10_000 else f"{value:.0f}人"
        case Unit.TIMES:
            return f"{value:.0f}场"
        case Unit.POINTS:
            return f"{value:.1f}分"
        case _:
            return f"{value:.0f}个"


def _levels(counts: dict[str, int]) -> str:
    """“，其中基础型3个、品质型1个”; nothing when none is graded."""
    named = [
        f"{LEVEL_WORDS[level]}{counts[level]}个" for level in LEVELS if counts.get(level, 0) > 0
    ]
    return (
        f"，其中{'、'.join(named)}" if any(counts.get(level) for level in LEVELS if level) else ""
    )
