"""Who sees what: every address × every caller × the own, another, and a foreign street's rows.

The table is `tests/permissions/table.py`; nothing here knows a single address by name.
"""

import csv
import io
import json
from collections.abc import Iterator
from typing import Any
from unittest.mock import patch

import pytest
from django.apps import apps
from django.contrib import admin
from django.db import transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from accounts.roles import PROGRAMME_OFFICER
from config.api import router
from tests.admin.test_admin_permissions import COMMON, TABLE
from tests.permissions.callers import (
    COMMISSION_PEOPLE,
    EVERYONE,
    FOREIGN_OFFICER,
    STREET_PEOPLE,
    VISITOR,
)
from tests.permissions.entries import Who
from tests.permissions.table import LISTS, NOWHERE, PAGES, UNRELEASED_VALUES, WRITES
from tests.permissions.world import PLACES, World, make_world

CALLERS = sorted(EVERYONE)
# One for all: loading the middleware takes longer than most of what is asked.
CLIENT = Client()
GEOMETRIES = {
    prefix for prefix, face, _basename in router.registry if getattr(face, "geometry", None)
}


@pytest.fixture(scope="module")
def _world(django_db_setup: None, django_db_blocker: Any) -> Iterator[World]:
    """Made once: the tests of this module only look, and each undoes what looking left behind.

    Thousands of answers here are refusals; how such a page looks is asked elsewhere.
    """
    bare = patch(
        "core.views.render", lambda request, template, context, status: HttpResponse(status=status)
    )
    with bare, django_db_blocker.unblock(), transaction.atomic():
        world = make_world()
        for caller in CALLERS:
            world.callers.sign_in(CLIENT, caller)
        yield world
        transaction.set_rollback(True)


@pytest.fixture
def world(_world: World) -> Iterator[World]:
    with transaction.atomic():
        yield _world
        transaction.set_rollback(True)


class Asker:
    """One caller with a browser."""

    def __init__(self, world: World, caller: str) -> None:
        self.caller = caller
        self.headers = world.callers.sign_in(CLIENT, caller)
        self.denied = 401 if caller == VISITOR else 403

    def ask(self, method: str, url: str, **more: Any) -> Any:
        headers = {**self.headers, **more.pop("headers", {})}
        return getattr(CLIENT, method)(url, headers=headers, **more)

    def status(self, url: str) -> int:
        return int(self.ask("get", url).status_code)

    def ids(self, url: str) -> set[str]:
        """The ids in all pages of a list."""
        found: set[str] = set()
        following: str | None = url
        while following:
            answer = self.ask("get", following)
            assert answer.status_code == 200, (self.caller, url, answer.content.decode())
            page = answer.json()
            found |= {str(row["id"]) for row in page["results"]}
            following = page["next"]
        return found

    def streamed(self, url: str) -> str:
        answer = self.ask("get", url)
        assert answer.status_code == 200, (self.caller, url)
        return b"".join(answer.streaming_content).decode()


def _with(url: str, **parameters: Any) -> str:
    joined = "&".join(f"{name}={value}" for name, value in parameters.items())
    return f"{url}{'&' if '?' in url else '?'}{joined}"


@pytest.mark.parametrize("caller", CALLERS)
@pytest.mark.parametrize("name", LISTS)
def test_a_list_shows_each_caller_their_rows_and_no_others(
    world: World, name: str, caller: str
) -> None:
    """List, count, CSV, GeoJSON, `fields=`, filters and detail all tell the same."""
    entry, asker, rows = LISTS[name], Asker(world, caller), world.rows[name]
    url = reverse(f"api:v1:{name}-list")
    if caller not in entry.ask:
        _refused(asker, url, name, rows)
        return
    ids = asker.ids(_with(url, page_size=1000))
    for place, row in rows.items():
        seen = caller in getattr(entry, place)
        assert (str(row.pk) in ids) is seen, (caller, place)
        detail = asker.status(reverse(f"api:v1:{name}-detail", args=[row.pk]))
        assert detail == (200 if seen else 404), (caller, place)
        for parameter, of_row in entry.by.items():
            found = asker.ids(_with(url, **{parameter: of_row(row)}))
            assert (str(row.pk) in found) is seen, (caller, place, parameter)
            assert found <= ids, (caller, place, parameter)
    _same_everywhere(asker, url, name, ids)
    for hidden, who in entry.hidden.items():
        for place, row in world.rows[hidden].items():
            if place == "own":
                assert (str(row.pk) in ids) is (caller in who), (caller, hidden)


