"""Brands and enterprises that outlets name: found by what people write, created when unknown."""

import uuid
from typing import Any

from core.bulk import insert_rows
from core.ids import new_id
from core.text import normalise_key
from outlets.imports.drafts import NewName
from outlets.models import Brand, Enterprise
from outlets.models.owners import ChainKind
from outlets.services.register import lock_register
from territory.models import District

# One character would recognise a chain in every second name.
SHORTEST_CHAIN_WORD = 2


class Brands:
    """A district's brands by name and alias; unknown ones are kept until `save`."""

    def __init__(self, district: District) -> None:
        self.district = district
        self.known: dict[str, uuid.UUID] = {}
        self.new: dict[uuid.UUID, str] = {}
        # Chains by the words their outlets' names begin with.
        self.chains: dict[str, tuple[uuid.UUID, str]] = {}
        rows = Brand.objects.filter(district=district).order_by("id")
        for pk, name, aliases, kind in rows.values_list("id", "name", "aliases", "chain_kind"):
            for word in (*aliases, name):
                key = normalise_key(word)
                self.known[key] = pk
                if kind not in ("", ChainKind.NONE) and len(key) >= SHORTEST_CHAIN_WORD:
                    self.chains[key] = pk, name
        self.longest = max(map(len, self.chains), default=0)

    def known_id(self, name: str) -> uuid.UUID | None:
        """The id of a brand called so; None when nobody knows it."""
        return self.known.get(normalise_key(name))

    def in_name(self, outlet_name: str) -> tuple[uuid.UUID, str] | None:
        """The chain whose name or alias an outlet's name begins with: the longest one."""
        key = normalise_key(outlet_name)
        for length in range(min(len(key), self.longest), SHORTEST_CHAIN_WORD - 1, -1):
            if chain := self.chains.get(key[:length]):
                return chain
        return None

    def find(self, name: str) -> uuid.UUID:
        """The brand's id; a name nobody knows is a new brand, its chain kind not stated."""
        key = normalise_key(name)
        if key not in self.known:
            self.known[key] = pk = new_id()
            self.new[pk] = name
        return self.known[key]

    def save(self, used: set[Any]) -> int:
        """Insert those new brands that are used; how many."""
        rows: list[Any] = [
            (pk, self.district.pk, self.new.pop(pk), [], "", False)
            for pk in sorted(used & self.new.keys())
        ]
        columns = ("id", "district", "name", "aliases", "chain_kind", "is_sample")
        return insert_rows(Brand, columns, rows)


class Enterprises:
    """A district's legal persons by credit code, else by name; unknown ones kept until `save`."""

    def __init__(self, district: District) -> None:
        self.district = district
        self.by_code: dict[str, uuid.UUID] = {}
        self.by_name: dict[str, uuid.UUID] = {}
        self.new: dict[uuid.UUID, tuple[str, str | None]] = {}
        rows = Enterprise.objects.filter(district=district).order_by("id")
        for pk, code, name in rows.values_list("id", "credit_code", "name"):
            if code:
                self.by_code[code] = pk
            self.by_name.setdefault(normalise_key(name), pk)

    def stated(
        self, credit_code: str, licence_name: str, outlet_name: str
    ) -> uuid.UUID | NewName | None:
        """The enterprise's id, or what stands for one that nobody knows yet; None = not named."""
        if credit_code:
            known = self.by_code.get(credit_code)
        else:
            known = self.by_name.get(normalise_key(licence_name))
        if known or not (credit_code or licence_name):
            return known
        return NewName.of(f"{credit_code}|{licence_name or outlet_name}")

    def find(self, credit_code: str, licence_name: str, outlet_name: str) -> uuid.UUID | None:
        """The enterprise's id; None when the row names none.

        A code decides alone; its enterprise keeps the name it is known by. Without a code the
        name on the licence does.
        """
        if credit_code:
            if credit_code not in self.by_code:
                self.by_code[credit_code] = self._add(licence_name or outlet_name, credit_code)
            return self.by_code[credit_code]
        if not licence_name:
            return None
        key = normalise_key(licence_name)
        if key not in self.by_name:
            self.by_name[key] = self._add(licence_name, None)
        return self.by_name[key]

    def _add(self, name: str, credit_code: str | None) -> uuid.UUID:
        pk = new_id()
        self.new[pk] = name, credit_code
        self.by_name.setdefault(normalise_key(name), pk)
        return pk

    def save(self, used: set[Any]) -> int:
        """Insert those new enterprises that are used; how many."""
        rows = [
            (pk, self.district.pk, *self.new.pop(pk), False)
            for pk in sorted(used & self.new.keys())
        ]
        columns = ("id", "district", "name", "credit_code", "is_sample")
        return insert_rows(Enterprise, columns, rows)


def enterprise_for(
    *, district: District, credit_code: str = "", licence_name: str = "", outlet_name: str = ""
) -> Enterprise | None:
    """The enterprise a single row names, created when unknown; call inside the act."""
    lock_register(district)
    found = Enterprises(district)
    pk = found.find(credit_code, licence_name, outlet_name)
    found.save({pk})
    return Enterprise.objects.get(pk=pk) if pk else None


def brand_for(*, district: District, name: str) -> Brand | None:
    """The brand a single row names, created when unknown; call inside the act."""
    if not name:
        return None
    lock_register(district)
    brands = Brands(district)
    pk = brands.find(name)
    brands.save({pk})
    return Brand.objects.get(pk=pk)
