"""What every test can lean on: a filled database, an empty cache, a Redis, repeatable examples."""

import os
from collections.abc import Iterator

import pytest
from django.core.cache import cache
from django.db import connections
from django.test import TransactionTestCase
from hypothesis import HealthCheck, Phase, settings
from pytest_django import DjangoDbBlocker

from tests.plugins import databases

settings.register_profile(
    "default",
    max_examples=50,
    derandomize=True,
    deadline=None,
    database=None,
    # Explaining a failure took longer than finding it.
    phases=[Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
# Thousands of new examples each time, for `make drill`.
settings.register_profile(
    "drill", settings.get_profile("default"), max_examples=5000, derandomize=False
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))


@pytest.fixture(scope="session")
def django_db_setup(
    django_test_environment: None, django_db_blocker: DjangoDbBlocker
) -> Iterator[None]:
    """This process's own copy of the migrated, reference-loaded template."""

    def fresh_copy(test: TransactionTestCase) -> None:
        databases.restore()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", fresh_copy)
        with django_db_blocker.unblock():
            databases.create()
        yield
        with django_db_blocker.unblock():
            connections.close_all()


@pytest.fixture(autouse=True)
def _empty_cache() -> None:
    """No test finds what another left in the cache (rate limits, sign-in failures)."""
    cache.clear()


@pytest.fixture
def redis_url() -> str:
    """An empty Redis of this process's own, as settings and subprocesses see it: `unix:///…`."""
    import redis

    url = os.environ["REDIS_URL"]
    with redis.Redis.from_url(url) as client:
        client.flushall()
    return url
