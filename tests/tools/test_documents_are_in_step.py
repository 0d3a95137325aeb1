"""The documents: what is made from the program is up to date, and what they point to is there."""

import re
from pathlib import Path

from docs.tables import HANDBOOK, texts

ROOT = Path(__file__).resolve().parents[2]
LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)]*)?\)")
MOST_PICTURES, LARGEST_PICTURE = 32, 150_000


def documents() -> list[Path]:
    return [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]


def test_the_made_tables_say_what_the_program_does() -> None:
    stale = [name for name, text in texts().items() if (HANDBOOK / name).read_text() != text]
    assert not stale, "run: make docs ARGS=tables"


def test_every_link_of_a_document_leads_somewhere() -> None:
    broken = [
        f"{path.relative_to(ROOT)}: {target}"
        for path in documents()
        for target in LINK.findall(path.read_text())
        if "://" not in target and not (path.parent / target).exists()
    ]
    assert not broken


def test_pictures_are_few_small_and_shown() -> None:
    pictures = sorted((HANDBOOK / "images").iterdir())
    shown = "".join(path.read_text() for path in documents())
    assert 0 < len(pictures) <= MOST_PICTURES
    for picture in pictures:
        assert picture.stat().st_size <= LARGEST_PICTURE, picture.name
        assert f"images/{picture.name}" in shown, picture.name
