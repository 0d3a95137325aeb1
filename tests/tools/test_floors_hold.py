"""The floors are held where Import Linter is blind, and the check notices a break."""

from pathlib import Path

import pytest

from tools import floors


def upside_down() -> dict[str, int]:
    return {room: -height for room, height in floors.floors().items()}


def test_the_house_stands() -> None:
    assert floors.complaints() == []


def test_every_room_has_a_floor() -> None:
    rooms = {path.parent.name for path in floors.ROOT.glob("*/apps.py")}
    assert rooms <= set(floors.floors())


def test_in_a_house_upside_down_relations_and_migrations_are_reported() -> None:
    relations = list(floors.upward_relations(upside_down()))
    assert any("territory.District" in line for line in relations)
    assert any(
        line.startswith("outlets.") and "territory." in line
        for line in floors.upward_migrations(upside_down())
    )


def test_rooms_of_one_floor_do_not_know_each_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(floors, "ROOT", tmp_path)
    (tmp_path / "left").mkdir()
    (tmp_path / "left" / "services.py").write_text(
        'from django.apps import apps\n\nX = apps.get_model("right.Thing")\n'
    )
    assert list(floors.upward_names({"left": 1, "right": 1})) == [
        "left/services.py:3 reaches up to right"
    ]
    assert not list(floors.upward_names({"left": 1, "right": 0}))
