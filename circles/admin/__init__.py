"""The admin pages of living circles, compounds, batches and what was looked for on the ground."""

from circles.admin import circles, compounds, programme

__all__ = ["circles", "compounds", "programme"]
