"""What the tests stand on: a filled database for each, a fresh one after a test that commits."""

import os
import subprocess
import sys

import pytest
import redis
from django.core.cache import cache

from territory.models import Street

pytestmark = pytest.mark.both


@pytest.mark.parametrize("time", [1, 2])
def test_what_a_test_commits_is_gone_for_the_next(transactional_db: None, time: int) -> None:
    assert not Street.objects.filter(name="改名街道").exists()
    assert Street.objects.update(name="改名街道") > 0


def test_reference_data_is_there_after_tests_that_commit(transactional_db: None) -> None:
    assert Street.objects.exists()


def test_another_process_sees_what_is_committed_here(transactional_db: None) -> None:
    Street.objects.update(name="改名街道")
    code = "from territory.models import Street; print(set(Street.objects.values_list('name')))"
    seen = subprocess.run(
        [sys.executable, "manage.py", "shell", "-v", "0", "-c", code],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONUTF8": "1"},
    )
    assert seen.stdout.strip() == "{('改名街道',)}"


@pytest.mark.parametrize("time", [1, 2])
def test_the_cache_starts_empty(time: int) -> None:
    assert cache.get("left-behind") is None
    cache.set("left-behind", 1)


@pytest.mark.parametrize("time", [1, 2])
def test_redis_starts_empty(redis_url: str, time: int) -> None:
    with redis.Redis.from_url(redis_url) as client:
        assert client.dbsize() == 0
        client.set("left-behind", 1)
