"""Duties per clause, the roster, the lines of work: append-only, dated, versioned."""

import datetime as dt
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from coordination.models import (
    Mechanism,
    Responsibility,
    ResponsibilityProgress,
    RosterEntry,
    WorkLine,
    WorkLineProgress,
)
from coordination.services.duties import UNSAID, division, duties_of_office, report_duty
from coordination.services.lines import lines_of_year, save_line
from coordination.services.roster import (
    appoint,
    as_of,
    correct,
    end_seat,
    phone_for,
    succeed,
    vacate,
)
from core.models import AuditEvent, Clause
from core.versions import StaleVersionError
from tests.coordination.people import Cast

pytestmark = pytest.mark.django_db
MAY = dt.date(2026, 5, 1)


@pytest.fixture
def cast() -> Cast:
    return Cast()


def duty_of(cast: Cast, office: Any, ref: str) -> Responsibility:
    clause = Clause.objects.get(document__code="putuo-2021", ref=ref)
    # A clause names an office once; these are of another district than the documents'.
    return Responsibility.objects.create(
        district=cast.district, clause=clause, office=office, printed_as="区房管局"
    )


def test_what_an_office_says_of_its_duty_is_added_never_changed(cast: Cast) -> None:
    duty = duty_of(cast, cast.housing, "七(二)5")
    duty_of(cast, cast.subdistrict, "七(二)5")
    for wrong in (cast.civil_liaison, cast.street_officer, cast.officer, cast.foreign):
        with pytest.raises(PermissionDenied):
            report_duty(responsibility=duty, standing="done", text="完成", **wrong.acts)
    with pytest.raises(ValidationError) as refused:
        report_duty(responsibility=duty, standing="x", text=" ", **cast.housing_liaison.acts)
    assert set(refused.value.error_dict) == {"standing", "text"}
    assert not ResponsibilityProgress.objects.exists()

    for standing, text in (("under_way", "已摸排"), ("done", "已装 30 组")):
        report_duty(
            responsibility=duty,
            standing=standing,
            text=text,
            evidence="工作台账",
            **cast.housing_liaison.acts,
        )
    assert list(duty.progress.order_by("at").values_list("text", flat=True)) == [
        "已摸排",
        "已装 30 组",
    ]
    ((clause, mine),) = duties_of_office(cast.district, cast.housing.code)
    assert (clause.ref, mine.latest and mine.latest.text) == ("七(二)5", "已装 30 组")
    for standing, offices in (("done", {cast.housing}), (UNSAID, {cast.subdistrict})):
        found = division(cast.district, standing=standing)
        assert {part.office for one in found for part in one.duties} == offices
    assert division(cast.foreign.user.office.district, standing="done") == []


def test_a_successor_takes_over_the_seat_and_who_sat_there_on_a_day_stays_known(
    cast: Cast,
) -> None:
    group = Mechanism.objects.create(
        district=cast.district, code="group", name="工作小组", kind="working_group"
    )
    seat: dict[str, Any] = {
        "mechanism": group,
        "office": cast.housing,
        "place": "liaison",
        "valid_from": dt.date(2026, 1, 1),
    }
    for wrong in (cast.housing_liaison, cast.approver, cast.foreign):
        with pytest.raises(PermissionDenied):
            appoint(person="张三丰", **seat, **wrong.acts)
    first = appoint(person="张三丰", phone="13812345678", **seat, **cast.officer.acts)
    heir = succeed(entry=first, person="李四", on=MAY, filed_on=MAY, **cast.officer.acts)
    first.refresh_from_db()
    assert (first.valid_to, heir.valid_from, heir.succeeds) == (MAY, MAY, first)

    def there(day: dt.date) -> list[str]:
        return list(as_of(group.entries.all(), day).values_list("person", flat=True))

    assert there(dt.date(2025, 12, 31)) == []
    assert there(dt.date(2026, 4, 30)) == ["张三丰"]
    assert there(MAY) == ["李四"]

    # Nobody succeeds twice, nobody before their predecessor began, nobody on an old version.
    with pytest.raises(ValidationError, match="已有接任"):
        succeed(entry=first, person="王五", on=MAY, **cast.officer.acts)
    with pytest.raises(ValidationError, match="须晚于"):
        succeed(entry=heir, person="王五", on=MAY, **cast.officer.acts)
    with pytest.raises(StaleVersionError):
        vacate(entry=heir, on=dt.date(2026, 6, 1), seen_version=9, **cast.officer.acts)
    empty = vacate(entry=heir, on=dt.date(2026, 6, 1), **cast.officer.acts)
    assert there(dt.date(2026, 6, 1)) == [""]
    with pytest.raises(ValidationError, match="原因"):
        end_seat(entry=empty, on=dt.date(2026, 7, 1), reason="", **cast.officer.acts)
    end_seat(entry=empty, on=dt.date(2026, 7, 1), reason="机构合并", **cast.officer.acts)
    assert there(dt.date(2026, 7, 1)) == []
    assert RosterEntry.objects.filter(mechanism=group).count() == 3

    correct(entry=first, changes={"phone": "13987654321"}, **cast.officer.acts)
    with pytest.raises(ValidationError, match="掩码"):
        correct(entry=first, changes={"phone": "138****5678"}, **cast.officer.acts)
    first.refresh_from_db()
    assert phone_for(first, cast.officer.scope) == "13987654321"
    assert phone_for(first, cast.housing_liaison.scope) == "139****4321"
    # Telephones do not get into the audit log.
    logged = AuditEvent.objects.filter(action__startswith="coordination.").values_list("changes")
    assert "13987654321" not in str(list(logged))


def test_a_line_of_a_year_is_written_on_the_version_that_was_seen(cast: Cast) -> None:
    line = WorkLine.objects.get(code="line_1")
    told: dict[str, Any] = {"district": cast.district, "line": line, "year": 2026}
    for wrong in (cast.street_officer, cast.approver):
        with pytest.raises(PermissionDenied):
            save_line(text="配齐早餐店", **told, **wrong.acts)
    with pytest.raises(ValidationError):
        save_line(text="配齐早餐店", **told, **cast.foreign.acts)
    save_line(text="配齐早餐店", seen_version=0, **told, **cast.officer.acts)
    with pytest.raises(StaleVersionError):
        save_line(text="覆盖了别人的", seen_version=0, **told, **cast.officer.acts)
    save_line(text="配齐早餐店 12 家", seen_version=1, **told, **cast.officer.acts)
    row = WorkLineProgress.objects.get()
    assert (row.text, row.version) == ("配齐早餐店 12 家", 2)
    events = AuditEvent.objects.filter(action="coordination.save_line").order_by("at", "id")
    assert events.last().changes["text"] == ["配齐早餐店", "配齐早餐店 12 家"]
    year = lines_of_year(cast.district, 2026)
    assert [one.line.code for one in year] == [
        *(f"line_{n}" for n in range(1, 9)),
        *(f"one_{n}" for n in range(1, 8)),
    ]
    assert [one.version for one in year] == [2, *[0] * 14]
    assert all(one.progress is None for one in lines_of_year(cast.district, 2025))
