"""One compressed file per snapshot, named by the digest of what is in it."""

import json
from pathlib import Path

import numpy as np

from metrics.inputs.arrays import ARRAY_NAMES, Inputs
from metrics.reach.arrays import digest_of


def digest_inputs(inputs: Inputs) -> str:
    """SHA-256 over every array and every rule."""
    parts: dict[str, object] = {name: getattr(inputs, name) for name in ARRAY_NAMES}
    parts["meta"] = json.dumps(inputs.meta, sort_keys=True, ensure_ascii=False)
    return digest_of(parts)  # type: ignore[arg-type]


def save_inputs(inputs: Inputs, folder: Path) -> tuple[str, Path]:
    """Write `<digest>.npz` into `folder` (whole or not at all); its digest and path."""
    digest = digest_inputs(inputs)
    path = folder / f"{digest}.npz"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        fresh = folder / f".{digest}.tmp.npz"
        arrays = {name: getattr(inputs, name) for name in ARRAY_NAMES}
        meta = np.array(json.dumps(inputs.meta, sort_keys=True, ensure_ascii=False))
        np.savez_compressed(fresh, meta=meta, **arrays)
        fresh.replace(path)
    return digest, path


def load_inputs(path: Path, digest: str) -> Inputs:
    """Read a snapshot's inputs; ValueError when the file is not what its digest names."""
    with np.load(path, allow_pickle=False) as stored:
        inputs = Inputs(
            meta=json.loads(str(stored["meta"])), **{name: stored[name] for name in ARRAY_NAMES}
        )
    if digest_inputs(inputs) != digest:
        raise ValueError(f"{path.name}: the inputs were changed after the snapshot")
    return inputs
