"""News of compounds, boundaries, checks and states, sent inside the changing transaction."""

from django.dispatch import Signal

# Arguments: district (territory.District). A receiver may only enqueue a job.
circles_changed = Signal()
