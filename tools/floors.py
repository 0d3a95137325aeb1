"""The floors hold for what Import Linter cannot see: relations, migrations, names in strings.

The order of the floors is read from its contract in pyproject.toml, so it is said only once.
"""

import ast
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db.migrations.loader import MigrationLoader

ROOT = Path(__file__).resolve().parent.parent


def complaints() -> list[str]:
    """One line per break of the floors."""
    height = floors()
    return [
        *unknown_rooms(),
        *upward_relations(height),
        *upward_migrations(height),
        *upward_names(height),
    ]


def floors() -> dict[str, int]:
    """Height of each room, 0 at the ground; rooms of one floor have the same."""
    contracts = _importlinter()["contracts"]
    layers = next(one["layers"] for one in contracts if one["type"] == "layers")
    return {
        room.strip(" ()"): height
        for height, layer in enumerate(reversed(layers))
        for room in layer.split("|")
    }


def unknown_rooms() -> Iterator[str]:
    """Rooms that Import Linter would silently leave out."""
    known = set(_importlinter()["root_packages"])
    for path in sorted(ROOT.glob("*/apps.py")):
        if path.parent.name not in known:
            yield f"{path.parent.name}: not in root_packages of [tool.importlinter]"


def upward_relations(height: dict[str, int]) -> Iterator[str]:
    """Foreign keys, also those named by a string, from a room to one that it may not know."""
    for model in apps.get_models(include_auto_created=True):
        for field in model._meta.get_fields():
            target = getattr(field, "related_model", None)
            if field.auto_created or target is None or isinstance(target, str):
                continue
            label, other = model._meta.app_label, target._meta.app_label
            if not _may_know(height, label, other):
                yield f"{model._meta.label}.{field.name} points up to {target._meta.label}"


def upward_migrations(height: dict[str, int]) -> Iterator[str]:
    """Migrations that wait for one of a room which theirs may not know."""
    loader = MigrationLoader(None)
    for (label, name), migration in loader.disk_migrations.items():
        for other, other_name in migration.dependencies:
            if other == "__setting__":
                other = str(getattr(settings, other_name)).split(".")[0]
            if not _may_know(height, label, other):
                yield f"{label}.{name} depends on {other}.{other_name}"


def upward_names(height: dict[str, int]) -> Iterator[str]:
    """`get_model("room…")`, which would reach up without an import."""
    for room in height:
        for path in sorted((ROOT / room).rglob("*.py")):
            tree = ast.parse(path.read_text(encoding="utf-8"))
            for node in ast.walk(tree):
                other = _model_asked_for(node).split(".")[0].lower()
                if other and not _may_know(height, room, other):
                    yield f"{path.relative_to(ROOT)}:{_line(node)} reaches up to {other}"


def _may_know(height: dict[str, int], room: str, other: str) -> bool:
    if room == other or room not in height or other not in height:
        return True
    return height[other] < height[room]


def _model_asked_for(node: ast.AST) -> str:
    if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.args):
        return ""
    first = node.args[0]
    if node.func.attr != "get_model" or not isinstance(first, ast.Constant):
        return ""
    return str(first.value)


def _line(node: ast.AST) -> int:
    return getattr(node, "lineno", 0)


def _importlinter() -> dict[str, Any]:
    settings_file = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    tool: dict[str, Any] = settings_file["tool"]["importlinter"]
    return tool
