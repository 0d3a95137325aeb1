"""What a street network file may be: refusals with their remedies, kinds, sizes.

The library knows no translation machinery: an error carries its message as a template (the msgid)
and its parameters, so that whoever shows it can translate it.
"""

from __future__ import annotations

import bz2
import gzip
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

MESSAGES = {
    "missing": "找不到路网文件“%(name)s”，请检查路径后重试。",
    "empty": "路网文件“%(name)s”是空文件，请重新下载或导出后再导入。",
    "too_big": (
        "路网文件“%(name)s”超过 %(limit)d MB 上限，"
        "请先用 osmium extract 等工具裁剪到本区范围（外扩约 2 公里）再导入。"
    ),
    "unpacks_too_big": (
        "路网文件“%(name)s”解压后超过 %(limit)d MB 上限，请裁剪到本区范围（外扩约 2 公里）再导入。"
    ),
    "too_many": (
        "路网文件“%(name)s”的路段超过 %(limit)d 段上限，请裁剪到本区范围（外扩约 2 公里）再导入。"
    ),
    "kind": (
        "不支持的路网文件“%(name)s”，请提供 .osm.pbf、.osm、.osm.gz、.geojson、.gpkg、"
        ".shp 或内含 .shp 的 .zip 文件。"
    ),
    "not_kind": (
        "“%(name)s”的内容不是有效的 %(kind)s 文件，可能已损坏或扩展名有误，请重新下载或导出。"
    ),
    "unreadable": "路网文件“%(name)s”无法读取（%(detail)s），请重新下载或导出后再导入。",
    "no_ways": (
        "路网文件“%(name)s”中没有可步行的道路，请确认文件范围覆盖本区，"
        "且含有 highway 道路（OSM）或线要素（GeoJSON、GeoPackage、Shapefile）。"
    ),
    "no_locations": (
        "路网文件“%(name)s”中的道路缺少节点坐标，"
        "请使用包含节点、且节点排在道路之前的完整 OSM 导出文件。"
    ),
    "crs": (
        "路网文件“%(name)s”没有可识别的坐标系，"
        "请随文件提供 .prj，或转换为 CGCS2000（WGS 84）经纬度再导入。"
    ),
    "zip": "压缩包“%(name)s”中应恰好有一个 .shp 及其 .shx、.dbf、.prj 文件，请重新打包后再导入。",
}

_MEGABYTE = 2**20
_BLOCK = 2**20
_OPENERS: dict[str, tuple[Callable[..., Any], str]] = {
    ".gz": (gzip.open, "gzip"),
    ".bz2": (bz2.open, "bzip2"),
}
_SHAPE_PARTS = {".shp", ".shx", ".dbf", ".prj", ".cpg"}
# RuntimeError: an encrypted member; NotImplementedError: an unknown compression
_ZIP_ERRORS = (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, OSError)


class NetworkFileError(ValueError):
    """A street network file that cannot be used; the message says what to do.

    `code` is a key of MESSAGES, `template % params` the Chinese message.
    """

    def __init__(self, code: str, **params: str | int) -> None:
        self.code = code
        self.template = MESSAGES[code]
        self.params = params
        super().__init__(self.template % params)


@dataclass(frozen=True)
class FileLimits:
    """How much is read before a file is refused."""

    max_bytes: int = 512 * _MEGABYTE
    max_unpacked_bytes: int = 4096 * _MEGABYTE
    max_json_bytes: int = 192 * _MEGABYTE  # parsed in memory, at some ten times its size
    max_segments: int = 20_000_000


def check_size(path: Path, limits: FileLimits) -> None:
    """Refuse what is not there, empty or too big."""
    is_json = path.suffix.lower() in {".geojson", ".json"}
    most = min(limits.max_bytes, limits.max_json_bytes) if is_json else limits.max_bytes
    if not path.is_file():
        raise NetworkFileError("missing", name=path.name)
    size = path.stat().st_size
    if size == 0:
        raise NetworkFileError("empty", name=path.name)
    if size > most:
        raise NetworkFileError("too_big", name=path.name, limit=most // _MEGABYTE)


def check_unpacked(path: Path, limits: FileLimits) -> None:
    """Refuse a .gz or .bz2 that unpacks to too much, without keeping what it unpacks to."""
    opener, kind = _OPENERS[path.suffix.lower()]
    unpacked = 0
    try:
        with opener(path, "rb") as stream:
            while block := stream.read(_BLOCK):
                unpacked += len(block)
                if unpacked > limits.max_unpacked_bytes:
                    raise _unpacks_too_big(path, limits)
    except (OSError, EOFError, zlib.error) as error:
        raise NetworkFileError("not_kind", name=path.name, kind=kind) from error


def unzip_shapefile(path: Path, target: Path, limits: FileLimits) -> Path:
    """Unpack the one shapefile of a .zip into `target` under fixed names; gives the .shp."""
    try:
        with zipfile.ZipFile(path) as archive:
            members = [m for m in archive.infolist() if not m.is_dir()]
            if sum(m.file_size for m in members) > limits.max_unpacked_bytes:
                raise _unpacks_too_big(path, limits)
            shapes = [m.filename for m in members if m.filename.lower().endswith(".shp")]
            if len(shapes) != 1:
                raise NetworkFileError("zip", name=path.name)
            stem = shapes[0][:-4]
            for member in members:
                suffix = member.filename[len(stem) :].lower()
                if member.filename.startswith(stem) and suffix in _SHAPE_PARTS:
                    _unpack(archive, member, target / f"network{suffix}")
    except _ZIP_ERRORS as error:
        raise NetworkFileError("not_kind", name=path.name, kind="zip") from error
    return target / "network.shp"


def _unpack(archive: zipfile.ZipFile, member: zipfile.ZipInfo, target: Path) -> None:
    # zipfile itself stops at the size the directory states, so the sum checked above holds
    with archive.open(member) as source, target.open("wb") as sink:
        while block := source.read(_BLOCK):
            sink.write(block)


def _unpacks_too_big(path: Path, limits: FileLimits) -> NetworkFileError:
    megabytes = limits.max_unpacked_bytes // _MEGABYTE
    return NetworkFileError("unpacks_too_big", name=path.name, limit=megabytes)
