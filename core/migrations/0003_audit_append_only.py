"""PostgreSQL refuses to change or remove audit events, whoever asks."""

from typing import Any

from django.db import migrations

CREATE = """
CREATE FUNCTION core_audit_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'audit events are append-only';
END $$;
CREATE TRIGGER core_audit_append_only BEFORE UPDATE OR DELETE ON core_auditevent
FOR EACH ROW EXECUTE FUNCTION core_audit_append_only();
"""
DROP = """
DROP TRIGGER core_audit_append_only ON core_auditevent;
DROP FUNCTION core_audit_append_only();
"""


def _run(sql: str) -> Any:
    # Triggers differ between databases; SQLite carries only the demo (docs/decisions).
    def on_postgresql(apps: Any, schema_editor: Any) -> None:
        if schema_editor.connection.vendor == "postgresql":
            schema_editor.execute(sql)

    return on_postgresql


class Migration(migrations.Migration):
    dependencies = [("core", "0002_idempotency_key")]
    operations = [migrations.RunPython(_run(CREATE), _run(DROP))]
