"""Ledgers taken in through the API: uploaded, checked, corrected, confirmed, taken back."""

import hashlib
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from accounts.services import issue_token, token_scopes
from core.audit import SYSTEM
from core.jobs import run_waiting
from outlets.models import Import
from tests.factories import OfficeFactory, UserFactory
from tests.outlets.ledger_files import WEST, World, workbook

pytestmark = pytest.mark.django_db
URL = "/api/v1/imports/"
Api = Callable[..., Any]


@pytest.fixture
def world(settings: Any, tmp_path: Any) -> World:
    settings.MEDIA_ROOT = tmp_path
    return World()


def token(world: World, scopes: list[str], street: Any = None) -> str:
    office = OfficeFactory(street=street) if street else OfficeFactory(district=world.district)
    role = "street_officer" if street else "programme_officer"
    return issue_token(name="街道系统", office=office, role=role, scopes=scopes, by=SYSTEM)[1]


def asking(secret: str) -> Api:
    """Requests with a token."""
    client = Client(headers={"authorization": f"Bearer {secret}"})

    def ask(method: str, path: str = "", data: Any = None, **headers: str) -> Any:
        options: dict[str, Any] = {"headers": {k.replace("_", "-"): v for k, v in headers.items()}}
        if data is not None:
            options |= {"data": data, "content_type": "application/json"}
        return getattr(client, method)(URL + path, **options)

    def upload(rows: Any, *, name: str = "台账.xlsx", key: str = "", **fields: Any) -> Any:
        file = SimpleUploadedFile(name, rows if isinstance(rows, bytes) else workbook(rows).read())
        headers = {"Idempotency-Key": key} if key else {}
        return client.post(URL, {"file": file, **fields}, headers=headers)

    ask.upload = upload  # type: ignore[attr-defined]
    return ask


@pytest.fixture
def ask(world: World) -> Api:
    return asking(token(world, sorted(token_scopes()), world.street))


def test_a_ledger_goes_from_upload_to_undo(world: World, ask: Any) -> None:
    rows = [
        world.row(1, x_in=WEST + 0.004, y_in=31.25),
        world.row(2, main_format="便利超市"),
        world.row(3),
    ]
    made = ask.upload(rows, street=world.street.code)
    assert made.status_code == 201, made.content.decode()
    body, address = made.json(), made.json()["id"] + "/"
    assert made["Location"].endswith(address)
    assert (body["state"], body["street"]) == ("uploaded", world.street.code)
    [sheet] = body["guesses"]["sheets"]
    assert {one["key"]: one["how"] for one in sheet["columns"]}["name"] == "title"
    assert body["guesses"]["system_needed"]
    assert {one["crs"] for one in body["guesses"]["systems"]} == {"wgs84", "gcj02", "bd09"}

    set_ = ask("patch", address, {"crs": "wgs84"}, If_Match=made["ETag"])
    assert (set_.status_code, set_.json()["crs"]) == (200, "wgs84")
    checking = ask("post", address + "review/", {}, If_Match=set_["ETag"])
    assert (checking.status_code, checking.json()["state"]) == (200, "checking")
    assert checking.json()["job"]
    run_waiting()

    checked = ask("get", address)
    assert checked.json()["state"] == "checked"
    assert (checked.json()["counts"]["new"], checked.json()["counts"]["error"]) == (2, 1)
    wrong = ask("get", address + "rows/?verdict=error").json()["results"]
    assert [(row["no"], row["errors"][0]["column"]) for row in wrong] == [(3, "main_format")]
    edits = {"rows": [{"no": 3, "edits": {"main_format": world.shop.name}}]}
    mended = ask("patch", address + "rows/", edits, If_Match=checked["ETag"])
    assert mended.status_code == 200, mended.content.decode()
    assert mended.json()["results"][0]["verdict"] == "new"
    assert ask("get", address)["ETag"] == mended["ETag"] != checked["ETag"]

    writing = ask("post", address + "confirm/", {}, If_Match=mended["ETag"])
    assert writing.json()["state"] == "confirming"
    run_waiting()
    done = ask("get", address)
    assert (done.json()["state"], done.json()["counts"]["written"]) == ("done", 3)
    assert len(world.outlets()) == 3
    revoking = ask("post", address + "revoke/", {"reason": "重了"}, If_Match=done["ETag"])
    assert revoking.json()["state"] == "undoing"
    run_waiting()
    assert ask("get", address).json()["state"] == "undone"
    assert all(outlet.void for outlet in world.outlets())


def test_rows_are_walked_by_number(world: World, ask: Any) -> None:
    made = ask.upload([world.row(n) for n in range(1, 8)], street=world.street.code).json()
    address = made["id"] + "/"
    ask("post", address + "review/", {}, If_Match='"v1"')
    run_waiting()
    seen, following = [], f"{address}rows/?page_size=3"
    while following:
        page = ask("get", following).json()
        seen.append([row["no"] for row in page["results"]])
        following = (page["next"] or "").partition(URL)[2]
    assert seen == [[2, 3, 4], [5, 6, 7], [8]]
    for query in ("verdict=odd", "after=x", "page_size=0", "colour=red"):
        assert ask("get", f"{address}rows/?{query}").status_code == 400, query


