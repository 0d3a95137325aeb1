"""The whole list is taken out however long it is, and its file is kept for a week."""

import datetime as dt
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.utils import timezone

from core import jobs
from core.models import AuditEvent
from outlets import listing
from outlets.exports import service
from tests.outlets.exported import (
    cells,
    full_outlet,
    media_fixture,  # noqa: F401
    person,
    take_out,
    world_fixture,  # noqa: F401
)
from tests.outlets.ledger_files import World

pytestmark = pytest.mark.django_db


def test_no_row_is_cut_and_large_lists_are_a_job(
    world: World, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> None:
    monkeypatch.setattr(service, "MOST_AT_ONCE", 5)
    monkeypatch.setattr(listing.chunks, "__defaults__", (3,))
    codes = {full_outlet(world, name=f"店{at}", code=f"L-{at}").code for at in range(11)}
    scope = person(world)
    export = take_out(world, scope)
    assert export.job is not None
    assert not export.file
    assert jobs.run_waiting() == 1
    export.refresh_from_db()
    assert export.rows == 11
    assert export.finished_at is not None
    assert {row["网点编码"] for row in cells(export)} == codes
    event = AuditEvent.objects.get(action="outlets.export")
    assert (event.changes["rows"], event.actor_id) == (11, scope.user_id)


def test_the_number_of_queries_does_not_grow_with_the_rows(
    world: World, django_assert_max_num_queries: Any
) -> None:
    scope = person(world)
    full_outlet(world)
    with django_assert_max_num_queries(60) as few:
        take_out(world, scope)
    for _ in range(20):
        full_outlet(world)
    with django_assert_max_num_queries(60) as many:
        take_out(world, scope)
    assert len(few) == len(many)


def test_files_go_after_a_week_what_was_done_stays(world: World) -> None:
    full_outlet(world)
    export = take_out(world, person(world))
    name = export.file.name
    assert name is not None
    almost = timezone.now() + service.KEPT - dt.timedelta(minutes=5)
    assert service.prune(almost) == {"files": 0}
    assert service.is_kept(export)
    later = timezone.now() + service.KEPT + dt.timedelta(minutes=5)
    assert not service.is_kept(export, later)
    assert service.prune(later) == {"files": 1}
    assert not default_storage.exists(name)
    export.refresh_from_db()
    assert (bool(export.file), export.rows) == (False, 1)
