"""What is installed is pinned by hash and comes from whatever registry the machine uses."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LOCKS = ("requirements.lock", "requirements-dev.lock")


def pins(lock: str) -> dict[str, str]:
    text = (ROOT / lock).read_text()
    return dict(re.findall(r"^([\w.-]+)==(\S+)", text, flags=re.MULTILINE))


@pytest.mark.parametrize("lock", LOCKS)
def test_no_host_no_path_and_a_hash_for_every_pin(lock: str) -> None:
    text = (ROOT / lock).read_text()
    assert not re.findall(r"://|file:| @ |--index|--find-links", text)
    entries = re.split(r"^(?=[a-z])", text, flags=re.MULTILINE)[1:]
    assert entries
    assert all("--hash=sha256:" in entry for entry in entries)


def test_both_locks_agree() -> None:
    runtime, dev = (pins(lock) for lock in LOCKS)
    assert {name: dev[name] for name in dev if name in runtime} == {
        name: runtime[name] for name in runtime if name in dev
    }


def test_torch_is_never_pulled_in() -> None:
    assert not {"torch", "torchvision"} & {name for lock in LOCKS for name in pins(lock)}
