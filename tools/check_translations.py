"""Every message of the source has an English translation: `python -m tools.check_translations`.

Messages are the official Chinese. With `--update` the English catalogue is brought in step
instead: new messages come in empty, those no longer used are kept as obsolete.
"""

import io
import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parent.parent
ENGLISH = ROOT / "locale" / "en" / "LC_MESSAGES" / "django.po"
LEFT_OUT = {"tests", "tools", "bench", "docs", "deploy", "var", "static", "migrations"}
SUFFIXES = (".py", ".html", ".txt")
KEYWORDS: dict[str, Any] = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
    "npgettext_lazy": ((1, "c"), 2, 3),
}
# What gettext is called where both of its kinds are imported.
OUR_NAMES: dict[str, Any] = {"lazy": None, "_t": None, "_now": None}
PLACEHOLDER = re.compile(r"%\(\w+\)|%[sd]|\{\w*\}")


def main(arguments: list[str]) -> int:
    """0 when the catalogue is complete (or was updated), 1 with a line per gap otherwise."""
    used = messages_in_use(ROOT)
    english = read_catalogue(ENGLISH)
    if arguments == ["--update"]:
        english.update(used, no_fuzzy_matching=True)
        ENGLISH.parent.mkdir(parents=True, exist_ok=True)
        with ENGLISH.open("wb") as stream:
            write_po(stream, english, width=100, include_lineno=False, sort_by_file=True)
        return 0
    gaps = [gap for message in used if message.id for gap in gaps_of(message, english)]
    for gap in gaps:
        print(gap)
    if gaps:
        print(f"{len(gaps)} gaps in {ENGLISH.relative_to(ROOT)}; --update adds what is missing")
    return 1 if gaps else 0


def messages_in_use(root: Path) -> Catalog:
    """What gettext is asked for in the Python files and templates below `root`."""
    catalog = Catalog(locale="en", charset="utf-8", fuzzy=False)
    for path in _sources(root):
        place = str(path.relative_to(root))
        for line, message, comments, context in _messages_of(path):
            catalog.add(message, locations=[(place, line)], auto_comments=comments, context=context)
    return catalog


def _sources(root: Path) -> Iterator[Path]:
    for folder, folders, files in os.walk(root):
        folders[:] = sorted(name for name in folders if name not in LEFT_OUT and name[0] != ".")
        yield from (Path(folder) / name for name in sorted(files) if name.endswith(SUFFIXES))


def read_catalogue(path: Path) -> Catalog:
    """The catalogue, or an empty one where there is none yet."""
    if not path.exists():
        return Catalog(locale="en", charset="utf-8", fuzzy=False)
    with path.open("rb") as stream:
        return read_po(stream, locale="en")


def gaps_of(message: Message, english: Catalog) -> Iterator[str]:
    """What is missing for one message: its translation, or a placeholder inside it."""
    place = f"{message.locations[0][0]}:{message.locations[0][1]}"
    known = english.get(message.id, message.context)
    forms = known.string if known and isinstance(known.string, tuple | list) else None
    texts = list(forms) if forms else [known.string if known else ""]
    if known is None or known.fuzzy or not all(texts):
        yield f"{place}: no English for {message.id!r}"
        return
    singular, *plurals = message.id if isinstance(message.id, tuple | list) else [message.id]
    asked = set(PLACEHOLDER.findall(singular)).union(*map(PLACEHOLDER.findall, plurals))
    for text in texts:
        if not set(PLACEHOLDER.findall(str(text))) <= asked or (
            not plurals and set(PLACEHOLDER.findall(str(text))) != asked
        ):
            yield f"{place}: placeholders differ: {message.id!r} and {text!r}"


def _messages_of(path: Path) -> Iterator[tuple[int, Any, list[str], str | None]]:
    source = path.read_text(encoding="utf-8")
    if path.suffix != ".py":
        # Django turns a template into something that reads like Python but for its indentation.
        lines = templatize(source, origin=str(path)).splitlines()
        source = "\n".join(line.lstrip() for line in lines)
    yield from extract(
        "python", io.BytesIO(source.encode()), KEYWORDS | OUR_NAMES, ["Translators:"]
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
