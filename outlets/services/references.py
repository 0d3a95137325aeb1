"""Rows of a district that ledgers name in words: its neighbourhood committees."""

import re
import uuid
from difflib import get_close_matches

from django.utils.translation import gettext as _

from core.text import normalise_key
from territory.models import District, Neighbourhood

# A 普查小区: the neighbourhood's code and two digits more.
_CENSUS_BLOCK = re.compile(r"\d{14}", re.ASCII)
_SUFFIXES = ("社区居民委员会", "居民委员会", "社区居委会", "居委会", "村民委员会", "村委会", "社区")


class Neighbourhoods:
    """A district's neighbourhoods by 12-digit code, and within a street by name."""

    def __init__(self, district: District) -> None:
        self.by_code: dict[str, tuple[uuid.UUID, uuid.UUID, str]] = {}
        self.by_name: dict[uuid.UUID, dict[str, uuid.UUID]] = {}
        self.names: dict[uuid.UUID, list[str]] = {}
        self._found: dict[tuple[str, uuid.UUID], tuple[uuid.UUID | None, str]] = {}
        rows = Neighbourhood.objects.filter(district=district).order_by("code")
        for pk, code, name, street in rows.values_list("id", "code", "name", "street_id"):
            self.by_code[code] = (pk, street, name)
            self.names.setdefault(street, []).append(name)
            known = self.by_name.setdefault(street, {})
            known[normalise_key(name)] = pk
            known.setdefault(_stem(name), pk)

    def find(self, text: str, street: uuid.UUID) -> tuple[uuid.UUID | None, str]:
        """(id, "") of what `text` names in the street, or (None, what is wrong)."""
        found = self._found.get((text, street))
        if found is None:
            found = self._found[text, street] = self._find(text, street)
        return found

    def _find(self, text: str, street: uuid.UUID) -> tuple[uuid.UUID | None, str]:
        if _CENSUS_BLOCK.fullmatch(text) and text[:12] in self.by_code:
            text = text[:12]
        if text in self.by_code:
            pk, owner, name = self.by_code[text]
            if owner == street:
                return pk, ""
            return None, _("“%(name)s”（%(code)s）不属于本行的街道（镇）") % {
                "name": name,
                "code": text,
            }
        known = self.by_name.get(street, {})
        named = known.get(normalise_key(text)) or known.get(_stem(text))
        if named:
            return named, ""
        near = get_close_matches(text, self.names.get(street, []), 1, 0.5)
        hint = _("，是否为“%(name)s”？") % {"name": near[0]} if near else ""
        return None, _("本街道（镇）没有居（村）委会“%(text)s”%(hint)s") % {
            "text": text,
            "hint": hint,
        }


def _stem(name: str) -> str:
    key = normalise_key(name)
    for suffix in _SUFFIXES:
        if key.endswith(suffix) and len(key) > len(suffix):
            return key.removesuffix(suffix)
    return key
