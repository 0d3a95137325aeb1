"""The check of translations sees every place a message can hide, and every way to be incomplete."""

from pathlib import Path

import pytest
from babel.messages.catalog import Catalog

from tools.check_translations import gaps_of, messages_in_use

PYTHON = """
from django.utils.translation import gettext_lazy as _, ngettext, pgettext
label = _("居民" "小区")
count = ngettext("%(n)s 个网点", "%(n)s 个网点（多）", 2)
word = pgettext("动词", "报送")
"""
TEMPLATE = """
{% load i18n %}
    <h1>{% translate "生活圈" %}</h1>
  {% blocktranslate trimmed with name=circle.name %}
      查看
      {{ name }}
  {% endblocktranslate %}
<a title="{{ _('返回') }}">{% translate "报送" context "名词" %}</a>
"""


@pytest.fixture
def used(tmp_path: Path) -> Catalog:
    for place, text in {
        "outlets/models.py": PYTHON,
        "templates/circle.html": TEMPLATE,
        "tests/test_x.py": '_("测试里的话")',
    }.items():
        (tmp_path / place).parent.mkdir(parents=True)
        (tmp_path / place).write_text(text, encoding="utf-8")
    return messages_in_use(tmp_path)


def test_python_and_templates_are_read_and_tests_are_not(used: Catalog) -> None:
    found = {(message.context, message.id) for message in used if message.id}
    assert found == {
        (None, "居民小区"),
        (None, ("%(n)s 个网点", "%(n)s 个网点（多）")),
        ("动词", "报送"),
        (None, "生活圈"),
        (None, "查看 %(name)s"),
        (None, "返回"),
        ("名词", "报送"),
    }


def test_a_complete_catalogue_has_no_gap(used: Catalog) -> None:
    english = Catalog(locale="en")
    english.add("查看 %(name)s", "See %(name)s")
    english.add(("%(n)s 个网点", "%(n)s 个网点（多）"), ("One outlet", "%(n)s outlets"))
    for message in (english["查看 %(name)s"], english["%(n)s 个网点"]):
        assert not list(gaps_of(used[message.id], english))


@pytest.mark.parametrize(
    ("translation", "complaint"),
    [
        ("", "no English"),
        ("See it", "placeholders differ"),
        ("See %(nmae)s", "placeholders differ"),
    ],
)
def test_an_empty_or_broken_translation_is_a_gap(
    used: Catalog, translation: str, complaint: str
) -> None:
    english = Catalog(locale="en")
    english.add("查看 %(name)s", translation)
    (gap,) = gaps_of(used["查看 %(name)s"], english)
    assert complaint in gap
    assert gap.startswith("templates/circle.html:")


def test_a_fuzzy_translation_is_a_gap(used: Catalog) -> None:
    english = Catalog(locale="en")
    english.add("生活圈", "Living circle", flags=["fuzzy"])
    assert list(gaps_of(used["生活圈"], english))


def test_a_context_is_part_of_the_message(used: Catalog) -> None:
    english = Catalog(locale="en")
    english.add("报送", "Report", context="名词")
    assert not list(gaps_of(used.get("报送", "名词"), english))
    assert list(gaps_of(used.get("报送", "动词"), english))
