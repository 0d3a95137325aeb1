"""The audit log: one event an act, with its actor; append-only on PostgreSQL."""

import uuid

import pytest
from django.db import DatabaseError, connection, transaction

from core import audit
from core.models import AuditEvent, Document

OFFICER = audit.Actor(uuid.uuid4(), "王经办", "310107", "req-1")


@pytest.mark.both
@pytest.mark.django_db
def test_an_act_writes_one_event_with_its_actor() -> None:
    document = Document.objects.first()
    assert document is not None
    with audit.act("core.test", by=OFFICER, obj=document, comment="试验") as act:
        act.changes = {"name": ["甲", "乙"]}
        act.from_state, act.to_state = "draft", "sent"
        act_id = act.id
    event = AuditEvent.objects.get(act=act_id)
    assert (event.actor_id, event.actor_label, event.office_code) == (
        OFFICER.id,
        "王经办",
        "310107",
    )
    assert (event.object_type, event.object_id) == ("core.document", str(document.pk))
    assert (event.from_state, event.to_state, event.comment) == ("draft", "sent", "试验")
    assert event.changes == {"name": ["甲", "乙"]}


@pytest.mark.both
@pytest.mark.django_db
def test_an_act_that_fails_leaves_no_event() -> None:
    with pytest.raises(ZeroDivisionError), audit.act("core.test", by=OFFICER):
        raise ZeroDivisionError
    assert not AuditEvent.objects.filter(action="core.test").exists()


@pytest.mark.django_db
@pytest.mark.parametrize(
    "statement", ["UPDATE core_auditevent SET comment = ''", "DELETE FROM core_auditevent"]
)
def test_events_can_be_neither_changed_nor_removed(statement: str) -> None:
    audit.note("core.test", by=OFFICER)
    with (
        pytest.raises(DatabaseError, match="append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)
    assert AuditEvent.objects.filter(action="core.test").count() == 1
