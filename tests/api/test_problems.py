"""Every error is a problem (RFC 9457): what, where, what to do, in the caller's language."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError
from django.test import Client

from accounts import middleware
from core.api.problems import KINDS, errors_of
from core.models import AuditEvent
from outlets.api.register import OutletFace
from tests.api.conftest import asking
from tests.factories import UserFactory

Ask = Callable[..., Any]


def problem(answer: Any, status: int) -> dict[str, Any]:
    """The problem an answer holds, its common members checked."""
    assert answer.status_code == status, answer.content.decode()
    assert answer["Content-Type"] == "application/problem+json"
    body: dict[str, Any] = answer.json()
    assert body["status"] == status
    assert body["type"].removeprefix("/api/problems/").rstrip("/") in KINDS
    assert body["title"]
    assert body["detail"]
    # Without one nothing had been begun yet.
    assert body.get("request_id") == answer.get("X-Request-ID")
    return body


def test_a_wrong_parameter_is_named(ask: Ask) -> None:
    found = problem(ask("get", "outlets/", page_size="0", ordering="phone"), 400)
    assert found["title"] == "请求有误"
    assert [error["field"] for error in found["errors"]] in (["ordering"], ["page_size"])


def test_every_wrong_field_is_named_at_once(ask: Ask, outlet: Any) -> None:
    body = {"name": "", "main_format": "no-such", "employees": -1, "services": ["wifi"]}
    found = problem(ask("post", "outlets/", data=body), 400)
    fields = {error["field"] for error in found["errors"]}
    assert fields == {"name", "main_format", "employees", "services"}
    assert all(set(error) == {"field", "row", "message"} for error in found["errors"])


def test_what_the_register_refuses_is_named_by_field(ask: Ask, outlet: Any) -> None:
    body = {"opened_on": "1644-01-01"}
    answer = ask("patch", f"outlets/{outlet.pk}/", data=body, headers={"If-Match": '"v1"'})
    found = problem(answer, 400)
    assert [error["field"] for error in found["errors"]] == ["opened_on"]


@pytest.mark.parametrize(
    "body", [b"{", b"[" * 100_000, b'{"name": NaN}', b"\xff\xfe", b'"text"', b"[1]"]
)
def test_a_body_that_is_no_object_is_refused(client: Client, officer: Any, body: bytes) -> None:
    client.force_login(officer)
    answer = client.post("/api/v1/outlets/", body, content_type="application/json")
    problem(answer, 400)


def test_a_field_that_does_not_exist_is_not_swallowed(ask: Ask, outlet: Any) -> None:
    answer = ask(
        "patch", f"outlets/{outlet.pk}/", data={"nmae": "笔误"}, headers={"If-Match": '"v1"'}
    )
    assert problem(answer, 400)["errors"][0]["field"] == "nmae"


def test_a_visitor_is_asked_to_sign_in(client: Client, outlet: Any) -> None:
    answer = client.get("/api/v1/outlets/")
    problem(answer, 401)
    assert answer["WWW-Authenticate"].startswith("Bearer")


def test_a_refusal_says_who_could_and_is_written_down(client: Client, outlet: Any) -> None:
    person = UserFactory(office__district=outlet.district, roles=["expert"])
    client.force_login(person)
    found = problem(client.get("/api/v1/outlets/"), 403)
    assert "科室经办人" in found["detail"]
    event = AuditEvent.objects.get(action="core.refused")
    assert (event.actor_id, event.changes["path"]) == (person.pk, "/api/v1/outlets/")


@pytest.mark.parametrize(
    "path", ["outlets/00000000-0000-7000-8000-000000000000/", "outlets/7/", "nowhere/", ""]
)
def test_what_is_not_there_is_not_found(ask: Ask, path: str) -> None:
    problem(ask("get", path), 404)


@pytest.mark.parametrize("url", ["/api/", "/api/v2/outlets/", "/api/v1/outlets", "/api/x/y"])
def test_outside_the_lists_nothing_is_found_either(client: Client, db: None, url: str) -> None:
    problem(client.get(url), 404)
    problem(client.post(url, {}, content_type="application/json"), 404)


@pytest.mark.parametrize("method", ["delete", "post", "options", "trace"])
def test_a_method_that_is_not_offered(ask: Ask, outlet: Any, method: str) -> None:
    answer = ask(method, f"outlets/{outlet.pk}/")
    problem(answer, 405)
    assert answer["Allow"]


def test_a_representation_that_is_not_offered(ask: Ask) -> None:
    problem(ask("get", "brands/", headers={"Accept": "application/pdf"}), 406)


def test_format_is_not_the_business_format(ask: Ask) -> None:
    """† Django REST framework would say 404, and nobody would know why."""
    found = problem(ask("get", "outlets/", format="pharmacy"), 400)
    assert "main_format" in found["errors"][0]["message"]


def test_a_body_that_is_not_json(client: Client, officer: Any) -> None:
    client.force_login(officer)
    problem(client.post("/api/v1/outlets/", {"name": "店"}), 415)


def test_a_body_that_is_too_large(ask: Ask, settings: Any) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 100
    problem(ask("post", "outlets/", data={"name": "店" * 100}), 413)


def test_a_conflict_in_the_database(ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    def clash(*args: Any) -> None:
        raise IntegrityError("duplicate key")

    monkeypatch.setattr(OutletFace, "rows", clash)
    found = problem(ask("get", "outlets/"), 409)
    assert "duplicate" not in str(found)


def test_our_own_fault_says_so_and_gives_nothing_away(
    officer: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And trackers hear of it: the test client raises what it is told of."""

    def fail(*args: Any) -> None:
        raise RuntimeError("secret detail")

    monkeypatch.setattr(OutletFace, "rows", fail)
    client = Client(raise_request_exception=False)
    client.force_login(officer)
    answer = client.get("/api/v1/outlets/")
    problem(answer, 500)
    assert "secret detail" not in answer.content.decode()
    strict = Client()
    strict.force_login(officer)
    with pytest.raises(RuntimeError, match="secret detail"):
        strict.get("/api/v1/outlets/")


