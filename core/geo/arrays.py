"""The arrays that places come in: float64 degrees or metres, NaN for "no place"."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Pair = tuple[Floats, Floats]
Box = tuple[float, float, float, float]


def points(lon: ArrayLike, lat: ArrayLike) -> Pair:
    """Both coordinates as float64 arrays of one shape, the caller's own arrays left alone."""
    first, second = np.broadcast_arrays(
        np.asarray(lon, dtype=np.float64), np.asarray(lat, dtype=np.float64)
    )
    return first.copy(), second.copy()
