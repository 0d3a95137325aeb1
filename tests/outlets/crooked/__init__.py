"""Crooked ledgers as street offices send them, made afresh for each test.

Each function of the modules makes one file and says what is expected of each of its rows.
"""

import inspect
from collections.abc import Callable
from types import ModuleType

from tests.outlets.crooked import cells, identities, places, refusals, shapes
from tests.outlets.crooked.making import Crooked
from tests.outlets.crooked.place import Putuo

Maker = Callable[[Putuo], Crooked]


def _makers(module: ModuleType) -> list[Maker]:
    return [
        one
        for name, one in vars(module).items()
        if inspect.isfunction(one) and one.__module__ == module.__name__ and name[0] != "_"
    ]


FILES: list[Maker] = [
    maker for module in (shapes, refusals, places, cells, identities) for maker in _makers(module)
]
