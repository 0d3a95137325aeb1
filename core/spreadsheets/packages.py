"""Workbooks unpacked under limits.

An .xlsx is a zip whose directory may lie and whose parsers may disagree. The parts that carry
cells are therefore unpacked once, measured while they come out, and laid into a plain zip of our
own, its sheets cut into pieces; the reader sees only that one.
"""

import zipfile
import zlib
from collections.abc import Generator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import IO, BinaryIO
from xml.etree import ElementTree

from django.utils.translation import gettext as _

from core.spreadsheets import packageindex as index
from core.spreadsheets.errors import Limits, SpreadsheetError
from core.spreadsheets.sheetcut import LaidSheet, cut_sheet
from core.spreadsheets.sheetscan import OddSheetError
from core.spreadsheets.sniffing import refuse_encrypted, refuse_type

_CHUNK = 1 << 20
_SMALL = 10 * 2**20
_ENCRYPTED_FLAG = 0x1
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)


@dataclass(frozen=True, slots=True)
class SheetPart:
    """One worksheet of the workbook: pieces `first` to `first + len(laid.anchors) - 1`.

    `laid` is None for a sheet that no spreadsheet program wrote.
    """

    name: str
    hidden: bool
    first: int
    laid: LaidSheet | None


@dataclass(frozen=True, slots=True)
class Package:
    """A measured workbook: `path` is the plain workbook, whose sheets are the pieces in order."""

    path: Path
    sheets: tuple[SheetPart, ...]
    date1904: bool


def unpack(stream: BinaryIO, filename: str, limits: Limits, path: Path) -> Package:
    """Measure the zip in `stream` and lay its cells into a plain workbook at `path`.

    SpreadsheetError: wrong_type, encrypted, zip_bomb, broken.
    """
    try:
        with zipfile.ZipFile(stream) as archive:
            members = archive.infolist()
            _check_directory(members, limits)
            _check_kind([member.filename for member in members], filename)
            return _Layer(archive, limits).lay(path)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError) as error:
        raise broken(filename) from error
    except (ElementTree.ParseError, UnicodeError, KeyError, ValueError) as error:
        raise broken(filename) from error


def broken(filename: str) -> SpreadsheetError:
    return SpreadsheetError(
        "broken",
        _("文件“%(name)s”已损坏或不是标准的 .xlsx，请用 WPS/Excel 打开后另存为 .xlsx 再上传")
        % {"name": filename},
    )


def _bomb(reason: str) -> SpreadsheetError:
    return SpreadsheetError(
        "zip_bomb",
        _("文件解压后异常庞大（%(reason)s），为安全起见不予读取；请只保留台账工作表，另存后再上传")
        % {"reason": reason},
    )


def _check_directory(members: list[zipfile.ZipInfo], limits: Limits) -> None:
    if len(members) > limits.max_members:
        raise _bomb(_("内含 %(count)d 个部件") % {"count": len(members)})
    if any(member.flag_bits & _ENCRYPTED_FLAG for member in members):
        refuse_encrypted()
    names = [member.filename.lower() for member in members]
    if len(set(names)) != len(names) or any(m.compress_type not in _METHODS for m in members):
        raise zipfile.BadZipFile("parts of one name, or packed in a way no office program uses")
    total = sum(member.file_size for member in members)
    if total > limits.max_unpacked_bytes:
        raise _too_big(total)
    for member in members:
        ratio = member.file_size / max(member.compress_size, 1)
        if member.file_size > _SMALL and ratio > limits.max_ratio:
            raise _bomb(_("压缩比达 %(ratio)d 倍") % {"ratio": ratio})


def _too_big(size: int) -> SpreadsheetError:
    return _bomb(_("超过 %(size)d MB") % {"size": size // 2**20})


def _check_kind(names: list[str], filename: str) -> None:
    """SpreadsheetError unless the members are those of a macro-free .xlsx."""
    held = set(names)
    save_as = _("请在 WPS/Excel 中另存为 .xlsx 后再上传")
    need_table = _("请上传 .xlsx 或 .csv 表格")
    if "xl/vbaProject.bin" in held:
        refuse_type(filename, _("启用宏的工作簿（.xlsm）"), save_as)
    if index.WORKBOOK in held:
        return
    folders = {name.split("/")[0] for name in held}
    if "xl/workbook.bin" in held:
        refuse_type(filename, _("二进制工作簿（.xlsb）"), save_as)
    if "word" in folders:
        refuse_type(filename, _("Word 文档（.docx）"), need_table)
    if "ppt" in folders:
        refuse_type(filename, _("演示文稿（.pptx）"), need_table)
    if {"mimetype", "content.xml"} <= held:
        refuse_type(filename, _("OpenDocument 文件（.ods）"), save_as)
    refuse_type(filename, _("压缩包"), _("请解压后上传其中的 .xlsx 或 .csv 表格"))


class _Layer:
    """Lays the parts of an archive into a plain workbook, within what may be unpacked."""

    def __init__(self, archive: zipfile.ZipFile, limits: Limits) -> None:
        self.archive = archive
        self.limits = limits
        self.left = limits.max_unpacked_bytes
        self.pieces = 0

    def lay(self, path: Path) -> Package:
        contents = index.read(self.archive)
        sheets: dict[str, tuple[int, LaidSheet | None]] = {}
        with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as plain:
            # In the order of the archive, so that it is read from front to back.
            for member in self.archive.infolist():
                if member.filename in contents.sheet_parts:
                    sheets[member.filename] = self.pieces, self._lay_sheet(plain, member)
                elif name := contents.shared.get(member.filename):
                    self._copy(plain, member, name)
            for name, text in index.written(contents, self.pieces).items():
                plain.writestr(name, text)
        parts = tuple(
            SheetPart(entry.name, entry.hidden, *sheets[entry.part]) for entry in contents.sheets
        )
        return Package(path, parts, contents.date1904)

    def _lay_sheet(self, plain: zipfile.ZipFile, member: zipfile.ZipInfo) -> LaidSheet | None:
        def new_piece() -> IO[bytes]:
            self.pieces += 1
            return plain.open(index.piece_part(self.pieces - 1), "w", force_zip64=True)

        with closing(self._chunks(member)) as chunks:
            try:
                return cut_sheet(chunks, new_piece)
            except OddSheetError:
                return None

    def _copy(self, plain: zipfile.ZipFile, member: zipfile.ZipInfo, name: str) -> None:
        with plain.open(name, "w", force_zip64=True) as target:
            for chunk in self._chunks(member):
                target.write(chunk)

    def _chunks(self, member: zipfile.ZipInfo) -> Generator[bytes, None, None]:
        with self.archive.open(member) as source:
            # A member never yields more than the directory says, and must match its checksum.
            while chunk := source.read(_CHUNK):
                self._spend(len(chunk))
                yield chunk

    def _spend(self, size: int) -> None:
        self.left -= size
        if self.left < 0:
            raise _too_big(self.limits.max_unpacked_bytes)
