"""News of the register, sent inside the changing transaction, last thing before it ends."""

from django.dispatch import Signal

# Arguments: district (territory.District). A receiver may only enqueue a job.
outlets_changed = Signal()
