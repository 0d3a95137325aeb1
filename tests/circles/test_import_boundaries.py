"""`manage.py import_boundaries`: all features checked before any outline is written."""

import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from circles.models import Circle
from core.audit import Actor
from core.geo import from_wgs84
from core.models import AuditEvent
from outlets.models import Outlet
from territory.models import District, Neighbourhood, Street
from tests.factories import (
    CircleFactory,
    DistrictFactory,
    NeighbourhoodFactory,
    OutletFactory,
    StreetFactory,
    box_outline,
)

pytestmark = [pytest.mark.django_db, pytest.mark.both]
BY = Actor(label="王经办")
BOX = box_outline(121.39, 31.24, 121.41, 31.26)
WEST = box_outline(121.39, 31.24, 121.40, 31.26)


@pytest.fixture
def district() -> District:
    return DistrictFactory()


@pytest.fixture
def street(district: District) -> Street:
    return StreetFactory(district=district)


def feature(outline: dict[str, Any], **properties: Any) -> dict[str, Any]:
    return {"type": "Feature", "properties": properties, "geometry": outline}


def run(
    district: District, path: Path, features: list[Any], *, extra: Any = None, **options: Any
) -> tuple[dict[str, Any], str]:
    """(result, what was said on refusal)."""
    path = path / "边界.geojson"
    content = {"type": "FeatureCollection", "features": features} | (extra or {})
    path.write_text(json.dumps(content), encoding="utf-8")
    out, err = io.StringIO(), io.StringIO()
    try:
        call_command(
            "import_boundaries", path, district=district.code, json=True, stdout=out, stderr=err,
            **options,
        )  # fmt: skip
    except CommandError as error:
        refusal, code = err.getvalue() + str(error), error.returncode
    else:
        refusal, code = "", 0
    assert code == bool(refusal)
    if refusal:
        return {}, refusal
    return json.loads(out.getvalue().splitlines()[-1]), ""


def test_every_level_in_one_file(district: District, street: Street, tmp_path: Path) -> None:
    hood = NeighbourhoodFactory(street=street)
    circle = CircleFactory(lead_street=street, boundary=None)
    features = [
        feature(BOX, level="district", code=district.code),
        feature(WEST, level="street", code=street.code),
        feature(WEST, level="neighbourhood", code=hood.code),
        feature(WEST, level="circle", code=circle.code),
    ]
    result, refusal = run(district, tmp_path, features)
    assert refusal == ""
    assert result["street"] == {"given": 1, "changed": 1}
    for model, row in ((District, district), (Street, street), (Neighbourhood, hood)):
        assert model.objects.get(pk=row.pk).outline["type"] == "Polygon"
    drawn = Circle.objects.get(pk=circle.pk)
    assert (drawn.boundary["type"], drawn.version) == ("Polygon", 2)
    assert drawn.facts.count() == 2
    assert AuditEvent.objects.filter(action="territory.set_outlines").count() == 3
    assert AuditEvent.objects.filter(action="circles.set_boundaries").count() == 1
    result, _refusal = run(district, tmp_path, features)
    assert all(result[level]["changed"] == 0 for level in ("district", "street", "circle"))
    assert Circle.objects.get(pk=circle.pk).version == 2


def test_one_bad_feature_and_none_is_written(
    district: District, street: Street, tmp_path: Path
) -> None:
    good = feature(WEST, level="street", code=street.code)
    bad: list[tuple[Any, str]] = [
        (feature(BOX, level="street", code="000"), "没有代码为 000 的街道（镇）"),
        (feature(BOX, level="village", code="1"), "不认识的 level“village”"),
        (feature(BOX, code="1"), "缺少属性 level"),
        (feature(BOX, level="district"), "缺少属性 code"),
        (good, "是同一单元"),
        (
            feature({"type": "Point", "coordinates": [1, 2]}, level="district", code=district.code),
            "应为面",
        ),
        (
            feature(box_outline(122, 30, 122.1, 30.1), level="district", code=district.code),
            "不相交",
        ),
        ({"type": "Polygon"}, "不是要素"),
    ]
    for extra, said in bad:
        result, refusal = run(district, tmp_path, [good, extra])
        assert result == {}
        assert said in refusal
        assert "未写入任何边界" in refusal
    street.refresh_from_db()
    assert street.outline is None
    assert not AuditEvent.objects.filter(action="territory.set_outlines").exists()


def test_a_file_that_is_no_boundary_file(district: District, tmp_path: Path) -> None:
    path = tmp_path / "x.geojson"
    for content, said in (("{", "不是有效的 GeoJSON"), ("[]", "FeatureCollection")):
        path.write_text(content)
        err = io.StringIO()
        with pytest.raises(CommandError):
            call_command("import_boundaries", path, district=district.code, stderr=err)
        assert said in err.getvalue()
    assert "没有要素" in run(district, tmp_path, [])[1]
    named = {"crs": {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::4479"}}}
    assert "坐标系是" in run(district, tmp_path, [feature(BOX)], extra=named)[1]


def test_another_system_is_converted(district: District, tmp_path: Path) -> None:
    ring = [list(map(float, from_wgs84(lon, lat, "gcj02"))) for lon, lat in BOX["coordinates"][0]]
    there = {"type": "Polygon", "coordinates": [ring]}
    run(district, tmp_path, [feature(there, code=district.code)], level="district", crs="gcj02")
    district.refresh_from_db()
    corner = min(district.outline["coordinates"][0])
    assert corner == pytest.approx([121.39, 31.24], abs=1e-9)


def test_a_dry_run_writes_nothing(district: District, tmp_path: Path) -> None:
    features = [feature(BOX, level="district", code=district.code)]
    result, _refusal = run(district, tmp_path, features, dry_run=True)
    assert result["district"] == {"given": 1, "changed": 0}
    district.refresh_from_db()
    assert district.outline is None


def test_places_are_verified_on_request(district: District, street: Street, tmp_path: Path) -> None:
    outlet = OutletFactory(street=street, lon=121.395, lat=31.25, place_state="unverified")
    features = [feature(WEST, level="street", code=street.code)]
    assert run(district, tmp_path, features, verify_places=True)[0]["verified"] == 1
    assert Outlet.objects.get(pk=outlet.pk).place_state == "verified"
