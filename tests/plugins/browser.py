"""Chromium for the browser tests, which fail when a page asks for anything outside the site."""

import os
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Request, sync_playwright

from tools.programs import PACKAGES, find_chromium

SITE_HOSTS = {"localhost", "127.0.0.1", "::1"}
LOCAL_SCHEMES = {"data", "blob", "about"}
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # What a test would only report afterwards must not leave the machine in the meantime either.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1",
)
OFFICE = {
    "locale": "zh-CN",
    "timezone_id": "Asia/Shanghai",
    "viewport": {"width": 1366, "height": 768},
}

NewContext = Callable[..., BrowserContext]


@pytest.fixture(scope="session")
def chromium_browser() -> Iterator[Browser]:
    """One headless browser per test process."""
    program = find_chromium()
    if program is None:
        pytest.fail(f"no Chromium found: apt-get install {PACKAGES['chromium']}", pytrace=False)
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        # Playwright keeps an event loop in this thread, where Django would refuse the database.
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        browser = playwright.chromium.launch(executable_path=str(program), args=list(FLAGS))
        yield browser
        browser.close()


@pytest.fixture
def new_chromium_context(chromium_browser: Browser) -> Iterator[NewContext]:
    """Open browser contexts (Playwright's options; default an office desktop in Chinese).

    After the test every request they made must have stayed on the site.
    """
    contexts: list[BrowserContext] = []
    outside: list[str] = []

    def watch(request: Request) -> None:
        if not stays_on_site(request.url):
            outside.append(request.url)

    def open_context(**options: Any) -> BrowserContext:
        context = chromium_browser.new_context(**{**OFFICE, **options})
        context.on("request", watch)
        context.on("page", lambda page: page.on("websocket", watch))
        context.set_default_timeout(float(os.environ.get("BROWSER_TIMEOUT_MS", "15000")))
        contexts.append(context)
        return context

    yield open_context
    for context in contexts:
        context.close()
    assert not outside, f"requests that leave the site: {sorted(set(outside))}"


@pytest.fixture
def chromium(new_chromium_context: NewContext) -> BrowserContext:
    """A desktop browser context; `chromium.new_page()` opens a page."""
    return new_chromium_context()


def stays_on_site(url: str) -> bool:
    """Whether a request for `url` is answered by this machine alone."""
    parts = urlsplit(url)
    return parts.scheme in LOCAL_SCHEMES or parts.hostname in SITE_HOSTS
