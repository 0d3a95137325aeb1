"""Filing: denied first, then the whole path; numbers under race; told once what is lacking."""

import datetime as dt
import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.base import ContentFile
from django.db import IntegrityError, connection
from django.utils import timezone

from core.attachments import attachments_of
from core.models import AuditEvent, CalendarDay, Notice
from subsidies.models import Application
from subsidies.services import filing
from subsidies.services.evidence import mark_evidence, mark_lines, provide_file, remove_file
from subsidies.services.filing import (
    ChangedError,
    accept_application,
    ask_application,
    change_application,
    create_application,
    decline_application,
    submit_application,
    withdraw_application,
)
from subsidies.shown import account_number_for, phone_for
from tests.api.racing import at_once
from tests.coordination.people import Cast
from tests.factories import EnterpriseFactory, OutletFactory, StreetFactory
from tests.subsidies.making import FACILITY, make_policy, make_round

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)
TOLD = {
    "contact": "张三丰",
    "phone": "138 1234 5678",
    "bank": "试验银行普陀支行",
    "account_number": "6217 0000 1234 5678",
}


class Scene(Cast):
    """A round in which items can be filed today; an enterprise with an outlet in the street."""

    def __init__(self) -> None:
        super().__init__()
        today = timezone.localdate()
        self.policy = make_policy(self.district)
        item = self.policy.items.get(key="facility")
        sourced = [
            {"key": "area", "label": "营业面积", "kind": "number", "source": "outlet.business_area"}
        ]
        item.rule = FACILITY | {"inputs": FACILITY["inputs"] + sourced}
        item.save()
        self.item = item
        self.round = make_round(
            self.district, self.policy, year=2026, opens_on=today, closes_on=today + 9 * DAY
        )
        self.enterprise = EnterpriseFactory(district=self.district)
        self.outlet = OutletFactory(
            street=self.street, enterprise=self.enterprise, business_area="120.50"
        )
        self.second_officer = self.person(self.commission, "programme_officer")

    def draft(self, **more: Any) -> Application:
        told = {"round": self.round, "item": self.item, "enterprise": self.enterprise}
        told |= {"outlet": self.outlet, **self.street_officer.acts}
        return create_application(**(told | more))

    def complete(self, row: Application) -> Application:
        facts = {"investment": "８６０，０００", "months": "14"}
        change_application(
            application=row, told=TOLD | {"facts": facts}, **self.street_officer.acts
        )
        for line in row.evidence.all():
            provide_file(line=line, file=pdf(), **self.street_officer.acts)
        return row

    def filed(self) -> Application:
        return submit_application(
            application=self.complete(self.draft()), **self.street_officer.acts
        )


def pdf() -> ContentFile:
    return ContentFile(b"%PDF-1.4\n%%EOF\n", name="营业执照.pdf")


@pytest.fixture
def scene() -> Scene:
    return Scene()


def state_of(row: Application) -> str:
    return str(Application.objects.get(pk=row.pk).state)


def test_who_may_not_does_nothing(scene: Scene) -> None:
    """Another street, a leader, the filer as handler, a closed round, a strange item or outlet."""
    other_street = StreetFactory(district=scene.district)
    others_outlet = OutletFactory(street=other_street, enterprise=scene.enterprise)
    for denied in (scene.approver, scene.foreign):
        with pytest.raises((PermissionDenied, ValidationError)):
            scene.draft(**denied.acts)
    with pytest.raises(ValidationError):
        scene.draft(outlet=others_outlet)
    with pytest.raises(ValidationError):
        scene.draft(enterprise=EnterpriseFactory(district=scene.district), outlet=None)
    with pytest.raises(ValidationError):
        scene.draft(outlet=None)  # a street says where it is
    with pytest.raises(PermissionDenied):
        scene.draft(outlet=None, street=other_street)
    later = make_round(scene.district, scene.policy, opens_on=timezone.localdate() + DAY)
    narrow = make_round(scene.district, scene.policy, item_keys=["opening"])
    for closed in (later, narrow, make_round(scene.district, scene.policy, state="review")):
        with pytest.raises(ValidationError):
            scene.draft(round=closed)
    assert not Application.objects.exists()
    # 工作人员 file, too: what they have filed others handle.
    row = submit_application(
        application=scene.complete(scene.draft(**scene.officer.acts)), **scene.officer.acts
    )
    line = row.evidence.first()
    for act in (accept_application, ask_application, decline_application):
        for denied in (scene.officer, scene.street_officer, scene.approver):
            with pytest.raises(PermissionDenied):
                act(application=row, comment="试验", **denied.acts)
    for denied in (scene.officer, scene.street_officer):
        with pytest.raises(PermissionDenied):
            mark_evidence(line=line, state="checked", **denied.acts)
    with pytest.raises(ValidationError):  # it is no longer theirs to change
        provide_file(line=line, file=pdf(), **scene.street_officer.acts)
    with pytest.raises(ValidationError):
        change_application(application=row, told={"title": "另一个"}, **scene.officer.acts)
    assert state_of(row) == "submitted"


