"""Loads the policy documents with their clauses, and when to remind whom of what is due."""

import datetime as dt
import json
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from core.models import Clause, Document, ReminderStage
from core.upsert import upsert


def read(fixtures: Path, name: str) -> Any:
    """The reference file `name`, parsed."""
    return json.loads((fixtures / f"{name}.json").read_text(encoding="utf-8"))


def day(text: str | None) -> dt.date | None:
    """A day of a reference file; None where the source names none."""
    return dt.date.fromisoformat(text) if text else None


def clauses() -> dict[tuple[str, str], Clause]:
    """Every loaded clause by (document code, ref)."""
    rows = Clause.objects.select_related("document")
    return {(row.document.code, row.ref): row for row in rows}


def clause_named(value: Any) -> Clause | None:
    """The clause that `document ref` names; a row as it is, None for nothing. ValidationError."""
    if not isinstance(value, str):
        return value or None
    if not value.strip():
        return None
    document, _space, ref = value.strip().partition(" ")
    found = Clause.objects.filter(document__code=document, ref=ref.strip())
    if clause := found.select_related("document").first():
        return clause
    raise ValidationError(_("没有条款“%(clause)s”，应写成“文件编码 条款号”") % {"clause": value})


def load(fixtures: Path) -> dict[str, int]:
    """Documents, clauses and reminder stages. Idempotent; returns how many there are of each."""
    data = read(fixtures, "documents")
    documents = upsert(
        Document,
        [
            {
                "code": row["code"],
                "name": row["title"],
                "short_name": row["short_title"],
                "number": row["number"],
                "issuer": row["issuer"],
                "issued_on": day(row["issued_on"]),
                "level": row["level"],
                "status": row["status"],
            }
            for row in data["documents"]
        ],
        key=["code"],
    )
    tasks = {row["code"]: tuple(row["task_clauses"]) for row in data["documents"]}
    loaded = upsert(
        Clause,
        [
            {
                "document_id": documents[row["document"]].pk,
                "ref": row["ref"],
                "title": row["title"],
                "text": row["text"],
                "units": row["units"],
                # A heading has no manner of its own; its paragraphs do.
                "manner": row["manner"] or Clause.Manner.UNSTATED,
                "sets_task": row["kind"] == "paragraph"
                and row["ref"].startswith(tasks[row["document"]]),
                "sort": row["order"],
            }
            for row in data["clauses"]
        ],
        key=["document_id", "ref"],
    )
    return {
        "documents": len(documents),
        "clauses": len(loaded),
        "reminder_stages": _load_stages(read(fixtures, "reminder_stages")["stages"]),
    }


def _load_stages(rows: list[dict[str, Any]]) -> int:
    """The default stages of a subject that has none: later ones are staff's, removed ones too."""
    known = set(ReminderStage.objects.values_list("subject", flat=True))
    ReminderStage.objects.bulk_create(
        ReminderStage(
            subject=row["subject"],
            offset=row["offset"],
            audience=row["audience"],
            is_official=row["is_official"],
        )
        for row in rows
        if row["subject"] not in known
    )
    return ReminderStage.objects.count()
