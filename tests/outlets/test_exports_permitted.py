"""Who takes outlets out, which rows, and with whose contacts."""

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.storage import default_storage

from accounts.policy import scope_of
from accounts.roles import AUDITOR, LEADER, PROGRAMME_OFFICER, STREET_OFFICER
from core import jobs
from core.models import AuditEvent, Job
from outlets.exports import service
from outlets.models import Export
from tests.factories import OfficeFactory, UserFactory
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


def test_a_job_writes_nothing_for_somebody_who_may_no_more(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "MOST_AT_ONCE", 0)
    full_outlet(world)
    office = OfficeFactory(district=world.district)
    user = UserFactory(office=office, roles=[PROGRAMME_OFFICER])
    export = take_out(world, scope_of(user))
    user.is_active = False
    user.save()
    jobs.run_waiting()
    job = Job.objects.get(pk=export.job)
    export.refresh_from_db()
    assert (job.state, bool(export.file)) == (Job.State.FAILED, False)
    assert "没有此项权限" in job.error


def test_contacts_are_masked_unless_asked_for_by_who_may(world: World) -> None:
    full_outlet(world)
    scope = person(world)
    [row] = cells(take_out(world, scope))
    assert (row["联系人"], row["电话"]) == ("张**", "138****5678")
    [row] = cells(take_out(world, scope, contacts=True))
    assert (row["联系人"], row["电话"]) == ("张三丰", "13812345678")
    assert [
        event.changes["contacts"]
        for event in AuditEvent.objects.filter(action="outlets.export").order_by("id")
    ] == [False, True]
    with pytest.raises(PermissionDenied):
        take_out(world, person(world, LEADER), contacts=True)
    assert Export.objects.count() == 2


def test_who_may_not_see_the_register_takes_nothing_out(world: World) -> None:
    full_outlet(world)
    with pytest.raises(PermissionDenied):
        take_out(world, person(world, AUDITOR))
    assert not Export.objects.exists()
    assert default_storage.listdir("")[0] == []


def test_a_street_takes_out_its_own_rows_alone(world: World) -> None:
    own = full_outlet(world)
    full_outlet(world, street=world.other, neighbourhood=None, lon=121.405)
    scope = person(world, STREET_OFFICER, world.street)
    assert [row["网点编码"] for row in cells(take_out(world, scope))] == [own.code]
    query = f"street={world.other.code}"
    assert cells(take_out(world, scope, query)) == []
