"""Lists are walked by key: every row exactly once, whatever comes and goes meanwhile."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.db import transaction
from hypothesis import given
from hypothesis import strategies as st

from core.api.keyset import BadCursorError, Order, page_after
from core.models import Document
from tests.factories import OutletFactory, StreetFactory

Ask = Callable[..., Any]
pytestmark = [pytest.mark.django_db, pytest.mark.both]

# A column with few values and nulls: ties and gaps are where walking goes wrong.
DAYS = st.none() | st.integers(1, 4).map(lambda day: dt.date(2026, 1, day))
ORDERS = st.sampled_from(["id", "-id", "issued_on", "-issued_on", "code", "-code"])
STEPS = st.lists(st.tuples(st.sampled_from(["add", "remove"]), DAYS, st.integers(0, 10**6)))


def documents() -> Any:
    return Document.objects.filter(code__startswith="walk-")


def add(day: dt.date | None, number: int) -> Any:
    return Document.objects.create(
        code=f"walk-{number}-{documents().count()}-{Document.objects.count()}",
        name="文件",
        short_name="文",
        issuer="某委",
        issued_on=day,
        level="nation",
    ).pk


def walk(order: Order, size: int, between: Callable[[], None]) -> list[Any]:
    """Keys of all pages, with something happening after each page."""
    keys: list[Any] = []
    cursor = ""
    while True:
        rows, cursor = page_after(documents(), order, size, cursor)
        keys += [row.pk for row in rows]
        if not cursor:
            return keys
        between()


@given(days=st.lists(DAYS, max_size=12), order=ORDERS, size=st.integers(1, 5))
def test_pages_are_the_sorted_list_cut_in_pieces(
    days: list[dt.date | None], order: str, size: int
) -> None:
    """The oracle is Python's sort, nulls last either way."""
    with transaction.atomic():
        for number, day in enumerate(days):
            add(day, number)
        column, backwards = order.removeprefix("-"), order.startswith("-")
        everything = list(documents())
        given_rows = [row for row in everything if getattr(row, column) is not None]
        without = [row for row in everything if getattr(row, column) is None]
        given_rows.sort(key=lambda row: (getattr(row, column), row.pk), reverse=backwards)
        without.sort(key=lambda row: row.pk, reverse=backwards)
        expected = [row.pk for row in given_rows + without]
        assert walk(Order.parse(order), size, lambda: None) == expected
        transaction.set_rollback(True)


@given(
    days=st.lists(DAYS, min_size=1, max_size=12), order=ORDERS, size=st.integers(1, 4), steps=STEPS
)
def test_rows_that_stay_are_seen_once_while_others_come_and_go(
    days: list[dt.date | None], order: str, size: int, steps: list[Any]
) -> None:
    with transaction.atomic():
        stay = {add(day, number) for number, day in enumerate(days)}
        todo = iter(steps)

        def happen() -> None:
            step = next(todo, None)
            if step is None:
                return
            what, day, number = step
            if what == "add":
                add(day, number)
                return
            keys = list(documents().order_by("pk").values_list("pk", flat=True))
            gone = keys[number % len(keys)]
            stay.discard(gone)
            documents().filter(pk=gone).delete()

        keys = walk(Order.parse(order), size, happen)
        assert len(keys) == len(set(keys))
        assert stay <= set(keys)
        transaction.set_rollback(True)


def test_a_cursor_of_another_order_or_list_is_refused() -> None:
    for number in range(3):
        add(None, number)
    _rows, cursor = page_after(documents(), Order("code"), 1)
    for order in (Order("issued_on"), Order("code", descending=True)):
        with pytest.raises(BadCursorError):
            page_after(documents(), order, 1, cursor)
    with pytest.raises(BadCursorError):
        page_after(documents(), Order("code"), 1, cursor[:-2])
    with pytest.raises(BadCursorError):
        page_after(documents(), Order("code"), 1, "made-up")


def test_nulls_are_spoken_of_only_where_there_are_any() -> None:
    """So that an index on the column serves the order."""
    assert "NULLS" not in str(documents().order_by(*Order("code").terms(Document)).query)
    assert "NULLS LAST" in str(documents().order_by(*Order("issued_on").terms(Document)).query)


def test_a_list_is_walked_by_following_next(ask: Ask, outlet: Any) -> None:
    made = {str(OutletFactory(street=outlet.street).pk) for _ in range(6)} | {str(outlet.pk)}
    answer = ask("get", "outlets/", page_size=3, ordering="-name", with_count=1).json()
    assert answer["count"] == 7
    seen, pages = [row["id"] for row in answer["results"]], 1
    while answer["next"]:
        answer = ask("get", answer["next"].split("/api/v1/")[1]).json()
        seen += [row["id"] for row in answer["results"]]
        pages += 1
    assert pages == 3
    assert len(seen) == len(set(seen))
    assert set(seen) == made


def test_the_count_is_made_on_request_only(ask: Ask) -> None:
    assert "count" not in ask("get", "outlets/").json()
    assert ask("get", "outlets/", with_count="0").json().keys() == {"next", "results"}


@pytest.mark.parametrize(
    "query",
    [
        {"page_size": "0"},
        {"page_size": "1001"},
        {"page_size": "-1"},
        {"page_size": "٣"},
        {"page_size": "99999999999999999999"},
        {"page_size": ""},
        {"ordering": "phone"},
        {"ordering": "--name"},
        {"ordering": "street__name"},
        {"with_count": "yes"},
        {"cursor": "made-up"},
        {"cursor": "W10:1:1"},
        {"offset": "3"},
    ],
)
def test_a_parameter_that_means_nothing_is_refused(ask: Ask, query: dict[str, str]) -> None:
    answer = ask("get", "outlets/", **query)
    assert answer.status_code == 400
    assert [error["field"] for error in answer.json()["errors"]] == list(query)


def test_a_page_holds_at_most_a_thousand(ask: Ask) -> None:
    assert ask("get", "outlets/", page_size="1000").status_code == 200


def test_a_cursor_of_another_list_opens_nothing(ask: Ask, outlet: Any) -> None:
    for _ in range(2):
        OutletFactory(street=StreetFactory(district=outlet.district))
    following = ask("get", "outlets/", page_size=1).json()["next"]
    cursor = following.split("cursor=")[1]
    assert ask("get", f"streets/?cursor={cursor}").status_code == 400


def test_order_names_only_columns() -> None:
    assert Order.parse("-name") == Order("name", descending=True)
    assert Order.parse("-name").text == "-name"
