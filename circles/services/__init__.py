"""Acts on living circles and residential compounds."""

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

__all__ = [
    "change_state",
    "create_circle",
    "import_compounds",
    "prefill_from_boundary",
    "serve_compounds",
    "set_boundaries",
    "set_boundary",
    "set_partners",
]
