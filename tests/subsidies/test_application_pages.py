"""The pages of filing: a street files with mistakes, the commission asks once, then accepts."""

import io
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from docx import Document
from openpyxl import load_workbook

from accounts.handover import hand_over, open_items
from subsidies.models import Application
from tests.factories import EnterpriseFactory, OutletFactory
from tests.subsidies.test_filing import Scene

pytestmark = pytest.mark.django_db


def signed_in(person: Any) -> Client:
    client = Client()
    client.force_login(person.user, backend="accounts.backends.ModelBackend")
    return client


def pdf(name: str) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, b"%PDF-1.4\n%%EOF\n", "application/pdf")


def words(answer: Any) -> str:
    return str(answer.content.decode())


def test_a_street_files_with_mistakes_and_loses_nothing() -> None:
    """Found, chosen, typed wrongly, with a paper missing; mended, filed, completed, accepted."""
    scene = Scene()
    OutletFactory(street=scene.street, enterprise=EnterpriseFactory(district=scene.district))
    street = signed_in(scene.street_officer)
    new = reverse("subsidies:application_new")
    what = f"{scene.round.pk}:facility"
    found = street.post(new, {"what": what, "q": scene.enterprise.credit_code, "find": "1"})
    who = f"{scene.enterprise.pk}:{scene.outlet.pk}"
    assert who in words(found)
    assert "checked" in words(found).partition(what)[2][:20]  # what was chosen stays
    assert "台账中没有找到" in words(street.post(new, {"what": what, "q": "某某", "find": "1"}))
    nobody = street.post(new, {"what": what, "create": "1"})
    assert (nobody.status_code, "请先查找企业" in words(nobody)) == (422, True)
    made = street.post(new, {"what": what, "who": who, "create": "1"})
    row = Application.objects.get()
    edit = reverse("subsidies:application_edit", args=[row.pk])
    assert made["Location"] == edit
    twice = street.post(new, {"what": what, "who": who, "create": "1"})
    assert (twice.status_code, Application.objects.count()) == (422, 1)

    # Wrong input, a file that may not be, a paper missing: all of it at once, at its place.
    typed: dict[str, Any] = {
        "title": row.title,
        "contact": "张三丰",
        "phone": "13812345678",
        "fact-investment": "很多",
        "fact-months": "14",
        "fact-area": "130",
        "account_name": "另一家公司",
        "bank": "试验银行",
        "account_number": "6217 0000 1234 5678",
        "seen_version": "1",
    }
    files = {"files-licence": [pdf("执照.pdf"), SimpleUploadedFile("执照.exe", b"MZ")]}
    refused = street.post(edit, typed | files | {"submit": "1"})
    text = words(refused)
    assert refused.status_code == 422
    assert 'value="很多"' in text
    for place in ("id_fact-investment", "evidence-invoices", "evidence-licence", "id_account_name"):
        assert f'href="#{place}"' in text
    assert "执照.exe" in text
    assert "台账为 120.5" in text
    row.refresh_from_db()
    assert (row.state, row.contact, row.facts["months"]) == ("draft", "张三丰", "14")
    assert row.evidence.get(key="licence").state == "provided"

    # A colleague saves in between: told by whom and what, and what was typed is kept.
    colleague = scene.person(scene.subdistrict, "street_officer")
    other = signed_in(colleague)
    seen = str(row.version)
    assert "**** 5678" in words(other.get(edit))
    assert other.post(edit, {"contact": "李四", "seen_version": seen}).status_code == 302
    mended = typed | {"fact-investment": "860,000", "account_name": scene.enterprise.name}
    stale = street.post(edit, mended | {"seen_version": seen, "save": "1"})
    assert stale.status_code == 422
    assert "联系人" in words(stale)
    assert "李四" in words(stale)
    assert 'value="860,000"' in words(stale)
    row.refresh_from_db()
    assert row.account_number == "6217000012345678"  # left empty by who could not see it
    version = f'name="seen_version" value="{row.version}"'
    assert version in words(stale)
    sent = street.post(
        edit,
        mended
        | {"seen_version": str(row.version), "submit": "1", "files-invoices": [pdf("发票.pdf")]},
    )
    row.refresh_from_db()
    assert (sent.status_code, row.state, row.number) == (302, "submitted", "2026-01-0001")

    # 受理: what was typed survives a refusal; asked once; completed; accepted.
    desk = signed_in(scene.officer)
    case = reverse("subsidies:application", args=[row.pk])
    asking = reverse("subsidies:application_handle", args=[row.pk, "ask"])
    marks = {"mark-licence": "checked", "note-licence": "", "mark-invoices": "lacking"}
    marks |= {"comment": "请写明面积", "seen_version": str(row.version)}
    assert "一次性告知补正" in words(desk.get(case))
    vague = desk.post(asking, marks | {"note-invoices": ""})
    assert (vague.status_code, "请写明面积" in words(vague)) == (422, True)
    row.refresh_from_db()
    assert row.state == "submitted"
    assert row.evidence.get(key="licence").state == "provided"  # all of it or nothing
    assert desk.post(asking, marks | {"note-invoices": "缺税号"}).status_code == 302
    row.refresh_from_db()
    assert (row.state, row.evidence.get(key="licence").state) == ("supplement", "checked")
    assert "缺税号" in words(street.get(edit))
    again = {"files-invoices": [pdf("发票2.pdf")], "submit": "1", "seen_version": str(row.version)}
    assert street.post(edit, again).status_code == 302
    row.refresh_from_db()
    accept = reverse("subsidies:application_handle", args=[row.pk, "accept"])
    assert desk.post(accept, {"seen_version": str(row.version)}).status_code == 302
    row.refresh_from_db()
    assert row.state == "accepted"
    assert street.get(edit)["Location"] == case

    # The list of each, its export, and the paper form with the account masked.
    listed = reverse("subsidies:applications")
    assert row.number in words(street.get(listed, {"state": "accepted", "q": "2026-01"}))
    assert row.number not in words(street.get(listed, {"state": "draft"}))
    book = load_workbook(io.BytesIO(desk.get(listed, {"export": "xlsx"}).content))
    assert any(row.number in cells for cells in book.active.iter_rows(values_only=True))
    for person, shown in ((scene.officer, "6217 0000 1234 5678"), (scene.approver, "**** 5678")):
        paper = signed_in(person).get(reverse("subsidies:application_paper", args=[row.pk]))
        cells = [
            cell.text
            for table in Document(io.BytesIO(paper.content)).tables
            for line in table.rows
            for cell in line.cells
        ]
        assert shown in cells
        assert "发票.pdf、发票2.pdf" in cells

    # A draft passes to who takes over.
    draft = scene.draft()
    item = next(one for one in open_items(scene.street_officer.user) if one.pk == draft.pk)
    hand_over(
        user=scene.street_officer.user,
        successor=colleague.user,
        keys=[item.key],
        reason="岗位调整",
        by=scene.street_officer.actor,
    )
    assert [one.pk for one in open_items(colleague.user)] == [draft.pk]
