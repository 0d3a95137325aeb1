"""The schema is whole, and its documentation asks nothing of other sites."""

import re
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from playwright.sync_api import BrowserContext

from config.api import router


@pytest.fixture(scope="module")
def schema() -> dict[str, Any]:
    from drf_spectacular.generators import SchemaGenerator

    return SchemaGenerator().get_schema(request=None, public=True)


def test_the_generator_has_nothing_to_warn_of() -> None:
    text = StringIO()
    call_command("spectacular", "--fail-on-warn", "--validate", stdout=text)
    assert text.getvalue().startswith("openapi: 3.1")


def test_every_list_and_row_is_described(schema: dict[str, Any]) -> None:
    for prefix, _face, _name in router.registry:
        listed = schema["paths"][f"/api/v1/{prefix}/"]["get"]
        assert {"cursor", "page_size", "ordering", "with_count", "fields", "format"} <= {
            parameter["name"] for parameter in listed["parameters"]
        }
        assert "text/csv" in listed["responses"]["200"]["content"]
        assert schema["paths"][f"/api/v1/{prefix}/{{id}}/"]["get"]


def test_problems_and_versions_are_described(schema: dict[str, Any]) -> None:
    patch = schema["paths"]["/api/v1/outlets/{id}/"]["patch"]
    assert {"400", "401", "403", "404", "412", "428", "429"} <= set(patch["responses"])
    [version] = [one for one in patch["parameters"] if one["name"] == "If-Match"]
    assert version["required"] is True
    assert list(patch["responses"]["412"]["content"]) == ["application/problem+json"]


@pytest.mark.django_db
def test_it_is_served_in_the_language_asked_for(client: Client) -> None:
    chinese = client.get("/api/schema/").json()
    assert chinese["openapi"].startswith("3.1")
    assert chinese["paths"]["/api/v1/outlets/"]["get"]["summary"] == "商业网点：列表"
    assert client.get("/api/schema/", headers={"Accept-Language": "en"}).status_code == 200


@pytest.mark.django_db
def test_the_documentation_has_no_line_of_inline_code(client: Client) -> None:
    """So it works under the site's own content policy."""
    answer = client.get("/api/docs/")
    page = answer.content.decode()
    assert "unsafe" not in answer["Content-Security-Policy"]
    assert not re.search(r"<script(?![^>]*src=)|<style|\son\w+=|\sstyle=|https?://", page)
    script = client.get("/api/docs/", {"script": ""})
    assert script["Content-Type"].startswith("application/javascript")
    assert '"validatorUrl": null' in script.content.decode()


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_the_documentation_opens_offline(live_server: Any, chromium: BrowserContext) -> None:
    """From first address to last; nothing outside is asked (else `chromium` fails the test)."""
    page = chromium.new_page()
    complaints: list[str] = []
    page.on("console", lambda line: complaints.append(line.text) if line.type == "error" else None)
    page.goto(f"{live_server.url}/api/docs/")
    page.wait_for_selector(".opblock")
    # A long document is drawn as one goes through it: the last address comes at its end.
    page.evaluate("scrollTo(0, document.documentElement.scrollHeight)")
    last = max(prefix for prefix, _face, _name in router.registry)
    page.wait_for_selector(f"[id^='operations-{last}-']")
    assert [text for text in complaints if "script-src" in text or "connect-src" in text] == []
