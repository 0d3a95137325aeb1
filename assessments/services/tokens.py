"""One-time codes (问卷码) of a wave: made, printed, found again; only their digests are stored.

A code is an HMAC of the wave's secret and a serial, so that sheets can be printed again while the
wave runs; when it closes the secret is thrown away, and no code can be made or told any more.
"""

from assessments.models import Survey, SurveyToken
from circles.models import Circle
from core.audit import Actor
from core.scope import Scope


def make_tokens(
    *, survey: Survey, circle: Circle, count: int, channel: str = "qr", by: Actor, scope: Scope
) -> int:
    """Make `count` codes for a circle of an open wave; the first of their consecutive serials.

    Raises PermissionDenied, or ValidationError (`count`, `circle`, `channel`, or closed).
    """
    raise NotImplementedError


def token_text(survey: Survey, serial: int) -> str:
    """The code of a serial: 16 letters and digits. ValidationError once the wave is closed."""
    raise NotImplementedError


def find_token(text: str) -> SurveyToken | None:
    """The row of a code as typed or scanned, used or not, of any wave."""
    raise NotImplementedError


def forget_uses(survey: Survey) -> None:
    """Part of closing a wave: mark all of its codes alike, so that none tells it was used."""
    raise NotImplementedError


def qr_sheet(*, survey: Survey, circle: Circle, first: int, last: int, base_url: str) -> bytes:
    """A4 slips (PDF) of the circle's codes with serials first…last; ValidationError when closed."""
    raise NotImplementedError
