"""Python's search for cyclic garbage, put off while many rows are in hand."""

import gc
import threading
from collections.abc import Iterator
from contextlib import contextmanager

_lock = threading.Lock()
_pauses = 0


@contextmanager
def collector_paused() -> Iterator[None]:
    """No search for cycles inside: with a hundred thousand living rows it looks through them all
    again and again, and took 40 % of an import. Reference counts free the rest as ever.

    May be nested and used by several threads at once; the last to leave turns it on again.
    """
    global _pauses
    with _lock:
        _pauses += 1
        gc.disable()
    try:
        yield
    finally:
        with _lock:
            _pauses -= 1
            if not _pauses:
                gc.enable()
