"""Places in degrees: coordinate systems, distances in metres, outlines.

Points are float64 arrays `lon`, `lat` of one shape (scalars count as shape ()); NaN is "no place"
and stays NaN. Outlines are GeoJSON Polygon or MultiPolygon geometries in WGS 84.
"""

from core.geo.arrays import Box, Floats, Pair
from core.geo.distances import bbox, geodesic_m, local_degrees, local_metres
from core.geo.outlines import (
    Outline,
    OutlineError,
    distance_to_edge_m,
    make_valid_outline,
    outline_area_m2,
    points_in_outlines,
    to_shape,
)
from core.geo.systems import CRS, from_wgs84, to_wgs84

__all__ = [
    "CRS",
    "Box",
    "Floats",
    "Outline",
    "OutlineError",
    "Pair",
    "bbox",
    "distance_to_edge_m",
    "from_wgs84",
    "geodesic_m",
    "local_degrees",
    "local_metres",
    "make_valid_outline",
    "outline_area_m2",
    "points_in_outlines",
    "to_shape",
    "to_wgs84",
]
