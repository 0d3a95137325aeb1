"""Workbooks of policies bring back what they were made of, or say where not."""

import io
from typing import Any

import pytest
from openpyxl import load_workbook

from core.audit import Actor
from core.scope import ALL, Scope
from core.spreadsheets.partbooks import BookError
from subsidies.bookreading import import_policy
from subsidies.books import policy_book
from subsidies.contents import compare, content_of
from subsidies.models import Policy
from tests.factories import DistrictFactory
from tests.subsidies.making import make_policy

pytestmark = pytest.mark.django_db


def brought(district: Any, book: bytes) -> Policy:
    scope = Scope(
        roles=frozenset({"programme_officer"}),
        district_ids=frozenset({district.pk}),
        street_ids=ALL,
    )
    return import_policy(
        district=district, file=io.BytesIO(book), by=Actor(label="经办人"), scope=scope
    )


def test_every_shipped_policy_comes_back_from_its_workbook_whole() -> None:
    shipped = list(Policy.objects.filter(is_reference=True))
    assert shipped
    for policy in shipped:
        again = brought(policy.district, policy_book(policy))
        assert (again.state, again.number) == ("draft", policy.number + 1)
        assert compare(content_of(policy), content_of(again)) == []
        assert content_of(policy)["items"] == content_of(again)["items"]


def test_a_wrong_cell_is_named_by_sheet_row_and_column_and_nothing_is_written() -> None:
    policy = make_policy(DistrictFactory())
    book = load_workbook(io.BytesIO(policy_book(policy)))
    steps = book["计算步骤"]
    head = [cell.value for cell in steps[1]]
    at = next(n for n, told in enumerate(head, 1) if str(told).startswith("标准"))
    row = next(
        n for n, cells in enumerate(steps.iter_rows(values_only=True), 1) if "支持比例" in cells
    )
    steps.cell(row, at, "三成")
    conditions = book["申报条件"]
    conditions.cell(2, 1, "没有的事项")
    target = io.BytesIO()
    book.save(target)
    with pytest.raises(BookError) as wrong:
        brought(policy.district, target.getvalue())
    places = {(one["sheet"], one["row"], one["column"]) for one in wrong.value.errors}
    assert ("计算步骤", row, "标准") in places
    assert ("申报条件", 2, "支持事项") in places
    assert Policy.objects.filter(district=policy.district).count() == 1
