"""What Unfold says, it says in Chinese; the platform's own words stand in no Chinese catalogue."""

import io
import re
from pathlib import Path

import unfold
from babel.messages.extract import extract
from babel.messages.pofile import read_po
from django.conf import settings
from django.utils import translation
from django.utils.translation import trans_real
from django.utils.translation.template import templatize

from tools.check_translations import KEYWORDS

CATALOGUE = settings.BASE_DIR / "locale" / "zh_Hans" / "LC_MESSAGES" / "django.po"
# Parts of Unfold that are not installed here.
UNUSED = {"unfold_crispy", "constance", "guardian", "import_export", "location_field"}


def asked_for() -> set[str]:
    """Every message of Unfold's installed parts."""
    found = set()
    root = Path(unfold.__file__).parent
    for path in sorted([*root.rglob("*.py"), *root.rglob("*.html")]):
        if UNUSED & set(path.parts):
            continue
        source = path.read_text()
        if path.suffix == ".html":
            lines = templatize(source, origin=str(path)).splitlines()
            source = "\n".join(line.lstrip() for line in lines)
        for _line, message, _comments, _context in extract(
            "python", io.BytesIO(source.encode()), KEYWORDS, []
        ):
            found.add(message if isinstance(message, str) else message[0])
    return found


def test_every_word_of_unfold_is_chinese() -> None:
    with translation.override("zh-hans"):
        known = trans_real.translation("zh-hans")._catalog  # type: ignore[attr-defined]
        missing = {one for one in asked_for() if one not in known and (one, 0) not in known}
    assert not missing


def test_our_own_messages_need_no_chinese_catalogue() -> None:
    with CATALOGUE.open("rb") as stream:
        ids = [str(message.id) for message in read_po(stream) if message.id]
    assert len(ids) > 70
    assert not [one for one in ids if re.search("[\u4e00-\u9fff]", one)]
