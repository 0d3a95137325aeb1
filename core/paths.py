"""Addresses as they may be written down: without the secrets that some of them carry."""

import re

# The link of a check sheet opens it for whoever has it; that of a questionnaire admits an answer.
_SECRETS = re.compile(r"(?:(?<=/check/)|(?<=/survey/))[^/?#]+")


def without_secret(path: str) -> str:
    """`path` with what must not be kept of it left out."""
    return _SECRETS.sub("…", path)
