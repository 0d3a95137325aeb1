"""A street whose check sheets are sent out and come back, for tests."""

import datetime as dt
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from core.audit import Actor
from outlets.fieldwork.answers import add_line, answer_line, return_sheet
from outlets.fieldwork.rounds import Link, start_round
from outlets.models import CheckLine, CheckSheet, Outlet
from tests.factories import (
    BusinessFormatFactory,
    NeighbourhoodFactory,
    OfficeFactory,
    OutletFactory,
    StreetFactory,
    UserFactory,
)

BY = Actor(label="李经办", office_code="sd")
TODAY = timezone.localdate


class Setting:
    """A street with two neighbourhoods, three shops in the first, one in the second."""

    def __init__(self) -> None:
        self.street = StreetFactory()
        self.first, self.second = (NeighbourhoodFactory(street=self.street) for _ in range(2))
        self.shop = BusinessFormatFactory()
        self.outlets = [self.outlet(self.first) for _ in range(3)]
        self.outlet(self.second)
        self.unlisted = self.outlet(None)

    def outlet(self, hood: Any) -> Outlet:
        return OutletFactory(
            street=self.street,
            neighbourhood=hood,
            main_format=self.shop,
            contact="张三丰",
            phone="13812345678",
            hours="7:00–21:00",
        )

    def start(self) -> Any:
        due = TODAY() + dt.timedelta(days=7)
        return start_round(street=self.street, due_on=due, by=BY)

    def link(self) -> Link:
        return self.start().links[0]

    def returned(self, **answers: Any) -> tuple[CheckSheet, list[CheckLine]]:
        """The first sheet handed in: `a`, `b`, `c` are its lines' findings (default: same)."""
        sheet = self.link().sheet
        lines = lines_of(sheet, self.outlets)
        for name, line in zip("abc", lines, strict=True):
            given = answers.get(name, "same")
            finding, stated = given if isinstance(given, tuple) else (given, {})
            answer_line(sheet=sheet, line_id=line.pk, finding=finding, stated=stated)
        for stated in answers.get("new", ()):
            add_line(sheet=sheet, stated=stated)
        return return_sheet(sheet=sheet, returned_by="王大妈"), lines

    def officer(self, role: str = "street_officer", street: Any = None) -> Client:
        client = Client()
        office = OfficeFactory(street=street or self.street)
        client.force_login(UserFactory(office=office, roles=[role]))
        return client


def lines_of(sheet: CheckSheet, outlets: list[Outlet]) -> list[CheckLine]:
    return [sheet.lines.get(outlet=outlet) for outlet in outlets]


def address(link: Link, name: str = "check") -> str:
    return reverse(f"portal:{name}", args=[link.secret])


@pytest.fixture(name="setting")
def setting_fixture(db: None) -> Setting:
    return Setting()
