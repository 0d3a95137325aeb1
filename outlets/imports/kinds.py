"""What one kind of ledger knows; the pipeline itself is the same for all.

A kind is made for one check or one confirmation: it holds the reference rows as they are then.
Rooms above register theirs (`register`), as circles does for facilities and spaces.
"""

import datetime as dt
import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any, ClassVar

from django.db.models import Q, QuerySet, Sum
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.bulk import batched
from core.registers import Book
from core.spreadsheets import Checked, Column, SpreadsheetError, Table
from core.spreadsheets.amounts import is_pair, plain_pair
from core.spreadsheets.cells import BLANK
from outlets.imports.compared import Known
from outlets.imports.drafts import Draft
from outlets.models.outlet import PlaceState
from outlets.services.coordinates import problem_of
from outlets.services.places import Place, Territory
from outlets.services.references import Neighbourhoods
from territory.models import District, Street

# Longitude and latitude in one cell, as map services show them; never in templates and exports.
POINT = Column(
    key="point",
    title=gettext_lazy("经纬度"),
    aliases=("坐标", "经纬度坐标", "位置坐标", "地图坐标", "经度,纬度", "经度/纬度", "坐标点"),
    normalise=plain_pair,
    check=lambda text: None if is_pair(text) else _("应为经度和纬度两个数，如 121.396,31.2553"),
)

Problem = tuple[str, str]
Row = Mapping[str, Any]

_BATCH = 5000
_kinds: dict[str, type["LedgerKind"]] = {}


def register(kind: type["LedgerKind"]) -> type["LedgerKind"]:
    """Make a kind of ledger known by its subject."""
    _kinds[kind.subject] = kind
    return kind


def kind_of(subject: str) -> type["LedgerKind"]:
    """The kind of ledger with this subject. KeyError when there is none."""
    return _kinds[subject]


def kinds() -> list[type["LedgerKind"]]:
    """All kinds, in the order in which they were made known."""
    return list(_kinds.values())