def _refused(asker: Asker, url: str, name: str, rows: dict[str, Any]) -> None:
    addresses = [
        url,
        _with(url, format="csv"),
        _with(url, with_count=1),
        _with(url, fields="id"),
        *(reverse(f"api:v1:{name}-detail", args=[row.pk]) for row in rows.values()),
    ]
    for address in addresses:
        assert asker.status(address) == asker.denied, (asker.caller, address)


def _same_everywhere(asker: Asker, url: str, name: str, ids: set[str]) -> None:
    short = asker.ask("get", _with(url, with_count=1, fields="id", page_size=1000)).json()
    assert short["count"] == len(ids)
    assert short["results"] == [{"id": row["id"]} for row in short["results"]]
    assert {str(row["id"]) for row in short["results"]} == ids
    table = list(csv.DictReader(io.StringIO(asker.streamed(_with(url, format="csv")))))
    assert {row["id"] for row in table} == ids
    assert len(table) == len(ids)
    if name in GEOMETRIES:
        shapes = json.loads(asker.streamed(_with(url, format="geojson")))
        assert {feature["id"] for feature in shapes["features"]} == ids


@pytest.mark.parametrize("caller", CALLERS)
def test_unreleased_figures_are_shown_to_those_they_are_about(world: World, caller: str) -> None:
    """Live ones to the own street, its circles and the commission; drafts to the commission."""
    asker = Asker(world, caller)
    url = _with(reverse("api:v1:values-list"), page_size=1000)
    for name, seen_by in UNRELEASED_VALUES.items():
        for place, row in world.rows[name].items():
            detail = reverse("api:v1:values-detail", args=[row.pk])
            if caller not in LISTS["values"].ask:
                assert asker.status(_with(url, run=row.run_id)) == asker.denied
                assert asker.status(detail) == asker.denied
                continue
            seen = caller in seen_by.get(place, frozenset())
            if place == "foreign":
                seen = caller == FOREIGN_OFFICER
            assert (str(row.pk) in asker.ids(_with(url, run=row.run_id))) is seen, (name, place)
            if row.run.kind == "live":
                assert (str(row.pk) in asker.ids(_with(url, run="live"))) is seen, (name, place)
            assert str(row.pk) not in asker.ids(_with(url, run="released"))
            assert asker.status(detail) == (200 if seen else 404), (name, place)


def _places(caller: str, own: Who, other: Who, foreign: Who) -> dict[str, bool]:
    """Where a caller is asked about, and whether they may there.

    Who may nowhere is asked about the own street alone, where they stand nearest.
    """
    allowed = {"own": caller in own, "other": caller in other, "foreign": caller in foreign}
    return allowed if any(allowed.values()) else {"own": False}


@pytest.mark.parametrize("caller", CALLERS)
@pytest.mark.parametrize("write", WRITES, ids=lambda write: f"{write.method} {write.name}")
def test_a_write_is_done_only_for_those_who_may(world: World, write: Any, caller: str) -> None:
    """In another street it is refused even for those who write in their own."""
    asker = Asker(world, caller)
    for place, may in _places(caller, write.own, write.other, write.foreign).items():
        with transaction.atomic():
            _write(world, asker, write, place, may=may)
            transaction.set_rollback(True)


