"""Other places' policies, as data: every worked example comes out as worked out by hand."""

from decimal import Decimal
from typing import Any

import pytest
from django.conf import settings

from subsidies.contents import content_of
from subsidies.models import Policy
from subsidies.reference import load
from subsidies.rules.eligibility import UNMET
from subsidies.rules.shapes import read_rule, undetermined
from subsidies.rules.splitting import split
from subsidies.rules.trying import Tried, try_examples
from tests.fixtures.reference import load as read_file

ROWS = {row["code"]: row for row in read_file("subsidies")["policies"]}
CODES = [
    "jiading-2025",
    "chongming",
    "changning-2022",
    "lingang-2020",
    "beijing-2019",
    "beijing-2020",
    "beijing-2022",
    "beijing-2025",
]


def rules(code: str) -> dict[str, Any]:
    row = ROWS[code]
    return {item["key"]: read_rule(item["rule"], row["common"]) for item in row["items"]}


def tried(code: str) -> list[Tried]:
    return [one for rule in rules(code).values() for one in try_examples(rule)]


def test_the_eight_policies_are_there() -> None:
    assert list(ROWS) == CODES


@pytest.mark.parametrize("code", CODES)
def test_worked_examples_come_out_as_by_hand(code: str) -> None:
    found = tried(code)
    assert len(found) >= 3
    assert [(one.example.name, one.reason) for one in found if not one.passed] == []
    for one in found:
        assert one.example.note, "the working is told"
        states = [verdict.state for verdict in one.verdicts]
        if one.example.ineligible:
            assert UNMET in states
        else:
            assert UNMET not in states
            assert one.amount == one.example.expected
            assert (one.amount is None) == bool(one.missing)
    assert any(one.example.ineligible for one in found)
    assert any(one.amount for one in found if not one.example.ineligible)


def test_what_was_not_found_is_open_and_named_in_the_note() -> None:
    found = {
        (code, item["key"]): undetermined(rules(code)[item["key"]])
        for code in CODES
        for item in ROWS[code]["items"]
    }
    assert {place for place, labels in found.items() if labels} == {
        ("jiading-2025", "market"),
        ("lingang-2020", "market_renewal"),
        ("lingang-2020", "market_new"),
        ("beijing-2020", "rent"),
        ("beijing-2022", "renewal"),
    }
    for row in ROWS.values():
        assert "外地参考" in row["note"]
        assert "未查到" in row["note"] or "未录入" in row["note"]
        assert "http" in row["source"]


def test_chongming_pays_in_three_years() -> None:
    rule = rules("chongming")["complex"]
    paid = split(Decimal("500000"), rule.instalments, 2026)
    assert [(part.year, part.amount) for part in paid] == [
        (2026, Decimal("200000.00")),
        (2027, Decimal("150000.00")),
        (2028, Decimal("150000.00")),
    ]


@pytest.mark.django_db
def test_loading_again_changes_nothing_and_a_changed_file_is_a_new_draft() -> None:
    kept = Policy.objects.filter(is_reference=True)
    assert set(kept.values_list("code", "state", "number")) == {
        (code, "published", 1) for code in CODES
    }
    assert not kept.filter(is_official=True).exists()
    load(settings.FIXTURE_ROOT)
    assert kept.count() == len(CODES)
    changed = kept.get(code="chongming")
    before = content_of(changed)
    # As if the file said otherwise than what is published.
    Policy.objects.filter(pk=changed.pk).update(note="另一说明")
    load(settings.FIXTURE_ROOT)
    load(settings.FIXTURE_ROOT)
    old, new = kept.filter(code="chongming").order_by("number")
    assert (old.state, old.note) == ("published", "另一说明")
    assert (new.state, new.number, content_of(new)) == ("draft", 2, before)
