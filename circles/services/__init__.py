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

__all__ = [
    "change_state",
    "create_circle",
    "prefill_from_boundary",
    "serve_compounds",
    "set_boundaries",
    "set_boundary",
    "set_partners",
]
