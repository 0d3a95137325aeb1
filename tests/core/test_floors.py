"""The floors hold in the tables too: no relation and no migration points upward or sideways."""

from django.apps import apps
from django.db.migrations.loader import MigrationLoader

# A room may point at rooms on floors below its own, never at its own floor's or higher ones.
FLOORS = {
    "core": 0,
    "territory": 1,
    "accounts": 2,
    "outlets": 3,
    "circles": 4,
    "metrics": 5,
    "assessments": 6,
    "subsidies": 6,
    "coordination": 6,
    "reports": 7,
    "portal": 8,
}


def test_every_room_has_its_floor() -> None:
    third_party = {"unfold", "rest_framework", "django_filters", "simple_history", "axes", "csp"}
    ours = {
        config.label
        for config in apps.get_app_configs()
        if not config.name.startswith(("django.", "drf_spectacular", "unfold."))
    }
    assert ours - third_party <= set(FLOORS)


def test_no_foreign_key_points_upward() -> None:
    upward = [
        f"{model._meta.label}.{field.name} → {field.related_model._meta.label}"
        for model in apps.get_models()
        if model._meta.app_label in FLOORS
        for field in model._meta.get_fields()
        if field.is_relation and not field.auto_created and field.related_model
        if (target := field.related_model._meta.app_label) in FLOORS
        if target != model._meta.app_label
        if FLOORS[target] >= FLOORS[model._meta.app_label]
    ]
    assert upward == []


def test_core_and_territory_know_no_people() -> None:
    for model in apps.get_models():
        if model._meta.app_label in ("core", "territory"):
            targets = {f.related_model for f in model._meta.get_fields() if f.is_relation}
            labels = {t._meta.app_label for t in targets if t and not isinstance(t, str)}
            assert "auth" not in labels, model


def test_no_migration_depends_on_a_higher_room() -> None:
    loader = MigrationLoader(None, ignore_no_migrations=True)
    upward = [
        f"{label}.{name} → {target}"
        for (label, name), migration in loader.disk_migrations.items()
        if label in FLOORS
        for target, _name in migration.dependencies
        if target in FLOORS and target != label and FLOORS[target] >= FLOORS[label]
    ]
    assert upward == []
