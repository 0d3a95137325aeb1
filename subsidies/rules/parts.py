"""What a rule is made of: plain frozen values, with every key resolved to what it names."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any


@dataclass(frozen=True)
class Option:
    """One answer of an input that is chosen."""

    value: str
    label: str


@dataclass(frozen=True)
class Input:
    """A fact that the rule asks for. `source` = where it may be prefilled from.

    kind  money | number | date | flag | choice
    """

    key: str
    label: str
    kind: str
    unit: str = ""
    required: bool = True
    options: tuple[Option, ...] = ()
    source: str = ""
    help: str = ""


@dataclass(frozen=True)
class Condition:
    """What must hold. kind: compare | ratio | not_blacklisted | not_funded | first_time.

    value  Decimal for money, number and ratio; text for date, flag and choice; for `in` a tuple
           of texts; None = 标准待定
    """

    key: str
    label: str
    kind: str
    input: Input | None = None
    op: str = ""
    value: Decimal | str | tuple[str, ...] | None = None
    other: Input | None = None
    years: int | None = None
    clause: str = ""

    @property
    def is_open(self) -> bool:
        """Whether its standard is 待定."""
        told = {"compare": self.value, "ratio": self.value, "not_funded": self.years}
        return told.get(self.kind, "") is None


@dataclass(frozen=True)
class Row:
    """A line of a table: for one choice (`only`), or for [start, end); None = open."""

    only: str | None
    start: Decimal | None
    end: Decimal | None
    value: Decimal | None


@dataclass(frozen=True)
class Lookup:
    """A constant (`by` is None), or the value of the row that the input `by` chooses."""

    value: Decimal | None = None
    by: Input | None = None
    table: tuple[Row, ...] = ()


@dataclass(frozen=True)
class Bonus:
    """While the flag is true, `value` is the rate instead, or is added to it (how: plus)."""

    flag: Input
    value: Decimal | None
    how: str = "instead"


@dataclass(frozen=True)
class Step:
    """One line of the calculation. kind: take | fixed | times | rate | cap."""

    key: str
    label: str
    kind: str
    input: Input | None = None
    amount: Lookup = field(default_factory=Lookup)
    bonus: tuple[Bonus, ...] = ()
    limit: Lookup | None = None
    most: Decimal | None = None
    rounds: str = "fen"
    clause: str = ""


@dataclass(frozen=True)
class Cap:
    """A limit over several applications, in yuan or in number.

    per     applicant (all years) | applicant_year | item_year (applicant and year, always of the
            one item) | clause_year (the item's, whoever applies) | outlet (all years)
    shared  it counts all items of the policy (from `common`), not the item alone
    """

    per: str
    amount: Decimal | None = None
    count: int | None = None
    label: str = ""
    clause: str = ""
    shared: bool = False


@dataclass(frozen=True)
class Instalment:
    """A part of the amount: share of it, in which year after the first, on what condition."""

    share: Decimal
    year_offset: int = 0
    condition: str = ""
    months: int | None = None


@dataclass(frozen=True)
class EvidenceLine:
    """One paper of the checklist."""

    key: str
    label: str
    required: bool = True
    note: str = ""


@dataclass(frozen=True)
class Example:
    """A worked example: what is given, and what must come out.

    spent      {"applicant_year": "58000", "applicant_count": "4", …}: given before, by `per`, in
               yuan or (`…_count`) in number
    about      {"on", "blacklisted", "funded_on": […], "item_on": […]}: see `eligibility.About`
    expected   yuan; None = must come out unknown (or, with `ineligible`, is not looked at)
    """

    name: str
    given: Mapping[str, Any]
    spent: Mapping[str, Decimal]
    about: Mapping[str, Any]
    expected: Decimal | None
    ineligible: bool = False
    note: str = ""


@dataclass(frozen=True)
class Rule:
    """The rule of one item, with what is common to all items of its policy."""

    inputs: tuple[Input, ...] = ()
    conditions: tuple[Condition, ...] = ()
    steps: tuple[Step, ...] = ()
    caps: tuple[Cap, ...] = ()
    instalments: tuple[Instalment, ...] = ()
    evidence: tuple[EvidenceLine, ...] = ()
    examples: tuple[Example, ...] = ()
