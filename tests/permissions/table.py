"""One entry for every address of the site. Adding an address? Add its entry here:

- a list of the API (registered with the router): an entry in `LISTS`, named by its prefix. Say who
  may ask, and for rows of the own street, of another street and of another district who finds
  them. The harness asks list, count, CSV, GeoJSON, `fields=`, filters and detail for you. Its rows
  stand in `world.py` (`world.add("<prefix>", place, row)`).
- a write or transition of the API: an entry in `WRITES`.
- a page, a health check, a form: an entry in `PAGES`, named `namespace:name` as `reverse` takes it.
- a room's own entries stand in `of_<room>.py` (`LISTS`, `WRITES`, `PAGES`, `fill` for its rows).
- an admin register: an entry in the table of `tests/admin/test_admin_permissions.py`. All its pages
  follow from it, acts and exports included.

Denied is the interesting half: leave nobody in who is not meant.
"""

import uuid
from collections.abc import Callable
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test.client import MULTIPART_CONTENT

from accounts.roles import (
    COMMISSION_ADMIN,
    DEPARTMENT_LIAISON,
    PROGRAMME_OFFICER,
    STREET_OFFICER,
)
from outlets.models import Export
from tests.permissions.callers import (
    COMMISSION_PEOPLE,
    EVERYONE,
    FOREIGN_OFFICER,
    OTHER_PEOPLE,
    SIGNED_IN,
    STREET_PEOPLE,
    TOKEN_OF_STREET,
    TOKENS,
)
from tests.permissions.entries import (
    AT_HOME,
    COMMISSIONS,
    DISTRICT_WIDE,
    EVERYWHERE,
    FIGURES,
    IMPORTERS,
    INSIDE,
    LOOKING,
    NOBODY,
    NOTICES,
    OF_THE_DISTRICT,
    OF_THE_STREET,
    ONLY_FOREIGN,
    PLACES,
    PUBLIC,
    REGISTER,
    WRITERS,
    ListEntry,
    PageEntry,
    Who,
    WriteEntry,
    by_code,
    by_street,
    of_district,
    of_row,
    of_streets,
    shared,
)
from tests.permissions.rooms import ROOMS
from tests.permissions.world import World

LISTS: dict[str, ListEntry] = {
    "districts": shared(PLACES),
    "streets": shared(PLACES, code=by_code),
    "neighbourhoods": shared(PLACES, code=by_code, street=by_street),
    "formats": EVERYWHERE,
    "documents": EVERYWHERE,
    "clauses": EVERYWHERE,
    "compounds": of_streets(code=by_code, street=by_street),
    "circles": of_streets(code=by_code, street=lambda row: row.lead_street.code),
    "outlets": of_streets(
        code=by_code,
        street=by_street,
        enterprise=lambda row: row.enterprise_id,
        q=by_code,
        neighbourhood=lambda row: row.neighbourhood.code,
    ),
    "quality-findings": of_streets(
        rule=lambda row: row.rule_id, street=by_street, outlet=lambda row: row.outlet_id
    ),
    "facilities": of_streets(code=by_code, street=by_street, name=lambda row: row.name),
    "spaces": of_streets(code=by_code, street=by_street, name=lambda row: row.name),
    # An office of another department finds only what it pushed itself.
    "licence-notices": ListEntry(
        ask=NOTICES | {DEPARTMENT_LIAISON, FOREIGN_OFFICER},
        own=NOTICES,
        other=NOTICES,
        foreign=frozenset({FOREIGN_OFFICER}),
        by={"external_id": lambda row: row.external_id, "street": by_street},
    ),
    "enterprises": of_streets(credit_code=lambda row: row.credit_code),
    "brands": shared(REGISTER),
    "imports": ListEntry(
        ask=IMPORTERS | {FOREIGN_OFFICER},
        own=IMPORTERS,
        other=WRITERS,
        foreign=frozenset({FOREIGN_OFFICER}),
        by={"street": by_street},
    ),
    "batches": shared(AT_HOME, code=by_code),
    "networks": shared(DISTRICT_WIDE),
    "runs": ListEntry(
        ask=FIGURES | {FOREIGN_OFFICER},
        own=FIGURES,
        other=NOBODY,
        foreign=frozenset({FOREIGN_OFFICER}),
        hidden={
            "drafts": DISTRICT_WIDE,
            "live_runs": DISTRICT_WIDE | OF_THE_STREET,
        },
    ),
    "releases": shared(FIGURES),
    "values": shared(FIGURES, scope_id=lambda row: row.scope_id),
    "jobs": of_streets(),
}