def _write(world: World, asker: Asker, write: Any, place: str, *, may: bool) -> None:
    row = world.rows[write.rows][place] if write.rows else None
    before = write.grows(row) if row else 0
    answer = asker.ask(
        write.method,
        reverse(write.name, args=[row.pk] if row else []),
        data=write.body(world, place),
        content_type=write.encoding,
        headers={"If-Match": '"v1"'},
    )
    told = (asker.caller, place, answer.status_code, answer.content.decode())
    # 404: the row is not in sight; 400: nor is the street that the body names.
    expected = (200, 201) if may else (asker.denied, 404, 400)
    assert answer.status_code in expected, told
    if row is not None:
        now = write.grows(type(row).objects.get(pk=row.pk))
        assert (now > before) is may, told


@pytest.mark.parametrize("caller", CALLERS)
@pytest.mark.parametrize("name", PAGES)
def test_a_page_opens_for_those_who_may(world: World, name: str, caller: str) -> None:
    """Visitors are sent to sign in, others told that it is not theirs."""
    entry, asker = PAGES[name], Asker(world, caller)
    places = _places(caller, entry.allowed, entry.other, entry.foreign)
    for place, may in places.items() if entry.kwargs else [("own", caller in entry.allowed)]:
        kwargs = entry.kwargs(world, place) if entry.kwargs else {}
        url = reverse(name.partition("#")[0], kwargs=kwargs) + entry.query
        sent = {"data": {}, "content_type": entry.encoding} if entry.encoding else {}
        answer = asker.ask(entry.method, url, **sent)
        if answer.streaming:
            b"".join(answer)  # a file is closed once it has been read
        assert opened(answer) is may, (name, caller, place, answer.status_code)


def opened(answer: Any) -> bool:
    """Whether the caller got what they asked for (`readyz` may well say 503).

    Who is sent to sign in did not; who is told what their form lacks did.
    """
    if answer.status_code in (301, 302, 303):
        return "/accounts/login/?next=" not in answer["Location"]
    return answer.status_code < 300 or answer.status_code in (422, 503)


# Pages that only show something; the others are asked as those who would change something ask.
ONLY_READ = {"changelist", "history", "export"}
REGISTERS = {
    label: (frozenset(viewers) & EVERYONE, by_street, label in COMMON)
    for label, (viewers, _adders, _changers, by_street) in TABLE.items()
}


def register_pages() -> dict[str, list[str]]:
    """Model label → the names of its register's pages, acts and exports."""
    pages: dict[str, list[str]] = {label: [] for label in REGISTERS}
    for name in names_of(get_resolver().url_patterns):
        for label in REGISTERS:
            if name.startswith(f"admin:{label.replace('.', '_')}_"):
                pages[label].append(name)
    return pages


@pytest.mark.parametrize("caller", CALLERS)
def test_no_page_of_a_register_opens_for_those_who_may_not(world: World, caller: str) -> None:
    """Lists, rows, histories, exports and acts alike."""
    asker = Asker(world, caller)
    role = PROGRAMME_OFFICER if caller == FOREIGN_OFFICER else caller
    for label, pages in register_pages().items():
        viewers, by_street, common = REGISTERS[label]
        places: tuple[str, ...] = ("own",)
        if role in viewers:
            changelist = f"admin:{label.replace('.', '_')}_changelist"
            assert opened(asker.ask("get", reverse(changelist))), (caller, label)
            places = () if common else _elsewhere(caller, by_street)
        for name in pages:
            for place in places:
                row = world.registers[place].get(label) or apps.get_model(label).objects.first()
                about_a_row = "object_id" in _arguments(name)
                if role not in viewers or about_a_row:
                    method = "get" if name.rsplit("_", 1)[1] in ONLY_READ else "post"
                    url = reverse(name, args=[row.pk] if about_a_row else [])
                    answer = asker.ask(method, url)
                    sent_home = answer.get("Location") == "/"
                    assert sent_home or not opened(answer), (caller, method, url)


def _elsewhere(caller: str, by_street: bool) -> tuple[str, ...]:
    """Where the rows lie that someone who sees a register must not see."""
    if caller == FOREIGN_OFFICER:
        return ("own",)
    return ("other", "foreign") if by_street and caller in STREET_PEOPLE else ("foreign",)


