"""Telling people about meetings and proposals, in the site and by mail."""

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.utils import translation

from accounts.models import Office
from accounts.people import people_of, recipients_of_commission
from accounts.roles import (
    APPROVER,
    DEPARTMENT_LIAISON,
    PROGRAMME_OFFICER,
    STREET_HEAD,
    STREET_OFFICER,
)
from coordination.models import Meeting, Proposal
from core.notices import Recipient, notify
from territory.models import District

UNIT_PEOPLE = (STREET_OFFICER, STREET_HEAD, DEPARTMENT_LIAISON)


def meeting_path(meeting: Meeting) -> str:
    """Where the meeting is dealt with."""
    return f"/coordination/meetings/{meeting.pk}/"


def proposal_path(proposal: Proposal) -> str:
    """Where the proposal is dealt with."""
    return f"/coordination/proposals/{proposal.pk}/"


def tell_offices(
    offices: Iterable[Office], *, key: str, title: Any, text: Any = "", path: str, **parts: Any
) -> None:
    """Everyone of these units, once for the key; `title` and `text` lazy, with `parts` in them."""
    told = people_of(offices, UNIT_PEOPLE)
    _tell([one for people in told.values() for one in people], key, title, text, path, parts)


def tell_commission(
    district: District, *, key: str, title: Any, text: Any = "", path: str, **parts: Any
) -> None:
    """The officers of the commission."""
    _tell(recipients_of_commission(district, PROGRAMME_OFFICER), key, title, text, path, parts)


def tell_approvers(
    district: District, *, key: str, title: Any, text: Any = "", path: str, **parts: Any
) -> None:
    """Those who sign."""
    _tell(recipients_of_commission(district, APPROVER), key, title, text, path, parts)


def _tell(
    people: list[Recipient], key: str, title: Any, text: Any, path: str, parts: dict[str, Any]
) -> None:
    # In the site's language, whoever acts.
    with translation.override(settings.LANGUAGE_CODE):
        filled = {name: str(value) for name, value in parts.items()}
        notify(
            key=key,
            people=people,
            title=str(title) % filled,
            text=str(text) % filled if text else "",
            path=path,
        )
