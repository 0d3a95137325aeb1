"""The admin pages of circles, compounds, facilities, spaces, batches and checks."""

from circles.admin import circles, complaints, compounds, programme, sites

__all__ = ["circles", "complaints", "compounds", "programme", "sites"]
