"""What a version of a standard or a questionnaire says, apart from where and when it is kept."""

from dataclasses import dataclass
from typing import Any

from assessments.models import Questionnaire, Standard

Content = dict[str, Any]


@dataclass(frozen=True)
class Difference:
    """One thing that two versions say differently.

    part    standard, levels, checklist_items, dimensions, items; questionnaire, questions
    key, label  of the row; "" and the part's label for the version's own columns
    field   the column; "" = the whole row is there in one version only; "sort" = the order
    before, after  as texts for people; None = not there
    """

    part: str
    key: str
    label: str
    field: str
    before: str | None
    after: str | None

    @property
    def part_label(self) -> str:
        """The part's name for people."""
        raise NotImplementedError

    @property
    def field_label(self) -> str:
        """The column's name for people; "" for a whole row."""
        raise NotImplementedError


def content_of(standard: Standard) -> Content:
    """Own columns under `standard`, then `levels`, `checklist_items`, `dimensions` with `items`.

    JSON-able and canonical: decimals as their shortest text, days in ISO, no ids, states or
    numbers. Reads the parts from prefetched relations where there are.
    """
    raise NotImplementedError


def content_of_questionnaire(questionnaire: Questionnaire) -> Content:
    """Own columns under `questionnaire`, then `questions`; else as `content_of`."""
    raise NotImplementedError


def compare(a: Content, b: Content) -> list[Difference]:
    """What `b` says otherwise than `a`: two contents of the same sort."""
    raise NotImplementedError
