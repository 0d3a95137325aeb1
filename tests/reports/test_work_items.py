"""工作信息: sent by a unit, adopted or not by somebody else, seen by those it concerns."""

import io
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.delegations import delegate
from accounts.policy import scope_of
from core.attachments import attachments_of
from core.audit import Actor
from core.ids import new_id
from core.models import AuditEvent
from core.versions import StaleVersionError
from reports import news
from reports.models import WorkItem
from tests.factories import CircleFactory, OfficeFactory, StreetFactory, UserFactory
from tests.outlets.pictures import SECRET, jpeg

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _media(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path


class Room:
    """A street with its officer, and two people of the commission."""

    def __init__(self) -> None:
        self.street: Any = StreetFactory()
        self.office: Any = OfficeFactory(street=self.street)
        self.sender: Any = UserFactory(office=self.office, roles=["street_officer"])
        commission = OfficeFactory(district=self.street.district)
        self.officer: Any = UserFactory(office=commission, roles=["programme_officer"])
        self.approver: Any = UserFactory(office=commission, roles=["approver"])

    def send(self, by: Any = None, **values: Any) -> WorkItem:
        person = by or self.sender
        given = {"title": "夏季便民市集", "category": "event", "happened_on": timezone.localdate()}
        photos = values.pop("photos", ())
        return news.add_item(
            office=person.office,
            values=given | values,
            by=Actor(person.pk, str(person)),
            scope=scope_of(person),
            photos=photos,
        )

    def said(self, person: Any) -> dict[str, Any]:
        return {"by": Actor(person.pk, str(person)), "scope": scope_of(person)}


@pytest.fixture
def room() -> Room:
    return Room()


def refused(room: Room, **values: Any) -> set[str]:
    with pytest.raises(ValidationError) as error:
        room.send(**values)
    return set(error.value.message_dict)


def test_what_cannot_be_is_refused_by_field_and_nothing_is_kept(room: Room) -> None:
    elsewhere = CircleFactory(lead_street=StreetFactory(district=room.street.district))
    today = timezone.localdate()
    assert refused(room, jobs=3, care_posts=4) == {"care_posts"}
    assert refused(room, care_posts=1) == {"care_posts"}
    assert refused(room, happened_on=today + timedelta(days=1)) == {"happened_on"}
    assert refused(room, happened_on=today - timedelta(days=400)) == {"happened_on"}
    assert refused(room, sessions=10_001, title=" ") == {"sessions", "title"}
    assert refused(room, circle=elsewhere) == {"circle"}
    assert refused(room, photos=[io.BytesIO(b"GIF89a")]) == {"photos"}
    assert refused(room, photos=[io.BytesIO(jpeg())] * 7) == {"photos"}
    assert not WorkItem.objects.exists()


def test_who_has_no_say_is_denied(room: Room) -> None:
    liaison = UserFactory(
        office=OfficeFactory(district=room.street.district, kind="department"),
        roles=["department_liaison"],
    )
    with pytest.raises(PermissionDenied):  # for another's office
        news.add_item(office=room.office, values=_least(), **room.said(liaison))
    with pytest.raises(PermissionDenied):
        news.adopt_item(item=room.send(), **room.said(room.sender))
    own = room.send(by=room.officer)
    with pytest.raises(PermissionDenied):  # what one sent oneself
        news.adopt_item(item=own, **room.said(room.officer))
    assert news.adopt_item(item=own, **room.said(room.approver)).state == "adopted"


def test_what_one_sent_for_another_neither_of_them_adopts(room: Room) -> None:
    today = timezone.localdate()
    deputy: Any = UserFactory(office=room.officer.office, roles=["leader"])
    delegate(
        principal=room.officer,
        delegate=deputy,
        valid_from=today,
        valid_until=today,
        reason="出差",
        by=Actor(room.officer.pk, str(room.officer)),
    )
    item = room.send(by=deputy)
    for person in (deputy, room.officer):
        with pytest.raises(PermissionDenied):
            news.adopt_item(item=item, **room.said(person))
    assert news.adopt_item(item=item, **room.said(room.approver)).state == "adopted"


def _least() -> dict[str, Any]:
    return {"title": "培训", "category": "training", "happened_on": timezone.localdate()}


def test_the_path_of_an_item(room: Room) -> None:
    circle = CircleFactory(lead_street=room.street)
    item = room.send(
        circle=circle, sales=Decimal("12.34"), jobs=3, care_posts=3, photos=[io.BytesIO(jpeg())]
    )
    assert (item.street, item.office) == (room.street, room.office)
    [photo] = attachments_of(item)
    with photo.file.open() as file:
        assert SECRET not in file.read()
    with pytest.raises(ValidationError):  # not before it is adopted
        news.highlight_item(item=item, on=True, **room.said(room.officer))
    adopted = news.adopt_item(item=item, seen_version=1, **room.said(room.officer))
    assert (adopted.state, adopted.version) == ("adopted", 2)
    with pytest.raises(StaleVersionError):
        news.decline_item(item=item, comment="重复", seen_version=1, **room.said(room.officer))
    with pytest.raises(ValidationError):  # decided already
        news.withdraw_item(item=item, **room.said(room.sender))
    assert news.highlight_item(item=item, on=True, **room.said(room.officer)).highlight
    with pytest.raises(ValidationError):  # says why
        news.decline_item(item=item, **room.said(room.officer))
    declined = news.decline_item(item=item, comment="重复报送", **room.said(room.officer))
    assert (declined.state, declined.highlight, declined.remark) == ("declined", False, "重复报送")
    acts = AuditEvent.objects.filter(object_id=str(item.pk), action__startswith="reports.")
    assert list(acts.order_by("id").values_list("action", flat=True)) == [
        "reports.add_work_item",
        "reports.accept_work_item",
        "reports.highlight_work_item",
        "reports.decline_work_item",
    ]


def test_a_minute_on_the_phone(room: Room) -> None:
    """Sent twice over a bad line it is there once; the numbers are those that were typed."""
    client = Client()
    client.force_login(room.sender)
    form = {
        "key": str(new_id()),
        "title": "就业招聘会",
        "category": "employment",
        "happened_on": timezone.localdate().isoformat(),
        "sales": "1.5",
        "jobs": "20",
        "care_posts": "30",
    }
    wrong = client.post(reverse("news:new"), form)
    assert wrong.status_code == 400
    assert "爱心岗位是岗位数的其中数" in wrong.content.decode()
    for _time in range(2):
        sent = client.post(reverse("news:new"), form | {"care_posts": "5"})
        assert sent["Location"] == reverse("news:mine")
    item = WorkItem.objects.get()
    assert (item.sales, item.jobs, item.care_posts) == (Decimal(15_000), 20, 5)
    assert item.sessions is None
    assert "就业招聘会" in client.get(reverse("news:mine")).content.decode()
    withdraw = reverse("reporting:news_move", args=[item.pk, "withdraw"])
    assert client.post(withdraw, {"version": "1"}).status_code == 302
    item.refresh_from_db()
    assert item.state == "withdrawn"


def test_the_commission_reads_filters_and_takes_out_what_it_sees(room: Room) -> None:
    room.send(title="便民市集甲")
    room.send(title="培训乙", category="training")
    client = Client()
    client.force_login(room.officer)
    url = reverse("reporting:news")
    page = client.get(url, {"category": "training"}).content.decode()
    assert "培训乙" in page
    assert "便民市集甲" not in page
    table = client.get(url, {"category": "training", "export": "csv"}).content.decode("utf-8-sig")
    [_head, row] = table.strip().splitlines()
    assert "培训乙" in row
    assert client.get(url, {"export": "xlsx"}).content.startswith(b"PK")
    assert client.get(url, {"export": "exe"}).status_code == 404
