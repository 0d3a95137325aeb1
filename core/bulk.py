"""Bulk writing: many rows inserted, updated, and copied into their history at once."""

import io
import re
import uuid
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from itertools import islice
from typing import Any, Self, TypeVar

from django.db import DEFAULT_DB_ALIAS, connection, connections, models
from django.utils import timezone

from core import audit

T = TypeVar("T")
UPDATE_BATCH = 1000
HISTORY_BATCH = 5000


def batched(items: Iterable[T], size: int) -> Iterator[list[T]]:
    """The items in lists of at most `size`."""
    walk = iter(items)
    while batch := list(islice(walk, size)):
        yield batch


class JsonText(str):
    """JSON that has been written out already, for a JSON column of `insert_rows`."""

    __slots__ = ()


def insert_rows(
    model: type[models.Model], columns: Sequence[str], rows: Iterable[Sequence[Any]]
) -> int:
    """Insert plain values: COPY on PostgreSQL, one executemany elsewhere; the number of rows.

    `columns` are field names; values must already be what the database stores (ids, not objects).
    No signals, no history: callers write those rows themselves. Each distinct value of a column
    is prepared only once, which is what a wide table of few distinct values mostly costs.
    """
    with RowWriter(model, columns) as writer:
        return writer.insert(rows)


class RowWriter:
    """Inserts block after block as `insert_rows` does, each while the caller makes the next.

    A COPY mostly waits for the server, so a thread sends it, one at a time. The driver cannot do
    two things on one connection, so every other statement waits for its end (`_after_copy`). What
    the server refuses is raised by the next statement or `insert`, at the latest by leaving.
    """

    def __init__(self, model: type[models.Model], columns: Sequence[str]) -> None:
        self.fields: list[Any] = [model._meta.get_field(name) for name in columns]
        self.copying = connection.vendor == "postgresql"
        quote = connection.ops.quote_name
        names = ", ".join(quote(field.column) for field in self.fields)
        target = f"{quote(model._meta.db_table)} ({names})"
        marks = ", ".join(["%s"] * len(self.fields))
        self.statement = (
            f"COPY {target} FROM STDIN"
            if self.copying
            else f"INSERT INTO {target} VALUES ({marks})"
        )
        self._sender = ThreadPoolExecutor(1, "copy")
        self._sent: Future[None] | None = None

    def __enter__(self) -> Self:
        self._open = ExitStack()
        self._open.callback(self._sender.shutdown)
        self._cursor = self._open.enter_context(connection.cursor())
        self._open.enter_context(connection.execute_wrapper(self._after_copy))
        self._open.callback(self._wait)
        return self

    def __exit__(self, *_error: object) -> None:
        self._open.close()

    def insert(self, rows: Iterable[Sequence[Any]]) -> int:
        """Send the rows on their way; how many they are."""
        prepare = [_preparer(field, self.copying) for field in self.fields]
        prepared = [
            [ready(value) for ready, value in zip(prepare, row, strict=True)] for row in rows
        ]
        self._wait()
        if prepared and self.copying:
            text = io.StringIO("".join("\t".join(row) + "\n" for row in prepared))
            copy = self._cursor.cursor.copy_expert
            self._sent = self._sender.submit(copy, self.statement, text)
        elif prepared:
            self._cursor.executemany(self.statement, prepared)
        return len(prepared)

    def _after_copy(self, execute: Callable[..., Any], *statement: Any) -> Any:
        self._wait()
        return execute(*statement)

    def _wait(self) -> None:
        sent, self._sent = self._sent, None
        if sent is not None:
            sent.result()


def _preparer(field: Any, copying: bool) -> Callable[[Any], Any]:
    """What turns a value of `field` into a parameter, or into text for COPY."""
    # The connection itself: its proxy would be looked up for every value.
    database = connections[DEFAULT_DB_ALIAS]

    def prepare(value: Any) -> Any:
        if isinstance(value, JsonText):
            # JSON itself has no bare tabs or line breaks.
            return value.replace("\\", "\\\\") if copying else str(value)
        ready = field.get_db_prep_save(value, database)
        return _copy_text(ready) if copying else ready

    # What is plain is written as Python shows it. Ids, long texts and floats seldom repeat, and of
    # floats 0.0 and -0.0 would be one; lists cannot be remembered.
    one_by_one = isinstance(field, _SELDOM_REPEATED)
    if copying and _is_plain(field):
        return _copy_text if one_by_one else _Remembered(_copy_text).__getitem__
    return prepare if one_by_one else _Remembered(prepare).__getitem__


_PLAIN = (
    models.CharField,
    models.TextField,
    models.IntegerField,
    models.FloatField,
    models.UUIDField,
)
_SELDOM_REPEATED = (models.UUIDField, models.TextField, models.FloatField, models.JSONField)


