"""Pages of rounds: the list made in batch, what stands in the way, papers without accounts."""

import io
import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from docx import Document
from openpyxl import load_workbook

from core.attachments import attachments_of
from subsidies.models import Application, Objection, Round
from tests.coordination.people import Person
from tests.subsidies.calling import DAY, TODAY, Here

pytestmark = pytest.mark.django_db


def signed_in(person: Person) -> Client:
    client = Client()
    client.force_login(person.user, backend="accounts.backends.ModelBackend")
    return client


def url(row: Any, more: str = "") -> str:
    return f"/subsidies/rounds/{row.pk}/{more}"


def text_of(docx: bytes) -> str:
    document = Document(io.BytesIO(docx))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    heads = [one.text for section in document.sections for one in section.header.paragraphs]
    return "\n".join([*heads, *(one.text for one in document.paragraphs), *cells])


def ticks(*cases: Application) -> list[str]:
    return [f"{one.pk}:{one.version}" for one in cases]


def test_a_round_on_its_pages() -> None:
    here = Here(granted=100_000)
    client, row = signed_in(here.officer), here.round
    first, second = here.reviewed(), here.reviewed()
    shown = client.get(url(row)).content.decode()
    assert "尚未登记集体审议" in shown
    assert "已审核 2 项" in shown
    assert "可用余额不足" in shown

    # Over the budget: nothing is done, and the page tells which and how much.
    sent = {"application": ticks(first, second)}
    told = client.post(url(row, "list/propose/"), sent, follow=True).content.decode()
    assert f"{second} ".strip() in told
    assert "差 60,000.00 元" in told
    assert set(Application.objects.values_list("state", flat=True)) == {"reviewed"}
    done = client.post(url(row, "list/propose/"), {"application": ticks(first)}, follow=True)
    assert "已列入拟支持名单 1 项" in done.content.decode()
    Application.objects.filter(pk=second.pk).update(state="refused", decision_note="重复申报")

    minutes = SimpleUploadedFile("纪要.pdf", b"%PDF-1.4 minutes", "application/pdf")
    given = {"meeting_on": str(TODAY - 30 * DAY), "minutes_number": "纪要3号", "attached": minutes}
    assert client.post(url(row, "do/meeting/"), given).status_code == 302
    assert [one.name for one in attachments_of(row)] == ["纪要.pdf"]
    # Somebody was first: what is typed is refused, not lost.
    given = {"public_from": str(TODAY - 20 * DAY), "public_place": "门户网站", "seen_version": "1"}
    late = client.post(url(row, "do/announce/"), given | {"objection_contact": "区商务委"})
    assert late.status_code == 422
    assert "门户网站" in late.content.decode()
    given["seen_version"] = str(Round.objects.get(pk=row.pk).version)
    assert client.post(url(row, "do/announce/"), given).status_code == 422, "no contact"
    given["objection_contact"] = "区商务委"
    assert client.post(url(row, "do/announce/"), given).status_code == 302

    raised = {"application": str(first.pk), "received_on": str(TODAY), "raised_by": "陈某"}
    client.post(url(row, "objections/"), raised | {"text": "未开业"})
    objection = Objection.objects.get()
    assert "陈某" in client.get(url(row)).content.decode()
    street = signed_in(here.cast.street_officer)
    public = street.get(url(row)).content.decode()
    assert "陈某" not in public
    assert "预算指标尚未" not in public
    handled = {"reason": "核实已开业", "seen_version": "1"}
    client.post(f"/subsidies/objections/{objection.pk}/dismiss/", handled)

    decided = {"approved_on": str(TODAY), "number": "普商务〔2026〕8号"}
    assert client.post(url(row, "do/approve/"), decided).status_code == 403
    boss = signed_in(here.approver)
    assert "发布公示" not in boss.get(url(row)).content.decode().split('id="trail-title"')[0]
    assert boss.post(url(row, "do/approve/"), decided).status_code == 302
    first.refresh_from_db()
    assert first.state == "approved"


def test_papers_open_and_hold_no_accounts() -> None:
    here = Here()
    client, row = signed_in(here.officer), here.round
    listed, refused = here.reviewed(contact="王某某", phone="13912345678"), here.reviewed()
    here.propose(listed)
    Application.objects.filter(pk=refused.pk).update(state="refused", decision_note="重复申报")
    here.publish()
    Round.objects.filter(pk=row.pk).update(is_sample=True, notice_text="请按时报送。")

    papers = {
        kind: text_of(client.get(url(row, f"papers/{kind}/")).content)
        for kind in ("call", "list", "decision")
    }
    assert "审定投资额" in papers["call"]
    assert "投资发票" in papers["call"]
    assert "请按时报送" in papers["call"]
    for kind in ("list", "decision"):
        assert listed.enterprise.name in papers[kind]
        assert "200,000.00" in papers[kind]
    assert refused.enterprise.name not in papers["list"]
    assert "重复申报" in papers["decision"]
    book = load_workbook(io.BytesIO(client.get(url(row, "workbook/")).content))
    cells = [str(cell) for line in book.active.iter_rows(values_only=True) for cell in line if cell]
    papers["book"] = "\n".join(cells)
    assert listed.title in papers["book"]
    for kind, text in papers.items():
        assert "演示数据" in text, kind
        assert not re.search(r"62170000|6217 0000", text), kind
        if kind != "book":
            assert "王某某" not in text
            assert "13912345678" not in text

    # Streets: the call, and the list while it is public; what is deliberated on stays inside.
    street = signed_in(here.cast.street_officer)
    got = {kind: street.get(url(row, f"papers/{kind}/")).status_code for kind in papers}
    assert got == {"call": 200, "list": 200, "decision": 404, "book": 404}
    found = client.get("/subsidies/rounds/", {"q": row.name, "export": "xlsx"})
    book = load_workbook(io.BytesIO(found.content))
    assert any(row.name in line for line in book.active.iter_rows(values_only=True))
