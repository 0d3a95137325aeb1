"""What was written meanwhile is not overwritten unseen, and what was typed is not lost."""

from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils import timezone

from coordination.models import Meeting
from coordination.services import minutes, proposals, resolutions
from core.models import AuditEvent
from core.versions import StaleVersionError
from tests.coordination.people import Cast
from tests.coordination.test_meeting_pages import Browser
from tests.coordination.test_meetings import agree, called, issue
from tests.coordination.test_proposals import assigned, sent

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate()


@pytest.fixture
def cast() -> Cast:
    return Cast()


def referred(cast: Cast) -> Any:
    """A major matter of issued minutes, sent up to the government."""
    meeting = called(cast)
    agree(cast, meeting, 1)
    major = issue(cast, meeting).resolutions.get(major=True)
    return resolutions.refer_resolution(resolution=major, referred_on=TODAY, **cast.officer.acts)


def test_a_contribution_is_made_to_what_was_seen(cast: Cast) -> None:
    proposal = assigned(cast, cast.housing)
    seen = {"proposal": proposal, "seen_version": proposal.version}
    with pytest.raises(PermissionDenied):
        proposals.contribute(text="意见", **seen, **cast.civil_liaison.acts)
    proposals.contribute(text="先写的", **seen, **cast.housing_liaison.acts)
    with pytest.raises(StaleVersionError):
        proposals.contribute(text="后写的", **seen, **cast.housing_liaison.acts)
    link = proposals.contribute(
        proposal=proposal,
        text="再写的",
        seen_version=proposal.version + 1,
        **cast.housing_liaison.acts,
    )
    assert link.text == "再写的"
    told = AuditEvent.objects.filter(action="coordination.contribute_proposal").order_by("at")
    assert [event.changes["text"] for event in told] == [["", "先写的"], ["先写的", "再写的"]]


def test_a_late_contribution_stays_in_its_field(cast: Cast) -> None:
    proposal = assigned(cast, cast.housing)
    browser = Browser(cast.housing_liaison)
    mark = f'name="seen_version" value="{proposal.version}"'
    assert mark in browser.page("proposal", proposal.pk)
    typed = {"seen_version": proposal.version}
    browser.send("proposal_contribute", proposal.pk, text="先写的", **typed)
    late = browser.send("proposal_contribute", proposal.pk, text="后写的", refused=True, **typed)
    assert "后写的</textarea>" in late
    assert "对方填写的" in late
    assert proposal.offices.get(office=cast.housing).text == "先写的"
    again = {"seen_version": proposal.version + 1}
    assert f'name="seen_version" value="{proposal.version + 1}"' in late
    browser.send("proposal_contribute", proposal.pk, text="后写的", **again)
    # Signed meanwhile: there is no field any more, but the words are not lost.
    proposal.state = "replied"
    proposal.save()
    late = browser.send("proposal_contribute", proposal.pk, text="太晚的意见", refused=True)
    assert "太晚的意见" in late


def test_a_refused_opinion_stays_in_its_field(cast: Cast) -> None:
    proposal = sent(cast, assigned(cast, cast.housing), "正文")
    browser = Browser(cast.housing_liaison)
    given = {"opinion": "object", "comment": "房源数不准", "seen_reply": "旧的正文"}
    late = browser.send("proposal_countersign", proposal.pk, refused=True, **given)
    assert "已有修改" in late
    assert "房源数不准</textarea>" in late
    meeting = called(cast)
    given = {"opinion": "object", "comment": "时限过紧", "edition": 7}
    late = browser.send("meeting_countersign", meeting.pk, refused=True, **given)
    assert "已改为第 1 稿" in late
    assert "时限过紧</textarea>" in late
    minutes.countersign(meeting=meeting, agrees=True, edition=1, **cast.housing_liaison.acts)


def test_a_decision_is_recorded_over_what_was_seen(cast: Cast) -> None:
    major = referred(cast)
    version = Meeting.objects.get(pk=major.meeting_id).version
    seen = {"resolution": major, "seen_version": version}
    with pytest.raises(PermissionDenied):
        resolutions.record_decision(decision="同意。", **seen, **cast.approver.acts)
    resolutions.record_decision(decision="原则同意。", **seen, **cast.officer.acts)
    with pytest.raises(StaleVersionError):
        resolutions.record_decision(decision="不同意。", **seen, **cast.officer.acts)
    with pytest.raises(StaleVersionError):
        resolutions.refer_resolution(referred_on=TODAY, **seen, **cast.officer.acts)
    told = AuditEvent.objects.get(action="coordination.record_decision")
    assert told.changes["decision"] == ["", "原则同意。"]


def test_a_late_decision_stays_in_its_field_beside_the_others(cast: Cast) -> None:
    major = referred(cast)
    browser = Browser(cast.officer)
    version = Meeting.objects.get(pk=major.meeting_id).version
    where = ("resolution", major.meeting_id, major.pk, "decision")
    mark = 'name="seen_version" value="{}"'
    assert mark.format(version) in browser.page(*where)
    browser.send(*where, decision="原则同意。", seen_version=version)
    late = browser.send(*where, refused=True, decision="暂缓。", seen_version=version)
    assert "暂缓。</textarea>" in late
    assert "对方填写的：原则同意。" in late
    assert mark.format(version + 1) in late
    browser.send(*where, decision="暂缓。", seen_version=version + 1)
    major.refresh_from_db()
    assert major.decision == "暂缓。"


def test_no_null_character_reaches_the_database(cast: Cast) -> None:
    proposal, meeting = sent(cast, assigned(cast, cast.housing), "正文"), called(cast)
    client = Browser(cast.housing_liaison).client
    for name, row in (("proposal_countersign", proposal), ("meeting_countersign", meeting)):
        told = {"opinion": "object", "comment": "过紧\x00", "edition": 1, "seen_reply": "正文"}
        answer = client.post(reverse(f"coordination:{name}", args=[row.pk]), told)
        assert answer.status_code == 400
