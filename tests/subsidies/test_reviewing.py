"""Review: by others than who filed, never above what comes out, frozen with what it rests on."""

from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from core.attachments import attachments_of
from core.models import AuditEvent, Notice
from core.versions import StaleVersionError
from subsidies.models import Application, Policy
from subsidies.services import reviewing
from subsidies.services.assessing import assess, assessment_of
from tests.coordination.people import Cast
from tests.factories import EnterpriseFactory
from tests.subsidies.making import make_application, make_policy, make_round, yuan

pytestmark = pytest.mark.django_db

TODAY = timezone.localdate()


class Here:
    """A round under review with an application that a street's officer filed."""

    def __init__(self) -> None:
        self.cast = Cast()
        self.policy = make_policy(self.cast.district)
        self.round = make_round(self.cast.district, self.policy, state="review")
        self.filer = self.cast.street_officer
        self.colleague = self.cast.person(self.cast.commission, "programme_officer")
        self.case = self.make()

    def make(self, **more: Any) -> Application:
        told = {"state": "accepted", "submitted_by_ids": [str(self.filer.user.pk)]}
        made: Application = make_application(self.round, self.cast.street, **(told | more))
        return made

    def review(self, case: Application | None = None, **more: Any) -> Application:
        acts = more.pop("acts", self.cast.officer.acts)
        return reviewing.review_application(application=case or self.case, **more, **acts)

    def correct(self, checked: dict[str, str], reason: str = "第三方审计核减") -> Application:
        return reviewing.correct_facts(
            application=self.case, checked=checked, reason=reason, **self.cast.officer.acts
        )


def refusal(run: Any) -> str:
    with pytest.raises(ValidationError) as refused:
        run()
    return "；".join(refused.value.messages)


def test_who_may_not_review() -> None:
    here, cast = Here(), None
    cast = here.cast
    own = here.make(submitted_by_ids=[str(cast.officer.user.pk)])
    with pytest.raises(PermissionDenied, match="不同人员"):
        here.review(own)
    with pytest.raises(PermissionDenied, match="不同人员"):
        reviewing.correct_facts(
            application=own, checked={"months": "20"}, reason="试", **cast.officer.acts
        )
    for person in (cast.street_officer, cast.approver, cast.foreign):
        for run in (
            lambda acts: here.review(acts=acts),
            lambda acts: reviewing.refuse_application(application=here.case, comment="不", **acts),
            lambda acts: reviewing.review_applications(
                applications=[(here.case, None, "")], **acts
            ),
            lambda acts: reviewing.record_check(
                application=here.case, kind="audit", unit="甲", on=TODAY, outcome="passed", **acts
            ),
        ):
            with pytest.raises((PermissionDenied, ValidationError)):
                run(person.acts)
    with pytest.raises(StaleVersionError):
        here.review(seen_version=7)
    here.case.refresh_from_db()
    assert (here.case.state, here.case.version, here.case.amount) == ("accepted", 1, None)
    assert not AuditEvent.objects.filter(action__startswith="subsidies.").exists()


def test_an_amount_is_as_computed_or_lowered_with_a_reason_never_above() -> None:
    here = Here()
    assert "不能高于测算金额 258,000.00 元" in refusal(lambda: here.review(amount=yuan(258_001)))
    assert "核减理由" in refusal(lambda: here.review(amount=yuan(200_000)))
    assert "须大于 0" in refusal(lambda: here.review(amount=yuan(0), reason="试"))
    now = here.review(amount=yuan(200_000), reason="部分设备已获其他支持", note="同意")
    assert (now.state, now.computed, now.amount) == ("reviewed", yuan(258_000), yuan(200_000))
    assert (now.lowered_reason, now.reviewed_on) == ("部分设备已获其他支持", TODAY)
    assert now.reviewed_by_ids == [str(here.cast.officer.user.pk)]
    assert [one["state"] for one in now.eligibility] == ["met"]
    event = AuditEvent.objects.get(action="subsidies.review_application")
    assert event.changes["amount"] == "200000.00"
    assert event.changes["computation_sha256"] == now.computation["sha256"]
    # Returned, nothing of the decision is left but in the log; then as computed.
    back = reviewing.return_application(application=now, comment="重新核对", **here.colleague.acts)
    assert (back.state, back.amount, back.lowered_reason) == ("accepted", None, "")
    assert (back.reviewed_by_ids, back.computation) == ([], {})
    assert here.review().amount == yuan(258_000)


