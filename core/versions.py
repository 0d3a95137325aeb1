"""Deciding only on what was seen: versions compared under the row lock."""

from typing import Any

from django.utils.translation import gettext as _


class StaleVersionError(Exception):
    """The row has changed since the caller saw it; nothing was written."""

    def __init__(self, seen: int, current: int) -> None:
        self.seen, self.current = seen, current
        super().__init__(
            _("该记录已被他人修改（您看到第 %(seen)d 版，现为第 %(current)d 版），请刷新后重试。")
            % {"seen": seen, "current": current}
        )


def require_version(row: Any, seen: int | None) -> None:
    """Raise unless the locked `row` is still the version the caller saw (None = not pinned)."""
    if seen is not None and row.version != seen:
        raise StaleVersionError(seen, row.version)
