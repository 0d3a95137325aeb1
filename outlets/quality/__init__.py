"""Data quality: rules a register row should keep, the rows that do not, and the trend."""

from outlets.quality.registry import words_of
from outlets.quality.services import (
    check_quality,
    keep,
    look_at,
    unwaive_finding,
    waive_finding,
)
from outlets.quality.trend import open_by_day

__all__ = [
    "check_quality",
    "keep",
    "look_at",
    "open_by_day",
    "unwaive_finding",
    "waive_finding",
    "words_of",
]
