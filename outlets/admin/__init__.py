"""The admin pages of the register of outlets and what it refers to."""

from outlets.admin import formats, labels, ledgers, outlets, owners, quality

__all__ = ["formats", "labels", "ledgers", "outlets", "owners", "quality"]