# Figures that nobody has signed off, asked by their run: who finds those of which place.
UNRELEASED_VALUES: dict[str, dict[str, Who]] = {
    "draft_values_of_street": {"own": DISTRICT_WIDE, "other": DISTRICT_WIDE},
    "live_values_of_street": {"own": REGISTER, "other": DISTRICT_WIDE},
    "live_values_of_circle": {"own": REGISTER, "other": DISTRICT_WIDE},
    "live_values_of_district": {"own": DISTRICT_WIDE},
}


def new_outlet(world: World, place: str) -> dict[str, Any]:
    return {
        "name": "新开便利店",
        "street": world.streets[place].code,
        "main_format": world.rows["formats"]["own"].code,
        "address": "试验路1号",
    }


def new_site(world: World, place: str) -> dict[str, Any]:
    street = world.streets[place].code
    return {"name": "新登记", "kind": "land", "street": street, "address": "试验路2号"}


def new_facility(world: World, place: str) -> dict[str, Any]:
    return new_site(world, place) | {"kind": "meals"}


def of_sites(list_name: str, body: Callable[[World, str], dict[str, Any]]) -> list["WriteEntry"]:
    """Entering, changing and closing what stands in a street: the street's and the district's."""
    own, name = WRITERS | {STREET_OFFICER, TOKEN_OF_STREET}, f"api:v1:{list_name}"
    return [
        WriteEntry("post", f"{name}-list", own, WRITERS, body),
        WriteEntry(
            "patch",
            f"{name}-detail",
            own,
            WRITERS,
            lambda world, place: {"address": "试验路3号"},
            rows=list_name,
        ),
        WriteEntry(
            "post",
            f"{name}-close",
            own,
            WRITERS,
            lambda world, place: {"comment": "已停用"},
            rows=list_name,
        ),
    ]


def new_notices(world: World, place: str) -> dict[str, Any]:
    notice = {"external_id": "p1", "kind": "licence_new", "name": "新设便利店"}
    return {"notices": [{**notice, "street": world.streets[place].code}]}


def new_import(world: World, place: str) -> dict[str, Any]:
    file = SimpleUploadedFile(
        "台账.csv", "网点名称,业态,详细地址\n新店,便利店,试验路1号\n".encode()
    )
    return {"file": file, "street": world.streets[place].code}


def of_imports() -> list["WriteEntry"]:
    """Taking a ledger in, step by step; that of the own street is found good and waits."""
    bodies: dict[tuple[str, str], dict[str, Any]] = {
        ("patch", "detail"): {"on": "2026-01-01"},
        ("patch", "rows"): {"rows": [{"no": 2, "edits": {"name": "改名小店"}}]},
        ("post", "review"): {},
        ("post", "confirm"): {"partial": True},
        ("post", "revoke"): {"reason": "选错了坐标系"},
    }
    steps = [
        WriteEntry(
            method,
            f"api:v1:imports-{name}",
            IMPORTERS,
            WRITERS,
            lambda world, place, body=body: body,  # type: ignore[misc]
            rows="imports",
        )
        for (method, name), body in bodies.items()
    ]
    upload = WriteEntry(
        "post", "api:v1:imports-list", IMPORTERS, WRITERS, new_import, encoding=MULTIPART_CONTENT
    )
    return [upload, *steps]


WRITES: tuple[WriteEntry, ...] = (
    *of_imports(),
    *of_sites("facilities", new_facility),
    *of_sites("spaces", new_site),
    WriteEntry(
        "post",
        "api:v1:outlets-list",
        WRITERS | {STREET_OFFICER, TOKEN_OF_STREET},
        WRITERS,
        new_outlet,
    ),
    WriteEntry(
        "patch",
        "api:v1:outlets-detail",
        WRITERS | {STREET_OFFICER, TOKEN_OF_STREET},
        WRITERS,
        lambda world, place: {"hours": "6:00–22:00"},
        rows="outlets",
    ),
    WriteEntry(
        "put",
        "api:v1:outlets-detail",
        WRITERS | {STREET_OFFICER, TOKEN_OF_STREET},
        WRITERS,
        new_outlet,
        rows="outlets",
    ),
    WriteEntry(
        "post",
        "api:v1:outlets-close",
        WRITERS | {STREET_OFFICER, TOKEN_OF_STREET},
        WRITERS,
        lambda world, place: {"comment": "已撤店"},
        rows="outlets",
    ),
    WriteEntry(
        "post",
        "api:v1:licence-notices-list",
        NOTICES | {DEPARTMENT_LIAISON},
        NOTICES | {DEPARTMENT_LIAISON},
        new_notices,
    ),
)


def figure(value: str) -> Callable[[World, str], dict[str, Any]]:
    """Arguments of the page that explains a figure."""

    def kwargs(world: World, place: str) -> dict[str, Any]:
        row = world.rows[value][place]
        return {
            "run": row.run_id,
            "code": "outlet_count",
            "scope_kind": row.scope,
            "scope_id": row.scope_id,
            "part": row.part,
        }

    return kwargs


