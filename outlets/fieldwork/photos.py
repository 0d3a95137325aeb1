"""Photographs as they may be kept: JPEG or PNG, without anything the camera wrote into them.

Place, time, device, thumbnail, comments and whatever hangs behind the picture are left out; the
picture itself is not decoded, so nothing of it is lost. Of what the camera wrote only the way the
picture is to be turned stays, or phone photographs would lie on their side.
"""

import hashlib
import struct
import zlib
from dataclasses import dataclass
from typing import BinaryIO

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

MOST_BYTES = 8 * 1024 * 1024
MOST_PHOTOS = 6

_PNG = b"\x89PNG\r\n\x1a\n"
_PNG_KEPT = frozenset(
    {b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"sBIT"}
)
_JPEG = b"\xff\xd8\xff"
_SOI, _EOI, _SOS, _APP0, _APP1, _APP14, _APP15, _COM = (
    0xD8,
    0xD9,
    0xDA,
    0xE0,
    0xE1,
    0xEE,
    0xEF,
    0xFE,
)
_STANDALONE = frozenset({0x01, *range(0xD0, 0xD8)})
_ORIENTATION = 0x0112


class _BrokenError(Exception):
    """The bytes are not what their beginning says."""


@dataclass(frozen=True)
class Photo:
    """A picture ready to be kept."""

    data: bytes
    extension: str
    sha256: str


def cleaned(file: BinaryIO) -> Photo:
    """The picture in `file` without metadata. ValidationError (`photos`) refuses what is none."""
    data = file.read(MOST_BYTES + 1)
    if len(data) > MOST_BYTES:
        raise _refusal(_("照片超过 8 MB，请压缩后再上传"))
    try:
        if data.startswith(_JPEG):
            kept, extension = _clean_jpeg(data), "jpg"
        elif data.startswith(_PNG):
            kept, extension = _clean_png(data), "png"
        else:
            raise _refusal(
                _("照片须为 JPEG 或 PNG；苹果手机请在“设置－相机－格式”中选“兼容性最佳”后重拍")
            )
    except (_BrokenError, struct.error) as error:
        raise _refusal(_("照片文件不完整或已损坏，请重新拍摄")) from error
    return Photo(kept, extension, hashlib.sha256(kept).hexdigest())


def _refusal(message: str) -> ValidationError:
    return ValidationError({"photos": message})


# --- JPEG -----------------------------------------------------------------------------------------
def _clean_jpeg(data: bytes) -> bytes:
    """Everything up to the end of the first picture, application segments and comments left out."""
    kept, turned, at = bytearray(), 1, 2
    while True:
        marker, at = _marker(data, at)
        if marker == _EOI:
            kept += b"\xff\xd9"
            break
        if marker in _STANDALONE:
            kept += bytes((0xFF, marker))
            continue
        end = at + _length(data, at)
        segment = data[at:end]
        if marker == _APP1 and turned == 1:
            turned = _orientation(segment[2:])
        if marker in (_APP0, _APP14) or not (_APP0 <= marker <= _APP15 or marker == _COM):
            kept += bytes((0xFF, marker)) + _plain(marker, segment)
        at = end
        if marker == _SOS:
            end = _end_of_scan(data, at)
            kept += data[at:end]
            at = end
    return b"\xff\xd8" + (_turning(turned) if turned != 1 else b"") + bytes(kept)


def _marker(data: bytes, at: int) -> tuple[int, int]:
    if at >= len(data) or data[at] != 0xFF:
        raise _BrokenError
    while at < len(data) and data[at] == 0xFF:
        at += 1
    if at >= len(data) or data[at] in (0x00, _SOI):
        raise _BrokenError
    return data[at], at + 1


def _length(data: bytes, at: int) -> int:
    (length,) = struct.unpack_from(">H", data, at)
    if length < 2 or at + length > len(data):
        raise _BrokenError
    return int(length)


def _plain(marker: int, segment: bytes) -> bytes:
    """JFIF's segment without the thumbnail it may carry; any other as it is."""
    if marker != _APP0:
        return segment
    if not segment[2:].startswith(b"JFIF\0") or len(segment) < 16:
        return struct.pack(">H", 2)
    return struct.pack(">H", 16) + segment[2:14] + b"\0\0"


def _end_of_scan(data: bytes, at: int) -> int:
    """Where the coded picture stops: at a marker that is no restart and no stuffed byte."""
    while True:
        at = data.find(b"\xff", at)
        if at < 0 or at + 1 >= len(data):
            raise _BrokenError
        following = data[at + 1]
        if following != 0x00 and following != 0xFF and not 0xD0 <= following <= 0xD7:
            return at
        at += 1 if following == 0xFF else 2


def _orientation(exif: bytes) -> int:
    """The orientation (1–8) of an EXIF segment; 1 when it says nothing sensible."""
    if not exif.startswith(b"Exif\0\0"):
        return 1
    tiff = exif[6:]
    order = {b"II": "<", b"MM": ">"}.get(tiff[:2])
    if order is None or len(tiff) < 8:
        return 1
    (start,) = struct.unpack_from(f"{order}I", tiff, 4)
    if start + 2 > len(tiff):
        return 1
    (count,) = struct.unpack_from(f"{order}H", tiff, start)
    for place in range(start + 2, min(start + 2 + 12 * count, len(tiff) - 11), 12):
        tag, _kind, _count, value = struct.unpack_from(f"{order}HHIH", tiff, place)
        if tag == _ORIENTATION:
            return int(value) if 1 <= value <= 8 else 1
    return 1


def _turning(orientation: int) -> bytes:
    """An EXIF segment of our own that says how to turn the picture, and nothing else."""
    entry = struct.pack(">HHIHH", _ORIENTATION, 3, 1, orientation, 0)
    body = b"Exif\0\0MM\0\x2a" + struct.pack(">IH", 8, 1) + entry + struct.pack(">I", 0)
    return b"\xff\xe1" + struct.pack(">H", len(body) + 2) + body


# --- PNG ------------------------------------------------------------------------------------------
def _clean_png(data: bytes) -> bytes:
    kept, at = bytearray(_PNG), len(_PNG)
    names: list[bytes] = []
    while not names or names[-1] != b"IEND":
        (length,) = struct.unpack_from(">I", data, at)
        end = at + 12 + length
        if end > len(data):
            raise _BrokenError
        chunk, name = data[at:end], data[at + 4 : at + 8]
        (stated,) = struct.unpack_from(">I", chunk, 8 + length)
        if zlib.crc32(chunk[4 : 8 + length]) != stated:
            raise _BrokenError
        if name in _PNG_KEPT:
            kept += chunk
        names.append(name)
        at = end
    if names[0] != b"IHDR" or b"IDAT" not in names:
        raise _BrokenError
    return bytes(kept)
