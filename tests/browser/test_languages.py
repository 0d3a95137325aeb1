"""The pages in English: every kind of page that can be reached, in the language it says."""

import re
from collections import deque
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

import pytest
from django.urls import Resolver404, resolve

from tests.browser.conftest import NewPerson
from tests.browser.person import Person

pytestmark = pytest.mark.browser
NOT_PAGES = re.compile(r"export|/logout/|jsi18n|autocomplete|/api/(?!docs)|popup|\.(xlsx|csv|json)")


class Links(HTMLParser):
    """The addresses that a page links to, and its language."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.language = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "html":
            self.language = given.get("lang") or ""
        elif tag == "a" and given.get("href"):
            self.found.append(given["href"] or "")


@pytest.mark.parametrize("role", ["programme_officer", "auditor"])
def test_every_kind_of_page_speaks_english(visitor: NewPerson, role: str) -> None:
    person = visitor(role)
    if person.page.locator("button[name=language][value=en]").count() == 0:
        person.go("/circles/")
    person.click("button[name=language][value=en]")
    assert person.page.get_attribute("html", "lang") == "en"
    assert person.page.locator("button[value='zh-hans']").count() == 1
    if role == "programme_officer":
        person.look()
    kinds = _crawl(person)
    assert len(kinds) > 8, kinds
    person.go("/circles/")
    person.click("button[name=language][value='zh-hans']")
    assert person.page.get_attribute("html", "lang") == "zh-CN"


def _crawl(person: Person) -> set[str]:
    """Visit each kind of page within reach once; the kinds."""
    waiting, kinds = deque(["/circles/", "/"]), set()
    while waiting:
        path = waiting.popleft()
        kind = _kind(path)
        if kind is None or kind in kinds:
            continue
        kinds.add(kind)
        answer = person.context.request.get(person.url + path)
        assert answer.status in (200, 403), f"{path}: {answer.status}"
        if "html" not in answer.headers["content-type"]:
            continue
        page = Links(answer.text())
        assert page.language == "en", f"{path} says it is {page.language!r}"
        here = urlsplit(answer.url)
        waiting.extend(
            target.path
            for link in page.found
            if (target := urlsplit(urljoin(answer.url, link))).netloc == here.netloc
        )
    return kinds


def _kind(path: str) -> str | None:
    """The name of the page's address pattern; None where there is none to visit."""
    if NOT_PAGES.search(path):
        return None
    try:
        return resolve(path).view_name
    except Resolver404:
        return None