def somebodys_export(world: World, place: str) -> dict[str, Any]:
    """Arguments of the page of an export that none of the callers made."""
    export = Export.objects.create(
        district=world.streets[place].district, by_id=uuid.uuid4(), subject="outlets", kind="csv"
    )
    return {"pk": export.pk}


LEDGER_READERS: Who = COMMISSION_PEOPLE | STREET_PEOPLE | {FOREIGN_OFFICER}
LEDGER_WRITERS: Who = frozenset({COMMISSION_ADMIN, PROGRAMME_OFFICER})


def of_street_readers(kwargs: Any, **more: Any) -> PageEntry:
    """A page about a street's row, for those who see the register."""
    who = COMMISSION_PEOPLE | STREET_PEOPLE
    return PageEntry(who, kwargs, other=COMMISSION_PEOPLE, foreign=ONLY_FOREIGN, **more)


def of_street_writers(kwargs: Any, **more: Any) -> PageEntry:
    """A page about a street's row, for those who write in the register."""
    who = LEDGER_WRITERS | {STREET_OFFICER}
    return PageEntry(who, kwargs, other=LEDGER_WRITERS, foreign=ONLY_FOREIGN, **more)


def of_import_pages() -> dict[str, PageEntry]:
    """The page of five steps and the acts on it."""
    about = of_row("imports", pk="pk")
    importers = IMPORTERS - TOKENS
    writers = WRITERS - TOKENS
    posts = ("layout", "discard", "cells", "check", "corrections", "decisions", "confirm")
    pages = dict.fromkeys(("import", "import_progress", "import_problems", "import_undo"), "get")
    pages |= {f"import_{name}": "post" for name in posts}
    entries = {
        f"ledger:{name}": PageEntry(importers, about, writers, ONLY_FOREIGN, method)
        for name, method in pages.items()
    }
    everywhere = importers | {FOREIGN_OFFICER}
    entries["ledger:imports"] = PageEntry(everywhere)
    entries["ledger:import_template"] = PageEntry(
        everywhere,
        lambda world, place: {"subject": "outlets"},
        other=everywhere,
        foreign=everywhere,
    )
    return entries


