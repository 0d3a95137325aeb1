"""Somebody at `/ledger/imports/` for tests, walking the five steps by plain forms."""

import datetime as dt
import html
import io
import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from core.audit import Actor
from core.jobs import run_waiting
from outlets.models import Import, Outlet
from outlets.services.changes import create_outlet
from tests.factories import OfficeFactory, UserFactory
from tests.outlets.ledger_files import World, workbook

URL = "/ledger/imports/"
OTHER = Actor(label="别的经办人")


@pytest.fixture(name="world")
def world_fixture(settings: Any, tmp_path: Any) -> World:
    settings.MEDIA_ROOT = tmp_path
    return World()


def signed_in(world: World, role: str, street: Any = None) -> Client:
    office = OfficeFactory(street=street) if street else OfficeFactory(district=world.district)
    client = Client()
    client.force_login(UserFactory(office=office, roles=[role]))
    return client


@pytest.fixture(name="desk")
def desk_fixture(world: World) -> "Desk":
    return Desk(world, signed_in(world, "street_officer", world.street))


class Desk:
    """Somebody at the pages of imports."""

    def __init__(self, world: World, client: Client) -> None:
        self.world, self.client = world, client
        self.batch: Any = None

    def upload(self, rows: Any, *, name: str = "台账.xlsx", **fields: Any) -> Any:
        """Send a file; on success `batch` is its import."""
        data = rows.getvalue() if isinstance(rows, io.BytesIO) else rows
        fields = {"subject": "outlets", "street": self.world.street.code, "on": ""} | fields
        file = SimpleUploadedFile(name, data)
        answer = self.client.post(URL, {"file": file, **fields})
        if answer.status_code == 302:
            self.batch = Import.objects.get(pk=answer["Location"].split("/")[-2])
        return answer

    def checked(self, rows: Any, **choices: Any) -> Import:
        """A ledger uploaded and found good or not, as the page would."""
        assert self.upload(workbook(rows)).status_code == 302
        assert self.act("layout", **self.layout(**choices)).status_code == 302
        return self.run()

    def layout(self, **choices: Any) -> dict[str, Any]:
        """What the form of ② sends when nothing is touched but `choices`."""
        layout = self.now.layout
        fields = {f"column-{at}": key for key, at in layout["columns"].items()}
        kept = {name: layout[name] for name in ("sheet", "header", "header_rows")}
        return fields | kept | choices

    def act(self, act: str, **fields: Any) -> Any:
        fields = {"version": self.now.version} | fields
        return self.client.post(f"{URL}{self.batch.pk}/{act}/", fields)

    def page(self, **query: Any) -> str:
        answer = self.client.get(f"{URL}{self.batch.pk}/", query)
        assert answer.status_code == 200
        return answer.content.decode()

    def run(self) -> Import:
        """Let the waiting jobs run."""
        run_waiting()
        return self.now

    @property
    def now(self) -> Import:
        self.batch = Import.objects.get(pk=self.batch.pk)
        found: Import = self.batch
        return found

    def fields(self, page: str, form: str) -> dict[str, str]:
        """What a browser without scripts would send from the form with that act."""
        body = page.split(f'/{form}/"')[1].split("</form>")[0]
        return {
            html.unescape(name): html.unescape(value)
            for name, value in re.findall(
                r'<input(?=[^>]*name="([^"]*)")(?=[^>]*value="([^"]*)")[^>]*>', body
            )
        }


def step(page: str) -> str:
    """Where the stepper says one is."""
    return re.search(r'aria-current="step".*?steps__label">(\w+)<', page, re.DOTALL)[1]  # type: ignore[index]


def tiles(page: str) -> dict[str, int]:
    found = re.findall(r'tile__label">.*?</svg>(\w+)</span>.*?tile__count num">(\d+)<', page)
    return {word: int(count) for word, count in found}


def crooked(world: World) -> list[dict[str, Any]]:
    """Rows 2–4 wrong in one way, 5 in another, 6 and 7 good."""
    wrong = [world.row(number, main_format="便利超市") for number in (1, 2, 3)]
    return [*wrong, world.row(4, business_area="约五十"), world.row(5), world.row(6)]


@pytest.fixture(name="known")
def known_fixture(world: World) -> Outlet:
    """An outlet of the register."""
    return create_outlet(
        district=world.district,
        values={
            "name": "百草药店",
            "street": world.street,
            "main_format": world.shop,
            "address": "试验路100号",
            "hours": "8:00-18:00",
        },
        on=dt.date(2025, 1, 1),
        by=OTHER,
    )
