"""Identifiers: UUIDv7, which sort by the time they were made."""

from uuid import UUID

from uuid_utils import compat


def new_id() -> UUID:
    """A fresh UUIDv7 (RFC 9562)."""
    return compat.uuid7()


def new_ids(count: int) -> list[UUID]:
    """`count` fresh UUIDv7 in ascending order, for bulk writes."""
    return [compat.uuid7() for _ in range(count)]
