"""The list of outlets as a file: `start_export` makes it, at once or by a job."""

from outlets.exports.files import CONTENT_TYPES, FileKind
from outlets.exports.service import KEPT, MOST_AT_ONCE, is_kept, selected, start_export

__all__ = [
    "CONTENT_TYPES",
    "KEPT",
    "MOST_AT_ONCE",
    "FileKind",
    "is_kept",
    "selected",
    "start_export",
]
