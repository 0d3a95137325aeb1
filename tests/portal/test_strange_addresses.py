"""What nobody types by hand into an address is no failure of ours."""

import pytest
from django.test import Client

from tests.factories import OfficeFactory, StreetFactory, UserFactory

pytestmark = pytest.mark.django_db
LARGE = "9" * 30
ADDRESSES = {
    f"/coordination/meetings/?from={LARGE}": 200,
    "/coordination/meetings/?year=0000": 200,
    f"/coordination/proposals/?from={LARGE}": 200,
    f"/coordination/tasks/?from={LARGE}": 200,
    f"/accounts/delegations/?from={LARGE}": 200,
    f"/accounts/handover/?from={LARGE}": 200,
    "/coordination/tasks/?q=%00": 400,
    "/coordination/roster/?unit=%00": 400,
    "/reports/?type=%00": 400,
    "/reports/news/?q=%00": 400,
    "/accounts/handover/?q=%00": 400,
}


def test_a_strange_address_is_answered(client: Client) -> None:
    commission = OfficeFactory(district=StreetFactory().district)
    client.force_login(UserFactory(office=commission, roles=["programme_officer", "approver"]))
    assert {address: client.get(address).status_code for address in ADDRESSES} == ADDRESSES


def test_a_strange_form_is_answered(client: Client) -> None:
    commission = OfficeFactory(district=StreetFactory().district)
    client.force_login(UserFactory(office=commission, roles=["programme_officer"]))
    address = "/coordination/proposals/new/"
    assert client.post(address, {"title": "提案\x00"}).status_code == 400
    assert client.post(address, {"title": "提案"}).status_code == 422
