"""A proposal from registration to the member's feedback; figures looked at again at signing."""

import datetime as dt
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone

from coordination.models import Proposal
from coordination.services import drafting, figures, proposals, signing
from coordination.services.replies import search_replies
from core.models import AuditEvent, Notice
from core.reminders import send_reminders
from core.workdays import is_workday
from metrics.indicators import get
from metrics.models import Release, Run, Value
from tests.coordination.people import Cast
from tests.permissions.world import make_run

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate()
LAST_MONTH = TODAY - dt.timedelta(days=30)


@pytest.fixture
def cast() -> Cast:
    return Cast()


def release(cast: Cast, day: dt.date, **shares: float) -> Release:
    """A 定稿 of the district with these figures."""
    run = make_run(cast.district, Run.Kind.SNAPSHOT, Run.State.RELEASED)
    for code, value in shares.items():
        Value.objects.create(
            run=run,
            indicator=get(code).number,
            scope="D",
            scope_id=cast.district.pk,
            num=1,
            value=value,
        )
    return Release.objects.create(
        district=cast.district, run=run, purpose="month", cutoff=day, by_label="试验员"
    )


def registered(cast: Cast, number: str = "153099", **more: Any) -> Proposal:
    values = {
        "kind": "cppcc",
        "session": "区政协十五届三次会议",
        "number": number,
        "title": "优化“一刻钟便民生活圈”建设的提案",
        "proposer": "试验委员",
        "text": "建议补齐早餐网点。",
        "received_on": LAST_MONTH,
        "due_on": TODAY + dt.timedelta(days=60),
    }
    return proposals.register_proposal(
        district=cast.district, values=values | more, **cast.officer.acts
    )


def assigned(cast: Cast, *helping: Any, **more: Any) -> Proposal:
    return proposals.assign(
        proposal=registered(cast, **more),
        lead=cast.commission,
        helping=helping,
        section="商业发展科",
        contact="经办人",
        **cast.officer.acts,
    )


def figure(cast: Cast, proposal: Proposal, code: str) -> Any:
    return figures.take_figure(proposal, indicator=code, scope="D", scope_id=cast.district.pk)


def sent(cast: Cast, proposal: Proposal, text: str, *codes: str) -> Proposal:
    taken = [figure(cast, proposal, code) for code in codes]
    proposal = drafting.save_draft(
        proposal=proposal, reply=text, figures=taken, **cast.officer.acts
    )
    return drafting.send_draft(proposal=proposal, **cast.officer.acts)


def sign(cast: Cast, proposal: Proposal, person: Any = None, **more: Any) -> Proposal:
    given = {
        "number": f"试商〔2026〕{proposal.number}号",
        "result": "adopted",
        "publicity": "full",
        "replied_on": TODAY,
    }
    return signing.sign_reply(proposal=proposal, **(given | more), **(person or cast.approver).acts)


def test_nobody_acts_beyond_their_part(cast: Cast) -> None:
    for person in (cast.approver, cast.housing_liaison, cast.foreign):
        with pytest.raises(PermissionDenied):
            proposals.register_proposal(district=cast.district, values={}, **person.acts)
    proposal = assigned(cast, cast.housing)
    assert proposal in Proposal.objects.visible_to(cast.housing_liaison.scope)
    assert proposal not in Proposal.objects.visible_to(cast.civil_liaison.scope)
    assert proposal not in Proposal.objects.visible_to(cast.foreign.scope)
    with pytest.raises(PermissionDenied):
        proposals.contribute(proposal=proposal, text="意见", **cast.civil_liaison.acts)
    with pytest.raises(PermissionDenied):
        drafting.save_draft(proposal=proposal, reply="正文", **cast.housing_liaison.acts)
    both = cast.person(cast.commission, "programme_officer", "approver")
    proposal = drafting.save_draft(proposal=proposal, reply="正文", **both.acts)
    proposal = drafting.send_draft(proposal=proposal, **cast.officer.acts)
    with pytest.raises(ValidationError, match="尚未会签：区房管局"):
        sign(cast, proposal)
    drafting.countersign_reply(proposal=proposal, agrees=True, **cast.housing_liaison.acts)
    for person in (both, cast.officer, cast.housing_liaison, cast.foreign):
        with pytest.raises(PermissionDenied):
            sign(cast, proposal, person)
    with pytest.raises(ValidationError, match="请选择办理结果"):
        sign(cast, proposal, result="")
    assert sign(cast, proposal).state == "replied"