def test_the_whole_path_from_draft_to_acceptance(scene: Scene) -> None:
    """Prefilled, refused with everything at once, numbered, completed once, accepted."""
    row = scene.draft()
    assert (row.facts, row.account_name) == ({"area": "120.5"}, scene.enterprise.name)
    assert (row.street, row.district) == (scene.street, scene.district)
    assert [line.key for line in row.evidence.all()] == ["licence", "invoices"]
    with pytest.raises(ValidationError) as refused:
        submit_application(application=row, **scene.street_officer.acts)
    assert set(refused.value.message_dict) == {
        "contact", "phone", "facts.investment", "facts.months", "evidence.licence",
        "evidence.invoices", "bank", "account_number",
    }  # fmt: skip
    told = {"facts": {"investment": "很多"}, "account_number": "十二", "phone": "手机"}
    with pytest.raises(ValidationError) as wrong:
        change_application(application=row, told=told, **scene.street_officer.acts)
    assert set(wrong.value.message_dict) == {"facts.investment", "account_number", "phone"}
    scene.complete(row)
    line = row.evidence.get(key="licence")
    removed = provide_file(line=line, file=pdf(), **scene.street_officer.acts)
    for file in attachments_of(removed):
        remove_file(line=line, file=file.pk, **scene.street_officer.acts)
    with pytest.raises(ValidationError, match="营业执照"):
        submit_application(application=row, **scene.street_officer.acts)
    bad = ContentFile(b"MZ", name="执照.exe")
    with pytest.raises(ValidationError, match=r"执照\.exe"):
        provide_file(line=line, file=bad, **scene.street_officer.acts)
    provide_file(line=line, file=pdf(), **scene.street_officer.acts)
    row = submit_application(application=row, **scene.street_officer.acts)
    assert (row.number, row.state) == ("2026-01-0001", "submitted")
    assert row.facts["investment"] == "860000"
    assert row.account_number == "6217000012345678"
    assert Notice.objects.filter(recipient_id=scene.officer.user.pk).count() == 1

    # Masked for who neither handles accounts nor filed it.
    assert account_number_for(row, scene.street_officer.scope) == "6217 0000 1234 5678"
    assert account_number_for(row, scene.approver.scope) == "**** 5678"
    assert "1234" not in phone_for(row, scene.approver.scope)

    # 一次性告知, due in working days; accepting waits for what is marked.
    marks = {"invoices": ("lacking", "缺少2026年3月的发票"), "licence": ("checked", "")}
    mark_lines(application=row, marks=marks, **scene.officer.acts)
    with pytest.raises(ValidationError, match="投资发票"):
        accept_application(application=row, **scene.officer.acts)
    tomorrow = timezone.localdate() + DAY
    for ahead in range(12):  # everybody works, except tomorrow
        day = timezone.localdate() + ahead * DAY
        CalendarDay.objects.create(day=day, working=day != tomorrow, name="试验")
    row = ask_application(application=row, comment="项目简介请写明面积。", **scene.officer.acts)
    assert row.supplement_due == timezone.localdate() + 6 * DAY
    assert "1. 投资发票：缺少2026年3月的发票" in row.supplement_text
    assert "营业执照" not in row.supplement_text
    assert "项目简介请写明面积。" in row.supplement_text
    told = Notice.objects.get(recipient_id=scene.street_officer.user.pk)
    assert "缺少2026年3月的发票" in told.text
    with pytest.raises(ValidationError, match="期限"):  # not before the days are over
        decline_application(application=row, comment="未补正", **scene.officer.acts)
    with pytest.raises(ValidationError, match="投资发票"):
        submit_application(application=row, **scene.street_officer.acts)
    provide_file(line=row.evidence.get(key="invoices"), file=pdf(), **scene.street_officer.acts)
    # After the round was closed, too, until the due day.
    type(scene.round).objects.filter(pk=scene.round.pk).update(
        state="review", opens_on=tomorrow - 9 * DAY, closes_on=tomorrow - 2 * DAY
    )
    again = submit_application(application=row, **scene.street_officer.acts)
    assert (again.number, again.state) == ("2026-01-0001", "submitted")
    with pytest.raises(ValidationError, match="一次性"):  # once only
        ask_application(application=again, comment="再补", **scene.second_officer.acts)
    row = accept_application(application=again, **scene.second_officer.acts)
    assert (row.state, row.accepted_on) == ("accepted", timezone.localdate())
    acts = AuditEvent.objects.filter(object_id=str(row.pk)).values_list("action", flat=True)
    assert {"subsidies.ask_application", "subsidies.accept_application"} <= set(acts)
    shown = str(list(AuditEvent.objects.filter(object_id=str(row.pk)).values_list("changes")))
    assert "6217000012345678" not in shown


