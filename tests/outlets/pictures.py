"""Pictures as telephones make them, byte by byte: with place, device, thumbnail and trailer."""

import struct
import zlib

SECRET = b"Huawei P60 31.2553N 121.3960E 2025:03:01 09:12:44"


def exif(orientation: int | None = 6, order: str = "<") -> bytes:
    """An EXIF segment's content: orientation (if any), device and place as text."""
    entries = [struct.pack(f"{order}HHII", 0x0110, 2, len(SECRET), 200)]
    if orientation is not None:
        value = struct.pack(f"{order}HH", orientation, 0)
        entries.append(struct.pack(f"{order}HHI", 0x0112, 3, 1) + value)
    head = {"<": b"II\x2a\0", ">": b"MM\0\x2a"}[order] + struct.pack(f"{order}I", 8)
    body = struct.pack(f"{order}H", len(entries)) + b"".join(entries) + b"\0\0\0\0"
    return b"Exif\0\0" + head + body + SECRET


def segment(marker: int, content: bytes) -> bytes:
    return bytes((0xFF, marker)) + struct.pack(">H", len(content) + 2) + content


# A grey pixel, baseline: tables, frame, scan — as libjpeg wrote it.
_DQT = segment(0xDB, b"\0" + bytes([16] * 64))
_SOF = segment(0xC0, struct.pack(">BHHB", 8, 8, 8, 1) + b"\x01\x11\x00")
_DHT = segment(0xC4, b"\x00" + bytes([0, 1] + [0] * 14) + b"\x00") + segment(
    0xC4, b"\x10" + bytes([0, 1] + [0] * 14) + b"\x00"
)
_SOS = segment(0xDA, b"\x01\x01\x00\x00\x3f\x00")
# Coded data with what must not be taken for a marker: stuffed bytes and a restart.
SCAN = b"\x3f\xff\x00\x12\xff\xd3\x55\xff\x00"
PICTURE = _DQT + _SOF + _DHT + _SOS + SCAN


def jpeg(orientation: int | None = 6, order: str = "<") -> bytes:
    """A JPEG with everything a phone hangs on it."""
    jfif = segment(0xE0, b"JFIF\0\x01\x01\0\0\x48\0\x48\x01\x01" + SECRET[:3])
    return b"".join(
        [
            b"\xff\xd8",
            jfif,
            segment(0xE1, exif(orientation, order)),
            segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0" + SECRET),
            segment(0xE2, b"MPF\0" + SECRET),
            segment(0xED, b"Photoshop 3.0\0" + SECRET),
            segment(0xFE, SECRET),
            PICTURE,
            b"\xff\xd9",
            b"\xff\xd8" + segment(0xE1, exif()) + b"\xff\xd9" + SECRET,
        ]
    )


def chunk(name: bytes, content: bytes) -> bytes:
    crc = zlib.crc32(name + content)
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", crc)


def png() -> bytes:
    """A PNG pixel with text, time and EXIF beside it."""
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0))
    data = chunk(b"IDAT", zlib.compress(b"\0\x7f"))
    beside = chunk(b"tEXt", b"Comment\0" + SECRET) + chunk(b"eXIf", SECRET)
    return b"\x89PNG\r\n\x1a\n" + head + beside + data + chunk(b"IEND", b"") + SECRET
