"""Check sheets are sent out behind secret links, one to each neighbourhood."""

import datetime as dt
import logging

import pytest
import time_machine
from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import Client
from django.utils import timezone

from core.models import AuditEvent
from outlets.fieldwork.answers import ReturnedError, answer_line
from outlets.fieldwork.rounds import renew_link, sheet_of, start_round
from outlets.models import CheckLine, CheckRound
from outlets.services import close_outlet
from tests.factories import NeighbourhoodFactory
from tests.outlets.rounds import (
    BY,
    TODAY,
    Setting,
    address,
    setting_fixture,  # noqa: F401
)

pytestmark = pytest.mark.django_db


def test_a_round_gives_each_neighbourhood_its_open_outlets(setting: Setting) -> None:
    gone = setting.outlet(setting.first)
    close_outlet(outlet=gone, on=TODAY(), by=BY, reason="撤店")
    started = setting.start()
    assert [link.sheet.neighbourhood for link in started.links] == [setting.first, setting.second]
    sheet = started.links[0].sheet
    assert {line.outlet for line in sheet.lines.all()} == set(setting.outlets)
    assert {line.seen_version for line in sheet.lines.all()} == {1}
    assert started.unlisted == 1
    left = sheet.valid_until - timezone.now()
    assert dt.timedelta(days=6, hours=23) < left <= dt.timedelta(days=7)


def test_the_secret_is_kept_and_written_nowhere(
    setting: Setting, caplog: pytest.LogCaptureFixture
) -> None:
    """256 bits each; neither the tables, the audit log nor the logs know them."""
    caplog.set_level(logging.DEBUG)
    started = setting.start()
    renewed = renew_link(sheet=started.links[1].sheet, by=BY)
    secrets = [link.secret for link in (*started.links, renewed)]
    assert len(set(secrets)) == 3
    assert all(len(secret) == 43 for secret in secrets)  # base64 of 32 bytes
    client = Client()
    boss = get_user_model().objects.create_superuser("root", password="x")
    superuser = Client()
    superuser.force_login(boss)
    for link in (*started.links, renewed):
        for asking in (client, superuser):
            asking.get(address(link))
            asking.put(address(link))
            asking.post(address(link), {"do": "answer", "line": "0"})
            asking.get(address(link, "check_paper"))
    with time_machine.travel(timezone.now() + dt.timedelta(days=8)):
        client.get(address(renewed))
    with connection.cursor() as cursor:
        tables = connection.introspection.table_names(cursor)
        for table in tables:
            cursor.execute(f'SELECT * FROM "{table}"')
            told = str(cursor.fetchall())
            assert not any(secret in told for secret in secrets), table
    assert not any(secret in caplog.text for secret in secrets)
    assert not any(secret in repr(link) for link in started.links for secret in secrets)
    asked = AuditEvent.objects.filter(action="accounts.break_glass").values_list(
        "changes", flat=True
    )
    assert {told["path"] for told in asked} == {"/check/…/", "/check/…/paper/"}


def test_a_round_is_refused_with_reasons(setting: Setting) -> None:
    foreign = NeighbourhoodFactory()
    for more, said in (
        ({"due_on": TODAY() - dt.timedelta(days=1)}, "早于今天"),
        ({"neighbourhoods": [foreign]}, "本街道"),
        ({"neighbourhoods": []}, "至少选择"),
    ):
        told = {"street": setting.street, "due_on": TODAY(), "by": BY} | more
        with pytest.raises(ValidationError, match=said):
            start_round(**told)
    setting.start()
    with pytest.raises(ValidationError, match="尚未结束"):
        setting.start()
    assert CheckRound.objects.count() == 1
    with time_machine.travel(timezone.now() + dt.timedelta(days=9)):
        setting.start()


def test_a_renewed_link_shuts_the_old_one_and_keeps_the_answers(setting: Setting) -> None:
    old = setting.link()
    line = old.sheet.lines.first()
    answer_line(sheet=old.sheet, line_id=line.pk, finding="same")
    new = renew_link(sheet=old.sheet, by=BY)
    assert sheet_of(old.secret) is None
    assert Client().get(address(old)).status_code == 404
    assert Client().get(address(new)).status_code == 200
    with pytest.raises(ReturnedError):
        answer_line(sheet=old.sheet, line_id=line.pk, finding="closed")
    assert CheckLine.objects.get(pk=line.pk).finding == "same"


def test_a_returned_sheet_is_not_chased(setting: Setting) -> None:
    sheet, _lines = setting.returned()
    with pytest.raises(ValidationError, match="无需再催"):
        renew_link(sheet=sheet, by=BY)
