"""Whom the news of scoring go to: the expert, and the commission's officers."""

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from accounts.people import recipients_by_id, recipients_of_commission
from accounts.roles import PROGRAMME_OFFICER
from assessments.models import Evaluation, Scorecard
from core.notices import Recipient, notify

MINE = "/evaluation/my-scorecards/"


def card_path(card: Scorecard) -> str:
    """Where the expert finds the card."""
    return f"/evaluation/scorecards/{card.pk}/"


def scoring_path(evaluation: Evaluation) -> str:
    """Where the officers find the circle's cards."""
    return f"/evaluation/{evaluation.pk}/scoring/"


def tell_assigned(cards: Iterable[Scorecard], key: str) -> None:
    """Each expert once: how many circles, by when."""
    mine: dict[Any, list[Scorecard]] = {}
    for card in cards:
        mine.setdefault(card.expert_id, []).append(card)
    for expert, given in mine.items():
        tell_expert(
            expert,
            key=f"scorecards:{expert}:assigned:{key}",
            title=_("请评审 %(n)d 个便民生活圈"),
            text=_("%(circles)s。评分截止：%(due)s。评分前请先确认与评审对象没有利益关系。"),
            path=MINE,
            n=len(given),
            circles=_names(given),
            due=_first_due(given),
        )


def tell_expert(
    expert: Any, *, key: str, title: Any, text: Any = "", path: str = MINE, **parts: Any
) -> int:
    """One expert; `title` and `text` lazy, with `parts` in them. How many were told."""
    return _tell(recipients_by_id([expert]), key, title, text, path, parts)


def tell_officers(
    evaluation: Evaluation, *, key: str, title: Any, text: Any = "", **parts: Any
) -> None:
    """The commission's officers."""
    people = recipients_of_commission(evaluation.district, PROGRAMME_OFFICER)
    _tell(people, key, title, text, scoring_path(evaluation), parts)


def _tell(
    people: list[Recipient], key: str, title: Any, text: Any, path: str, parts: dict[str, Any]
) -> int:
    # In the site's language, whoever acts.
    with translation.override(settings.LANGUAGE_CODE):
        told = {name: one if isinstance(one, int) else str(one) for name, one in parts.items()}
        return notify(
            key=key,
            people=people,
            title=str(title) % told,
            text=str(text) % told if text else "",
            path=path,
        )


def _names(cards: list[Scorecard], most: int = 10) -> str:
    names = [card.evaluation.circle.name for card in cards]
    more = "……" if len(names) > most else ""
    return "、".join(names[:most]) + more


def _first_due(cards: list[Scorecard]) -> Any:
    days: list[dt.date] = [card.evaluation.due_on for card in cards if card.evaluation.due_on]
    return min(days).isoformat() if days else _("未定")
