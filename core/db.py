"""Row locks that both databases understand."""

from typing import TypeVar

from django.db import connection, models

M = TypeVar("M", bound=models.Model)


def locked(rows: "models.QuerySet[M]") -> "models.QuerySet[M]":
    """Lock rows until the transaction ends, in key order (SQLite locks the whole file)."""
    rows = rows.order_by("pk")
    if connection.vendor == "sqlite":
        return rows
    return rows.select_for_update(of=("self",))
