"""Compounds, living circles, pilot batches."""

from circles.models.circle import (
    Circle,
    CircleCompound,
    CircleFacts,
    CircleNeighbourhood,
    CircleStreet,
)
from circles.models.compound import Compound, CompoundFacts
from circles.models.programme import Designation, FormatCheck, PilotBatch

__all__ = [
    "Circle",
    "CircleCompound",
    "CircleFacts",
    "CircleNeighbourhood",
    "CircleStreet",
    "Compound",
    "CompoundFacts",
    "Designation",
    "FormatCheck",
    "PilotBatch",
]
