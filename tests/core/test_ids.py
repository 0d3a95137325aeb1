"""Identifiers are UUIDv7 and sort by the time they were made."""

import time
from uuid import UUID

from core.ids import new_id, new_ids


def test_an_id_is_a_standard_uuid_of_version_7():
    made = new_id()
    assert type(made) is UUID
    assert made.version == 7


def test_an_id_carries_the_millisecond_it_was_made_in():
    before = time.time_ns() // 1_000_000
    made = new_id()
    after = time.time_ns() // 1_000_000
    assert before <= made.int >> 80 <= after


def test_many_ids_are_distinct_and_ascending():
    made = new_ids(10_000)
    assert len(set(made)) == 10_000
    assert made == sorted(made)
    assert made[-1] < new_id()


def test_none_on_request():
    assert new_ids(0) == []
