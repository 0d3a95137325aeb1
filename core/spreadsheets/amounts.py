"""Numbers as people write them: with a unit, as degrees and minutes, longitude and latitude in one.

Each function takes a cell's text in normal form and gives the plain number, or the text unchanged
where it is no such thing, so that the check that follows can say what is wrong.
"""

import re
from collections.abc import Callable

_DEGREES = re.compile(
    r"(?P<side>东经|北纬|经度|纬度|[EN])?\s*:?\s*(?P<degrees>\d{1,3}(?:\.\d+)?)\s*[°度]"
    r"(?:\s*(?P<minutes>\d{1,2}(?:\.\d+)?)\s*['′’‘分]"
    r"(?:\s*(?P<seconds>\d{1,2}(?:\.\d+)?)\s*(?:\"|”|“|''|′′|’’|秒)?)?)?\s*(?P<after>[EN])?",
    re.IGNORECASE,
)
_NAMED = re.compile(
    r"(?:东经|北纬|经度|纬度|[EN])\s*:?\s*(\d{1,3}\.\d+)|(\d{1,3}\.\d+)\s*[EN]", re.I
)
_BETWEEN = re.compile(r"\s*[,，;；、/|]\s*|\s+")
_PLAIN = re.compile(r"\d{1,3}(?:\.\d+)?", re.ASCII)
# No meridian of the country has a number that a parallel of it has.
_LON, _LAT = (70.0, 140.0), (0.0, 60.0)


def without_unit(*units: str) -> Callable[[str], str]:
    """The function that takes one of the units off the end of a number."""
    ending = re.compile(rf"([-+]?[\d,.]+)\s*(?:{'|'.join(map(re.escape, units))})", re.IGNORECASE)

    def bare(text: str) -> str:
        match = ending.fullmatch(text)
        return match[1] if match else text

    return bare


def plain_degrees(text: str) -> str:
    """121°23′45.6″, 东经121度23分45.6秒, E121.396 → decimal degrees."""
    if match := _NAMED.fullmatch(text):
        return match[1] or match[2]
    match = _DEGREES.fullmatch(text)
    if not match:
        return text
    minutes, seconds = (float(match[part] or 0) for part in ("minutes", "seconds"))
    if minutes >= 60 or seconds >= 60:
        return text
    return f"{float(match['degrees']) + minutes / 60 + seconds / 3600:.7f}"


def plain_pair(text: str) -> str:
    """“121.396,31.2553”, in either order, as “longitude,latitude” in decimal degrees."""
    bare = text.strip("()[] ")
    for parts in (_BETWEEN.split(bare), [part for part in re.split(r"[,，;；]", bare) if part]):
        numbers = [plain_degrees(part.strip()) for part in parts]
        if len(numbers) == 2 and all(map(_PLAIN.fullmatch, numbers)):
            one, other = numbers
            swapped = _within(other, _LON) and _within(one, _LAT)
            return f"{other},{one}" if swapped else f"{one},{other}"
    return text


def is_pair(text: str) -> bool:
    """Whether the text is what `plain_pair` gives for two numbers."""
    return len(parts := text.split(",")) == 2 and all(map(_PLAIN.fullmatch, parts))


def _within(number: str, bounds: tuple[float, float]) -> bool:
    return bounds[0] <= float(number) <= bounds[1]
