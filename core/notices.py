"""Messages to people: in the site at once, by mail through a job, each once.

`notify` writes one row for each person, inside the caller's transaction; its `key` says what the
message is about, and a second message of that key to the same person is not written. The mail is
sent by a job that first claims the row (待发 → 发送中, compared and set), so that two workers
send it once.
"""

import contextvars
import logging
import uuid
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from smtplib import SMTPDataError, SMTPRecipientsRefused
from typing import Any
from urllib.parse import urljoin

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone, translation
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from core import jobs, schedule
from core.models import Job, Notice
from core.text import strip_unseen

logger = logging.getLogger(__name__)

Mail = Notice.Mail
MAIL = "core.mail"
CONSOLE = "django.core.mail.backends.console.EmailBackend"
# A mail that cannot be delivered for so long is not worth delivering any more.
GIVE_UP_AFTER = timedelta(days=3)
# So long after it was claimed, whoever claimed a mail is dead.
CLAIM_LASTS = timedelta(minutes=15)
MOST_SHOWN = 99


@dataclass(frozen=True)
class Recipient:
    """A person as messages know them; without `email` they find the message in the site only."""

    id: uuid.UUID
    label: str
    email: str = ""


_silent: contextvars.ContextVar[bool] = contextvars.ContextVar("silent", default=False)


@contextmanager
def silence() -> Iterator[None]:
    """Inside, nobody is told: what is written down is past, such as a demo's."""
    token = _silent.set(True)
    try:
        yield
    finally:
        _silent.reset(token)


class MailUnsentError(Exception):
    """Mail that could not be handed over now; the job tries again."""


def notify(
    *,
    key: str,
    people: Iterable[Recipient],
    title: Any,
    text: Any = "",
    path: str = "",
) -> int:
    """Tell each person once; how many were told who had not been before.

    key    what the message is about, at most 160 characters: the same key never reaches a person
           twice (`"report:<id>:returned:<version>"`)
    title  one line; give lazy texts, which are then said in the site's language whoever acts
    path   where the matter is dealt with, from the site's root
    """
    if _silent.get():
        return 0
    with translation.override(settings.LANGUAGE_CODE):
        # One line; its Chinese punctuation stays full width.
        title, text = " ".join(strip_unseen(str(title)).split()), str(text).strip()
    mailing = _has_mail()
    rows = [
        Notice(
            key=f"{key}:{person.id}",
            recipient_id=person.id,
            recipient_label=person.label[:120],
            title=Truncator(title).chars(200),
            text=text,
            path=path,
            email=person.email,
            mail=Mail.WAITING if person.email and mailing else Mail.NONE,
        )
        for _id, person in sorted({person.id: person for person in people}.items())
    ]
    if not rows:
        return 0
    with transaction.atomic():
        Notice.objects.bulk_create(rows, ignore_conflicts=True)
        written = Notice.objects.filter(pk__in=[row.pk for row in rows])
        told = len(written)
        if any(row.mail == Mail.WAITING for row in written):
            jobs.enqueue(MAIL, key="waiting")
    return told


def _has_mail() -> bool:
    """Whether there is a server for mail; a demo prints it instead."""
    return settings.DEMO or settings.EMAIL_BACKEND != CONSOLE


def notices_of(user_id: uuid.UUID) -> "QuerySet[Notice]":
    """A person's messages, newest first."""
    return Notice.objects.filter(recipient_id=user_id).order_by("-at", "-id")


def unread(user_id: uuid.UUID | None) -> int:
    """How many of a person's messages are unread, counted up to one more than `MOST_SHOWN`."""
    if user_id is None:
        return 0
    waiting = Notice.objects.filter(recipient_id=user_id, read_at=None)
    return waiting[: MOST_SHOWN + 1].count()


def mark_read(user_id: uuid.UUID, notice_id: uuid.UUID | None = None) -> int:
    """Mark one of a person's messages, or all of them, as read; how many were unread."""
    mine = Notice.objects.filter(recipient_id=user_id, read_at=None)
    if notice_id is not None:
        mine = mine.filter(pk=notice_id)
    return mine.update(read_at=timezone.now())