def _is_plain(field: Any) -> bool:
    """Whether a value of the field is stored as its own text."""
    target = field.target_field if field.is_relation else field
    while target.is_relation:
        target = target.target_field
    # Fields of our own (amounts of money) may store something else than they show.
    stock = type(target).__module__.startswith("django.db.models")
    return stock and (isinstance(target, _PLAIN) or type(target) is models.DateField)


class _Remembered(dict[Any, Any]):
    """Computes each distinct value once."""

    def __init__(self, compute: Callable[[Any], Any]) -> None:
        super().__init__()
        self.compute = compute

    def __missing__(self, value: Any) -> Any:
        self[value] = ready = self.compute(value)
        return ready


def update_rows(
    model: type[models.Model], columns: Sequence[str], rows: Iterable[Sequence[Any]]
) -> int:
    """Overwrite `columns` of rows given as (primary key, values…); the number of rows given.

    Values must already be what the database stores. No signals, no history. Statements: one per
    `UPDATE_BATCH` rows on PostgreSQL, one `executemany` elsewhere.
    """
    pk: Any = model._meta.pk
    fields: list[Any] = [model._meta.get_field(name) for name in columns]
    prepared = [
        [pk.get_db_prep_value(key, connection)]
        + [
            field.get_db_prep_save(value, connection)
            for field, value in zip(fields, row, strict=True)
        ]
        for key, *row in rows
    ]
    if not prepared:
        return 0
    quote = connection.ops.quote_name
    table, key_name = quote(model._meta.db_table), quote(pk.column)
    names = [quote(field.column) for field in fields]
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            from psycopg2.extras import execute_values

            settings = ", ".join(f"{name} = new.{name}" for name in names)
            casts = ", ".join(f"%s::{field.rel_db_type(connection)}" for field in (pk, *fields))
            statement = (
                f"UPDATE {table} SET {settings} "
                f"FROM (VALUES %s) AS new ({', '.join((key_name, *names))}) "
                f"WHERE {table}.{key_name} = new.{key_name}"
            )
            execute_values(
                cursor.cursor, statement, prepared, template=f"({casts})", page_size=UPDATE_BATCH
            )
        else:
            settings = ", ".join(f"{name} = %s" for name in names)
            cursor.executemany(
                f"UPDATE {table} SET {settings} WHERE {key_name} = %s",
                [[*values, key] for key, *values in prepared],
            )
    return len(prepared)


def record_history(
    model: type[models.Model], ids: Iterable[uuid.UUID], kind: str, *, reason: str = ""
) -> None:
    """Copy the rows as they now stand into their history table (`kind`: "+" new, "~" changed).

    Who and which act are those under way, as `core.history` would have written them.
    """
    history = model.history.model  # type: ignore[attr-defined]
    quote = connection.ops.quote_name
    own_fields: list[Any] = list(model._meta.concrete_fields)
    own = [quote(field.column) for field in own_fields]
    actor = audit.current_actor()
    extra = {
        "history_date": timezone.now(),
        "history_type": kind,
        "history_change_reason": reason[:100] or None,
        "history_user_id": actor.id,
        "act": audit.current_act_id(),
        "actor_label": actor.label,
    }
    fields = [history._meta.get_field(name) for name in extra]
    values = [
        field.get_db_prep_save(value, connection)
        for field, value in zip(fields, extra.values(), strict=True)
    ]
    columns = ", ".join([*own, *(quote(field.column) for field in fields)])
    pk: Any = model._meta.pk
    key = quote(pk.column)
    with connection.cursor() as cursor:
        for batch in batched(ids, HISTORY_BATCH):
            keys = [pk.get_db_prep_value(value, connection) for value in batch]
            marks = ", ".join(["%s"] * len(keys))
            # The casts say what the bare values of a SELECT are.
            casts = ", ".join(_cast(field) for field in fields)
            cursor.execute(
                f"INSERT INTO {quote(history._meta.db_table)} ({columns}) "
                f"SELECT {', '.join(own)}, {casts} FROM {quote(model._meta.db_table)} "
                f"WHERE {key} IN ({marks}) ORDER BY {key}",
                [*values, *keys],
            )


def _cast(field: Any) -> str:
    if connection.vendor == "postgresql":
        return f"%s::{field.rel_db_type(connection)}"
    return "%s"


_SPECIAL = re.compile(r"[\\\t\n\r]")
_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


def _copy_text(value: Any) -> str:
    """A prepared value as a field of COPY's text format."""
    if isinstance(value, str):
        # Translating is slow, and hardly any text needs it.
        return value.translate(_ESCAPES) if _SPECIAL.search(value) else value
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