def _arguments(name: str) -> set[str]:
    """The arguments that the address of that name takes."""
    [possibility, *_others] = (
        get_resolver(None)
        .namespace_dict["admin"][1]
        .reverse_dict.getlist(name.removeprefix("admin:"))
    )
    return set(possibility[0][0][1])


# What an autocomplete offers of rows that the world's lists know.
OFFERED = {
    "outlets.enterprise": "enterprises",
    "outlets.brand": "brands",
    "territory.street": "streets",
    "territory.neighbourhood": "neighbourhoods",
    "circles.compound": "compounds",
    "circles.circle": "circles",
}


def autocompletes() -> list[tuple[str, str, str]]:
    """(model label, field, what it points to) of every field that completes what is typed."""
    found = []
    for model, register in admin.site._registry.items():
        inlines = [inline.model for inline in register.inlines]
        fields = [(model, name) for name in register.autocomplete_fields]
        for inline, inner in zip(inlines, register.inlines, strict=True):
            fields += [(inline, name) for name in inner.autocomplete_fields]
        for owner, name in fields:
            other = owner._meta.get_field(name).remote_field.model._meta.label_lower
            found.append((owner._meta.label_lower, name, other))
    return sorted(set(found))


@pytest.mark.parametrize("caller", CALLERS)
def test_an_autocomplete_offers_only_what_its_list_shows(world: World, caller: str) -> None:
    asker, asked = Asker(world, caller), 0
    for label, name, other in autocompletes():
        app, model = label.split(".")
        query = {"app_label": app, "model_name": model, "field_name": name, "term": ""}
        answer = asker.ask("get", _with(reverse("admin:autocomplete"), **query))
        if answer.status_code != 200 or other not in OFFERED:
            assert answer.status_code in (200, 302, 403), (caller, label, name)
            continue
        offered = {entry["id"] for entry in answer.json()["results"]}
        asked += 1
        prefix = OFFERED[other]
        for place, row in world.rows[prefix].items():
            if caller not in getattr(LISTS[prefix], place):
                assert str(row.pk) not in offered, (caller, label, name, place)
    assert asked or caller not in COMMISSION_PEOPLE


def names_of(patterns: Any, spaces: tuple[str, ...] = ()) -> Iterator[str]:
    """Every address of the site by `namespace:name`, those without a name by their route."""
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            inner = (*spaces, pattern.namespace) if pattern.namespace else spaces
            yield from names_of(pattern.url_patterns, inner)
        elif isinstance(pattern, URLPattern):
            yield ":".join((*spaces, pattern.name or str(pattern.pattern)))


def test_every_address_of_the_site_has_its_entry() -> None:
    """And no entry outlives its address."""
    known = {f"api:v1:{name}-{kind}" for name in LISTS for kind in ("list", "detail")}
    known |= {write.name for write in WRITES} | {name.partition("#")[0] for name in PAGES}
    known |= NOWHERE | {name for names in register_pages().values() for name in names}
    there = set(names_of(get_resolver().url_patterns))
    assert there - known == set(), "add these to tests/permissions/table.py"
    assert known - there == set(), "remove these from tests/permissions/table.py"


def test_more_is_denied_than_allowed() -> None:
    """A table that only allows shows nothing."""
    allowed = denied = 0
    for entry in LISTS.values():
        for place in PLACES:
            seen = len(getattr(entry, place))
            allowed, denied = allowed + seen, denied + len(EVERYONE) - seen
    for write in WRITES:
        for who in (write.own, write.other):
            allowed, denied = allowed + len(who), denied + len(EVERYONE) - len(who)
    for viewers, _by_street, _common in REGISTERS.values():
        allowed, denied = allowed + len(viewers), denied + len(EVERYONE - viewers)
    for page in PAGES.values():
        allowed, denied = allowed + len(page.allowed), denied + len(EVERYONE - page.allowed)
    assert denied >= allowed
