"""May it be supported: each condition met, unmet or unknown, with the reason in words."""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from subsidies.rules.shapes import Condition

MET, UNMET, UNKNOWN = "met", "unmet", "unknown"


@dataclass(frozen=True)
class About:
    """What the platform knows of the applicant; None = not known.

    on           the day on which it is judged; years are counted back from it
    blacklisted  whether the enterprise is on a list of the dishonest (失信、黑名单)
    funded_on    days of earlier support for the same outlet (or enterprise), of whatever item
    item_on      days of earlier support under this item
    """

    on: dt.date
    blacklisted: bool | None = None
    funded_on: tuple[dt.date, ...] | None = None
    item_on: tuple[dt.date, ...] | None = None


@dataclass(frozen=True)
class Verdict:
    """One condition's outcome: state met | unmet | unknown."""

    key: str
    label: str
    state: str
    text: str
    clause: str = ""


def judge(conditions: Iterable[Condition], facts: Mapping[str, str], about: About) -> list[Verdict]:
    """One verdict per condition, in their order. Facts are canonical (`clean_facts`)."""
    raise NotImplementedError
