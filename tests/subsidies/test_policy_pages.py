"""Pages of policies: a rule changed by its form with nothing lost, then tried."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.roles import PROGRAMME_OFFICER
from subsidies.models import Policy
from subsidies.services.policies import lacking
from tests.editing import row_named, signed_in, typed, wrong
from tests.factories import DistrictFactory, OfficeFactory, UserFactory
from tests.subsidies.making import make_policy

pytestmark = pytest.mark.django_db


@pytest.fixture
def published() -> Policy:
    return make_policy(DistrictFactory())


@pytest.fixture
def browser(published: Policy) -> Client:
    office = OfficeFactory(district=published.district, kind="commission")
    return signed_in(UserFactory(office=office, roles=[PROGRAMME_OFFICER]))


def at(page: str, row: Any, *more: str) -> str:
    return reverse(f"subsidies:{page}", args=[row.pk, *more])


def test_a_rule_is_changed_by_its_form_and_nothing_typed_is_lost(
    browser: Client, published: Policy
) -> None:
    frozen = at("policy_item_edit", published, "facility", "steps")
    assert browser.get(frozen).status_code == 302
    answer = browser.post(at("policy_copy", published))
    draft = Policy.objects.get(pk=answer.headers["Location"].split("/")[-2])
    url = at("policy_item_edit", draft, "facility", "steps")

    sent = typed(browser.get(url))
    rate, cap = (row_named(sent, "label", word) for word in ("支持比例", "最高支持金额"))
    assert sent[f"rows-{rate}-value"] == ["30%"]
    assert sent[f"rows-{cap}-value"] == ["500,000"]
    # Without script: a row more, the others as they were typed.
    sent[f"rows-{rate}-value"] = ["三成"]
    sent = typed(browser.post(url, sent | {"do": "rows:add"}))
    added = max(sent["rows"], key=int)
    sent |= {
        f"rows-{added}-label": ["再按面积限额"],
        f"rows-{added}-kind": ["cap"],
        f"rows-{added}-by": ["months"],
        f"rows-{added}-table-from": ["", "12"],
        f"rows-{added}-table-to": ["12", ""],
        f"rows-{added}-table-is": ["", ""],
        f"rows-{added}-table-value": ["100,000", "400,000"],
    }
    answer = browser.post(url, sent)
    assert answer.status_code == 422
    assert "“三成”不是数字" in wrong(answer)
    kept = typed(answer)
    assert kept[f"rows-{rate}-value"] == ["三成"]
    assert kept[f"rows-{added}-table-value"][:2] == ["100,000", "400,000"]

    # What does not fit the other parts is told at its row, too.
    kept[f"rows-{rate}-value"] = ["40%"]
    kept[f"rows-{added}-table-to"] = ["24", ""]
    answer = browser.post(url, kept)
    assert answer.status_code == 422
    assert any("各档应由低到高" in text for text in wrong(answer))
    kept[f"rows-{added}-table-to"] = ["12", ""]
    stale = kept | {"seen_version": ["9"]}
    answer = browser.post(url, stale)
    assert answer.status_code == 422
    assert any("已有他人先保存" in text for text in wrong(answer))
    assert typed(answer)[f"rows-{rate}-value"] == ["40%"]
    assert browser.post(url, kept).status_code == 302

    item = Policy.objects.get(pk=draft.pk).items.get(key="facility")
    assert [step["value"] for step in item.rule["steps"]] == [None, "0.4", "500000", None]
    assert [row["value"] for row in item.rule["steps"][3]["table"]] == ["100000", "400000"]
    assert published.items.get(key="facility").rule["steps"][1]["value"] == "0.3"
    page = browser.get(at("policy_publish", draft)).content.decode()
    assert "投资86万元" in lacking(draft)[0]
    assert lacking(draft)[0] in page.replace("&quot;", '"')
    assert browser.post(at("policy_publish", draft), {"seen_version": "2"}).status_code == 422


def test_a_rule_is_tried_line_by_line_and_what_is_not_known_is_said(
    browser: Client, published: Policy
) -> None:
    url = at("policy_try", published, "facility")
    asked = {
        "go": "1",
        "f-investment": "860,000",
        "f-months": "14",
        "f-before__applicant_year": "700000",
    }
    page = browser.get(url, asked).content.decode()
    assert "258,000.00" in page
    assert '<strong class="num">100,000.00</strong>' in page
    unknown = browser.get(url, {"go": "1", "f-months": "3"}).content.decode()
    assert "不符合条件" in unknown
    assert "审定投资额" in unknown
    refused = browser.get(url, {"go": "1", "f-investment": "八十六万"})
    assert wrong(refused)
    assert not Policy.objects.exclude(pk=published.pk).filter(district=published.district).exists()
