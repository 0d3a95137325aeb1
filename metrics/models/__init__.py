"""Networks, rules and targets, runs, values, releases."""

from metrics.models.network import StreetNetwork
from metrics.models.rules import FormatRule, RuleSet, Target
from metrics.models.runs import CompoundReach, Membership, Release, Run, Value

__all__ = [
    "CompoundReach",
    "FormatRule",
    "Membership",
    "Release",
    "RuleSet",
    "Run",
    "StreetNetwork",
    "Target",
    "Value",
]
