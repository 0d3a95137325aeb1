"""Who is told about applications: the street that filed, the commission that handles them."""

import uuid
from typing import Any

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from accounts.models import Office
from accounts.people import recipients, recipients_by_id, recipients_of_commission
from accounts.roles import PROGRAMME_OFFICER, STREET_OFFICER
from core.audit import Act
from core.notices import Recipient, notify
from subsidies.models import Application


def application_path(row: Application) -> str:
    """Where the application is dealt with."""
    return f"/subsidies/applications/{row.pk}/"


def applicants(row: Application) -> list[Recipient]:
    """Who filed it, and the officers of its street."""
    people = recipients_by_id(uuid.UUID(one) for one in row.submitted_by_ids)
    if row.street_id:
        for office in Office.objects.filter(street=row.street_id, kind=Office.Kind.STREET):
            people += recipients(office, STREET_OFFICER)
    return people


def tell_filed(row: Application, this: Act) -> None:
    """The officers: something waits to be looked at."""
    again = bool(row.supplement_on)
    title = _("扶持申报已补正，请受理：%(what)s") if again else _("新的扶持申报，请受理：%(what)s")
    _tell(recipients_of_commission(row.district, PROGRAMME_OFFICER), row, this, title)


def tell_withdrawn(row: Application, this: Act) -> None:
    """The officers: nothing more to do."""
    people = recipients_of_commission(row.district, PROGRAMME_OFFICER)
    _tell(people, row, this, _("扶持申报已撤回：%(what)s"), row.decision_note)


def tell_asked(row: Application, this: Act) -> None:
    """Who filed: what to complete, until when."""
    path = f"{application_path(row)}edit/"
    _tell(applicants(row), row, this, _("扶持申报须补正：%(what)s"), row.supplement_text, path=path)


def tell_accepted(row: Application, this: Act) -> None:
    """Who filed: it is under review."""
    _tell(applicants(row), row, this, _("扶持申报已受理：%(what)s"), row.decision_note)


def tell_declined(row: Application, this: Act) -> None:
    """Who filed: why not."""
    _tell(applicants(row), row, this, _("扶持申报不予受理：%(what)s"), row.decision_note)


def tell_refused(row: Application, this: Act) -> None:
    """Who filed: it will not be supported, and why."""
    _tell(applicants(row), row, this, _("扶持申报不予支持：%(what)s"), row.decision_note)


def _tell(
    people: list[Recipient],
    row: Application,
    this: Act,
    title: Any,
    text: str = "",
    path: str = "",
) -> None:
    # In the site's language, whoever acts.
    with translation.override(settings.LANGUAGE_CODE):
        notify(
            key=f"subsidies.application:{row.pk}:{this.id}",
            people=people,
            title=str(title) % {"what": f"{row.number} {row.title}".strip()},
            text=text,
            path=path or application_path(row),
        )
