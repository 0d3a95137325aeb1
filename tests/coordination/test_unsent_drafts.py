"""Drafts of minutes and replies: read by other units only once they are sent to them."""

import datetime as dt
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from coordination.models import Meeting
from coordination.policy import may_read_minutes, may_read_reply, readable_minutes
from coordination.services import drafting, meetings, minutes
from coordination.services.minutes import Resolved
from tests.coordination.people import Cast, Person
from tests.coordination.test_proposals import assigned, figure, release

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate()
SECRET, RESOLVED = "会议听取了未定的汇报。", "由区房管局梳理存量房屋。"


@pytest.fixture
def cast() -> Cast:
    return Cast()


def client_of(person: Person) -> Client:
    client = Client()
    client.force_login(person.user, backend="accounts.backends.ModelBackend")
    return client


def held(cast: Cast, proposer: Person | None = None) -> Meeting:
    """A meeting with minutes drafted, not yet sent."""
    values = {"kind": "special", "title": "专题会", "planned_on": TODAY}
    meeting = meetings.plan_meeting(
        district=cast.district,
        values=values,
        offices=[cast.housing, cast.civil],
        **cast.officer.acts,
    )
    if proposer:
        Meeting.objects.filter(pk=meeting.pk).update(proposed_by=proposer.user.office)
    meeting = meetings.hold_meeting(
        meeting=meeting, held_on=TODAY, chair="张三", guests="", attendance={}, **cast.officer.acts
    )
    return minutes.draft_minutes(
        meeting=meeting, minutes=SECRET, resolutions=[Resolved(RESOLVED)], **cast.officer.acts
    )


def seen_minutes(person: Person, meeting: Meeting) -> set[str]:
    """Where somebody comes across the minutes: page | resolutions | word | search | api."""
    client = client_of(person)
    page = client.get(reverse("coordination:meeting", args=[meeting.pk])).content.decode()
    word = client.get(reverse("coordination:minutes_document", args=[meeting.pk]))
    search = client.get(reverse("coordination:meetings"), {"q": "未定的汇报"}).content.decode()
    shown: Any = client.get(reverse("api:v1:meetings-detail", args=[meeting.pk])).json()
    places = {
        "page": SECRET in page,
        "resolutions": RESOLVED in page,
        "word": word.status_code == 200,
        "search": str(meeting.pk) in search,
        "api": bool(shown["minutes"]),
        "api_resolutions": bool(shown["resolutions"]),
    }
    return {name for name, found in places.items() if found}


EVERYWHERE = {"page", "resolutions", "word", "search", "api", "api_resolutions"}


def test_minutes_are_not_read_by_called_units_before_they_are_sent(cast: Cast) -> None:
    meeting = held(cast, proposer=cast.civil_liaison)
    assert seen_minutes(cast.housing_liaison, meeting) == set()
    for person in (cast.officer, cast.approver, cast.civil_liaison):
        assert seen_minutes(person, meeting) == EVERYWHERE
    meeting = minutes.send_minutes(meeting=meeting, **cast.officer.acts)
    assert seen_minutes(cast.housing_liaison, meeting) == EVERYWHERE
    meeting = minutes.return_minutes(meeting=meeting, comment="补充", **cast.approver.acts)
    assert seen_minutes(cast.housing_liaison, meeting) == set()


def test_the_condition_on_rows_says_what_the_rule_on_one_says(cast: Cast) -> None:
    meeting = held(cast, proposer=cast.civil_liaison)
    other = held(cast)
    for state in Meeting.State.values:
        Meeting.objects.filter(pk__in=[meeting.pk, other.pk]).update(state=state)
        for person in (cast.officer, cast.housing_liaison, cast.civil_liaison, cast.foreign):
            rows = Meeting.objects.visible_to(person.scope)
            found = set(rows.filter(readable_minutes(person.scope)))
            assert found == {row for row in rows if may_read_minutes(person.scope, row)}


def test_a_reply_is_not_read_by_helping_units_before_it_is_sent(cast: Cast) -> None:
    release(cast, TODAY, chain_share=0.293)
    proposal = assigned(cast, cast.housing)
    taken = [figure(cast, proposal, "chain_share")]
    proposal = drafting.save_draft(
        proposal=proposal, reply="未定的连锁化率29.3%。", figures=taken, **cast.officer.acts
    )

    def seen(person: Person) -> tuple[bool, bool, int, str]:
        client = client_of(person)
        page = client.get(reverse("coordination:proposal", args=[proposal.pk])).content.decode()
        word = client.get(reverse("coordination:reply_document", args=[proposal.pk]))
        shown: Any = client.get(reverse("api:v1:proposals-detail", args=[proposal.pk])).json()
        return "未定的" in page, "29.3%" in page, word.status_code, shown["reply"]

    assert seen(cast.housing_liaison) == (False, False, 404, "")
    assert seen(cast.officer) == (True, True, 200, proposal.reply)
    release(cast, TODAY + dt.timedelta(days=1), chain_share=0.295)
    told: Any = client_of(cast.housing_liaison).get(
        reverse("api:v1:proposals-detail", args=[proposal.pk])
    )
    assert (told.json()["figures_changed"], told.json()["figures_key"]) == ([], "")
    proposal = drafting.send_draft(proposal=proposal, **cast.officer.acts)
    assert seen(cast.housing_liaison) == (True, True, 200, proposal.reply)


def test_the_unit_that_answers_reads_its_draft(cast: Cast) -> None:
    proposal = assigned(cast, cast.housing)
    proposal = drafting.save_draft(proposal=proposal, reply="正文", **cast.officer.acts)
    assert not may_read_reply(cast.housing_liaison.scope, proposal)
    proposal.offices.filter(office=cast.housing).update(role="help")
    proposal.offices.filter(office=cast.commission).delete()
    proposal.offices.update(role="lead")
    assert may_read_reply(cast.housing_liaison.scope, proposal)
