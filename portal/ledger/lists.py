"""Lists of the ledger: filters kept in the address, exports of exactly what is shown."""

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from core import audit
from core.scope import Scope
from core.spreadsheets.bulk import csv_text
from portal.basis import with_query
from territory.models import District, Street

Choice = tuple[str, Any]


def select(
    request: HttpRequest, name: str, label: str, choices: Iterable[Choice], *, default: str = ""
) -> dict[str, Any]:
    """A field of components/filters.html; with a `default`, “all” is a choice of its own."""
    value = request.GET.get(name, default)
    every = "all" if default else ""
    options = [{"value": every, "label": _("全部")}]
    options += [{"value": one, "label": str(word)} for one, word in choices]
    return {"name": name, "label": label, "kind": "select", "value": value, "options": options}


def search(request: HttpRequest, name: str, label: str, placeholder: str) -> dict[str, Any]:
    """A field for words."""
    value = request.GET.get(name, "")
    return {
        "name": name,
        "label": label,
        "kind": "search",
        "value": value,
        "placeholder": placeholder,
    }


def described(request: HttpRequest, fields: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """components/filters.html's dict: the fields, and what is in force as chips."""
    chips = []
    for field in fields:
        value = request.GET.get(field["name"], "")
        if value:
            words = {one["value"]: one["label"] for one in field.get("options", [])}
            chips.append(
                {
                    "label": f"{field['label']}：{words.get(value, value)}",
                    "remove_url": with_query(request, **{field["name"]: None, "from": None}),
                }
            )
    return {"fields": fields, "chips": chips, "clear_url": request.path}


def own_streets(scope: Scope, district: District) -> list[Street]:
    """The streets whose rows the caller works on."""
    streets = Street.objects.filter(district=district).defer("outline").order_by("sort", "code")
    return [street for street in streets if scope.covers(street.pk)]


def csv_answer(request: HttpRequest, name: str, rows: Iterable[Sequence[Any]]) -> HttpResponse:
    """Rows (the first one their titles) as CSV for Excel; noted in the audit log."""
    text = io.StringIO()
    writer = csv.writer(text)
    written = -1
    for row in rows:
        writer.writerow([csv_text(cell) if isinstance(cell, str) else cell for cell in row])
        written += 1
    audit.note("portal.export", list=name, rows=written, query=request.GET.urlencode())
    response = HttpResponse("\ufeff" + text.getvalue(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return response


def errors_in(form: Any) -> dict[str, list[str]]:
    """A form's messages by field."""
    return {
        "" if name == "__all__" else name: [*map(str, told)] for name, told in form.errors.items()
    }


def errors_of(error: Any) -> dict[str, list[str]]:
    """A ValidationError's messages by field; "" for those that are about no field."""
    if hasattr(error, "error_dict"):
        return {
            "" if name == "__all__" else name: list(messages)
            for name, messages in error.message_dict.items()
        }
    return {"": list(error.messages)}