def test_what_is_unmet_unknown_failed_or_closed_blocks() -> None:
    here = Here()
    here.case.facts = {"investment": "860000", "months": "3"}
    here.case.save()
    assert "不符合" in refusal(here.review)
    here.case.facts = {}
    here.case.save()
    told = refusal(here.review)
    assert "情况不明" in told
    assert "无法测算" in told
    # What review finds resolves it; only what differs from what was declared is kept.
    here.case.facts = {"months": "14"}
    here.case.save()
    assert "稳定经营月数：" in refusal(lambda: here.correct({"months": "一年"}))
    assert "理由" in refusal(lambda: here.correct({"investment": "800000"}, reason=" "))
    now = here.correct({"investment": "８00，000", "months": "14"})
    assert (now.checked, now.computed) == ({"investment": "800000"}, yuan(240_000))
    assert "没有变化" in refusal(lambda: here.correct({"investment": "800000"}))
    event = AuditEvent.objects.get(action="subsidies.correct_facts")
    assert event.changes["checked"] == {"investment": [None, "800000"]}

    def check(outcome: str, **more: Any) -> Any:
        told = {"kind": "audit", "unit": "会计师事务所", "on": TODAY, "outcome": outcome} | more
        return reviewing.record_check(application=here.case, **told, **here.cast.officer.acts)

    assert "须写明意见" in refusal(lambda: check("failed"))
    report = SimpleUploadedFile("审计报告.pdf", b"%PDF-1.4\n%%EOF\n")
    made = check("failed", note="发票不实", files=[report], document_number="审字1号")
    assert [file.name for file in attachments_of(made)] == ["审计报告.pdf"]
    assert "第三方审计结论为“不通过”" in refusal(here.review)
    check("passed")
    type(here.round).objects.filter(pk=here.round.pk).update(state="notice")
    assert "公示中" in refusal(here.review)
    type(here.round).objects.filter(pk=here.round.pk).update(state="review")
    here.case.refresh_from_db()
    assert here.review(seen_version=here.case.version).amount == yuan(240_000)
    assert "不能办理" in refusal(lambda: here.correct({"investment": "1"}))


def test_a_decision_stays_whatever_version_of_the_policy_comes_later() -> None:
    here = Here()
    now = here.review()
    kept = (now.computation, now.eligibility, assessment_of(now).sha256)
    assert kept[0]["policy"]["number"] == 1
    Policy.objects.filter(pk=here.policy.pk).update(state="retired")
    later = make_policy(here.cast.district, number=2)
    later.items.filter(key="facility").update(rule={"steps": []})
    now.refresh_from_db()
    assert (now.computation, now.eligibility, assessment_of(now).sha256) == kept
    assert now.computation == assess([now])[now.pk].computation


def test_many_pass_as_computed_and_as_seen_all_or_none() -> None:
    here = Here()
    enterprise = EnterpriseFactory(district=here.cast.district)
    facts = {"facts": {"investment": "3000000", "months": "14"}, "enterprise": enterprise}
    first, second = here.make(**facts), here.make(**facts)
    bad = here.make(facts={"months": "2", "investment": "1000"})
    told = assess([first, second, bad])
    seen = [(one, one.version, told[one.pk].sha256) for one in (second, first)]
    acts = here.cast.officer.acts
    texts = refusal(
        lambda: reviewing.review_applications(
            applications=[*seen, (bad, 1, told[bad.pk].sha256)], **acts
        )
    )
    assert bad.number in texts
    assert first.number not in texts
    # Somebody corrects the first one: the second is not what was seen any more.
    Application.objects.filter(pk=first.pk).update(checked={"investment": "100000"})
    assert "结果有变化" in refusal(lambda: reviewing.review_applications(applications=seen, **acts))
    Application.objects.filter(pk=first.pk).update(checked={})
    done = reviewing.review_applications(applications=seen, note="批量审核", **acts)
    assert [(one.pk, one.amount) for one in done] == [
        (first.pk, yuan(500_000)),
        (second.pk, yuan(300_000)),
    ]


def test_refused_it_says_why_to_who_filed() -> None:
    here = Here()
    with pytest.raises(ValidationError, match="理由"):
        reviewing.refuse_application(application=here.case, comment=" ", **here.cast.officer.acts)
    now = here.review()
    now = reviewing.refuse_application(
        application=now, comment="联审发现违规", **here.colleague.acts
    )
    assert (now.state, now.amount, now.computed) == ("refused", None, yuan(258_000))
    assert now.decision_note == "联审发现违规"
    notice = Notice.objects.get(recipient_id=here.filer.user.pk)
    assert "不予支持" in notice.title
    assert "联审发现违规" in notice.text
