"""Formats that a row without one may have: suggested from its name and its industry code."""

from core.text import normalise_key
from outlets.models import BusinessFormat, IndustryCode

MOST = 3
# Words that say less than two characters would suggest anything to everybody.
_SHORTEST = 2


class FormatSuggestions:
    """The formats in force, by the words they are known by and by GB/T 4754-2017 code."""

    def __init__(self) -> None:
        self.words: list[tuple[str, str]] = []
        for code, name, aliases in BusinessFormat.objects.order_by("number").values_list(
            "code", "name", "aliases"
        ):
            words = {normalise_key(word) for word in (name, *aliases)}
            self.words += [(word, code) for word in words if len(word) >= _SHORTEST]
        # The longest word says most.
        self.words.sort(key=lambda entry: (-len(entry[0]), entry[1]))
        codes = IndustryCode.objects.filter(suggests__isnull=False)
        self.by_industry = dict(codes.values_list("code", "suggests__code"))

    def of(self, name: str, industry_code: str) -> list[str]:
        """Codes of at most three formats, the likeliest first; never applied by themselves."""
        key = normalise_key(name)
        found = [code for word, code in self.words if word in key]
        digits = industry_code.lstrip("ABCDEFGHIJKLMNOPQRST")
        for length in (len(digits), 3, 2):
            if digits and (code := self.by_industry.get(digits[:length])):
                found.append(code)
                break
        return list(dict.fromkeys(found))[:MOST]
