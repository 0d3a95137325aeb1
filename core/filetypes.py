"""What files people may attach, told by their content: a name alone proves nothing."""

import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from typing import BinaryIO, Final

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_HEAD = 8
_CHUNK = 1 << 20
# More parts than any office document has.
_MOST_PARTS = 20_000

Test = Callable[[BinaryIO], bool]


def _begins(*signatures: bytes) -> Test:
    def test(file: BinaryIO) -> bool:
        file.seek(0)
        return file.read(_HEAD).startswith(signatures)

    return test


def _package(part: str) -> Test:
    """A zip that holds `part` and no macros."""

    def test(file: BinaryIO) -> bool:
        file.seek(0)
        try:
            with zipfile.ZipFile(file) as package:
                names = package.namelist()
        except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
            return False
        macros = any(name.lower().endswith("vbaproject.bin") for name in names)
        return part in names and len(names) <= _MOST_PARTS and not macros

    return test


def _compound(stream: str) -> Test:
    """An OLE container, as older Office and WPS write, in whose directory `stream` stands."""
    wanted = stream.encode("utf-16-le")

    def test(file: BinaryIO) -> bool:
        return _begins(_OLE)(file) and _holds(file, wanted)

    return test


def _holds(file: BinaryIO, wanted: bytes) -> bool:
    file.seek(0)
    rest = b""
    while chunk := file.read(_CHUNK):
        if wanted in rest + chunk:
            return True
        rest = chunk[-len(wanted) :]
    return False


@dataclass(frozen=True)
class FileType:
    """A kind of file: as the browser is told, and how its content shows that it is one."""

    content_type: str
    test: Test


_OFFICE = "application/vnd.openxmlformats-officedocument."
_WORD, _SHEET = _compound("WordDocument"), _compound("Workbook")
_SLIDES = _compound("PowerPoint Document")
_JPEG = FileType("image/jpeg", _begins(b"\xff\xd8\xff"))

TYPES: Final = {
    "pdf": FileType("application/pdf", _begins(b"%PDF-")),
    "ofd": FileType("application/ofd", _package("OFD.xml")),
    "docx": FileType(f"{_OFFICE}wordprocessingml.document", _package("word/document.xml")),
    "doc": FileType("application/msword", _WORD),
    "wps": FileType("application/vnd.ms-works", _WORD),
    "xlsx": FileType(f"{_OFFICE}spreadsheetml.sheet", _package("xl/workbook.xml")),
    "xls": FileType("application/vnd.ms-excel", _SHEET),
    "et": FileType("application/vnd.ms-excel", _SHEET),
    "pptx": FileType(f"{_OFFICE}presentationml.presentation", _package("ppt/presentation.xml")),
    "ppt": FileType("application/vnd.ms-powerpoint", _SLIDES),
    "dps": FileType("application/vnd.ms-powerpoint", _SLIDES),
    "jpg": _JPEG,
    "jpeg": _JPEG,
    "png": FileType("image/png", _begins(b"\x89PNG\r\n\x1a\n")),
}
# For the `accept` of a file field.
ACCEPT: Final = ",".join(f".{extension}" for extension in TYPES)


def type_of(file: BinaryIO, name: str) -> FileType:
    """The type that both name and content say; ValidationError (`file`) when either is refused."""
    extension = name.rpartition(".")[2].lower()
    kind = TYPES.get(extension) if "." in name else None
    if kind is None:
        raise ValidationError(
            {
                "file": _("“%(name)s”不是可上传的类型；可上传：%(types)s。")
                % {"name": name, "types": "、".join(TYPES)}
            }
        )
    if not kind.test(file):
        raise ValidationError(
            {
                "file": _(
                    "“%(name)s”的内容与扩展名不符、已损坏、设有打开密码或含有宏，请另存后重新上传。"
                )
                % {"name": name}
            }
        )
    return kind
