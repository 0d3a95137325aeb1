"""`/ledger/imports/`, ①: who imports what for whom; files taken and refused; the list."""

import io
import re
from typing import Any

import openpyxl
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from outlets.models import Import
from tests.outlets.ledger_files import World, workbook
from tests.portal.import_pages import (
    URL,
    Desk,
    desk_fixture,  # noqa: F401
    signed_in,
    world_fixture,  # noqa: F401
)

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("role", ["street_head", "leader", "auditor", "department_liaison"])
def test_those_who_do_not_import_are_refused(world: World, role: str) -> None:
    client = signed_in(world, role, world.street if role == "street_head" else None)
    answer = client.get(URL)
    assert answer.status_code == 403
    assert "街镇经办人" in answer.content.decode()


def test_a_street_uploads_for_itself_alone(world: World, desk: Desk) -> None:
    page = desk.client.get(URL).content.decode()
    assert world.street.name in page
    assert world.other.name not in page
    answer = desk.upload(workbook([world.row()]), street=world.other.code)
    assert answer.status_code == 400
    answer = desk.upload(workbook([world.row()]), street="")
    assert answer.status_code == 400
    assert not Import.objects.exists()


@pytest.mark.parametrize(
    ("data", "name", "fields", "told"),
    [
        (b"", "a.xlsx", {}, "文件是空的"),
        (b"\xd0\xcf\x11\xe0" + bytes(600), "a.xls", {}, "另存为"),
        (b"<html></html>", "a.xlsx", {}, ""),
        (None, "a.xlsx", {"on": "2999-01-01"}, "生效日期不能晚于今天"),
        (None, "a.xlsx", {"on": "三月"}, "年-月-日"),
        (None, "a.xlsx", {"subject": "toys"}, ""),
    ],
)
def test_a_file_that_cannot_be_taken_is_refused_at_once(
    world: World, desk: Desk, data: Any, name: str, fields: dict[str, str], told: str
) -> None:
    answer = desk.upload(data if data is not None else workbook([world.row()]), name=name, **fields)
    page = answer.content.decode()
    assert answer.status_code == 400
    assert "field__error" in page
    assert told in page
    assert not Import.objects.exists()


def test_without_a_file_the_form_says_so(desk: Desk) -> None:
    fields = {"subject": "outlets", "street": desk.world.street.code}
    answer = desk.client.post(URL, fields)
    assert answer.status_code == 400
    assert "请选择要导入的台账文件" in answer.content.decode()


def test_every_template_can_be_filled_in(desk: Desk) -> None:
    for url in set(
        re.findall(r"/ledger/imports/template/\w+/", desk.client.get(URL).content.decode())
    ):
        book = openpyxl.load_workbook(io.BytesIO(desk.client.get(url).content))
        assert book.worksheets[0].max_column > 5
    assert desk.client.get(f"{URL}template/toys/").status_code == 404


def test_the_list_shows_what_waits_and_takes_as_many_queries_for_one_as_for_many(
    world: World, desk: Desk
) -> None:
    desk.upload(workbook([world.row()]), name="一月.xlsx")
    with CaptureQueriesContext(connection) as few:
        assert "一月.xlsx" in desk.client.get(URL).content.decode()
    for number in range(12):
        desk.upload(workbook([world.row()]), name=f"{number}.xlsx")
    with CaptureQueriesContext(connection) as many:
        desk.client.get(URL)
    assert len(few) == len(many)
    page = desk.client.get(URL, {"q": "一月", "state": "uploaded"}).content.decode()
    assert "一月.xlsx" in page
    assert "11.xlsx" not in page
    assert "没有符合条件的导入" in desk.client.get(URL, {"state": "done"}).content.decode()


def test_another_streets_import_does_not_exist(world: World, desk: Desk) -> None:
    desk.upload(workbook([world.row()]))
    neighbour = signed_in(world, "street_officer", world.other)
    assert "台账.xlsx" not in neighbour.get(URL).content.decode()
    for name in ("", "progress/", "problems/", "undo/"):
        assert neighbour.get(f"{URL}{desk.batch.pk}/{name}").status_code == 404
    for name in ("layout", "discard", "cells", "check", "corrections", "decisions", "confirm"):
        assert neighbour.post(f"{URL}{desk.batch.pk}/{name}/").status_code == 404
        assert desk.client.get(f"{URL}{desk.batch.pk}/{name}/").status_code == 405
    commission = signed_in(world, "programme_officer")
    assert commission.get(f"{URL}{desk.batch.pk}/").status_code == 200


def test_the_console_leads_to_the_page(world: World) -> None:
    client = signed_in(world, "programme_officer")
    answer = client.get(reverse("admin:outlets_import_take_in"))
    assert answer["Location"] == URL
