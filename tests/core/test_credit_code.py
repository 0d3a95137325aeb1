"""统一社会信用代码: known codes pass, every slip of one character is caught and explained."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.credit_code import (
    ALPHABET,
    check_character,
    check_credit_code,
    make_credit_code,
    normalise_credit_code,
)

VALID = [
    "91330100716105852F",
    "9144030071526726XG",
    "91110000802100433B",
    "91330100799655058B",
    "91000000MAFAKE001Q",
    "92000000MAFAKE002Q",
    "52000000MJFAKE003G",
]
subjects = st.text(alphabet=ALPHABET, min_size=9, max_size=9)


@pytest.mark.parametrize("code", VALID)
def test_known_codes_are_valid(code):
    assert check_credit_code(code) is None


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("", "现为 0 位"),
        ("91330100716105852", "现为 17 位"),
        ("91330100716105852FF", "现为 19 位"),
        ("310107600123456", "15 位旧注册号"),
        ("91330100716I05852F", "第 12 位“I”"),
        ("91330100716O05852F", "第 12 位“O”"),
        ("S1330100716105852F", "第 1 位“S”"),
        ("91330100716105852V", "第 18 位“V”"),
        ("9133010071610585ZF", "第 17 位“Z”"),
        ("91330100716105852f", "第 18 位“f”"),
        ("9133A100716105852F", "第 5 位“A”有误：第 3—8 位"),
        ("91330100716105852G", "末位应为“F”，现为“G”"),
    ],
)
def test_message_says_what_is_wrong_and_where(code, said):
    assert said in (check_credit_code(code) or "")


@given(
    subject=subjects,
    place=st.integers(0, 17),
    other=st.sampled_from(ALPHABET),
)
def test_any_single_changed_character_is_noticed(subject, place, other):
    code = make_credit_code("91000000" + subject)
    assert check_credit_code(code) is None
    changed = code[:place] + other + code[place + 1 :]
    assert (check_credit_code(changed) is None) == (changed == code)


@given(subjects)
def test_check_character_agrees_with_the_weights_of_the_standard(subject):
    weights = [1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28]
    first17 = "92000000" + subject
    total = sum(w * ALPHABET.index(c) for w, c in zip(weights, first17, strict=True))
    assert check_character(first17) == ALPHABET[(31 - total % 31) % 31]


def test_every_character_may_be_a_check_character():
    last = {make_credit_code(f"91000000MA{number:07d}")[-1] for number in range(500)}
    assert last == set(ALPHABET)


def test_normal_form():
    typed = " ９１３３０１００ 71610 5852f\u200b"
    assert normalise_credit_code(typed) == "91330100716105852F"


@pytest.mark.parametrize("first17", ["91310107MAFAKE001", "91000000MAFAKE01", "91000000MAFAKE0011"])
def test_sample_codes_cannot_name_a_real_unit(first17):
    with pytest.raises(ValueError, match="000000"):
        make_credit_code(first17)
