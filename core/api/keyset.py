"""Walking a list by key: each page starts behind the last row of the one before.

Rows that come or go meanwhile never shift the others, and page 1,000 costs what page 1 does.
"""

import datetime as dt
import uuid
from dataclasses import dataclass
from decimal import Decimal
from operator import attrgetter
from typing import Any

from django.core import signing
from django.db.models import F, Model, Q, QuerySet
from django.db.models.expressions import OrderBy

_SALT = "core.api.keyset"


class BadCursorError(ValueError):
    """A cursor that this list, in this order, never gave out."""


@dataclass(frozen=True)
class Order:
    """By one column, then by primary key in the same direction; nulls come last either way."""

    column: str = "pk"
    descending: bool = False

    @classmethod
    def parse(cls, text: str) -> "Order":
        """`name` or `-name`."""
        return cls(text.removeprefix("-"), text.startswith("-"))

    @property
    def text(self) -> str:
        """The order as `parse` takes it."""
        return f"-{self.column}" if self.descending else self.column

    def terms(self, model: type[Model]) -> list[OrderBy]:
        """What to order by."""
        if self._is_key(model):
            return [self._term("pk")]
        # An index serves the plain order, so nulls are only spoken of where there are any.
        nulls_last = True if self._field(model).null else None
        return [self._term(self.column, nulls_last), self._term("pk")]

    def after(self, model: type[Model], value: Any, pk: Any) -> Q:
        """Rows behind the one with that `value` and primary key."""
        beyond = "lt" if self.descending else "gt"
        behind_key = Q((f"pk__{beyond}", pk))
        if self._is_key(model):
            return behind_key
        if value is None:
            return Q((f"{self.column}__isnull", True)) & behind_key
        strictly = Q((f"{self.column}__{beyond}", value))
        from_here = Q((f"{self.column}__{beyond}e", value)) & (strictly | behind_key)
        if self._field(model).null:
            return from_here | Q((f"{self.column}__isnull", True))
        return from_here

    def _is_key(self, model: type[Model]) -> bool:
        return self.column == "pk" or self._field(model).primary_key

    def _field(self, model: type[Model]) -> Any:
        return model._meta.get_field(self.column)

    def _term(self, name: str, nulls_last: bool | None = None) -> OrderBy:
        return OrderBy(F(name), descending=self.descending, nulls_last=nulls_last)


def page_after(
    rows: QuerySet[Any], order: Order, size: int, cursor: str = ""
) -> tuple[list[Any], str]:
    """At most `size` rows behind `cursor` ('' = from the start), and the next cursor ('' = end).

    Raises BadCursorError for a cursor of another list, another order or nobody.
    """
    model = rows.model
    rows = rows.order_by(*order.terms(model))
    if cursor:
        rows = rows.filter(order.after(model, *_read_cursor(model, order, cursor)))
    found = list(rows[: size + 1])
    if len(found) <= size:
        return found, ""
    return found[:size], _cursor_behind(model, order, found[size - 1])


def _cursor_behind(model: type[Model], order: Order, row: Any) -> str:
    value = None if order._is_key(model) else attrgetter(order.column)(row)
    payload = [model._meta.label_lower, order.text, _plain(value), _plain(row.pk)]
    return signing.dumps(payload, salt=_SALT)


def _read_cursor(model: type[Model], order: Order, cursor: str) -> tuple[Any, Any]:
    try:
        label, text, value, pk = signing.loads(cursor, salt=_SALT)
    except (signing.BadSignature, ValueError, TypeError) as error:
        raise BadCursorError from error
    if (label, text) != (model._meta.label_lower, order.text):
        raise BadCursorError
    key: Any = model._meta.pk
    if value is not None:
        value = order._field(model).to_python(value)
    return value, key.to_python(pk)


def _plain(value: Any) -> Any:
    """A value as JSON holds it without loss."""
    if isinstance(value, dt.datetime | dt.date):
        return value.isoformat()
    if isinstance(value, uuid.UUID | Decimal):
        return str(value)
    return value
