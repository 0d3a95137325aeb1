"""The admin pages of the register of outlets and what it refers to."""

from outlets.admin import fieldwork, formats, labels, ledgers, outlets, owners, quality

__all__ = ["fieldwork", "formats", "labels", "ledgers", "outlets", "owners", "quality"]
