"""What an uploaded file is, told by its content and never by its name."""

from typing import BinaryIO, Literal, NoReturn

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.spreadsheets.errors import Limits, SpreadsheetError

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_SAVE_AS = gettext_lazy("请在 WPS/Excel 中另存为 .xlsx 后再上传")
_NEED_TABLE = gettext_lazy("请上传 .xlsx 或 .csv 表格")

# First bytes → what it is, what to do.
_SIGNATURES: tuple[tuple[bytes, str | Promise, Promise], ...] = (
    (b"%PDF", gettext_lazy("PDF 文件"), _NEED_TABLE),
    (b"\x89PNG", gettext_lazy("图片"), _NEED_TABLE),
    (b"\xff\xd8\xff", gettext_lazy("图片"), _NEED_TABLE),
    (b"GIF8", gettext_lazy("图片"), _NEED_TABLE),
    (b"II*\x00", gettext_lazy("图片"), _NEED_TABLE),
    (b"MM\x00*", gettext_lazy("图片"), _NEED_TABLE),
    (b"RIFF", gettext_lazy("图片或音视频"), _NEED_TABLE),
    (b"Rar!", gettext_lazy("压缩包"), gettext_lazy("请解压后上传其中的 .xlsx 或 .csv 表格")),
    (b"7z\xbc\xaf", gettext_lazy("压缩包"), gettext_lazy("请解压后上传其中的 .xlsx 或 .csv 表格")),
    (b"\x1f\x8b", gettext_lazy("压缩包"), gettext_lazy("请解压后上传其中的 .xlsx 或 .csv 表格")),
    (b"{\\rtf", gettext_lazy("RTF 文档"), _NEED_TABLE),
)
# Names of streams in an OLE container, as they stand in its directory.
_OLE_KINDS: tuple[tuple[str, str | Promise], ...] = (
    ("WordDocument", gettext_lazy("Word 文档（.doc）")),
    ("PowerPoint Document", gettext_lazy("演示文稿（.ppt）")),
    ("Workbook", gettext_lazy("旧版 Excel/WPS 表格（.xls/.et）")),
    ("Book", gettext_lazy("旧版 Excel 表格（.xls）")),
)


def sniff(stream: BinaryIO, filename: str, limits: Limits) -> Literal["zip", "text"]:
    """Whether the seekable `stream` is a zip or plain text; SpreadsheetError for anything else."""
    size = stream.seek(0, 2)
    stream.seek(0)
    if size == 0:
        raise SpreadsheetError(
            "empty_file", _("文件“%(name)s”是空的（0 字节）") % {"name": filename}
        )
    if size > limits.max_file_bytes:
        raise SpreadsheetError(
            "too_large",
            _("文件有 %(size).0f MB，超过 %(limit).0f MB 的上限，请拆分后分别上传")
            % {"size": size / 2**20, "limit": limits.max_file_bytes / 2**20},
        )
    head = stream.read(4096)
    stream.seek(0)
    if head.startswith(b"PK\x03\x04"):
        return "zip"
    if head.startswith(_OLE):
        _refuse_ole(stream, filename)
    _refuse_signature(head, filename)
    _refuse_markup(head, filename)
    return "text"


def refuse_type(filename: str, kind: str | Promise, remedy: str | Promise) -> NoReturn:
    """SpreadsheetError naming what the file really is."""
    raise SpreadsheetError(
        "wrong_type",
        _("文件“%(name)s”的内容是%(kind)s，不能作为表格读取；%(remedy)s")
        % {"name": filename, "kind": kind, "remedy": remedy},
    )


def refuse_encrypted() -> NoReturn:
    raise SpreadsheetError("encrypted", _("工作簿设有打开密码，请取消密码并保存后再上传"))


def _refuse_ole(stream: BinaryIO, filename: str) -> NoReturn:
    content = stream.read()
    if "EncryptedPackage".encode("utf-16-le") in content:
        refuse_encrypted()
    for name, kind in _OLE_KINDS:
        if name.encode("utf-16-le") in content:
            refuse_type(filename, kind, _SAVE_AS)
    refuse_type(filename, _("旧版 Office 文件"), _SAVE_AS)


def _refuse_signature(head: bytes, filename: str) -> None:
    utf16 = head.startswith((b"\xff\xfe", b"\xfe\xff"))
    for signature, kind, remedy in _SIGNATURES:
        if head.startswith(signature):
            refuse_type(filename, kind, remedy)
    if b"\x00" in head and not utf16:
        refuse_type(filename, _("无法识别的二进制数据"), _NEED_TABLE)


def _refuse_markup(head: bytes, filename: str) -> None:
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    if start.startswith((b"<!doctype html", b"<html", b"<table", b"<meta", b"<style")):
        refuse_type(filename, _("网页（由网站导出的“假 Excel”）"), _SAVE_AS)
    if start.startswith(b"<?xml"):
        refuse_type(filename, _("XML 文件"), _SAVE_AS)
