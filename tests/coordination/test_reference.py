"""What the documents say of duties, seats and lines, as loaded: counted against the texts."""

from collections import Counter
from pathlib import Path

import pytest
from django.conf import settings

from accounts.models import Office
from coordination.models import Mechanism, Responsibility, RosterEntry, WorkLine
from coordination.reference import load
from coordination.services.duties import division, task_clauses
from territory.models import District

pytestmark = pytest.mark.django_db


@pytest.fixture
def putuo() -> District:
    return District.objects.get(code="310107")


def test_clauses_that_set_tasks_are_counted_as_the_documents_print_them(putuo: District) -> None:
    """15 with units (all in 七), 14 without (eight lines of 四, six tasks of 五); elsewhere 34."""
    told = division(putuo)
    assert {one.clause.document.code for one in told} == {"putuo-2021"}
    with_units = [one.clause.ref for one in told if one.groups]
    without = [one.clause.ref for one in told if not one.groups]
    assert (len(with_units), len(without)) == (15, 14)
    assert {ref[0] for ref in with_units} == {"七"}
    assert Counter(ref[0] for ref in without) == {"四": 8, "五": 6}
    assert all(one.clause.manner == "unstated" for one in told if not one.groups)
    template = task_clauses(elsewhere=True)
    assert Counter(clause.ref[0] for clause in template) == {"五": 22, "六": 12}
    assert all(clause.units for clause in template)


def test_units_are_those_that_the_clause_prints(putuo: District) -> None:
    told = {one.clause.ref: one for one in division(putuo)}
    plain = told["七(二)1"]
    assert [group.printed for group in plain.groups] == plain.clause.units
    assert [[duty.office.code for duty in group.duties] for group in plain.groups] == [
        ["planning_resources"],
        ["construction"],
        ["state_assets"],
        ["housing"],
    ]
    # Nobody is made to lead where the text says 按职责分工负责.
    assert plain.clause.manner == "by_duty"
    # 各街道（镇） are ten offices, under the name that is printed, be it 区各街道（镇）.
    streets = set(Office.objects.filter(kind="street", district=putuo))
    for ref, printed in (("七(二)6", "各街道（镇）"), ("七(二)4", "区各街道（镇）")):
        group = told[ref].groups[-1]
        assert (group.printed, {duty.office for duty in group.duties}) == (printed, streets)
    assert len(streets) == 10
    # 区相关部门 is not listed by the document: no offices, but shown as printed.
    collective = told["七(一)2"].groups[0]
    assert (collective.printed, collective.duties) == ("区相关部门", [])
    assert Responsibility.objects.filter(printed_as="区相关部门").count() == 0
    assert Responsibility.objects.filter(clause__document__level="elsewhere").count() == 0
    # 28 departments named one by one, and the ten streets in eight clauses.
    singles = Responsibility.objects.exclude(office__kind="street").count()
    printed = sum(
        unit not in ("区相关部门", "各街道（镇）", "区各街道（镇）")
        for one in told.values()
        for unit in one.clause.units
    )
    assert singles == printed
    assert Responsibility.objects.filter(office__kind="street").count() == 80


def test_seats_are_those_that_the_document_names_and_nobody_sits_in_them(putuo: District) -> None:
    group = Mechanism.objects.get(kind="working_group")
    assert group.name == "普陀区一刻钟便民生活圈首批国家级试点建设工作小组"
    assert Counter(group.entries.values_list("place", flat=True)) == {
        "head": 1,
        "member": 28,
        "liaison": 18,
    }
    assert group.entries.get(place="head").post == "分管副区长"
    teams = Mechanism.objects.filter(kind="street_team")
    assert teams.count() == 10
    assert all(team.entries.get().office.street is not None for team in teams)
    assert not RosterEntry.objects.exclude(person="").exists()
    assert Counter(WorkLine.objects.values_list("group", flat=True)) == {"lines": 8, "ones": 7}


def test_loading_again_leaves_what_staff_have_written() -> None:
    seat = RosterEntry.objects.get(place="head")
    RosterEntry.objects.filter(pk=seat.pk).update(person="王某", valid_to="2026-01-01")
    before = [
        list(model.objects.order_by("pk").values_list())
        for model in (Mechanism, RosterEntry, Responsibility, WorkLine)
    ]
    load(Path(settings.FIXTURE_ROOT))
    assert before == [
        list(model.objects.order_by("pk").values_list())
        for model in (Mechanism, RosterEntry, Responsibility, WorkLine)
    ]
