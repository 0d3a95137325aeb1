"""The written table of OpenStreetMap tags and the formats they stand for."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from django.conf import settings

Tags = Mapping[str, str]
FILE = "osm_formats.json"


@dataclass(frozen=True, slots=True)
class Entry:
    """One line: a tag, what else must stand beside it, and the format's code ("" = none)."""

    key: str
    value: str
    also: tuple[tuple[str, str], ...]
    format: str

    def fits(self, tags: Tags) -> bool:
        """Whether an object bears the tag, and the others that the line asks for."""
        return _bears(tags, self.key, self.value) and all(
            _bears(tags, key, value) for key, value in self.also
        )


@dataclass(frozen=True)
class TagTable:
    """The lines in their order; the first that fits decides."""

    entries: tuple[Entry, ...]
    # Keys whose values are told of when no line knows them.
    unlisted: frozenset[str]

    @property
    def keys(self) -> tuple[str, ...]:
        """The tags that are read at all."""
        return tuple(sorted({entry.key for entry in self.entries} | self.unlisted))

    def entry_of(self, tags: Tags) -> Entry | None:
        """The first line that fits; None when the table says nothing of the object."""
        return next((entry for entry in self.entries if entry.fits(tags)), None)

    def unknown_of(self, tags: Tags) -> str:
        """`key=value` of an object that no line knows; "" when it is of no interest.

        Shops and crafts always are; others when they have a name.
        """
        for key in (*sorted(self.unlisted), *self.keys):
            if key in tags and (key in self.unlisted or "name" in tags):
                return f"{key}={tags[key]}"
        return ""


def _bears(tags: Tags, key: str, value: str) -> bool:
    return value in (part.strip() for part in tags.get(key, "").split(";"))


@cache
def tag_table() -> TagTable:
    """The table as the reference data hold it."""
    path = Path(settings.BASE_DIR) / "fixtures" / FILE
    data = json.loads(path.read_text(encoding="utf-8"))
    entries = tuple(
        Entry(row["key"], row["value"], tuple(sorted(row["also"].items())), row["format"] or "")
        for row in data["tags"]
    )
    return TagTable(entries, frozenset(data["unlisted_of_interest"]))
