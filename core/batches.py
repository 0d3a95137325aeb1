"""Acts on many rows at once, all of them or none."""

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from django.core.exceptions import PermissionDenied, ValidationError

from core.versions import StaleVersionError

T = TypeVar("T")


def all_or_told(items: Iterable[tuple[Any, ...]], run: Callable[..., T]) -> list[T]:
    """`run(*item)` for each, in the caller's order; an item begins with the row it is about.

    Inside the caller's transaction. Those that are refused are told together, each by its row, as
    one ValidationError.
    """
    done, refused = [], []
    for item in items:
        try:
            done.append(run(*item))
        except ValidationError as error:
            refused.append(f"{item[0]}：{'；'.join(error.messages)}")
        except (PermissionDenied, StaleVersionError) as error:
            refused.append(f"{item[0]}：{error}")
    if refused:
        raise ValidationError(refused)
    return done
