"""Thirty and more crooked files go through the whole pipeline, judged row by row."""

from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from core.spreadsheets import SpreadsheetError
from outlets.imports.starting import start_import
from outlets.models import Import, Outlet
from outlets.services.offers import services_of
from tests.outlets import crooked
from tests.outlets.crooked.making import Crooked, Expect
from tests.outlets.crooked.place import Putuo
from tests.outlets.ledger_files import BY, everything
from tests.outlets.pipeline import check, confirm, relaid, verdicts

pytestmark = pytest.mark.django_db
WRITTEN = ("new", "changed")


def test_there_are_at_least_thirty_different_ones() -> None:
    assert len(crooked.FILES) >= 30
    assert all(maker.__doc__ for maker in crooked.FILES)


@pytest.mark.parametrize("make", crooked.FILES, ids=lambda make: make.__name__)
def test_crooked_file(make: crooked.Maker) -> None:
    place = Putuo()
    file = make(place)
    before = everything()
    if file.refused:
        assert_refused(place, file, before)
        return
    batch = judged(place, file)
    assert_rows(batch, file)
    assert_notes(batch, file)
    # The upload is recorded, and nothing else.
    assert everything() == before | {
        "Import": before["Import"] + 1,
        "AuditEvent": before["AuditEvent"] + 1,
    }
    done = confirm(batch, partial=True)
    expected = [one.verdict for one in file.rows.values()]
    assert (done.new, done.changed) == (expected.count("new"), expected.count("changed"))
    assert Outlet.objects.count() == before["Outlet"] + done.new
    assert_held(batch, file)
    assert_again(place, file)


def judged(place: Putuo, file: Crooked) -> Import:
    """The file as an officer brings it: uploaded, its columns settled, checked."""
    upload = SimpleUploadedFile(file.filename, file.content)
    street = place.street(file.street) if file.street else None
    batch = start_import(
        district=place.district,
        file=upload,
        filename=file.filename,
        by=BY,
        street=street,
        crs=file.crs or None,
    )
    if file.answers:
        batch = relaid(batch, crs=file.crs, **file.answers)
    return check(batch)


def assert_refused(place: Putuo, file: Crooked, before: dict[str, int]) -> None:
    assert file.refused
    code, piece = file.refused
    with pytest.raises(SpreadsheetError) as caught:
        judged(place, file)
    assert caught.value.code == code
    assert piece in caught.value.message
    quiet = ("Import", "AuditEvent")
    assert {name: count for name, count in everything().items() if name not in quiet} == {
        name: count for name, count in before.items() if name not in quiet
    }


def assert_rows(batch: Import, file: Crooked, *, again: bool = False) -> None:
    rows = {row.no: row for row in batch.rows.order_by("no")}
    found = {no: (row.verdict, [key for key, _said in row.errors]) for no, row in rows.items()}
    wanted = {no: (_verdict(one, again=again), sorted(one.errors)) for no, one in file.rows.items()}
    assert {no: (verdict, sorted(keys)) for no, (verdict, keys) in found.items()} == wanted, {
        no: row.errors or row.likely or row.changes for no, row in rows.items()
    }
    for no, one in file.rows.items():
        said = dict(map(tuple, rows[no].errors))
        for key, piece in one.errors.items():
            assert piece in said[key], f"row {no}, {key}: {said[key]}"
        if one.doubt:
            assert one.doubt in rows[no].likely[0]["why"], f"row {no}: {rows[no].likely}"


def _verdict(expected: Expect, *, again: bool) -> str:
    return "unchanged" if again and expected.verdict in WRITTEN else expected.verdict


def assert_notes(batch: Import, file: Crooked) -> None:
    said = "；".join(batch.notes)
    for piece in file.notes:
        assert piece in said


def assert_held(batch: Import, file: Crooked) -> None:
    """The register says of each row what was expected."""
    targets = dict(batch.rows.values_list("no", "target_id"))
    for no, one in file.rows.items():
        if one.verdict not in WRITTEN:
            continue
        outlet = Outlet.objects.get(pk=targets[no])
        held = {name: _held(outlet, name) for name in one.holds}
        wanted = {name: _plain(value) for name, value in one.holds.items()}
        assert held == {name: _nearly(value) for name, value in wanted.items()}, f"row {no}"


def assert_again(place: Putuo, file: Crooked) -> None:
    """The same file once more has nothing new to say, and finds the same faults."""
    before = everything()
    batch = judged(place, file)
    assert_rows(batch, file, again=True)
    assert set(verdicts(batch)).isdisjoint(WRITTEN)
    done = confirm(batch, partial=True)
    assert done.written == 0
    assert everything()["Outlet"] == before["Outlet"]


def _held(outlet: Outlet, name: str) -> Any:
    if name == "services":
        return sorted(map(str, services_of(outlet.services)))
    value = getattr(outlet, name)
    if name == "enterprise":
        return value.credit_code if value else None
    if name in ("street", "neighbourhood", "brand", "main_format"):
        return value.name if value else None
    return _plain(value)


def _plain(value: Any) -> Any:
    if isinstance(value, list):
        return sorted(value)
    return float(value) if isinstance(value, Decimal) else value


def _nearly(value: Any) -> Any:
    """Degrees come back from another system to a millimetre."""
    return pytest.approx(value, abs=1e-8) if isinstance(value, float) else value
