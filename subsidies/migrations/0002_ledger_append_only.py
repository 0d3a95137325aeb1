"""PostgreSQL refuses to change moves of budgets; only those of sample lines can be removed."""

from typing import Any

from django.db import migrations

CREATE = """
CREATE FUNCTION subsidies_ledger_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' AND EXISTS (
    SELECT 1 FROM subsidies_budgetline WHERE id = OLD.line_id AND is_sample
  ) THEN
    RETURN OLD;
  END IF;
  RAISE EXCEPTION 'moves of budgets are append-only';
END $$;
CREATE TRIGGER subsidies_ledger_append_only BEFORE UPDATE OR DELETE ON subsidies_budgetmove
FOR EACH ROW EXECUTE FUNCTION subsidies_ledger_append_only();
"""
DROP = """
DROP TRIGGER subsidies_ledger_append_only ON subsidies_budgetmove;
DROP FUNCTION subsidies_ledger_append_only();
"""


def _run(sql: str) -> Any:
    # Triggers differ between databases; SQLite carries only the demo (docs/decisions).
    def on_postgresql(apps: Any, schema_editor: Any) -> None:
        if schema_editor.connection.vendor == "postgresql":
            schema_editor.execute(sql)

    return on_postgresql


class Migration(migrations.Migration):
    dependencies = [("subsidies", "0001_money")]
    operations = [migrations.RunPython(_run(CREATE), _run(DROP))]
