"""Digests of what was decided on, in one canonical spelling."""

import hashlib
import json
from typing import Any


def json_digest(content: Any) -> str:
    """SHA-256 (hex) of a JSON value, whatever order its names are kept in."""
    text = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