def test_the_whole_path(cast: Cast) -> None:
    proposal = assigned(cast, cast.housing, cast.civil)
    assert is_workday(proposal.due_on)
    proposals.contribute(proposal=proposal, text="已梳理房屋。", **cast.housing_liaison.acts)
    proposal = sent(cast, proposal, "答复正文。")
    proposal = drafting.return_draft(proposal=proposal, comment="补充做法", **cast.approver.acts)
    proposal = sent(cast, proposal, "答复正文，补充做法。")
    drafting.countersign_reply(
        proposal=proposal, agrees=True, seen_reply="答复正文，补充做法。", **cast.civil_liaison.acts
    )
    # Changed while the other unit was reading: its opinion is refused, the first one is void.
    proposal = sent(cast, proposal, "答复正文，又补充做法。")
    with pytest.raises(ValidationError, match="已有修改"):
        drafting.countersign_reply(
            proposal=proposal,
            agrees=True,
            seen_reply="答复正文，补充做法。",
            **cast.housing_liaison.acts,
        )
    assert {link.opinion for link in proposal.offices.all()} == {""}
    drafting.countersign_reply(proposal=proposal, agrees=True, **cast.civil_liaison.acts)
    drafting.countersign_reply(
        proposal=proposal, agrees=False, comment="房源数不准", **cast.housing_liaison.acts
    )
    with pytest.raises(ValidationError, match="区房管局不同意"):
        sign(cast, proposal)
    proposal = sign(cast, proposal, comment="已与区房管局核对。")
    with pytest.raises(ValidationError, match="不满意的请记下"):
        proposals.record_feedback(
            proposal=proposal, feedback="dissatisfied", text="", on=TODAY, **cast.officer.acts
        )
    proposal = proposals.record_feedback(
        proposal=proposal, feedback="satisfied", text="很好", on=TODAY, **cast.officer.acts
    )
    assert (proposal.state, proposal.get_result_display()) == ("closed", "解决采纳")
    with pytest.raises(ValidationError, match="不能"):
        drafting.save_draft(proposal=proposal, reply="再改", **cast.officer.acts)


def test_figures_that_have_changed_stop_the_signing(cast: Cast) -> None:
    first = release(cast, LAST_MONTH, chain_share=0.293, mapped_share=0.5)
    proposal = assigned(cast)
    text = "连锁化率为29.3%，比9.3%高；入图率为50.0%。目标为30%。"
    proposal = sent(cast, proposal, text, "chain_share", "mapped_share")
    assert [row.release for row in proposal.figures.all()] == [first, first]
    assert not any(one.wrong for one in figures.check_figures(proposal))
    release(cast, TODAY, chain_share=0.295, mapped_share=0.5)
    with pytest.raises(ValidationError) as refused:
        sign(cast, proposal)
    assert "这 1 个数字此后已变化" in refused.value.messages[0]
    assert "原 29.3%，现 29.5%" in refused.value.messages[1]
    checked = figures.check_figures(proposal)
    # A decision on what was shown, not on what has come since.
    key = figures.changes_key(checked)
    release(cast, TODAY + dt.timedelta(days=1), chain_share=0.297, mapped_share=0.5)
    with pytest.raises(ValidationError, match="已变化"):
        sign(cast, proposal, figures="accept", figures_seen=key)
    key = figures.changes_key(figures.check_figures(proposal))
    proposal = sign(cast, proposal, figures="replace", figures_seen=key)
    assert proposal.reply == "连锁化率为29.7%，比9.3%高；入图率为50.0%。目标为30%。"
    assert {row.shown for row in proposal.figures.all()} == {"29.7%", "50.0%"}
    told = AuditEvent.objects.get(action="coordination.reply_proposal").changes
    assert told["figures"] == "replace"
    assert "原 29.3%，现 29.7%" in told["figures_changed"][0]


