"""A form in use is frozen: a change is a copy, and publishing it retires the version before."""

import pytest
from django.core.exceptions import ValidationError
from django.test import Client

from core.audit import SYSTEM
from core.models import AuditEvent
from core.versions import StaleVersionError
from reports.forms import copy_form, publish_form, retire_form
from reports.models import ReportType
from tests.factories import OfficeFactory, ReportTypeFactory, UserFactory

pytestmark = [pytest.mark.django_db, pytest.mark.both]


def test_a_copy_replaces_the_form_it_was_made_of() -> None:
    first = ReportTypeFactory()
    first.rules.create(code="few", left=["events"], operator="<=", constant=99, message="过多")
    draft = copy_form(form=first, by=SYSTEM)
    assert (draft.number, draft.state) == (2, "draft")
    assert [item.key for item in draft.items.all()] == ["events", "progress"]
    assert draft.duties.get().audience == "streets"
    with pytest.raises(ValidationError, match="已有一份草稿"):
        copy_form(form=first, by=SYSTEM)
    draft.items.filter(key="events").update(label="促消费活动场次")
    publish_form(form=draft, by=SYSTEM)
    states = dict(ReportType.objects.filter(code=first.code).values_list("number", "state"))
    assert states == {1: "retired", 2: "published"}
    assert first.items.get(key="events").label == "活动场次"
    with pytest.raises(ValidationError, match="只有草稿"):
        publish_form(form=first, by=SYSTEM)
    retire_form(form=draft, by=SYSTEM, comment="改用新表")
    assert not ReportType.objects.filter(code=first.code, state="published").exists()
    assert AuditEvent.objects.filter(action="reports.retire_form", comment="改用新表").exists()


def test_a_draft_that_cannot_work_is_not_published() -> None:
    draft = ReportTypeFactory(state="draft", parts=False)
    with pytest.raises(ValidationError) as refused:
        publish_form(form=draft, by=SYSTEM)
    assert [text[:8] for text in refused.value.messages] == ["报表还没有填报项", "报表还没有规定由"]
    draft.duties.create(audience="streets", valid_from="2026-01-01")
    draft.items.create(
        key="chain", section="一", label="连锁化率", kind="percent", source="indicator",
        source_code="no_such_indicator",
    )  # fmt: skip
    draft.items.create(key="words", section="一", label="进展", kind="text", over_time="sum")
    draft.rules.create(code="odd", left=["chain"], operator="<=", right=["gone"], message="错")
    with pytest.raises(ValidationError) as refused:
        publish_form(form=draft, by=SYSTEM)
    told = "".join(refused.value.messages)
    assert "no_such_indicator" in told
    assert "不能合计" in told
    assert "gone" in told
    with pytest.raises(StaleVersionError):
        publish_form(form=draft, by=SYSTEM, seen_version=7)
    assert ReportType.objects.get(pk=draft.pk).state == "draft"


def test_the_console_edits_drafts_and_shows_what_is_in_use(client: Client) -> None:
    form = ReportTypeFactory()
    office = OfficeFactory(district=form.district)
    client.force_login(
        UserFactory(office=office, roles=["programme_officer"]),
        backend="accounts.backends.ModelBackend",
    )
    page = f"/admin/reports/reporttype/{form.pk}/change/"
    assert client.post(page, {"name": "改名"}).status_code == 403
    sent = client.post(f"/admin/reports/reporttype/{form.pk}/copy/", {"ok": "1"}, follow=True)
    draft = ReportType.objects.get(code=form.code, state="draft")
    assert sent.redirect_chain[-1][0] == f"/admin/reports/reporttype/{draft.pk}/change/"
    assert "活动场次" in sent.content.decode()
    client.post(f"/admin/reports/reporttype/{draft.pk}/publish/", {"ok": "1"})
    assert ReportType.objects.get(pk=draft.pk).state == "published"
