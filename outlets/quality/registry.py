"""The functions behind the rules, by code. Rooms above register theirs here, too.

What a rule is called, how serious it is, with which numbers and whether it is in force, are rows
of `QualityRule`; a row without a function, or a function without its row, does nothing.
"""

import uuid
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from outlets.quality.book import Book

Numbers = Mapping[str, Any]
# Plain JSON: figures and names, the same as long as nothing changed.
Detail = dict[str, Any]
Found = tuple[uuid.UUID, Detail]
Check = Callable[[Book, Numbers], Iterable[Found]]
Words = Callable[[Mapping[str, Any]], str]


@dataclass(frozen=True)
class Rule:
    """Finds the rows that break a rule, each at most once, and says in words what is wrong."""

    code: str
    check: Check
    words: Words


_rules: dict[str, Rule] = {}


def rule(code: str, *, words: Words) -> Callable[[Check], Check]:
    """Register the function that finds the rows which break rule `code`."""

    def register(check: Check) -> Check:
        _rules[code] = Rule(code, check, words)
        return check

    return register


def known_rules() -> dict[str, Rule]:
    """All registered rules by code."""
    return dict(_rules)


def words_of(code: str, detail: Mapping[str, Any]) -> str:
    """What is wrong with a row, in the reader's language; empty for a rule nobody knows."""
    known = _rules.get(code)
    return known.words(detail) if known else ""
