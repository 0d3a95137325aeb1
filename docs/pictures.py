"""The screenshots: the demo is started in a folder of its own and looked at."""

import os
import re
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from docs import png
from portal.demo.accounts import PASSWORD
from tools.programs import find_chromium

ROOT = Path(__file__).resolve().parent.parent
IMAGES = ROOT / "docs" / "handbook" / "images"
SCALE = "1.0"
START_SECONDS = 900
LARGEST = 150_000
DESKTOP = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}
OFFICER, STREET, EXPERT = "programme_officer", "street_officer_310107005", "expert"


def take(folder: Path) -> None:
    """All pictures of the handbook; RuntimeError when one is too large."""
    with _demo(folder) as url, sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=str(find_chromium()), args=["--no-sandbox", "--disable-gpu"]
        )
        desk = _signed_in(browser, url, OFFICER, DESKTOP)
        circle = _worst_circle(desk, url)
        for name, path in {
            "dashboard": "/admin/",
            "circle": circle,
            "circles": "/circles/",
            "gaps": "/gaps/",
            "outlets": "/admin/outlets/outlet/?q=便利",
            "runs": "/admin/metrics/run/",
            "api": "/api/docs/",
        }.items():
            _open(desk, url + path)
            if name == "api":
                desk.wait_for_selector(".opblock")
            _save(desk, name)
        _explanation(desk, url)
        _outlet(desk, url)
        phone = _signed_in(browser, url, OFFICER, PHONE)
        _open(phone, url + "/admin/")
        _save(phone, "dashboard-phone")
        street = _signed_in(browser, url, STREET, DESKTOP)
        _open(street, f"{url}/streets/{STREET[-9:]}/")
        _save(street, "street")
        street_phone = _signed_in(browser, url, STREET, PHONE)
        _reporting(desk, street, street_phone, url)
        _import(street, street_phone, url, folder)
        _evaluation(desk, _signed_in(browser, url, EXPERT, PHONE), url)
        _subsidies(desk, url)
        resident = browser.new_context(viewport=PHONE, locale="zh-CN").new_page()  # type: ignore[arg-type]
        _open(resident, _questionnaire(folder))
        _save(resident, "survey-phone")
        visitor = browser.new_context(viewport=DESKTOP, locale="zh-CN").new_page()
        _open(visitor, url + "/accounts/login/")
        _save(visitor, "sign-in")
        browser.close()


@contextmanager
def _demo(folder: Path) -> Iterator[str]:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        address = f"127.0.0.1:{probe.getsockname()[1]}"
    command = [sys.executable, "manage.py", "demo", "--scale", SCALE, "--bind", address]
    path = folder / "demo.log"
    with path.open("wb") as log:
        demo = subprocess.Popen(command, cwd=ROOT, env=os.environ, stdout=log, stderr=log)
        try:
            _await(f"http://{address}", demo, path)
            yield f"http://{address}"
        finally:
            demo.terminate()
            demo.wait()