class LedgerKind:
    """A register of things with a code, a name, a street and a place, filled from ledgers.

    Subclasses name the columns and, where their rows hold more than these, override the hooks.
    """

    subject: ClassVar[str]
    title: ClassVar[str | Promise]
    book: ClassVar[Book]
    # The action that the gate must allow.
    gate: ClassVar[str] = "outlets.import"
    # The column that two rows at one place must share to be one thing.
    sort_column: ClassVar[str]
    # Ledger columns that are register columns as they stand.
    direct: ClassVar[tuple[str, ...]]
    # Whether a street has only one thing of a name, so that its address does not matter.
    by_name_alone: ClassVar[bool] = False
    # What a row of the register is called.
    noun: ClassVar[str | Promise]
    # Whether a row may say that it lies outside the district.
    may_be_outside: ClassVar[bool] = False

    def __init__(self, district: District, street: Street | None, on: dt.date) -> None:
        self.district = district
        self.street = street
        self.on = on
        self.columns = [*self.expected_columns(), POINT]
        self.titles = {column.key: str(column.title) for column in self.columns}
        # The column that is told where a point cannot be.
        self.place_key = "x_in"

    # Read when first asked for: most pages want the columns alone.

    @cached_property
    def streets(self) -> dict[str, Any]:
        """The district's streets by code."""
        rows = Street.objects.filter(district=self.district)
        return dict(rows.values_list("code", "id"))

    @cached_property
    def neighbourhoods(self) -> Neighbourhoods:
        """The district's neighbourhoods."""
        return Neighbourhoods(self.district)

    @cached_property
    def territory(self) -> Territory:
        """The district's outlines."""
        return Territory(self.district)

    # --- hooks ----------------------------------------------------------------------------------

    def expected_columns(self) -> list[Column]:
        """The columns expected, with the choices now in force."""
        raise NotImplementedError

    def fill(self, drafts: Sequence[Draft], cells: Mapping[str, Sequence[Any]]) -> None:
        """Add what is neither direct nor street, neighbourhood or place; cells by column key."""

    def settle(self, draft: Draft, before: Row, *, new: bool) -> dict[str, Any]:
        """The row as it will stand, what follows from what was stated included."""
        return {**before, **draft.values}

    def rules(self, after: Row) -> Iterator[Problem]:
        """(column, message) of what cannot be in a row that is about to be written."""
        return iter(())

    def finish(self, row: dict[str, Any], codes: Any) -> dict[str, Any]:
        """A whole new row with what is worked out only when it is written: code, search keys."""
        raise NotImplementedError

    def codes(self) -> Any:
        """What hands out codes to `finish`, told of every code that rows state (`reserve`)."""
        raise NotImplementedError

    def named(self, name: str) -> dict[str, Any]:
        """The search keys that follow from a row's name."""
        return {}

    def create_named(self, rows: Iterable[dict[str, Any]]) -> dict[str, int]:
        """Create what `rows` stand in for (`NewName`) and put the ids in; how many of what."""
        return {}

    def notes(self, reason: str) -> dict[str, Any]:
        """What the facts' columns beside the dated ones are filled with."""
        return {}

    def shown(self, column: str, value: Any) -> str | None:
        """A register value in words where its column alone does not say them."""
        return None

    def own_tables(self) -> tuple[Any, ...]:
        """Tables that belong to the register's rows: they do not hold up undoing an import."""
        return () if self.book.facts is None else (self.book.facts.model,)

    def tell(self) -> None:
        """Send the news that the register has changed."""

    # --- the register ---------------------------------------------------------------------------

    def rows(self) -> "QuerySet[Any]":
        """The register rows of the district that a ledger row may speak of."""
        return self.book.model._default_manager.filter(district=self.district)

    def mark(self) -> int:
        """A number that no writing leaves as it is: versions only grow, rows only come."""
        rows = self.book.model._default_manager.filter(district=self.district)
        return int(rows.aggregate(mark=Sum("version"))["mark"] or 0)

    def known(
        self,
        streets: set[Any],
        codes: set[str],
        ids: set[uuid.UUID] = frozenset(),  # type: ignore[assignment]
    ) -> list[Known]:
        """Register rows of these streets, and those with these codes or ids wherever they are."""
        columns = self.known_columns
        rows = self.rows().filter(Q(street__in=streets - {None}) | Q(street__isnull=True))
        found = [Known(*row) for row in rows.order_by("id").values_list(*columns)]
        here = {row.code for row in found} | {row.id for row in found}
        for column, wanted in (("code", codes), ("id", ids)):
            for some in batched(sorted(wanted - here), _BATCH):
                more = self.rows().filter(**{f"{column}__in": some}).order_by("id")
                found += [Known(*row) for row in more.values_list(*columns)]
        return list({row.id: row for row in found}.values())

    @property
    def known_columns(self) -> tuple[str, ...]:
        """The register columns that `Known` is made of, in its order."""
        return (
            "id",
            "version",
            "code",
            "name",
            "name_key",
            "address",
            "street_id",
            self.sort_column,
            "lon",
            "lat",
            *(("merged_into_id",) if "merged_into_id" in self.book.columns else ()),
        )

    # --- drafting -------------------------------------------------------------------------------

    def require(self, columns: Iterable[str]) -> None:
        """SpreadsheetError when neither the file nor the importer says whose ledger it is."""
        if self.street is None and "street" not in columns:
            title = self.titles["street"]
            raise SpreadsheetError(
                "missing_columns",
                _(
                    "表头缺少“%(title)s”列；如整份台账属于同一街道（镇），也可在导入时指定该街道（镇）"
                )
                % {"title": title},
            )

    def drafts(self, drafts: Sequence[Draft], table: Table, checked: Checked) -> None:
        """Fill drafts, one per row of `table`, from its checked cells."""
        self.place_key = "x_in" if "x_in" in table.columns else "point"
        by_row = dict(zip(table.row_numbers, drafts, strict=True))
        keys = {at: key for key, at in table.columns.items()}
        for error in checked.errors:
            by_row[error.row].fault(keys[error.column], error.message)
        cells = checked.columns
        for key in self.direct:
            for draft, value in zip(drafts, cells[key], strict=True):
                if value is not None and value != BLANK:
                    draft.values[key] = value
        for draft, code in zip(drafts, cells["code"], strict=True):
            draft.code = code
        if "place_state" in cells:
            for draft, stated in zip(drafts, cells["place_state"], strict=True):
                draft.stated = stated or ""
        self._in_territory(drafts, cells)
        self._places(drafts, cells)
        self.fill(drafts, cells)

    def _in_territory(self, drafts: Sequence[Draft], cells: Mapping[str, Sequence[Any]]) -> None:
        stated = cells["neighbourhood"]
        for draft, code, hood in zip(drafts, cells["street"], stated, strict=True):
            values = draft.values
            street = self.streets.get(code or "")
            if self.street is not None:
                if values.get("outside"):
                    draft.fault("outside", _("区外网点不属于任何街道（镇），请由区商务委导入"))
                elif street not in (None, self.street.pk):
                    draft.fault(
                        "street",
                        _("本次只能导入%(street)s的%(what)s")
                        % {"street": self.street, "what": self.noun},
                    )
                street = self.street.pk
            if values.get("outside"):
                values |= {"street_id": None, "neighbourhood_id": None}
            elif street is not None:
                values["street_id"] = street
                if hood:
                    found, problem = self.neighbourhoods.find(hood, street)
                    if problem:
                        draft.fault("neighbourhood", problem)
                    else:
                        values["neighbourhood_id"] = found

    def _places(self, drafts: Sequence[Draft], cells: Mapping[str, Sequence[Any]]) -> None:
        columns = (cells[key] for key in ("x_in", "y_in", "point", "crs_in"))
        for draft, x, y, point, crs in zip(drafts, *columns, strict=True):
            if x is None and y is None:
                if not point:
                    continue
                x, y = point.split(",")
            lon, lat = (None if degree is None else float(degree) for degree in (x, y))
            if problem := problem_of(lon, lat):
                key, message = problem
                draft.fault("point" if point else key, message)
                continue
            draft.x, draft.y, draft.crs = lon, lat, crs or ""

    # --- judging --------------------------------------------------------------------------------

    def judge_places(
        self, drafts: Sequence[Draft], before: Sequence[Row], after: Sequence[dict[str, Any]]
    ) -> None:
        """Judge the positions and say how far each can be trusted."""
        places = [
            Place(row["lon"], row["lat"], row["street_id"], row.get("outside", False), draft.stated)
            for draft, row in zip(drafts, after, strict=True)
        ]
        problems = self.territory.problems(places, may_be_outside=self.may_be_outside)
        for draft, problem in zip(drafts, problems, strict=True):
            if problem:
                draft.fault(self.place_key, problem)
        if "place_state" not in self.book.columns:
            return
        states = self.territory.states(places)
        for draft, old, new, state in zip(drafts, before, after, states, strict=True):
            moved = old["lon"] != new["lon"] or old["lat"] != new["lat"]
            # What was verified by other means stays so while the point stays and nothing is
            # stated.
            if draft.stated or moved or state == PlaceState.VERIFIED:
                new["place_state"] = state
