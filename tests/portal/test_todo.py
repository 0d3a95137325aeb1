"""What waits for whom."""

import uuid
from typing import Any

import pytest

from accounts.policy import scope_of
from core.audit import Actor
from metrics.services import make_snapshot
from portal.todo import waiting_for
from tests.factories import OfficeFactory, UserFactory
from tests.metrics.worlds import DAY, World, make_world

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(settings: Any, tmp_path: Any) -> World:
    settings.MEDIA_ROOT = tmp_path
    return make_world(8, outlets=6, compounds=3, circles=1)


def titles(world: World, role: str) -> list[str]:
    office = OfficeFactory(district=world.district)
    scope = scope_of(UserFactory(office=office, roles=[role]))
    return [item["title"] for item in waiting_for(scope, world.district)["items"]]


def test_a_snapshot_someone_asked_for_waits_for_its_sign_off(world: World) -> None:
    make_snapshot(district=world.district, as_of=DAY, by=Actor(uuid.uuid4(), "王经办"))
    assert len(titles(world, "approver")) == 1
    assert titles(world, "finance") == []


def test_nightly_runs_wait_for_nobody(world: World) -> None:
    make_snapshot(district=world.district, as_of=DAY)
    assert titles(world, "approver") == []