def test_what_fails_before_any_face_is_reached_is_a_problem_too(
    client: Client, officer: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    problem(client.get("/api/v1/outlets/", headers={"Host": "elsewhere.example"}), 400)

    def fail(*args: Any) -> None:
        raise RuntimeError("secret detail")

    monkeypatch.setattr(middleware, "scope_of", fail)
    lenient = Client(raise_request_exception=False)
    lenient.force_login(officer)
    problem(lenient.get("/api/v1/outlets/"), 500)


def test_csrf_is_asked_of_sessions(officer: Any) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(officer)
    problem(asking(client)("post", "outlets/", data={}), 403)


def test_english_for_those_who_ask_for_it(ask: Ask) -> None:
    english = {"Accept-Language": "en"}
    found = problem(ask("post", "outlets/", data={"name": "x"}, headers=english), 400)
    [error] = [error for error in found["errors"] if error["field"] == "main_format"]
    assert error["message"] == "This field is required."
    assert found["title"].isascii()
    assert found["detail"].isascii()
    chinese = problem(ask("post", "outlets/", data={"name": "x"}), 400)
    [error] = [error for error in chinese["errors"] if error["field"] == "main_format"]
    assert error["message"] != "This field is required."


@pytest.mark.parametrize("slug", KINDS)
def test_the_type_of_a_problem_can_be_read(client: Client, db: None, slug: str) -> None:
    assert client.get(f"/api/problems/{slug}/").json()["title"] == str(KINDS[slug].title)


def test_nested_errors_are_flattened() -> None:
    from rest_framework.exceptions import ErrorDetail

    detail = {
        "a": {"b": [ErrorDetail("x", "invalid")]},
        "non_field_errors": [ErrorDetail("y", "invalid")],
    }
    assert errors_of(detail) == [
        {"field": "a.b", "row": None, "message": "x"},
        {"field": None, "row": None, "message": "y"},
    ]
