"""An outlet and what is suspected of it, for tests."""

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from core.audit import Actor
from outlets.fieldwork.licences import Notice, push_licences
from outlets.models import Outlet, Suspicion
from tests.factories import (
    DistrictFactory,
    EnterpriseFactory,
    OfficeFactory,
    OutletFactory,
    UserFactory,
)

BY = Actor(label="李经办")
TODAY = timezone.localdate


@pytest.fixture(name="outlet")
def outlet_fixture(db: None) -> Outlet:
    enterprise = EnterpriseFactory(district=DistrictFactory())
    return OutletFactory(
        street__district=enterprise.district,
        enterprise=enterprise,
        address="曹杨路 100 号",
        collected_on=TODAY(),
    )


def suspicion(outlet: Outlet | None = None, **columns: Any) -> Suspicion:
    told = {
        "kind": "licence_gone",
        "month": TODAY().replace(day=1),
        "source": "market",
        "external_id": str(Suspicion.objects.count()),
        "content": {"name": outlet.name if outlet else "新设便利店"},
    }
    if outlet is not None:
        told |= {"district": outlet.district, "street": outlet.street, "outlet": outlet}
    return Suspicion.objects.create(**told | columns)


def officer(street: Any, role: str = "street_officer") -> Client:
    client = Client()
    client.force_login(UserFactory(office=OfficeFactory(street=street), roles=[role]))
    return client


def notice(external_id: str, kind: str = "licence_gone", **more: Any) -> Notice:
    return Notice(external_id=external_id, kind=kind, **{"name": "某某商贸"} | more)


def push(outlet: Outlet, *notices: Notice) -> Any:
    return push_licences(district=outlet.district, source="market", notices=list(notices), by=BY)
