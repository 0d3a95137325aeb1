"""What stored values of an outlet say to people."""

from collections.abc import Callable, Mapping
from typing import Any

from core.masking import mask_name, mask_phone
from outlets.services.offers import services_of

MASKED: Mapping[str, Callable[[str], str]] = {"contact": mask_name, "phone": mask_phone}


def told(name: str, value: Any, *, contacts: bool) -> str | None:
    """A column's value in words, where the column alone does not tell; None = as it stands.

    Services by name; contacts masked unless `contacts` may be read.
    """
    if name == "services":
        return "、".join(map(str, services_of(value or 0))) or "—"
    if name in MASKED and not contacts:
        return MASKED[name](value) or "—"
    return None
