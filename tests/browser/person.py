"""A person at the site: opens pages at both widths, and notices what must not happen on any."""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import BrowserContext, ConsoleMessage, Download, Page, Response

from portal.demo.accounts import PASSWORD

AXE = (Path(__file__).resolve().parents[1] / "vendor" / "axe.min.js").read_text(encoding="utf-8")
DESKTOP = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}
WIDTHS = (DESKTOP, PHONE)
GRAVE = ("serious", "critical")
# The colours are the same at both widths, and comparing them is most of the work.
RULES = {DESKTOP["width"]: {}, PHONE["width"]: {"color-contrast": {"enabled": False}}}
# What is refused or missing is an answer, which Chromium also writes to its console.
EXPECTED_NOISE = re.compile(r"Failed to load resource: .* status of 4(00|01|03|04|09|29) ")
VIOLATIONS = """
async (rules) => (await axe.run(document, {resultTypes: ["violations"], rules})).violations
  .map(({id, impact, nodes}) => ({id, impact, where: nodes.map((n) => n.target.join(" "))}))
"""
WATCH_POLICY = """
document.addEventListener("securitypolicyviolation", (event) =>
  console.error(`policy: ${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}`));
"""


class Person:
    """One browser tab of one visitor, and what went wrong in it."""

    def __init__(self, context: BrowserContext, url: str) -> None:
        self.context, self.url = context, url
        self.troubles: list[str] = []
        context.add_init_script(WATCH_POLICY)
        self.page: Page = self.reopen()

    def reopen(self) -> Page:
        """Another tab of the same browser, watched like the first."""
        self.page = self.context.new_page()
        self.page.set_viewport_size(DESKTOP)
        self.page.on("console", self._on_console)
        self.page.on("pageerror", lambda error: self._note(f"script: {error}"))
        self.page.on("response", self._on_response)
        return self.page

    def forgive(self, *words: str) -> None:
        """Take off what a journey has brought about itself (`ERR_CONNECTION_REFUSED`)."""
        self.troubles[:] = [one for one in self.troubles if not any(word in one for word in words)]

    def sign_in(self, name: str, password: str = PASSWORD) -> "Person":
        """Through the page, as a person does."""
        self.go("/accounts/login/")
        self.page.fill("#id_username", name)
        self.page.fill("#id_password", password)
        self.click("main button[type=submit]")
        return self

    def go(self, path: str) -> Response:
        """Open an address of the site and let it come to rest."""
        response = self.page.goto(self.url + path, wait_until="load")
        if response is None:
            # The page left reloaded itself in that very moment (its job had ended).
            response = self.page.goto(self.url + path, wait_until="load")
        assert response is not None
        return response

    def click(self, selector: str) -> None:
        """Click what opens another page, and let that come to rest."""
        with self.page.expect_navigation(wait_until="load"):
            self.page.click(selector)

    def path(self) -> str:
        """Where one is, with the query."""
        return self.page.url.removeprefix(self.url)

    def text(self, selector: str = "main") -> str:
        """What stands there."""
        return self.page.inner_text(selector)

    def look(self, *, ours: bool = True, widths: Sequence[dict[str, int]] = WIDTHS) -> None:
        """Look at the page at both widths: nothing sticks out; ours are accessible."""
        for size in widths:
            with self.at(size):
                width = self.page.evaluate("document.documentElement.scrollWidth")
                if width > size["width"]:
                    self._note(f"{width} px wide at {size['width']}")
                if ours:
                    self._check_access(size["width"])

    @contextmanager
    def at(self, size: dict[str, int]) -> Iterator[None]:
        """The page at another size, afterwards at a desk again."""
        self.page.set_viewport_size(size)  # type: ignore[arg-type]
        self.page.evaluate("new Promise(requestAnimationFrame)")
        yield
        self.page.set_viewport_size(DESKTOP)

    def until(self, script: str) -> None:
        """Wait until a script says so; Playwright's own way needs eval, which the site forbids."""
        for _attempt in range(200):
            if self.page.evaluate(script):
                return
            self.page.wait_for_timeout(50)
        raise AssertionError(f"never true: {script}")

    def download(self, selector: str) -> str:
        """What a link of an export gives, as text."""
        with self.page.expect_download() as waiting:
            self.page.click(selector)
        given: Download = waiting.value
        return Path(given.path()).read_bytes().decode("utf-8-sig")

    def assert_at_ease(self) -> None:
        """Nothing went wrong on any page of the visit."""
        assert not self.troubles, "\n".join(self.troubles)

    def _check_access(self, width: int) -> None:
        if not self.page.evaluate("'axe' in window"):
            self.page.evaluate(AXE)
        for found in self.page.evaluate(VIOLATIONS, RULES[width]):
            if found["impact"] in GRAVE:
                self._note(f"{found['impact']} at {width}: {found['id']} {found['where'][:3]}")

    def _on_console(self, message: ConsoleMessage) -> None:
        if message.type == "error" and not EXPECTED_NOISE.search(message.text):
            self._note(f"console: {message.text}")

    def _on_response(self, response: Response) -> None:
        if response.status >= 500:
            self._note(f"{response.status} {response.url}")

    def _note(self, what: str) -> None:
        self.troubles.append(f"{self.page.url.removeprefix(self.url)}: {what}")
