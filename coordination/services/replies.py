"""Searching past replies: words in any spelling, with the places where they stand."""

from dataclasses import dataclass
from functools import lru_cache

from coordination.models import Proposal
from core.scope import Scope
from core.text import normalise_key

# Characters shown on each side of what was found, and how many places of a text at most.
AROUND, MOST_PLACES = 40, 3
COLUMNS = ("title", "proposer", "number", "text", "reply")


@dataclass(frozen=True)
class Piece:
    """A stretch of text; `hit` = one of the words."""

    text: str
    hit: bool = False


@dataclass(frozen=True)
class Found:
    """A reply that has all the words; where they stand, column by column."""

    proposal: Proposal
    title: list[Piece]
    places: list[list[Piece]]


def search_replies(scope: Scope, words: str) -> list[Found]:
    """Answered proposals that the caller may see and that hold every word, newest reply first.

    Widths, brackets, spaces and case do not matter; each word is a substring, as Chinese needs.
    All replies of a district are a few hundred texts, so they are read, not indexed.
    """
    wanted = [key for key in (_folded(word)[0] for word in words.split()) if key]
    rows = Proposal.objects.visible_to(scope).answered().order_by("-replied_on", "-pk")
    if not wanted:
        return [Found(row, [Piece(row.title)], []) for row in rows]
    return [
        _found(row, wanted)
        for row in rows
        if all(any(word in _key(row, name) for name in COLUMNS) for word in wanted)
    ]


def _key(row: Proposal, name: str) -> str:
    return _folded(getattr(row, name))[0]


def _found(row: Proposal, wanted: list[str]) -> Found:
    places: list[list[Piece]] = []
    for name in COLUMNS[1:]:
        places += _places(getattr(row, name), wanted)
    title = marked(row.title, wanted)
    return Found(row, title, places[:MOST_PLACES])


def marked(text: str, wanted: list[str]) -> list[Piece]:
    """The whole text in pieces, the words marked; `wanted` are comparison keys."""
    return _pieces(text, _spans(text, wanted), 0, len(text))


def _places(text: str, wanted: list[str]) -> list[list[Piece]]:
    spans, places, end = _spans(text, wanted), [], -1
    for start, stop in spans:
        if start < end:
            continue
        begin, end = max(0, start - AROUND), min(len(text), stop + AROUND)
        pieces = _pieces(text, spans, begin, end)
        before = [Piece("…")] if begin else []
        after = [Piece("…")] if end < len(text) else []
        places.append([*before, *pieces, *after])
    return places


def _pieces(text: str, spans: list[tuple[int, int]], begin: int, end: int) -> list[Piece]:
    pieces, at = [], begin
    for start, stop in spans:
        if stop <= begin or start >= end:
            continue
        start, stop = max(start, at), min(stop, end)
        if start > at:
            pieces.append(Piece(text[at:start]))
        if stop > start:
            pieces.append(Piece(text[start:stop], hit=True))
        at = max(at, stop)
    return [*pieces, Piece(text[at:end])] if at < end else pieces


def _spans(text: str, wanted: list[str]) -> list[tuple[int, int]]:
    """Where the words stand in the text as it is written, merged, in order."""
    key, positions = _folded(text)
    found = []
    for word in wanted:
        at = key.find(word)
        while at >= 0:
            found.append((positions[at], positions[at + len(word) - 1] + 1))
            at = key.find(word, at + 1)
    merged: list[tuple[int, int]] = []
    for start, stop in sorted(found):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(stop, merged[-1][1]))
        else:
            merged.append((start, stop))
    return merged


def _folded(text: str) -> tuple[str, list[int]]:
    """The comparison key of a text, and for each of its characters the place in the text."""
    keys, positions = [], []
    for at, character in enumerate(text):
        key = _folded_character(character)
        keys.append(key)
        positions += [at] * len(key)
    return "".join(keys), positions


@lru_cache(maxsize=16_384)
def _folded_character(character: str) -> str:
    return normalise_key(character)
