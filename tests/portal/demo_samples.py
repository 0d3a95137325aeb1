"""Demo districts that several tests look at, made once for each process."""

import datetime as dt
import json
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import shapely

from portal.demo.district import DemoDistrict, generate
from portal.demo.plan import Plan
from portal.demo.tables import Table

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures"
DAY = dt.date(2026, 11, 1)


def demo(scale: float = 0.02, seed: int = 1) -> DemoDistrict:
    return _made(scale, seed)


@lru_cache(maxsize=8)
def _made(scale: float, seed: int) -> DemoDistrict:
    return generate(Plan(scale, seed, DAY), FIXTURES)


def tables(district: DemoDistrict) -> dict[str, Table]:
    """The tables of rows, by name."""
    return {
        name: value
        for name, value in vars(district).items()
        if isinstance(value, dict) and all(isinstance(column, list) for column in value.values())
    }


def column(table: Table, name: str) -> "np.ndarray[Any, Any]":
    return np.array(table[name])


def shape(outline: dict[str, object]) -> shapely.Geometry:
    return shapely.from_geojson(json.dumps(outline))


def fixture(name: str) -> Any:
    return json.loads((FIXTURES / f"{name}.json").read_text(encoding="utf-8"))


def metres(geometry: shapely.Geometry) -> shapely.Geometry:
    """On a plane good to a few parts in a thousand around the demo; not the generator's own."""
    scale = np.array([111_320 * np.cos(np.radians(31.2625)), 110_900])
    return shapely.transform(geometry, lambda degrees: (degrees - (121.4, 31.2625)) * scale)


def open_inside(district: DemoDistrict) -> "np.ndarray[Any, Any]":
    """Which outlets trade inside the district."""
    status = column(district.outlets, "status")
    return (status == "open") & ~column(district.outlets, "outside")