def test_only_the_version_that_was_seen_is_acted_on(world: World, ask: Any) -> None:
    address = ask.upload([world.row()], street=world.street.code).json()["id"] + "/"
    assert ask("post", address + "review/", {}).status_code == 428
    assert ask("post", address + "review/", {}, If_Match='"v7"').status_code == 412
    assert Import.objects.get().state == "uploaded"
    early = ask("post", address + "confirm/", {}, If_Match='"v1"')
    assert early.status_code == 409
    assert "不能进行此操作" in early.json()["detail"]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"columns": {"nonsense": 1}}, 400),
        ({"columns": {"name": 99}}, 409),
        ({"sheet": "没有这张表"}, 409),
        ({"crs": "mars"}, 400),
        ({"header_rows": 3}, 400),
    ],
)
def test_a_layout_that_cannot_be_is_refused(
    world: World, ask: Any, body: dict[str, Any], status: int
) -> None:
    address = ask.upload([world.row()], street=world.street.code).json()["id"] + "/"
    answer = ask("patch", address, body, If_Match='"v1"')
    assert answer.status_code == status, answer.content.decode()
    assert answer["Content-Type"] == "application/problem+json"


def test_what_is_no_ledger_is_refused(world: World, ask: Any) -> None:
    for data, fields in (
        (b"\xd0\xcf\x11\xe0" + bytes(600), {}),
        (b"name\n", {"subject": "toys"}),
        (b"name\n", {"on": "2999-01-01"}),
    ):
        answer = ask.upload(data, **{"street": world.street.code} | fields)
        assert answer.status_code == 400, (fields, answer.content.decode())
    assert ask("post", "", {"file": "x"}).status_code == 415
    assert not Import.objects.exists()


def test_an_upload_sent_twice_is_kept_once(world: World, ask: Any) -> None:
    rows = workbook([world.row()]).read()
    first = ask.upload(rows, key="k-1", street=world.street.code)
    again = ask.upload(rows, key="k-1", street=world.street.code)
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json()["id"] == again.json()["id"]
    assert again["Idempotency-Replayed"] == "true"
    other = ask.upload(workbook([world.row(2)]).read(), key="k-1", street=world.street.code)
    assert other.status_code == 422
    batch = Import.objects.get()
    assert batch.sha256 == hashlib.sha256(rows).hexdigest()
    with batch.file.open("rb") as kept:
        assert kept.read() == rows


def test_without_the_scope_or_in_another_street_nothing_is_there(world: World, ask: Any) -> None:
    address = ask.upload([world.row()], street=world.street.code).json()["id"] + "/"
    reader = asking(token(world, ["read:outlets"], world.street))
    assert reader("get").status_code == 403
    assert "write:outlets" in reader("get").json()["detail"]
    neighbour = asking(token(world, ["write:outlets"], world.other))
    assert neighbour("get").json()["results"] == []
    for method, path, body in (
        ("get", "", None),
        ("get", "rows/", None),
        ("patch", "", {"crs": "wgs84"}),
        ("post", "review/", {}),
        ("post", "confirm/", {}),
        ("post", "revoke/", {}),
    ):
        assert neighbour(method, address + path, body, If_Match='"v1"').status_code == 404
    assert ask.upload([world.row()]).status_code == 403
    assert ask.upload([world.row()], street=world.other.code).status_code == 403
    commission = asking(token(world, ["write:outlets"]))
    assert commission.upload([world.row()]).status_code == 201  # type: ignore[attr-defined]


def test_a_row_of_several_that_is_wrong_keeps_all_as_they_were(world: World, ask: Any) -> None:
    address = ask.upload([world.row(1), world.row(2)], street=world.street.code).json()["id"] + "/"
    ask("post", address + "review/", {}, If_Match='"v1"')
    run_waiting()
    seen = ask("get", address)["ETag"]
    rows = [{"no": 2, "edits": {"name": "改"}}, {"no": 3, "edits": {"colour": "红"}}]
    answer = ask("patch", address + "rows/", {"rows": rows}, If_Match=seen)
    assert answer.status_code == 400
    assert ask("get", address)["ETag"] == seen
    assert ask("get", address + "rows/").json()["results"][0]["cells"]["name"] == "网点1"


def test_a_person_signed_in_may_use_it_too(world: World) -> None:
    client = Client()
    client.force_login(
        UserFactory(office=OfficeFactory(street=world.street), roles=["street_officer"])
    )
    file = SimpleUploadedFile("台账.xlsx", workbook([world.row()]).read())
    answer = client.post(URL, {"file": file, "street": world.street.code})
    assert answer.status_code == 201
    assert client.get(URL + "?state=uploaded").json()["results"][0]["id"] == answer.json()["id"]
