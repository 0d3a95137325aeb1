"""Acts on living circles, residential compounds, facilities and spaces."""

from circles.services.circles import (
    change_state,
    create_circle,
    prefill_from_boundary,
    serve_compounds,
    set_boundaries,
    set_boundary,
    set_partners,
)
from circles.services.compounds import import_compounds
from circles.services.facilities import change_facility, close_facility, create_facility
from circles.services.spaces import change_space, close_space, create_space

__all__ = [
    "change_facility",
    "change_space",
    "change_state",
    "close_facility",
    "close_space",
    "create_circle",
    "create_facility",
    "create_space",
    "import_compounds",
    "prefill_from_boundary",
    "serve_compounds",
    "set_boundaries",
    "set_boundary",
    "set_partners",
]
