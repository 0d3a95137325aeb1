"""Policies are versions: published when their examples hold, frozen then, changed as new ones."""

import copy
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from core.audit import Actor
from core.models import AuditEvent
from core.scope import ALL, Scope
from core.versions import StaleVersionError
from subsidies.contents import compare, content_of
from subsidies.models import Policy
from subsidies.services import policies
from tests.factories import DistrictFactory
from tests.subsidies.making import FACILITY, make_fund, make_policy

pytestmark = pytest.mark.django_db


@pytest.fixture
def district() -> Any:
    return DistrictFactory()


@pytest.fixture
def who(district: Any) -> dict[str, Any]:
    return {"by": Actor(label="经办人"), "scope": officer(district)}


def officer(district: Any, role: str = "programme_officer") -> Scope:
    return Scope(roles=frozenset({role}), district_ids=frozenset({district.pk}), street_ids=ALL)


def steps_with(value: Any) -> dict[str, Any]:
    """The rule's steps with another rate."""
    steps = copy.deepcopy(FACILITY["steps"])
    steps[1]["value"] = value
    return {"rule": {"steps": steps}}


def test_only_a_sound_draft_is_published_and_it_is_frozen_then(
    district: Any, who: dict[str, Any]
) -> None:
    draft = make_policy(district, state="draft", fund=make_fund(district))
    with pytest.raises(PermissionDenied):
        policies.publish_policy(policy=draft, by=who["by"], scope=officer(district, "leader"))
    with pytest.raises(StaleVersionError):
        policies.publish_policy(policy=draft, seen_version=9, **who)

    policies.replace_item(policy=draft, key="facility", values=steps_with("0.4"), **who)
    assert any("算例“投资86万元”不符" in text for text in policies.lacking(draft))
    with pytest.raises(ValidationError, match="投资86万元"):
        policies.publish_policy(policy=draft, **who)

    policies.replace_item(policy=draft, key="facility", values=steps_with(None), **who)
    assert any("标准待定：支持比例" in text for text in policies.lacking(draft))
    policies.replace_item(policy=draft, key="facility", values=steps_with("0.3"), **who)
    policies.change_policy(policy=draft, values={"fund": ""}, **who)
    assert policies.lacking(draft.__class__.objects.get(pk=draft.pk)) == ["还没有指定专项资金"]
    policies.change_policy(policy=draft, values={"fund": "trial"}, **who)

    published = policies.publish_policy(policy=draft, **who)
    assert published.state == "published"
    before = content_of(published)
    for refused in (
        lambda: policies.change_policy(policy=published, values={"name": "改"}, **who),
        lambda: policies.replace_item(
            policy=published, key="facility", values=steps_with("0.5"), **who
        ),
        lambda: policies.add_item(policy=published, values={"key": "a", "name": "甲"}, **who),
        lambda: policies.arrange_items(policy=published, rows=[], **who),
    ):
        with pytest.raises(ValidationError, match="请复制为新版"):
            refused()
    assert content_of(Policy.objects.get(pk=published.pk)) == before


def test_a_changed_copy_takes_the_place_of_the_old_version_whose_words_stay(
    district: Any, who: dict[str, Any]
) -> None:
    old = make_policy(district)
    before = content_of(old)
    new = policies.copy_policy(policy=old, **who)
    assert (new.number, new.state) == (2, "draft")
    assert compare(before, content_of(new)) == []

    with pytest.raises(ValidationError) as wrong:
        policies.replace_item(
            policy=new,
            key="facility",
            values={"rule": {"conditions": [{"kind": "compare"}]}},
            **who,
        )
    assert {"rule.conditions.1.key", "rule.conditions.1.label"} <= set(wrong.value.message_dict)
    examples = copy.deepcopy(FACILITY["examples"])
    examples[0]["expected"] = "344000"
    values = {"rule": steps_with("0.4")["rule"] | {"examples": examples}, "ref": "第七条"}
    policies.replace_item(policy=new, key="facility", values=values, **who)
    told = AuditEvent.objects.filter(action="subsidies.change_policy_item").latest("at")
    assert ["30%", "40%"] in told.changes.values()
    assert {
        (one.part, one.label, one.column, one.before, one.after)
        for one in compare(before, content_of(new))
    } == {
        ("items", "", "条款序号", "第五条", "第七条"),
        ("steps", "支持比例", "标准", "30%", "40%"),
        ("examples", "投资86万元", "应得金额（元）", "258,000", "344,000"),
    }

    policies.publish_policy(policy=new, **who)
    former = Policy.objects.get(pk=old.pk)
    assert former.state == "retired"
    assert content_of(former) == before


def test_what_is_common_must_fit_every_item(district: Any, who: dict[str, Any]) -> None:
    draft = make_policy(district, state="draft")
    condition = {
        "key": "lasting_too", "label": "经营", "kind": "compare", "input": "months", "op": ">=",
        "value": "6",
    }  # fmt: skip
    # 开业奖励 has no such input.
    with pytest.raises(ValidationError) as wrong:
        policies.change_policy(policy=draft, values={"common": {"conditions": [condition]}}, **who)
    assert list(wrong.value.message_dict) == ["common.conditions.1.input"]
    cap = {"per": "applicant", "amount": "900000", "label": "每家企业"}
    policies.change_policy(policy=draft, values={"common": {"caps": [cap]}}, **who)
    assert Policy.objects.get(pk=draft.pk).common["caps"][0]["amount"] == "900000"
