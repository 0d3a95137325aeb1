"""Which level a circle reaches under a standard, and why. Pure: figures in, explanation out."""

from typing import Any


def explain(**given: Any) -> dict[str, Any]:
    """The explanation kept in `Grade.explanation`."""
    raise NotImplementedError
