"""Addresses of lists: what is chosen stands in them, several values of one name included."""

from typing import Any

from django.http import HttpRequest, QueryDict


def address(request: HttpRequest, **changes: Any) -> str:
    """This page's address with some of its query changed (None removes)."""
    query = changed_query(request.GET, **changes)
    return f"{request.path}?{query}" if query else request.path


def changed_query(query: QueryDict, **changes: Any) -> str:
    """A query with some names changed; empty values are left out."""
    kept = QueryDict(mutable=True)
    for name, values in query.lists():
        if name not in changes and any(values):
            kept.setlist(name, [value for value in values if value])
    for name, value in changes.items():
        if value is not None:
            kept[name] = str(value)
    return kept.urlencode()


def only(query: QueryDict, names: frozenset[str]) -> str:
    """The part of a query that `names` make up."""
    return changed_query(query, **{name: None for name in query if name not in names})