def test_late_ones_are_declined_and_a_filer_takes_back(scene: Scene) -> None:
    """Past the due day nothing can be completed; an act on an older version is refused."""
    row = scene.filed()
    seen = row.version
    row = ask_application(application=row, comment="材料不清", **scene.officer.acts)
    Application.objects.filter(pk=row.pk).update(supplement_due=timezone.localdate() - DAY)
    with pytest.raises(ValidationError, match="期限"):
        change_application(application=row, told={"contact": "李"}, **scene.street_officer.acts)
    with pytest.raises(ValidationError, match="期限"):
        submit_application(application=row, **scene.street_officer.acts)
    row = decline_application(application=row, comment="逾期未补正", **scene.officer.acts)
    assert (row.state, row.decision_note) == ("not_accepted", "逾期未补正")
    with pytest.raises(ValidationError):
        withdraw_application(application=row, comment="撤回", **scene.street_officer.acts)
    other = scene.filed()
    assert other.number == "2026-01-0002"
    other = withdraw_application(application=other, comment="重报", **scene.street_officer.acts)
    assert (other.state, other.number) == ("withdrawn", "2026-01-0002")
    with pytest.raises(Exception, match="版"):
        accept_application(application=row, seen_version=seen, **scene.officer.acts)


def test_of_two_at_one_draft_the_second_is_told_what_changed(scene: Scene) -> None:
    """By name, and nothing of theirs is written."""
    row = scene.draft()
    colleague = scene.person(scene.subdistrict, "street_officer")
    told = {"contact": "李四", "facts": {"months": "20"}}
    change_application(application=row, told=told, seen_version=row.version, **colleague.acts)
    with pytest.raises(ChangedError) as error:
        change_application(
            application=row, told={"contact": "王五"}, seen_version=1, **scene.street_officer.acts
        )
    assert "联系人、稳定经营月数" in str(error.value)
    assert str(colleague.user) in str(error.value)
    assert set(error.value.places) == {"contact", "facts.months"}
    now = Application.objects.get(pk=row.pk)
    assert (now.contact, now.version) == ("李四", 2)


# --- Numbers --------------------------------------------------------------------------------------
def _submit_at_once(scene: Scene, count: int) -> list[str]:
    rows = [scene.complete(scene.draft()) for _n in range(count)]

    def call(row: Application) -> Callable[[], str]:
        return lambda: submit_application(application=row, **scene.street_officer.acts).number

    return at_once(*(call(row) for row in rows))


@pytest.mark.django_db(transaction=True)
def test_numbers_are_given_once_to_those_who_file_at_the_same_moment() -> None:
    """Each its own, without gaps."""
    numbers = _submit_at_once(Scene(), 6)
    assert sorted(numbers) == [f"2026-01-{n:04d}" for n in range(1, 7)]


@pytest.mark.django_db(transaction=True)
def test_without_the_lock_of_the_round_numbers_would_meet(monkeypatch: Any) -> None:
    """The control: two that have both read the last number ask for the same one."""
    if connection.vendor == "sqlite":
        pytest.skip("one writer at a time")
    known, locked, both = filing.next_number, filing.locked, threading.Barrier(2, timeout=10)

    def meet(round_: Any) -> str:
        number = known(round_)
        both.wait()
        return number

    monkeypatch.setattr(filing, "next_number", meet)
    monkeypatch.setattr(
        filing,
        "locked",
        lambda rows: rows if rows.model.__name__ == "Round" else locked(rows),
    )
    with pytest.raises(IntegrityError):
        _submit_at_once(Scene(), 2)
