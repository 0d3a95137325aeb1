"""Compounds, living circles, public facilities, spaces, pilot batches."""

from circles.models.circle import (
    Circle,
    CircleCompound,
    CircleFacts,
    CircleNeighbourhood,
    CircleStreet,
)
from circles.models.complaints import ComplaintCount
from circles.models.compound import Compound, CompoundFacts
from circles.models.programme import Designation, FormatCheck, PilotBatch
from circles.models.sites import Facility, Site, Space

__all__ = [
    "Circle",
    "CircleCompound",
    "CircleFacts",
    "CircleNeighbourhood",
    "CircleStreet",
    "ComplaintCount",
    "Compound",
    "CompoundFacts",
    "Designation",
    "Facility",
    "FormatCheck",
    "PilotBatch",
    "Site",
    "Space",
]
