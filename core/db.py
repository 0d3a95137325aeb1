"""Row locks and bulk writing that both databases understand."""

import io
from collections.abc import Iterable, Sequence
from typing import Any, TypeVar

from django.db import DEFAULT_DB_ALIAS, connection, connections, models

M = TypeVar("M", bound=models.Model)


def locked(rows: "models.QuerySet[M]") -> "models.QuerySet[M]":
    """Lock rows until the transaction ends, in key order (SQLite locks the whole file)."""
    rows = rows.order_by("pk")
    if connection.vendor == "sqlite":
        return rows
    return rows.select_for_update(of=("self",))


def insert_rows(
    model: type[models.Model], columns: Sequence[str], rows: Iterable[Sequence[Any]]
) -> int:
    """Insert plain values into `model`'s table: COPY on PostgreSQL, executemany elsewhere.

    `columns` are field names; values must already be what the database stores (ids, not objects).
    No signals, no history: callers write those rows themselves. Returns the number of rows.
    """
    # The proxy `connection` costs a look-up per attribute: too much in a loop over every value.
    database = connections[DEFAULT_DB_ALIAS]
    fields: list[Any] = [model._meta.get_field(name) for name in columns]
    names = ", ".join(connection.ops.quote_name(field.column) for field in fields)
    table = connection.ops.quote_name(model._meta.db_table)
    prepared = [
        [field.get_db_prep_save(value, database) for field, value in zip(fields, row, strict=True)]
        for row in rows
    ]
    if not prepared:
        return 0
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            text = io.StringIO("".join("\t".join(map(_copy_text, row)) + "\n" for row in prepared))
            cursor.cursor.copy_expert(f"COPY {table} ({names}) FROM STDIN", text)
        else:
            marks = ", ".join(["%s"] * len(fields))
            cursor.executemany(f"INSERT INTO {table} ({names}) VALUES ({marks})", prepared)
    return len(prepared)


_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


def _copy_text(value: Any) -> str:
    if value is None:
        return r"\N"
    if isinstance(value, bool):
        return "t" if value else "f"
    if hasattr(value, "dumps"):  # psycopg2's JSON wrapper
        return str(value.dumps(value.adapted)).translate(_ESCAPES)
    value = getattr(value, "adapted", value)  # and its binary one
    if isinstance(value, bytes | memoryview):
        return r"\\x" + bytes(value).hex()
    return str(value).translate(_ESCAPES)
