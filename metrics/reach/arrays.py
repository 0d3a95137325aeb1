"""Small array tools that several modules need: ragged expansion, chunks, directories of .npy."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

AnyArray = NDArray[Any]
_META = "meta.json"
_ATTEMPTS = 5


def expand(
    starts: NDArray[np.int64], lengths: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """All positions of the ranges [start, start + length): (which range, position), in order."""
    owner = np.repeat(np.arange(len(lengths), dtype=np.int64), lengths)
    before = np.cumsum(lengths) - lengths
    position = np.arange(len(owner), dtype=np.int64) + np.repeat(starts - before, lengths)
    return owner, position


def chunks(sizes: NDArray[np.int64], most: int) -> Iterator[tuple[int, int]]:
    """Consecutive [first, last) with a total size of at most `most`, but never an empty chunk."""
    total = np.cumsum(sizes)
    first = 0
    while first < len(sizes):
        before = int(total[first - 1]) if first else 0
        last = max(int(np.searchsorted(total, before + most, side="right")), first + 1)
        yield first, last
        first = last


def digest_of(parts: Mapping[str, AnyArray | str | int]) -> str:
    """SHA-256 (hex) over named arrays, their types and shapes, and plain values."""
    state = hashlib.sha256()
    for name in sorted(parts):
        value = parts[name]
        if isinstance(value, np.ndarray):
            state.update(f"{name}:{value.dtype.str}:{value.shape};".encode())
            state.update(np.ascontiguousarray(value).tobytes())
        else:
            state.update(f"{name}={value!r};".encode())
    return state.hexdigest()


def save_arrays(directory: Path, arrays: Mapping[str, AnyArray], meta: Mapping[str, Any]) -> None:
    """Write a directory of .npy files and meta.json; it appears whole or not at all.

    A directory that is already there is replaced. Whoever has it memory-mapped keeps the old data.
    """
    directory.parent.mkdir(parents=True, exist_ok=True)
    fresh = Path(tempfile.mkdtemp(prefix=f".{directory.name}.", dir=directory.parent))
    try:
        for name, array in arrays.items():
            np.save(fresh / f"{name}.npy", array, allow_pickle=False)
        (fresh / _META).write_text(json.dumps(dict(meta), ensure_ascii=False, sort_keys=True))
        fresh.chmod(0o755)
        _put_in_place(fresh, directory)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


def _put_in_place(fresh: Path, directory: Path) -> None:
    aside = Path(tempfile.mkdtemp(prefix=f".{directory.name}.old.", dir=directory.parent))
    try:
        # another process may put its own copy there between the two moves
        for attempt in range(_ATTEMPTS):
            with contextlib.suppress(FileNotFoundError):
                os.replace(directory, aside / str(attempt))
            try:
                os.replace(fresh, directory)
                return
            except OSError:
                if attempt == _ATTEMPTS - 1:
                    raise
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def load_arrays(
    directory: Path, names: tuple[str, ...], *, mapped: bool
) -> tuple[dict[str, AnyArray], dict[str, Any]]:
    """Read what `save_arrays` wrote, memory-mapped or not.

    FileNotFoundError when it is not there, ValueError when it is damaged.
    """
    try:
        meta = dict(json.loads((directory / _META).read_text()))
        return {name: _load(directory / f"{name}.npy", mapped) for name in names}, meta
    except (EOFError, TypeError) as error:
        raise ValueError(f"damaged array directory: {directory}") from error


def _load(path: Path, mapped: bool) -> AnyArray:
    array: AnyArray = np.load(path, mmap_mode="r" if mapped else None, allow_pickle=False)
    return array
