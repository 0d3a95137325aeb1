"""Finding the servers, and leaving the machine as it was after installing them."""

from pathlib import Path

import pytest

from tests.plugins.browser import stays_on_site
from tools import ensure_programs, programs


def executable(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("#!/bin/sh\n")
    path.chmod(0o755)
    return path


def test_the_newest_whole_postgres_is_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(programs, "POSTGRES_HOMES", tmp_path)
    for version in ("9.6", "14", "15"):
        executable(tmp_path / version / "bin" / "postgres")
        executable(tmp_path / version / "bin" / "initdb")
    executable(tmp_path / "17" / "bin" / "postgres")
    assert programs.find_postgres() == tmp_path / "15" / "bin"


def test_a_redis_on_the_path_comes_before_the_wheel(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    from_wheel = programs.find_redis()
    assert from_wheel is None or from_wheel.name == "valkey-server"
    server = executable(tmp_path / "redis-server")
    assert programs.find_redis() == server


def test_who_cannot_install_is_told_the_packages_in_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(ensure_programs, "missing_programs", lambda: ["postgres", "chromium"])
    monkeypatch.setattr(ensure_programs.os, "geteuid", lambda: 1000)
    assert ensure_programs.main() == 1
    assert capsys.readouterr().err.splitlines() == [
        "The tests need these packages: postgresql chromium"
    ]


def test_nothing_is_installed_where_nothing_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ensure_programs, "missing_programs", list)
    monkeypatch.setattr(ensure_programs, "_install", lambda packages: pytest.fail("installed"))
    assert ensure_programs.main() == 0


@pytest.mark.parametrize("before", [None, "#!/bin/sh\nexit 0\n"])
def test_the_policy_of_the_machine_comes_back_even_after_a_failure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, before: str | None
) -> None:
    policy = tmp_path / "sbin" / "policy-rc.d"
    if before:
        executable(policy).write_text(before)
    monkeypatch.setattr(ensure_programs, "POLICY", policy)

    def install_and_break_off() -> None:
        with ensure_programs._nothing_started():
            raise RuntimeError(f"broke off under {policy.read_text()!r}")

    with pytest.raises(RuntimeError, match="exit 101"):
        install_and_break_off()
    assert (policy.read_text() if policy.exists() else None) == before


def test_the_package_is_told_to_make_no_cluster(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    conf = tmp_path / "createcluster.conf"
    conf.write_text("#create_main_cluster = true\nssl = on\n")
    monkeypatch.setattr(ensure_programs, "CLUSTER_CONF", conf)
    with ensure_programs._no_main_cluster():
        assert conf.read_text() == "create_main_cluster = false\nssl = on\n"
    assert conf.read_text() == "#create_main_cluster = true\nssl = on\n"


@pytest.mark.parametrize(
    ("url", "inside"),
    [
        ("http://localhost:8000/map/", True),
        ("http://127.0.0.1:1/x.js", True),
        ("data:image/png;base64,AA", True),
        ("blob:http://localhost/1", True),
        ("https://tile.example.org/1/2/3.png", False),
        ("wss://push.example.org/", False),
        ("http://localhost.example.org/", False),
        ("https://192.168.1.2/", False),
    ],
)
def test_which_requests_stay_on_the_site(url: str, inside: bool) -> None:
    assert stays_on_site(url) is inside
