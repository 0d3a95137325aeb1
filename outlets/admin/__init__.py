"""The admin pages of the register of outlets and what it refers to."""

from outlets.admin import formats, ledgers, outlets, owners

__all__ = ["formats", "ledgers", "outlets", "owners"]
