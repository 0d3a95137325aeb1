"""The embedded default's own secret key: made once, kept beside its data."""

import secrets
from pathlib import Path


def embedded_secret_key(data_dir: Path) -> str:
    """Return the key in `data_dir/secret_key`, creating it (mode 600) on first use."""
    path = data_dir / "secret_key"
    try:
        with path.open("x") as file:
            path.chmod(0o600)
            file.write(secrets.token_urlsafe(50))
    except FileExistsError:
        pass
    return path.read_text()
