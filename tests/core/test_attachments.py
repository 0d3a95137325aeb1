"""Attached files: what they are is told by their content, and none is left without a row."""

import datetime as dt
import hashlib
import io
import os
import time
import uuid
import zipfile
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.http import Http404

from core import attachments
from core.attachments import attach, attachment_of, attachments_of, attachments_of_rows, serve
from core.audit import Actor
from core.models import Attachment, AuditEvent
from core.word import OfficialDocument
from tests.factories import OfficeFactory

pytestmark = pytest.mark.django_db

BY = Actor(uuid.UUID(int=7), "王丽", "office")
PDF = b"%PDF-1.7\n1 0 obj\n"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)


@pytest.fixture(autouse=True)
def _media(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


def upload(name: str, content: bytes = PDF) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def zipped(*names: str) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as package:
        for name in names:
            package.writestr(name, "<x/>")
    return stream.getvalue()


def stored(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def refused(name: str, content: bytes) -> str:
    with pytest.raises(ValidationError) as caught:
        attach(OfficeFactory(), upload(name, content), BY)
    assert not Attachment.objects.exists()
    [message] = caught.value.message_dict["file"]
    return str(message)


def test_a_file_is_kept_under_a_name_of_our_own_and_comes_back_under_its_own() -> None:
    row, other = OfficeFactory(), OfficeFactory()
    made = attach(row, upload("..\\..\\会议 纪要.PDF"), BY)
    assert (made.name, made.size, made.content_type) == ("会议 纪要.PDF", 17, "application/pdf")
    assert made.sha256 == hashlib.sha256(PDF).hexdigest()
    assert str(made.pk) in made.file.name
    assert made.file.name.startswith("attachments/")
    assert "会议" not in made.file.name
    assert [one.pk for one in attachments_of(row)] == [made.pk]
    assert attachments_of_rows([row, other]) == {row.pk: [made], other.pk: []}

    answer = serve(attachment_of(row, made.pk))
    assert b"".join(answer.streaming_content) == PDF
    answer.file_to_stream.close()
    assert answer["Content-Disposition"].startswith("attachment;")
    assert answer["X-Content-Type-Options"] == "nosniff"
    with pytest.raises(Http404):
        attachment_of(other, made.pk)
    event = AuditEvent.objects.get(action="core.attach")
    assert (event.object_id, event.actor_label) == (str(row.pk), "王丽")
    assert event.changes["sha256"] == made.sha256


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.docx", OfficialDocument().bytes()),
        ("a.doc", OLE + "WordDocument".encode("utf-16-le")),
        ("a.wps", OLE + "WordDocument".encode("utf-16-le")),
        ("a.xlsx", zipped("[Content_Types].xml", "xl/workbook.xml")),
        # The name stands where one chunk ends and the next begins.
        ("a.xls", (OLE + bytes(1 << 20))[: (1 << 20) - 7] + "Workbook".encode("utf-16-le")),
        ("a.ofd", zipped("OFD.xml")),
        ("a.jpg", b"\xff\xd8\xff\xe0"),
        ("a.png", b"\x89PNG\r\n\x1a\n"),
    ],
)
def test_what_offices_send_is_taken(name: str, content: bytes) -> None:
    assert attach(OfficeFactory(), upload(name, content), BY).size == len(content)


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.exe", b"MZ", "不是可上传的类型"),
        ("pdf", PDF, "不是可上传的类型"),
        ("a.svg", b"<svg/>", "不是可上传的类型"),
        ("a.pdf", b"<html><script>", "与扩展名不符"),
        ("a.docx", PDF, "与扩展名不符"),
        ("a.docx", zipped("xl/workbook.xml"), "与扩展名不符"),
        ("a.docx", zipped("word/document.xml", "word/vbaProject.bin"), "含有宏"),
        ("a.docx", OLE + "EncryptedPackage".encode("utf-16-le"), "打开密码"),
        ("a.xls", OLE + "WordDocument".encode("utf-16-le"), "与扩展名不符"),
        ("a.docx", zipped("word/document.xml")[:-10], "已损坏"),
        ("a.pdf", b"", "空文件"),
        ("a.pdf", PDF + bytes(attachments.MOST_BYTES), "超过 20 MB"),
    ],
)
def test_what_is_not_what_its_name_says_is_refused(
    name: str, content: bytes, said: str, tmp_path: Path
) -> None:
    assert said in refused(name, content)
    assert stored(tmp_path) == []


def test_a_removed_file_no_longer_opens_but_is_kept() -> None:
    row = OfficeFactory()
    made = attach(row, upload("a.pdf"), BY)
    attachments.remove(made, BY)
    attachments.remove(made, BY)
    assert attachments_of(row) == []
    with pytest.raises(Http404):
        attachment_of(row, made.pk)
    assert Path(made.file.path).exists()


def test_a_row_holds_so_many_files_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attachments, "MOST_FILES", 2)
    row = OfficeFactory()
    for name in ("a.pdf", "b.pdf"):
        attach(row, upload(name), BY)
    with pytest.raises(ValidationError, match="最多 2 个"):
        attach(row, upload("c.pdf"), BY)


def test_a_file_whose_row_cannot_be_written_is_deleted_at_once(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def full(*args: Any, **more: Any) -> None:
        assert len(stored(tmp_path)) == 1
        raise RuntimeError("disk full")

    monkeypatch.setattr(Attachment, "save", full)
    with pytest.raises(RuntimeError), transaction.atomic():
        attach(OfficeFactory(), upload("a.pdf"), BY)
    assert stored(tmp_path) == []


def test_a_file_whose_transaction_fails_later_is_swept_and_no_other(tmp_path: Path) -> None:
    row = OfficeFactory()
    kept = attach(row, upload("kept.pdf"), BY)
    removed = attach(row, upload("removed.pdf"), BY)
    attachments.remove(removed, BY)
    with transaction.atomic():
        lost = attach(row, upload("lost.pdf"), BY)
        transaction.set_rollback(True)
    # It may still belong to a transaction under way.
    assert attachments.sweep() == 0
    yesterday = time.time() - dt.timedelta(hours=25).total_seconds()
    for file in (kept, removed, lost):
        os.utime(file.file.path, (yesterday, yesterday))
    assert attachments.sweep() == 1
    assert stored(tmp_path) == sorted([kept.file.name, removed.file.name])
