"""Whatever is sent, the API keeps its word: never a 5xx, and every answer is as the schema says.

Requests are made from the schema itself, some as it allows and some as it forbids, the same ones
each time; half of them about rows that are there.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections, transaction
from django.middleware.csrf import _get_new_csrf_string
from django.test import Client
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from accounts.services import issue_token, token_scopes
from config.api import router
from core.audit import SYSTEM
from tests.api.making import MAKE, Setting, make_setting

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
EXAMPLES = {GenerationMode.POSITIVE: 6, GenerationMode.NEGATIVE: 3}
PREFIXES = [prefix for prefix, _face, _name in router.registry] + ["me"]


@pytest.fixture(scope="module")
def described() -> Any:
    """The schema with the application behind it."""
    from drf_spectacular.generators import SchemaGenerator

    schema = schemathesis.openapi.from_dict(SchemaGenerator().get_schema(request=None, public=True))
    schema.app = get_wsgi_application()
    return schema


@contextmanager
def open_connection() -> Iterator[None]:
    """Keep the test's transaction through requests, as Django's own test client does."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture
def setting(db: None, settings: Any) -> Setting:
    """Rows of everything, and no limit to asking."""
    settings.REST_FRAMEWORK = {
        **settings.REST_FRAMEWORK,
        "DEFAULT_THROTTLE_RATES": {"caller": "1000000/minute"},
    }
    made = make_setting()
    for label in MAKE:
        if label != "accounts.apitoken":
            MAKE[label](made, 2)
    return made


def as_person(setting: Setting) -> dict[str, Any]:
    """How a 科室经办人 sends requests."""
    client = Client()
    client.force_login(setting.officer)
    secret = _get_new_csrf_string()
    return {
        "headers": {"X-CSRFToken": secret},
        "cookies": {"sessionid": client.cookies["sessionid"].value, "csrftoken": secret},
    }


def as_token(setting: Setting) -> dict[str, Any]:
    """How an outside system of the commission sends them."""
    _token, secret = issue_token(
        name="系统",
        office=setting.office,
        role="programme_officer",
        scopes=token_scopes(),
        by=SYSTEM,
    )
    return {"headers": {"Authorization": f"Bearer {secret}"}}


@pytest.mark.parametrize("sign", [as_person, as_token])
@pytest.mark.parametrize("prefix", PREFIXES)
def test_every_answer_is_as_described(
    described: Any, setting: Setting, prefix: str, sign: Any
) -> None:
    signed = sign(setting)
    known = _ids(prefix, setting)
    operations = [found.ok() for found in described.get_all_operations()]
    with open_connection():
        for operation in operations:
            if operation.path.split("/")[3] == prefix:
                for mode, examples in EXAMPLES.items():
                    _probe(operation, mode, examples, signed, known)


def _ids(prefix: str, setting: Setting) -> list[str]:
    client = Client()
    client.force_login(setting.officer)
    answer = client.get(f"/api/v1/{prefix}/").json()
    return [str(row["id"]) for row in answer.get("results", [])]


def _probe(operation: Any, mode: Any, examples: int, signed: Any, known: list[str]) -> None:
    @settings(
        max_examples=examples,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode), about_a_row=st.booleans())
    def probe(case: Any, about_a_row: bool) -> None:
        if about_a_row and known and "id" in (case.path_parameters or {}):
            case.path_parameters["id"] = known[0]
        headers = dict(signed["headers"])
        if about_a_row and "If-Match" in (case.headers or {}):
            headers["If-Match"] = '"v1"'
        with transaction.atomic():
            response = case.call(headers=headers, cookies=signed.get("cookies"))
            transaction.set_rollback(True)
        case.validate_response(response, checks=CHECKS)

    probe()
