"""The default forms: loaded once, marked as unconfirmed, and never over what staff have changed."""

from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core.models import Clause
from core.text import count_words_cn
from reports.models import ReportDuty, ReportItem, ReportRule, ReportType
from reports.reference import load

pytestmark = pytest.mark.django_db

FIXTURES = Path(settings.FIXTURE_ROOT)


def test_five_forms_are_in_use_and_none_is_official() -> None:
    forms = {form.code: form for form in ReportType.objects.select_related("clause__document")}
    assert load(FIXTURES) == {"report_types": 5}
    assert len(forms) == 5
    assert {form.state for form in forms.values()} == {"published"}
    assert not any(form.is_official for form in forms.values())
    assert all("待区商务委确认" in form.note for form in forms.values())
    # Putuo's own plan asks for reports “定期” only; the monthly rhythm is another district's.
    assert "定期" in forms["street_quarter"].clause.text
    assert forms["street_month"].clause.document.level == "elsewhere"
    assert "月度工作进展" in forms["street_month"].clause.text
    assembled = {code: form.assembled_from for code, form in forms.items()}
    assert assembled == {
        "street_month": "",
        "street_quarter": "street_month",
        "street_year": "street_quarter",
        "department_quarter": "",
        "department_year": "department_quarter",
    }
    audiences = set(ReportDuty.objects.values_list("type__code", "audience", "office__code"))
    assert audiences == {
        ("street_month", "pilot_streets", None),
        ("street_quarter", "streets", None),
        ("street_year", "streets", None),
        *((code, "departments", None) for code in ("department_quarter", "department_year")),
        *((code, "office", "commerce") for code in ("department_quarter", "department_year")),
    }


def test_the_forms_ask_what_their_rules_and_the_forms_above_them_need() -> None:
    for form in ReportType.objects.prefetch_related("items", "rules"):
        items = {item.key: item for item in form.items.all()}
        assert len(items) >= 8
        assert form.rules.filter(severity="block").exists()
        for rule in form.rules.all():
            assert set(rule.left + rule.right) <= items.keys(), rule
            assert bool(rule.right) != (rule.constant is not None), rule
        lower = ReportItem.objects.filter(type__code=form.assembled_from)
        kinds = dict(lower.values_list("key", "kind"))
        for key, item in items.items():
            assert kinds.get(key, item.kind) == item.kind
            assert (item.over_time != "join" and item.over_offices != "join") or item.is_text
            assert (item.over_time != "sum" and item.over_offices != "sum") or not item.is_text
    # A task that several units work on would be counted several times.
    tasks = ReportItem.objects.filter(source="tasks")
    assert set(tasks.values_list("over_offices", flat=True)) == {"none"}
    # What 七(四) wants counted is asked each quarter.
    counted = Clause.objects.get(document__code="putuo-2021", ref="七(四)")
    asked = ReportItem.objects.filter(type__code="street_quarter", clause=counted)
    assert set(asked.values_list("key", flat=True)) >= {
        "circle_outlets",
        "employees",
        "satisfaction",
        "investment",
    }
    assert all(count_words_cn(item.help) < 60 for item in ReportItem.objects.all())


def test_loading_again_writes_nothing() -> None:
    with CaptureQueriesContext(connection) as queries:
        load(FIXTURES)
    written = [q["sql"] for q in queries if q["sql"].startswith(("INSERT", "UPDATE", "DELETE"))]
    assert written == []


def test_a_form_that_differs_comes_as_a_draft_beside_the_one_in_use() -> None:
    mine = ReportType.objects.get(code="street_month")
    ReportRule.objects.filter(type=mine, code="outlets-jump").update(constant=35)
    mine.duties.update(valid_to="2026-07-01")
    load(FIXTURES)
    load(FIXTURES)
    drafts = ReportType.objects.filter(code="street_month").exclude(pk=mine.pk)
    draft = drafts.get()
    assert (draft.number, draft.state) == (2, "draft")
    assert draft.rules.get(code="outlets-jump").constant == 20
    assert mine.rules.get(code="outlets-jump").constant == 35
    assert draft.items.count() == mine.items.count()
    # Who owes it is the staff's word, not the file's.
    assert list(draft.duties.values_list("audience", "valid_to")) == list(
        mine.duties.values_list("audience", "valid_to")
    )
