"""Workbooks unpacked under limits.

An .xlsx is a zip whose directory may lie and whose parsers may disagree. The parts that carry
cells are therefore unpacked once, measured while they come out, and laid into a plain zip of our
own; the reader sees only that one.
"""

import posixpath
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO
from xml.etree import ElementTree

from django.utils.translation import gettext as _

from core.spreadsheets.errors import Limits, SpreadsheetError
from core.spreadsheets.sniffing import refuse_encrypted, refuse_type

_CHUNK = 1 << 20
_SMALL = 10 * 2**20
_ENCRYPTED_FLAG = 0x1
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_WORKBOOK = "xl/workbook.xml"
_RELATIONS = "xl/_rels/workbook.xml.rels"
_NEEDED_FOLDERS = ("xl/", "xl/_rels/", "xl/worksheets/", "xl/worksheets/_rels/", "_rels/", "")
_LARGEST_INDEX = 4 * 2**20


@dataclass(frozen=True, slots=True)
class SheetPart:
    """One worksheet of the workbook, in its order."""

    name: str
    hidden: bool
    part: str


@dataclass(frozen=True, slots=True)
class Package:
    """A measured workbook: `path` is the plain zip, whose parts are stored uncompressed."""

    path: Path
    sheets: tuple[SheetPart, ...]
    date1904: bool

    def chunks(self, part: str) -> Iterator[bytes]:
        """The XML of one part, piece by piece."""
        with zipfile.ZipFile(self.path) as archive, archive.open(part) as stream:
            while chunk := stream.read(_CHUNK):
                yield chunk


def unpack(stream: BinaryIO, filename: str, limits: Limits, path: Path) -> Package:
    """Measure the zip in `stream` and lay its parts with cells into a plain zip at `path`.

    SpreadsheetError: wrong_type, encrypted, zip_bomb, broken.
    """
    try:
        with zipfile.ZipFile(stream) as archive:
            members = archive.infolist()
            _check_directory(members, limits)
            _check_kind([member.filename for member in members], filename)
            _copy_parts(archive, members, limits, path)
        return _describe(path)
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
    if _WORKBOOK in held:
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


def _copy_parts(
    archive: zipfile.ZipFile, members: list[zipfile.ZipInfo], limits: Limits, path: Path
) -> None:
    left = limits.max_unpacked_bytes
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as plain:
        for member in members:
            folder, _slash, name = member.filename.rpartition("/")
            if (f"{folder}/" if folder else "") not in _NEEDED_FOLDERS or not name:
                continue
            with (
                archive.open(member) as source,
                plain.open(member.filename, "w", force_zip64=True) as target,
            ):
                # A member never yields more than the directory says, and must match its checksum.
                while chunk := source.read(_CHUNK):
                    left -= len(chunk)
                    if left < 0:
                        raise _too_big(limits.max_unpacked_bytes)
                    target.write(chunk)


def _describe(path: Path) -> Package:
    with zipfile.ZipFile(path) as plain:
        workbook = _index(plain, _WORKBOOK)
        relations = list(_index(plain, _RELATIONS))
        targets = {relation.attrib["Id"]: relation.attrib for relation in relations}
        if len(targets) != len(relations):
            raise ValueError("two relations of one name")
        held = {name.lower(): name for name in plain.namelist()}
        sheets = []
        for entry in _named(workbook, "sheet"):
            target = targets[_relation_id(entry)]
            if target["Type"].endswith("/worksheet"):
                hidden = entry.attrib.get("state", "visible") != "visible"
                part = held[_resolved(target["Target"]).lower()]
                sheets.append(SheetPart(entry.attrib["name"], hidden, part))
    properties = next(iter(_named(workbook, "workbookPr")), None)
    flag = properties.attrib.get("date1904", "0") if properties is not None else "0"
    return Package(path, tuple(sheets), flag in ("1", "true"))


def _index(plain: zipfile.ZipFile, part: str) -> ElementTree.Element:
    if plain.getinfo(part).file_size > _LARGEST_INDEX:
        raise ValueError("an index of that size")
    text = plain.read(part)
    if b"<!" in text or b"\x00" in text:
        raise ValueError("a DTD, comments or another encoding")
    return ElementTree.fromstring(text)


def _named(tree: ElementTree.Element, name: str) -> Iterator[ElementTree.Element]:
    return (entry for entry in tree.iter() if entry.tag.rpartition("}")[2] == name)


def _relation_id(sheet: ElementTree.Element) -> str:
    """The name of the relation that leads to the sheet's part; KeyError without one."""
    return {key.rpartition("}")[2]: value for key, value in sheet.attrib.items()}["id"]


def _resolved(target: str) -> str:
    return posixpath.normpath(posixpath.join("/xl", target)).lstrip("/")
