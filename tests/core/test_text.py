"""Text in one normal form, comparison keys, Word's count of 字, pinyin search keys."""

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from core.text import count_words_cn, normalise, normalise_key, pinyin_key


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("　曹杨新村街道　", "曹杨新村街道"),
        ("ＡＢＣ１２３", "ABC123"),
        ("a\u200bb\ufeffc", "abc"),
        ("第一行\r\n第二行\t第三列", "第一行 第二行 第三列"),
        ("两  个   空格", "两 个 空格"),
        ("\u202e反向\u202c", "反向"),
        ("响\x07铃\x00", "响铃"),
        ("半个\ud83d代理", "半个代理"),
        ("６５㎡", "65m2"),
        ("", ""),
        ("   ", ""),
    ],
)
def test_normal_form(typed, stored):
    assert normalise(typed) == stored


@given(st.text())
def test_normal_form_is_stable_and_clean(text):
    once = normalise(text)
    assert normalise(once) == once
    assert once == once.strip()
    assert "  " not in once
    assert not any(unicodedata.category(character) in {"Cc", "Cs"} for character in once)
    once.encode("utf-8")


@given(st.text(alphabet="ab一二，。 \u3000、１（", max_size=30))
def test_shortcut_for_plain_text_changes_nothing(text):
    plainly = " ".join(unicodedata.normalize("NFKC", text).split())
    assert normalise(text) == plainly


def test_long_plain_text_ending_badly_is_quick():
    """A pattern that backtracks would never come back from this."""
    assert normalise("曹杨" * 50_000 + "\u200b") == "曹杨" * 50_000


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("全家便利店（曹杨店）", "全家便利店(曹杨店)"),
        ("全家便利店【曹杨店】", "全家便利店 (曹杨店)"),
        ("Family Mart", "ＦＡＭＩＬＹＭＡＲＴ"),
        ("汉堡王•曹杨", "汉堡王·曹杨"),
        ("7—11", "7-11"),
    ],
)
def test_spellings_of_one_name_have_one_key(one, other):
    assert normalise_key(one) == normalise_key(other)


def test_different_names_have_different_keys():
    assert normalise_key("全家（一店）") != normalise_key("全家（二店）")


@given(st.text())
@example("e\u00a8")
@example("ŉ")
def test_key_is_stable_and_ignores_normalising(text):
    key = normalise_key(text)
    assert normalise_key(key) == key
    assert normalise_key(normalise(text)) == key


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("", 0),
        ("一刻钟便民生活圈", 8),
        ("一刻钟，便民生活圈。", 10),
        ("15分钟", 3),
        ("GB/T 32100-2015标准", 4),
        ("覆盖率达95.5%。", 6),
        ("“一圈一档”", 6),
        ("don’t stop", 2),
        ("商务部——意见", 7),
        ("𠮷野家", 3),
        ("第一行\n第二行", 6),
        ("ＡＢ", 2),
    ],
)
def test_count_of_characters_as_word_counts(text, count):
    assert count_words_cn(text) == count


@given(st.lists(st.sampled_from(["便", "民", "，", "word", "2024"]), max_size=20))
def test_count_adds_up_over_spaced_tokens(tokens):
    assert count_words_cn(" ".join(tokens)) == len(tokens)


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("曹杨店", "caoyangdian cyd"),
        ("Family Mart 曹杨店", "familymartcaoyangdian familymartcyd"),
        ("7-11", "711 711"),
        ("重庆小面", "chongqingxiaomian cqxm"),
        ("", ""),
    ],
)
def test_pinyin_key(name, key):
    assert pinyin_key(name) == key