def test_numbers_that_cannot_be_told_apart_are_not_replaced(cast: Cast) -> None:
    release(cast, LAST_MONTH, chain_share=0.3, mapped_share=0.5)
    proposal = assigned(cast)
    proposal = sent(
        cast, proposal, "连锁化率为30.0%，目标为30.0%，入图率50.0%。", "chain_share", "mapped_share"
    )
    release(cast, TODAY, chain_share=0.31, mapped_share=0.5)
    checked = figures.check_figures(proposal)
    assert [(one.standing, one.sure) for one in checked] == [(2, False), (1, True)]
    key = figures.changes_key(checked)
    with pytest.raises(ValidationError, match="无法准确定位"):
        sign(cast, proposal, figures="replace", figures_seen=key)
    with pytest.raises(ValidationError, match="无法准确定位"):
        drafting.refresh_figures(proposal=proposal, **cast.officer.acts)
    # Rewritten by hand, the figure is missed in the text until it is let go.
    proposal = sent(cast, proposal, "连锁化率已过三成，入图率50.0%。")
    assert "在文中已找不到" in figures.changes_told(figures.check_figures(proposal))[0]
    lost = proposal.figures.get(indicator="chain_share")
    drafting.drop_figure(figure=lost, by=cast.officer.actor, scope=cast.officer.scope)
    assert sign(cast, proposal).state == "replied"


def test_only_released_figures_of_the_own_district_are_taken(cast: Cast) -> None:
    proposal = assigned(cast)
    with pytest.raises(ValidationError, match="尚无定稿"):
        figure(cast, proposal, "chain_share")
    release(cast, TODAY, chain_share=0.3)
    with pytest.raises(ValidationError, match="没有“"):
        figure(cast, proposal, "mapped_share")
    with pytest.raises(ValidationError, match="不属于本区"):
        figures.take_figure(
            proposal,
            indicator="chain_share",
            scope="D",
            scope_id=cast.foreign.user.office.district_id,
        )
    taken = figure(cast, proposal, "chain_share")
    with pytest.raises(ValidationError, match="没有所引数字"):
        drafting.save_draft(
            proposal=proposal, reply="没有数字。", figures=[taken], **cast.officer.acts
        )


def test_past_replies_are_found_in_any_spelling(cast: Cast) -> None:
    proposal = sent(cast, assigned(cast), "全区推进Ｃｉｔｙ Walk 路线，打造“一店一早”。")
    sign(cast, proposal)
    registered(cast, "153100", text="建议推进一店一早。")

    def titles(words: str, person: Any = cast.officer) -> list[str]:
        return [found.proposal.number for found in search_replies(person.scope, words)]

    assert titles("一店一早") == ["153099"]
    assert titles("citywalk 早餐") == ["153099"]
    assert titles("citywalk 夜市") == []
    assert titles("一店一早", cast.foreign) == []
    [found] = search_replies(cast.officer.scope, "citywalk")
    assert [piece.text for piece in found.places[0] if piece.hit] == ["Ｃｉｔｙ Walk"]
    assert "".join(piece.text for piece in found.title) == proposal.title


def test_who_still_owes_a_reply_is_reminded(cast: Cast) -> None:
    proposal = assigned(cast, cast.housing, due_on=TODAY - dt.timedelta(days=20))
    Notice.objects.all().delete()
    assert send_reminders(TODAY) > 0
    assert send_reminders(TODAY) == 0
    told = set(Notice.objects.values_list("recipient_id", flat=True))
    assert {cast.officer.user.pk, cast.housing_liaison.user.pk} <= told
    assert cast.civil_liaison.user.pk not in told
    assert Notice.objects.first().path == f"/coordination/proposals/{proposal.pk}/"
