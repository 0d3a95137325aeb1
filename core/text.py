"""Text as people type it: one normal form, comparison keys, Word's character count, pinyin keys."""

import re
import unicodedata
from functools import lru_cache

from pypinyin import Style, lazy_pinyin

_SPACES = re.compile(r"\s+")
# Controls that separate words become a space; every other control or format character vanishes.
_UNSEEN = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\xad\u061c\u180e\u200b-\u200f\u202a-\u202e"
    "\u2060-\u206f\ufe00-\ufe0f\ufeff\ufff9-\ufffb\ufffe\uffff\ud800-\udfff]"
)
# Already in normal form: the usual case, told without a pass over the Unicode tables.
_PLAIN = "[\x21-\x7e\u3001\u3002\u4e00-\u9fff]+"
_NORMAL = re.compile(rf"(?:{_PLAIN}(?: {_PLAIN})*)?")

# Already a comparison key: the usual case, again.
_PLAIN_KEY = re.compile("[0-9a-z\u4e00-\u9fff]*")

_BRACKETS = dict.fromkeys(map(ord, "[{<【〔〖「『《〈﹝⟨⟪"), "(") | dict.fromkeys(
    map(ord, "]}>】〕〗」』》〉﹞⟩⟫"), ")"
)
_DOTS = dict.fromkeys(map(ord, "•・‧∙⋅●"), "·")
_DASHES = dict.fromkeys(map(ord, "‐‑‒–—―−－─"), "-")
_KEY_TABLE = _BRACKETS | _DOTS | _DASHES


def strip_unseen(text: str) -> str:
    """`text` without zero-width, directional, control and unpaired surrogate characters."""
    return _UNSEEN.sub("", text)


def one_line(text: str) -> str:
    """Text as typed, without unseen characters, line breaks and repeated spaces."""
    return " ".join(strip_unseen(text).split())


def normalise(text: str) -> str:
    """The stored form of a line of text: NFKC, no unseen characters, single inner spaces.

    Line breaks and tabs become one space. Idempotent.
    """
    if _NORMAL.fullmatch(text):
        return text
    folded = unicodedata.normalize("NFKC", strip_unseen(text))
    return _SPACES.sub(" ", strip_unseen(folded)).strip()


def normalise_key(text: str) -> str:
    """The form under which two spellings of a name are the same.

    NFKC, one kind of bracket, middle dot and dash, no spaces, case folded. For comparing and
    looking up only; never shown or stored in place of the name.
    """
    if _PLAIN_KEY.fullmatch(text):
        return text
    folded = unicodedata.normalize("NFKC", normalise(text).casefold()).translate(_KEY_TABLE)
    return unicodedata.normalize("NFKC", _SPACES.sub("", folded)).casefold()


# Scripts that are written without spaces: each character counts one, as in Word.
_WIDE = (
    "\u1100-\u11ff\u2e80-\u2fff\u3001-\ua4cf\ua960-\ua97f\uac00-\ud7ff\uf900-\ufaff\ufe10-\ufe1f"
    "\ufe30-\ufe6f\uff01-\uffee\U0001f200-\U0001f2ff\U00020000-\U0003ffff"
)
# Punctuation whose width Unicode leaves open and which Chinese text sets full width.
_CHINESE_MARKS = "‘’“”—…·‖※℃㎡①-⑳"
_WORD = re.compile(
    rf"[{_WIDE}]"
    rf"|(?:(?<=[A-Za-z])’(?=[A-Za-z])|[^\s{_WIDE}{_CHINESE_MARKS}])+"
    rf"|[{_CHINESE_MARKS}]"
)


def count_words_cn(text: str) -> int:
    """字数 as Word counts it.

    A Chinese character and a full-width punctuation mark count one each; a run of Latin letters,
    digits and the half-width signs between them counts one ("GB/T 32100-2015" counts two).
    """
    return sum(1 for _ in _WORD.finditer(strip_unseen(text)))


# Runs that pinyin is looked up for; every other run is kept for its letters and digits.
_RUNS = re.compile("([\u3007\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U0003ffff]+)")


@lru_cache(maxsize=4096)
def pinyin_key(text: str) -> str:
    """Search key of a name: full pinyin, a space, initials ("曹杨店" → "caoyangdian cyd").

    Lower case; Latin letters and digits stay as they are in both halves, other signs are dropped.
    Polyphones take their commonest reading in context.
    """
    halves = [
        _readings(run) if at % 2 else (_letters_only(run),) * 2
        for at, run in enumerate(_RUNS.split(normalise_key(text)))
    ]
    return " ".join("".join(half) for half in zip(*halves, strict=True)).strip()


@lru_cache(maxsize=65_536)
def _readings(run: str) -> tuple[str, str]:
    """Full pinyin and initials of a run of Chinese characters."""
    full = lazy_pinyin(run, style=Style.NORMAL, errors=_letters_only)
    # What has no reading stays itself, in both halves.
    initials = (one[0] if one.isascii() else one for one in full if one)
    return "".join(full), "".join(initials)


def _letters_only(run: str) -> str:
    return "".join(filter(str.isalnum, run))