@jobs.handler(MAIL)
def _mail(job: Job) -> jobs.Effect:
    """Sending cannot be taken back, so it is done before the effect, each mail on its own claim."""
    sent = send_waiting()
    return lambda: {"sent": sent}


schedule.daily(MAIL, hour=9)


def send_waiting() -> int:
    """Send the mail that waits, oldest first; how many were sent.

    MailUnsentError when some could not be sent now: it waits for the next run. A server that is
    out of order is not asked again for each mail.
    """
    _give_up()
    sent, put_off = 0, ""
    waiting = Notice.objects.filter(mail=Mail.WAITING).order_by("at", "id")
    for pk in list(waiting.values_list("pk", flat=True)):
        if not _claim(pk):
            continue
        notice = Notice.objects.get(pk=pk)
        try:
            message_of(notice).send()
        except Exception as error:
            logger.warning("mail of notice %s was not sent", pk, exc_info=True)
            waits = _put_off(notice, error)
            put_off = waits or put_off
            if waits and not _is_about_this(error):
                break
        else:
            _settle(notice, Mail.SENT)
            sent += 1
    if put_off:
        raise MailUnsentError(put_off)
    return sent


def _claim(pk: uuid.UUID) -> bool:
    """Take a waiting mail for this worker; False when another one has it."""
    mine = Notice.objects.filter(pk=pk, mail=Mail.WAITING)
    return bool(mine.update(mail=Mail.SENDING, mailed_at=timezone.now()))


def message_of(notice: Notice) -> EmailMessage:
    """The mail that a message becomes: who, what, by when, and where it is dealt with."""
    with translation.override(settings.LANGUAGE_CODE):
        lines = [
            _("%(name)s：您好！") % {"name": notice.recipient_label},
            "",
            notice.title,
            *([notice.text] if notice.text else []),
            "",
            _("请登录平台办理：%(address)s") % {"address": urljoin(settings.SITE_URL, notice.path)},
            "",
            _("本邮件由普陀区一刻钟便民生活圈平台自动发出，请勿直接回复。"),
        ]
        subject = _("【一刻钟便民生活圈】%(title)s") % {"title": notice.title}
    return EmailMessage(subject=subject, body="\n".join(lines), to=[notice.email])


def _put_off(notice: Notice, error: Exception) -> str:
    """Fail the mail when trying again cannot help, else let it wait; why it waits."""
    said = f"{type(error).__name__}: {error}"
    if _is_final(error):
        _settle(notice, Mail.FAILED, said)
        return ""
    _settle(notice, Mail.WAITING, said)
    return said


def _is_about_this(error: Exception) -> bool:
    """Whether the server refused this mail alone, not every mail."""
    return isinstance(error, SMTPRecipientsRefused | SMTPDataError)


def _is_final(error: Exception) -> bool:
    """Whether trying again cannot help: refused for good, or no mail can be made of it."""
    if isinstance(error, SMTPRecipientsRefused):
        return all(code >= 500 for code, _reason in error.recipients.values())
    if isinstance(error, SMTPDataError):
        return error.smtp_code >= 500
    # SMTPException is an OSError, as are all failures to reach the server.
    return not isinstance(error, OSError)


def _settle(notice: Notice, state: Mail, error: str = "") -> None:
    mine = Notice.objects.filter(pk=notice.pk, mail=Mail.SENDING)
    at = timezone.now() if state == Mail.SENT else None
    mine.update(mail=state, mailed_at=at, mail_error=error[:300])


def _give_up() -> None:
    """Fail mail that waited too long, and mail whose sender died: it may have gone out."""
    now = timezone.now()
    stale = Notice.objects.filter(mail=Mail.WAITING, at__lt=now - GIVE_UP_AFTER)
    stale.update(mail=Mail.FAILED)
    lost = Notice.objects.filter(mail=Mail.SENDING, mailed_at__lt=now - CLAIM_LASTS)
    lost.update(mail=Mail.FAILED, mail_error=_("发送时中断，未能确认是否送达；为避免重复未再发送"))
