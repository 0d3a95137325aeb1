"""Finding territorial units by what people write."""

from core.text import normalise_key
from territory.models import District, Street


def streets_by_any_name(district: District) -> dict[str, Street]:
    """Every code, name and alias of the district's streets (normalised) → the street."""
    names: dict[str, Street] = {}
    for street in Street.objects.filter(district=district).order_by("sort", "code"):
        for name in (street.code, street.code + "000", street.name, *street.aliases):
            names[normalise_key(name)] = street
    return names