def _await(url: str, demo: "subprocess.Popen[bytes]", log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            urllib.request.urlopen(f"{url}/healthz").close()
            return
        except (urllib.error.URLError, OSError) as error:
            if demo.poll() is not None or time.monotonic() > deadline:
                tail = log.read_text(errors="replace")[-3000:]
                raise RuntimeError(f"the demo did not start:\n{tail}") from error
            time.sleep(0.5)


def _signed_in(browser: Browser, url: str, name: str, size: dict[str, int]) -> Page:
    page = browser.new_context(
        viewport=size,  # type: ignore[arg-type]
        locale="zh-CN",
        timezone_id="Asia/Shanghai",
    ).new_page()
    _open(page, f"{url}/accounts/login/")
    page.fill("#id_username", name)
    page.fill("#id_password", PASSWORD)
    with page.expect_navigation(wait_until="networkidle"):
        page.click("main button[type=submit]")
    return page


def _open(page: Page, address: str) -> None:
    page.goto(address, wait_until="networkidle")
    page.wait_for_timeout(600)  # charts draw themselves in


def _worst_circle(page: Page, url: str) -> str:
    """The circle that heads the list of gaps: there is something to see."""
    _open(page, f"{url}/gaps/")
    return page.get_attribute("main tbody th a", "href") or ""


def _explanation(page: Page, url: str) -> None:
    _open(page, f"{url}/admin/")
    page.click("article:has-text('连锁化率') a[data-explain-link]")
    page.wait_for_selector("#explain-dialog [data-explain]")
    _save(page, "explanation")


def _outlet(page: Page, url: str) -> None:
    _open(page, f"{url}/admin/outlets/outlet/?q=便利&status__exact=open")
    with page.expect_navigation(wait_until="networkidle"):
        page.locator("#result_list tbody th a").nth(2).click()
    _save(page, "outlet")


def _reporting(officer: Page, street: Page, phone: Page, url: str) -> None:
    """A street's desk and its report, who owes what, a task, the leader's page."""
    _open(phone, f"{url}/desk/")
    _save(phone, "desk-phone")
    with phone.expect_navigation(wait_until="networkidle"):
        phone.get_by_role("link", name="开始填报").first.click()
    _save(phone, "report-phone")
    _open(street, phone.url)
    _save(street, "report")
    for name, path in {
        "overview": "/reports/",
        "duties": "/coordination/duties/",
        "tasks": "/coordination/tasks/",
    }.items():
        _open(officer, url + path)
        _save(officer, name)
    _open(phone, f"{url}/desk/news/new/")
    _save(phone, "news-phone")


def _evaluation(officer: Page, expert: Page, url: str) -> None:
    """The year's register, a checklist, results of a survey, a grade, a card on a phone."""
    _open(officer, f"{url}/evaluation/")
    _save(officer, "evaluation")
    with officer.expect_navigation(wait_until="networkidle"):
        officer.locator("main tbody a[href*='/checklist/']").first.click()
    _save(officer, "checklist")
    _open(officer, f"{url}/evaluation/surveys/?purpose=satisfaction")
    with officer.expect_navigation(wait_until="networkidle"):
        officer.locator("main tbody th a").first.click()
    _open(officer, officer.url + "results/")
    _save(officer, "results")
    _open(officer, f"{url}/evaluation/grades/")
    with officer.expect_navigation(wait_until="networkidle"):
        officer.locator("main tbody th a").first.click()
    _save(officer, "grade")
    _open(expert, f"{url}/evaluation/my-scorecards/")
    with expert.expect_navigation(wait_until="networkidle"):
        expert.get_by_role("link", name="开始评分").first.click()
    expert.check("input[name=declared]")
    with expert.expect_navigation(wait_until="networkidle"):
        expert.get_by_role("button", name="确认并开始评分").click()
    expert.wait_for_timeout(600)
    _save(expert, "scorecard-phone")


def _subsidies(officer: Page, url: str) -> None:
    """A case under review with its calculation, a year's budget."""
    _open(officer, f"{url}/subsidies/applications/?state=accepted")
    with officer.expect_navigation(wait_until="networkidle"):
        officer.locator("main tbody th a").first.click()
    _save(officer, "subsidy-review")
    _open(officer, f"{url}/subsidies/budgets/")
    with officer.expect_navigation(wait_until="networkidle"):
        officer.locator("main tbody th a").first.click()
    _save(officer, "subsidy-budget")


def _questionnaire(folder: Path) -> str:
    """The address that the demo printed."""
    log = (folder / "demo.log").read_text(errors="replace")
    found = re.search(r"http://\S+/survey/\S+", log)
    if found is None:
        raise RuntimeError("the demo printed no questionnaire")
    return found.group()


def _import(page: Page, phone: Page, url: str, folder: Path) -> None:
    """A street's ledger with what such ledgers have, up to its comparison."""
    file = folder / "街道商业网点台账.xlsx"
    command = [sys.executable, "-m", "tests.browser.crooked", STREET[-9:], str(file)]
    subprocess.run(command, cwd=ROOT, env=os.environ, check=True, stdout=subprocess.DEVNULL)
    _open(page, f"{url}/ledger/imports/")
    page.set_input_files("#id_file", file)
    with page.expect_navigation(wait_until="networkidle"):
        page.click("[data-busy]")
    page.select_option("tr:has-text('店招') select", "name")
    page.locator("label.system", has_text="GCJ-02").click()
    page.locator("#systems").scroll_into_view_if_needed()
    page.wait_for_timeout(600)
    _save(page, "import-columns")
    page.click("[data-columns-form] .import-acts button")
    page.wait_for_selector("[data-tiles]", timeout=120_000)
    cell = page.locator("[data-cell] input[value='便利超市店']").first
    cell.fill("便利店")
    cell.press("Enter")
    page.wait_for_selector("button[name=replace]", timeout=60_000)
    _save(page, "import-check")
    address = page.url.partition("?")[0]
    _open(phone, address)
    phone.locator("[data-row]").first.scroll_into_view_if_needed()
    _save(phone, "import-check-phone")
    _open(page, f"{address}?step=compare&part=doubts")
    _save(page, "import-compare")


def _save(page: Page, name: str) -> None:
    path = IMAGES / f"{name}.png"
    size = png.save(page, page.screenshot(), path)
    print(f"docs/handbook/images/{path.name}: {size / 1000:.0f} kB")
    if size > LARGEST:
        raise RuntimeError(f"{path.name} has {size} bytes; at most {LARGEST} are wanted")
