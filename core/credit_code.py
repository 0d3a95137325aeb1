"""统一社会信用代码 (GB 32100-2015): normal form, check, and codes for samples.

18 characters of `ALPHABET`: registering authority (1), kind of unit (1), region of that
authority (6 digits), subject (9), check character (1).
"""

from django.utils.translation import gettext as _

from core.text import normalise

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
LENGTH = 18
REGION = slice(2, 8)
_VALUE = {character: value for value, character in enumerate(ALPHABET)}
# Letters that no code has, and what they are read or typed for.
_MISTAKEN = str.maketrans("IOSVZ", "105U2")
_WEIGHTS = tuple(pow(3, place, 31) for place in range(LENGTH - 1))


def normalise_credit_code(text: str) -> str:
    """The stored form: NFKC, upper case, no spaces."""
    return normalise(text).upper().replace(" ", "")


def check_character(first17: str) -> str:
    """The check character that GB 32100 assigns to 17 legal characters."""
    total = sum(
        weight * _VALUE[character] for weight, character in zip(_WEIGHTS, first17, strict=True)
    )
    return ALPHABET[-total % 31]


def make_credit_code(first17: str) -> str:
    """A full code for samples. ValueError unless the region digits are 000000 (no real unit)."""
    if len(first17) != LENGTH - 1 or first17[REGION] != "000000":
        raise ValueError("a sample code needs 17 characters with region digits 000000")
    return first17 + check_character(first17)


def check_credit_code(text: str) -> str | None:
    """None when `text`, in normal form, is a valid code, else what is wrong with it."""
    return (
        _wrong_length(text) or _wrong_character(text) or _wrong_region(text) or _wrong_check(text)
    )


def _wrong_length(code: str) -> str | None:
    if len(code) == LENGTH:
        return None
    if len(code) == 15 and code.isdigit():
        return _(
            "统一社会信用代码应为 18 位，填写的是 15 位旧注册号，请按现行营业执照填写 18 位代码"
        )
    return _("统一社会信用代码应为 18 位，现为 %(length)d 位，请对照营业执照核对") % {
        "length": len(code)
    }


def _wrong_character(code: str) -> str | None:
    for place, character in enumerate(code, start=1):
        if character not in _VALUE:
            return _(
                "第 %(place)d 位“%(character)s”不是统一社会信用代码可用的字符"
                "（只用数字和大写字母，不用 I、O、S、V、Z），请对照营业执照核对%(hint)s"
            ) % {"place": place, "character": character, "hint": _perhaps(code)}
    return None


def _perhaps(code: str) -> str:
    """The valid code that is meant if letters were taken for the digits they resemble."""
    meant = code.translate(_MISTAKEN)
    legal = all(character in _VALUE for character in meant)
    if not legal or _wrong_region(meant) or check_character(meant[:-1]) != meant[-1]:
        return ""
    return _("，是否为“%(code)s”？") % {"code": meant}


def _wrong_region(code: str) -> str | None:
    for place, character in enumerate(code[REGION], start=REGION.start + 1):
        if not character.isdigit():
            return _(
                "第 %(place)d 位“%(character)s”有误：第 3—8 位是登记机关行政区划码，"
                "只能是数字，请对照营业执照核对"
            ) % {"place": place, "character": character}
    return None


def _wrong_check(code: str) -> str | None:
    expected = check_character(code[:-1])
    if code[-1] == expected:
        return None
    return _(
        "校验码不符：按前 17 位推算末位应为“%(expected)s”，现为“%(found)s”，"
        "其中至少有一位填错，请对照营业执照核对全部 18 位"
    ) % {"expected": expected, "found": code[-1]}
