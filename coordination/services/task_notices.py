"""Whom a task's news go to: the people of its units, and the commission's officers."""

from coordination.models import Task


def path_of(task: Task) -> str:
    """Where everyone finds the task in the site."""
    return f"/coordination/tasks/{task.pk}/"


def tell_offices(task: Task, *, key: str, title: str, text: str = "") -> None:
    """Write to the people of the units that the task names; `key` once per person."""


def tell_commission(task: Task, *, key: str, title: str, text: str = "") -> None:
    """Write to the commission's officers; `key` once per person."""
