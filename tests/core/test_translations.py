"""The English catalogue: whole, true to its placeholders, in English, and in the glossary's words.

The messages are the official Chinese; the catalogue is read as text, so no compiled file is needed.
"""

import gettext
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from django.utils import translation

from core.spreadsheets.columns import names_of
from outlets.ledger_columns import LEDGER
from tools.check_translations import (
    ENGLISH,
    ROOT,
    gaps_of,
    messages_in_use,
    read_catalogue,
)
from tools.compile_messages import compile_messages

# printf, str.format and the doubled % of a formatted text; templates' variables are printf by then.
PLACEHOLDER = re.compile(r"%\(\w+\)[#0\- +]?[\d.]*[a-zA-Z]|%%|%[sdfgr]|\{\w*(?:[:!][^{}]*)?\}")
IDEOGRAPH = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]")
CHINESE_PUNCTUATION = re.compile(r"[\u3000-\u303f\uff00-\uffef]")
# Official names that English texts quote in Chinese.
QUOTED_NAMES: frozenset[str] = frozenset()
# The page for when nothing works any more, translation included; the languages' own names.
NEVER_TRANSLATED = {
    "templates/500.html",
    "templates/components/language.html",
    "templates/survey/frame.html",
}


@pytest.fixture(scope="module")
def used() -> list[Message]:
    return [message for message in messages_in_use(ROOT) if message.id]


@pytest.fixture(scope="module")
def english() -> Catalog:
    return read_catalogue(ENGLISH)


def _pairs(catalog: Catalog) -> Iterator[tuple[str, str]]:
    """(msgid, msgstr) of every entry, a plural entry once per form."""
    for message in catalog:
        if not message.id:
            continue
        ids = message.id if isinstance(message.id, tuple | list) else (message.id,)
        texts = message.string if isinstance(message.string, tuple | list) else (message.string,)
        yield from ((ids[min(at, len(ids) - 1)], str(text)) for at, text in enumerate(texts))


def _misplaced(catalog: Catalog) -> list[tuple[str, str]]:
    """Entries whose placeholders differ from their message's, in kind or in number."""
    return [
        (msgid, text)
        for msgid, text in _pairs(catalog)
        if Counter(PLACEHOLDER.findall(msgid)) != Counter(PLACEHOLDER.findall(text))
    ]


def test_every_message_has_english(used: list[Message], english: Catalog) -> None:
    assert len(used) > 1000
    assert [gap for message in used for gap in gaps_of(message, english)] == []


def test_a_message_without_english_is_found(used: list[Message]) -> None:
    assert list(gaps_of(used[0], Catalog(locale="en"))) != []


def test_placeholders_are_kept_exactly(english: Catalog) -> None:
    assert _misplaced(english) == []


@pytest.mark.parametrize(
    ("msgid", "text"),
    [
        ("共 %(n)d 项", "items"),
        ("共 %(n)d 项", "%(m)d items"),
        ("共 %(n)d 项", "%(n)s items"),
        ("共 %(n)d 项", "%(n)d of %(n)d items"),
        ("约 %(km).1f 公里", "about %(km).2f km"),
        ("占 %(p)d%%", "%(p)d%"),
        ("第 {number} 版", "Version {n}"),
    ],
)
def test_a_changed_placeholder_is_found(msgid: str, text: str) -> None:
    catalog = Catalog(locale="en")
    catalog.add(msgid, text)
    assert _misplaced(catalog) == [(msgid, text)]


def test_english_holds_no_chinese(english: Catalog) -> None:
    def bare(text: str) -> str:
        for name in QUOTED_NAMES:
            text = text.replace(name, "")
        return text

    assert [
        text
        for _msgid, text in _pairs(english)
        if IDEOGRAPH.search(bare(text)) or CHINESE_PUNCTUATION.search(text)
    ] == []


def test_the_glossary_is_kept(english: Catalog) -> None:
    """Where a message is a term, its English is the glossary's (and may be its plural)."""
    glossary = dict(_glossary())
    assert len(glossary) > 50
    kept = {}
    for msgid, text in _pairs(english):
        if term := glossary.get(msgid):
            kept[msgid] = text
            said = text.lower()
            assert said in (term.lower(), *_plurals(term.lower())), (msgid, text, term)
    assert {"定稿", "短板清单", "待区商务委确认", "演示数据", "连锁化率"} <= kept.keys()


def _plurals(term: str) -> tuple[str, ...]:
    return (term + "s", term.removesuffix("y") + "ies")


def _glossary() -> Iterator[tuple[str, str]]:
    for line in (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if line.startswith("|") and len(cells) == 3 and IDEOGRAPH.search(cells[0]):
            yield from ((term, cells[1]) for term in cells[0].split("、"))


def test_ledger_columns_stay_apart_in_english() -> None:
    """Two columns with one English title would make every import fail."""
    with translation.override("en"):
        assert set(names_of(LEDGER).values()) == {column.key for column in LEDGER}


def test_templates_say_nothing_untranslated() -> None:
    untranslated = {
        str(path.relative_to(ROOT)): found
        for path in _templates()
        if (found := IDEOGRAPH.findall(_spoken(path.read_text(encoding="utf-8"))))
    }
    assert untranslated.keys() <= NEVER_TRANSLATED, untranslated


def _templates() -> list[Path]:
    apps = (folder / "templates" for folder in ROOT.iterdir() if (folder / "apps.py").exists())
    return [page for folder in (ROOT / "templates", *apps) for page in folder.rglob("*.html")]


def _spoken(template: str) -> str:
    """What a template says itself: without comments, translated blocks, tags and variables."""
    for hidden in (
        r"\{%\s*comment.*?%\}.*?\{%\s*endcomment\s*%\}",
        r"\{%\s*blocktrans(?:late)?.*?%\}.*?\{%\s*endblocktrans(?:late)?\s*%\}",
        r"\{#.*?#\}",
        r"\{%.*?%\}",
        r"\{\{.*?\}\}",
        r"<!--.*?-->",
    ):
        template = re.sub(hidden, "", template, flags=re.DOTALL)
    return template


def test_the_compiled_catalogue_speaks_english(tmp_path: Path) -> None:
    compiled = tmp_path / "django.mo"
    compile_messages(ENGLISH, compiled)
    with compiled.open("rb") as stream:
        speaks = gettext.GNUTranslations(stream).gettext
    assert speaks("短板清单") == "Gap list"
    assert speaks("统计截止日 %(day)s 的快照待定稿") % {"day": "2025-09-30"} == (
        "Snapshot of cut-off day 2025-09-30 awaits sign-off"
    )
