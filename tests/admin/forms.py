"""Forms as a browser would send them back unchanged."""

from typing import Any

from django.test import Client


def filled(client: Client, address: str) -> dict[str, Any]:
    """The fields of the admin form at `address` with the values they show."""
    page = client.get(address)
    assert page.status_code == 200, page.status_code
    form = page.context["adminform"].form
    sent = {bound.html_name: _value(bound) for bound in form}
    for formset in page.context["inline_admin_formsets"]:
        for one in (formset.formset.management_form, *formset.formset.initial_forms):
            sent |= {bound.html_name: _value(bound) for bound in one}
    return {name: value for name, value in sent.items() if value not in (None, False)}


def _value(bound: Any) -> Any:
    value = bound.field.prepare_value(bound.value())
    value = bound.field.widget.format_value(value) if value is not None else None
    if isinstance(value, list | tuple) and not getattr(
        bound.field.widget, "allow_multiple_selected", False
    ):
        return value[0] if value else None
    return value
