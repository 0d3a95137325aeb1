"""A Chinese ledger is a Chinese ledger, in whatever language its reader uses the site."""

import pytest
from django.utils import translation

from core.spreadsheets.columns import header_key, names_of
from outlets.ledger_columns import LEDGER


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_official_titles_are_known_in_every_language(language: str) -> None:
    with translation.override("zh-hans"):
        titles = [str(column.title) for column in LEDGER]
    with translation.override(language):
        names = names_of(LEDGER)
    assert [names[header_key(title)] for title in titles] == [column.key for column in LEDGER]
