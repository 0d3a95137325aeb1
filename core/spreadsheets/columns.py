"""What a table should hold: columns declared once, for reading, writing, templates and help."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.conf import settings
from django.utils import translation
from django.utils.functional import Promise

from core.text import normalise_key

Text = str | Promise

_DECORATION = re.compile(r"^\*+|\*+$|\((?:必填|选填|可选|可空|单选|多选|可多选)\)\*?$|:$")


class Kind(StrEnum):
    """What the cells of a column hold, and the Python value they become."""

    TEXT = "text"  # str, normalised
    CODE = "code"  # str; a number that lost digits is refused
    INTEGER = "integer"  # int
    DECIMAL = "decimal"  # Decimal
    DATE = "date"  # datetime.date
    CHOICE = "choice"  # str: the code of a Choice
    FLAG = "flag"  # bool
    LIST = "list"  # tuple of str; of codes where there are choices


@dataclass(frozen=True, slots=True)
class Choice:
    """One allowed value: the code that is stored, the official label, other words for it."""

    code: str
    label: Text
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One expected column.

    `required`: the column must be there and every row must fill it. `least` and `most` bound
    numbers and dates. `normalise` is applied to the text of text, code and number cells, `check`
    to the finished value; it returns what is wrong or None. `width` is in characters.
    """

    key: str
    title: Text
    kind: Kind = Kind.TEXT
    aliases: tuple[str, ...] = ()
    required: bool = False
    max_length: int | None = None
    decimal_places: int | None = None
    least: Any = None
    most: Any = None
    choices: tuple[Choice, ...] = ()
    normalise: Callable[[str], str] | None = None
    check: Callable[[Any], str | None] | None = None
    help: Text = ""
    example: Text = ""
    width: int | None = None


def choices_of(pairs: Iterable[tuple[Any, Any]]) -> tuple[Choice, ...]:
    """Choices from (code, label) pairs such as Django's `TextChoices.choices`."""
    return tuple(Choice(str(code), label) for code, label in pairs)


def every_language(text: Text) -> list[str]:
    """A title or label as it reads in each language of the site: a ledger may come in any."""
    spoken = []
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            spoken.append(str(text))
    return list(dict.fromkeys(spoken))


def header_key(text: str) -> str:
    """The form under which a header cell is compared: without spaces, stars and （必填）."""
    key = normalise_key(text)
    while (bare := _DECORATION.sub("", key)) != key:
        key = bare
    return key


def names_of(columns: Sequence[Column]) -> dict[str, str]:
    """Every title, alias and key, comparable → key. ValueError when two columns share a name."""
    names: dict[str, str] = {}
    for column in columns:
        for name in (*every_language(column.title), *column.aliases, column.key):
            owner = names.setdefault(header_key(name), column.key)
            if owner != column.key:
                raise ValueError(f"columns {owner} and {column.key} are both called {name}")
    return names
