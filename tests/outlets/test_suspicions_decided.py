"""疑似变化: decided once, the register following."""

import datetime as dt
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from core.audit import Actor
from core.models import AuditEvent
from core.versions import StaleVersionError
from outlets.fieldwork.suspicions import confirm_suspicion, dismiss_suspicion
from outlets.models import Outlet, Suspicion
from outlets.services import change_outlet
from tests.factories import BusinessFormatFactory
from tests.outlets.suspected import (
    BY,
    TODAY,
    outlet_fixture,  # noqa: F401
    suspicion,
)

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("action", "status"), [("close", "closed"), ("move", "moved"), ("suspend", "suspended")]
)
def test_confirming_brings_the_register_in_step(outlet: Outlet, action: str, status: str) -> None:
    day = TODAY() - dt.timedelta(days=5)
    row = confirm_suspicion(
        suspicion=suspicion(outlet), action=action, on=day, by=BY, comment="已走访"
    )
    outlet.refresh_from_db()
    assert (outlet.status, row.state, row.decided_by_label) == (status, "confirmed", BY.label)
    assert outlet.facts.get(valid_from=day).status == status
    assert row.act == outlet.history.first().act is not None
    event = AuditEvent.objects.get(action="outlets.confirm_suspicion")
    assert (event.from_state, event.to_state, event.comment) == ("open", "confirmed", "已走访")


def test_a_changed_licence_corrects_the_outlet(outlet: Outlet) -> None:
    row = suspicion(outlet, kind="licence_changed")
    values = {"licence_name": "新名商贸", "address": "枣阳路 5 号"}
    confirm_suspicion(suspicion=row, action="change", values=values, on=TODAY(), by=BY)
    outlet.refresh_from_db()
    assert (outlet.licence_name, outlet.address) == ("新名商贸", "枣阳路 5 号")


def test_a_new_licence_becomes_an_outlet(outlet: Outlet) -> None:
    row = suspicion(district=outlet.district, kind="licence_new")
    values = {"name": "新设便利店", "address": "枣阳路 6 号"}
    told: dict[str, Any] = {"suspicion": row, "action": "create", "on": TODAY(), "by": BY}
    with pytest.raises(ValidationError) as caught:
        confirm_suspicion(values=values, **told)
    assert "main_format" in caught.value.message_dict
    values |= {"main_format": BusinessFormatFactory(), "street": outlet.street}
    made = confirm_suspicion(values=values, **told)
    assert made.outlet == Outlet.objects.get(name="新设便利店")
    assert (made.street, made.act) == (outlet.street, made.outlet.history.first().act)


def test_it_is_decided_once(outlet: Outlet) -> None:
    row = suspicion(outlet)
    dismiss_suspicion(suspicion=row, comment="仍在经营", by=BY)
    with pytest.raises(ValidationError, match="李经办"):
        confirm_suspicion(suspicion=row, action="close", on=TODAY(), by=Actor(label="赵"))
    assert Outlet.objects.get(pk=outlet.pk).status == "open"
    assert Suspicion.objects.get().comment == "仍在经营"


def test_what_was_seen_must_still_be_there(outlet: Outlet) -> None:
    row = suspicion(outlet)
    change_outlet(outlet=outlet, changes={"hours": "全天"}, on=TODAY(), by=BY)
    told: dict[str, Any] = {"suspicion": row, "action": "close", "on": TODAY(), "by": BY}
    for seen in ({"outlet_version": 1}, {"seen_version": 9}):
        with pytest.raises(StaleVersionError):
            confirm_suspicion(**told, **seen)
    assert Suspicion.objects.get().state == "open"
    assert Outlet.objects.get(pk=outlet.pk).status == "open"


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"action": "create"}, "action"),
        ({"action": ""}, "action"),
        ({"action": "done"}, "comment"),
        ({"action": "change"}, "action"),
        ({"action": "close", "on": dt.date(2999, 1, 1)}, "on"),
        ({"action": "change", "values": {"version": 3}}, "version"),
    ],
)
def test_what_cannot_be_decided_is_refused(
    outlet: Outlet, more: dict[str, Any], field: str
) -> None:
    told: dict[str, Any] = {"suspicion": suspicion(outlet), "on": TODAY(), "by": BY} | more
    with pytest.raises(ValidationError) as caught:
        confirm_suspicion(**told)
    assert field in caught.value.message_dict
    assert Suspicion.objects.get().state == "open"


def test_dismissing_needs_a_reason(outlet: Outlet) -> None:
    with pytest.raises(ValidationError) as caught:
        dismiss_suspicion(suspicion=suspicion(outlet), comment=" ", by=BY)
    assert "comment" in caught.value.message_dict