# A name may stand with `#` and a word behind it: the same page, asked otherwise.
PAGES: dict[str, PageEntry] = {
    "home": PageEntry(SIGNED_IN),
    "login": PUBLIC,
    "logout": PageEntry(EVERYONE, method="post"),
    "password_change": PageEntry(SIGNED_IN),
    "password_change_done": PageEntry(SIGNED_IN),
    "set_language": PageEntry(EVERYONE, method="post"),
    "healthz": PUBLIC,
    "readyz": PUBLIC,
    "metrics": PUBLIC,
    "portal:dashboard": PageEntry(COMMISSIONS),
    "portal:street": of_district(OF_THE_DISTRICT, of_row("streets", code="code")),
    "portal:street#live": PageEntry(
        COMMISSION_PEOPLE | STREET_PEOPLE | OTHER_PEOPLE,
        of_row("streets", code="code"),
        other=COMMISSION_PEOPLE | OTHER_PEOPLE,
        foreign=ONLY_FOREIGN,
        query="?live=1",
    ),
    "portal:circles": PageEntry(LOOKING),
    "portal:circle": of_district(OF_THE_DISTRICT, of_row("circles", code="code")),
    "portal:gaps": PageEntry(LOOKING),
    "portal:figure": of_district(OF_THE_DISTRICT, figure("explained_values")),
    "portal:figure#live": PageEntry(
        COMMISSION_PEOPLE | STREET_PEOPLE,
        figure("live_values_of_street"),
        other=COMMISSION_PEOPLE,
        foreign=ONLY_FOREIGN,
    ),
    "portal:clause": PageEntry(LOOKING, of_row("clauses", pk="pk"), other=LOOKING, foreign=LOOKING),
    "portal:map_layer": PageEntry(
        LOOKING, lambda world, place: {"level": "circle"}, other=LOOKING, foreign=LOOKING
    ),
    "portal:map_values": PageEntry(
        OF_THE_DISTRICT,
        of_row("runs", run="pk"),
        other=OF_THE_DISTRICT,
        foreign=ONLY_FOREIGN,
        query="?indicator=basic_basket_share",
    ),
    "portal:job": PageEntry(
        COMMISSION_PEOPLE | STREET_PEOPLE,
        of_row("jobs", pk="pk"),
        other=COMMISSION_PEOPLE,
        foreign=ONLY_FOREIGN,
    ),
    "ledger:home": PageEntry(COMMISSION_PEOPLE | STREET_PEOPLE | {FOREIGN_OFFICER}),
    "ledger:completeness": PageEntry(
        LEDGER_WRITERS | {STREET_OFFICER, FOREIGN_OFFICER}, method="post"
    ),
    "ledger:outlets": PageEntry(LEDGER_READERS),
    "ledger:outlets#map": PageEntry(LEDGER_READERS, query="?view=map"),
    "ledger:outlet": of_street_readers(of_row("outlets", code="code")),
    "ledger:outlet_contact": PageEntry(
        LEDGER_WRITERS | STREET_PEOPLE,
        of_row("outlets", code="code"),
        other=LEDGER_WRITERS,
        foreign=ONLY_FOREIGN,
        method="post",
    ),
    "ledger:outlet_change": of_street_writers(of_row("outlets", code="code")),
    "ledger:outlet_move": of_street_writers(of_row("outlets", code="code")),
    "ledger:outlet_place": of_street_writers(of_row("outlets", code="code")),
    "ledger:outlet_close": of_street_writers(of_row("outlets", code="code")),
    "ledger:outlet_merge": of_street_writers(of_row("outlets", code="code")),
    "ledger:outlet_void": of_street_writers(of_row("outlets", code="code")),
    "ledger:exports": PageEntry(LEDGER_READERS),
    "ledger:export": PageEntry(LEDGER_READERS),
    # An export is only its person's.
    "ledger:export_one": PageEntry(NOBODY, somebodys_export),
    "ledger:export_file": PageEntry(NOBODY, somebodys_export),
    "ledger:directory": PageEntry(LEDGER_READERS),
    **of_import_pages(),
    "ledger:quality": PageEntry(COMMISSION_PEOPLE | STREET_PEOPLE | {FOREIGN_OFFICER}),
    "ledger:quality_waive": PageEntry(
        frozenset({COMMISSION_ADMIN, PROGRAMME_OFFICER, STREET_OFFICER}),
        of_row("quality-findings", pk="pk"),
        other=frozenset({COMMISSION_ADMIN, PROGRAMME_OFFICER}),
        foreign=ONLY_FOREIGN,
        method="post",
    ),
    "portal:check": PageEntry(
        EVERYONE, of_row("check_links", secret="secret"), other=EVERYONE, foreign=EVERYONE
    ),
    "portal:check_paper": PageEntry(
        EVERYONE, of_row("check_links", secret="secret"), other=EVERYONE, foreign=EVERYONE
    ),
    "ledger:visit": of_street_writers(of_row("outlets", code="code")),
    "ledger:visit_photo": of_street_readers(of_row("visit_photos", pk="pk")),
    "ledger:rounds": PageEntry(LEDGER_READERS),
    "ledger:round": of_street_readers(of_row("check_rounds", pk="pk")),
    "ledger:round_links": of_street_writers(of_row("check_rounds", pk="pk"), method="post"),
    "ledger:sheet": of_street_readers(of_row("check_sheets", pk="pk")),
    "ledger:sheet_paper": of_street_readers(of_row("check_sheets", pk="pk")),
    "ledger:changes": PageEntry(LEDGER_READERS),
    "ledger:change": of_street_readers(of_row("licence-notices", pk="pk")),
    "admin:index": PageEntry(COMMISSIONS),
    # There is one sign-in page, and it is not here.
    "admin:login": PageEntry(NOBODY),
    "admin:logout": PageEntry(INSIDE, method="post"),
    "admin:password_change": PageEntry(INSIDE),
    "admin:password_change_done": PageEntry(INSIDE),
    "admin:jsi18n": PageEntry(INSIDE),
    "admin:search": PageEntry(INSIDE),
    "admin:app_list": PageEntry(
        INSIDE, lambda world, place: {"app_label": "territory"}, other=INSIDE, foreign=INSIDE
    ),
    "admin:autocomplete": PageEntry(
        COMMISSION_PEOPLE | STREET_PEOPLE | {FOREIGN_OFFICER},
        query="?app_label=outlets&model_name=outlet&field_name=enterprise",
    ),
    # Rows have no page of their own outside the admin.
    "admin:view_on_site": PageEntry(
        NOBODY,
        lambda world, place: {"content_type_id": 1, "object_id": world.streets[place].pk},
    ),
    "api:schema": PUBLIC,
    "api:docs": PUBLIC,
    "api:problem": PageEntry(
        EVERYONE, lambda world, place: {"slug": "invalid"}, other=EVERYONE, foreign=EVERYONE
    ),
    "api:v1:me": PageEntry(SIGNED_IN | TOKENS),
}

# Answer 404 to everyone, or (the second) lead to an address that is in the table.
NOWHERE = frozenset({"api:nowhere", "admin:<path:object_id>/", "admin:(?P<url>.*)$"})
# What rooms say of their own addresses.
for room in ROOMS:
    LISTS |= room.LISTS
    PAGES |= room.PAGES
    WRITES += room.WRITES

__all__ = ["LISTS", "NOWHERE", "PAGES", "UNRELEASED_VALUES", "WRITES"]
