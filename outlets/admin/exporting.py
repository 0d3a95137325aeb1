"""The register's export: by the ledger's own service, from the conditions of the admin's list."""

from collections.abc import Callable, Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import gettext as _

from outlets.models import BusinessFormat
from territory.models import Street

# Of the list itself, not of what stands in it: order, page, popup.
_OF_THE_LIST = frozenset({"o", "p", "all", "e", "_popup", "_to_field"})
_SAME = {
    "q": "q",
    "status__exact": "status",
    "chain_kind__exact": "chain_kind",
    "place_state__exact": "place_state",
    "outside__exact": "outside",
    "is_sample__exact": "is_sample",
}


def _code_of(model: Any) -> Callable[[str], str]:
    def code(pk: str) -> str:
        found: str | None = model.objects.filter(pk=pk).values_list("code", flat=True).first()
        if found is None:
            raise ValidationError(_("没有这一项"))
        return found

    return code


_BY_ID: Mapping[str, tuple[str, Callable[[str], str]]] = {
    "street__id__exact": ("street", _code_of(Street)),
    "main_format__id__exact": ("main_format", _code_of(BusinessFormat)),
}
_VOID = {"1": "void", "0": "unvoid"}


def ledger_query(asked: QueryDict) -> str:
    """The list's conditions as those of the ledger, which let through exactly the same rows.

    ValidationError for a condition that the ledger does not know: nothing may be widened silently.
    """
    query = QueryDict(mutable=True)
    query["standing"] = _VOID.get(asked.get("void__exact", ""), "all")
    for name, value in asked.items():
        if name in _SAME:
            query[_SAME[name]] = str(value)
        elif name in _BY_ID:
            told, code = _BY_ID[name]
            query[told] = code(str(value))
        elif name not in _OF_THE_LIST | {"void__exact"}:
            raise ValidationError(_("这个条件不能用于导出：%(name)s") % {"name": name})
    return query.urlencode()
