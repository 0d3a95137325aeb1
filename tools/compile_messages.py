"""Compile one catalogue of translations: `python tools/compile_messages.py IN.po OUT.mo`.

Babel does it, so no system gettext is needed. Fuzzy entries are left out, as gettext does.
"""

import sys
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po


def compile_messages(source: Path, target: Path) -> None:
    """Write `target` (.mo) from `source` (.po); raises PoFileError naming the line if broken."""
    with source.open("rb") as stream:
        catalog = read_po(stream, abort_invalid=True)
    with target.open("wb") as stream:
        write_mo(stream, catalog, use_fuzzy=False)


if __name__ == "__main__":
    compile_messages(Path(sys.argv[1]), Path(sys.argv[2]))
