"""Small PNG files of screenshots: at most 256 colours, one byte a pixel."""

import base64
import struct
import zlib
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from playwright.sync_api import Page

COLOURS = 128
# The browser reads its own picture: no library of images is needed for that alone.
DECODE = """
async (data) => {
  const image = new Image();
  image.src = "data:image/png;base64," + data;
  await image.decode();
  const canvas = new OffscreenCanvas(image.width, image.height).getContext("2d");
  canvas.drawImage(image, 0, 0);
  const { data: bytes } = canvas.getImageData(0, 0, image.width, image.height);
  let text = "";
  for (let at = 0; at < bytes.length; at += 32768) {
    text += String.fromCharCode(...bytes.subarray(at, at + 32768));
  }
  return [image.width, image.height, btoa(text)];
}
"""


def save(page: Page, shot: bytes, path: Path) -> int:
    """Write the screenshot with its commonest colours; the file's size in bytes."""
    width, height, text = page.evaluate(DECODE, base64.b64encode(shot).decode())
    pixels = np.frombuffer(base64.b64decode(text), dtype=np.uint8).reshape(height, width, 4)
    palette, index = _quantise(pixels[:, :, :3])
    path.write_bytes(_encode(palette, index))
    return path.stat().st_size


def _quantise(pixels: NDArray[np.uint8]) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """The commonest colours, not too near to each other, and each pixel's nearest of them."""
    packed = pixels.astype(np.uint32) @ np.array([1 << 16, 1 << 8, 1], dtype=np.uint32)
    colours, places, counts = np.unique(packed, return_inverse=True, return_counts=True)
    rgb = np.stack([colours >> 16, colours >> 8 & 255, colours & 255], axis=1).astype(np.int32)
    chosen: list[int] = []
    for one in np.argsort(-counts, kind="stable")[: 40 * COLOURS]:
        near = chosen and np.abs(rgb[chosen] - rgb[one]).sum(axis=1).min() < 12
        if not near:
            chosen.append(int(one))
        if len(chosen) == COLOURS:
            break
    palette = rgb[chosen]
    nearest = np.empty(len(rgb), dtype=np.uint8)
    for start in range(0, len(rgb), 4096):
        part = rgb[start : start + 4096, None, :] - palette[None, :, :]
        nearest[start : start + 4096] = (part**2).sum(axis=2).argmin(axis=1)
    return palette.astype(np.uint8), nearest[places.reshape(packed.shape)]


def _encode(palette: NDArray[np.uint8], index: NDArray[np.uint8]) -> bytes:
    height, width = index.shape
    rows = np.zeros((height, width + 1), dtype=np.uint8)  # filter 0 before each row
    rows[:, 1:] = index
    return b"".join(
        [
            b"\x89PNG\r\n\x1a\n",
            _chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)),
            _chunk(b"PLTE", palette.tobytes()),
            _chunk(b"IDAT", zlib.compress(rows.tobytes(), 9)),
            _chunk(b"IEND", b""),
        ]
    )


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
