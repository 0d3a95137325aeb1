"""Messages: written once for each person with the change itself, mailed once by a job."""

import threading
import uuid
from collections.abc import Callable
from smtplib import SMTPRecipientsRefused, SMTPServerDisconnected
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.core.mail import EmailMessage
from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy

from core import jobs, notices
from core.models import Job, Notice
from core.notices import Recipient, notify, send_waiting, unread
from tests.api.racing import at_once

pytestmark = pytest.mark.django_db(transaction=True)

WANG = Recipient(uuid.uuid4(), "王丽", "wang@example.cn")
LI = Recipient(uuid.uuid4(), "李明")


@pytest.fixture(autouse=True)
def _no_broker(settings: Any) -> None:
    settings.CELERY_BROKER_URL = None


def tell(key: str = "report:1:returned:2", **more: Any) -> int:
    return notify(key=key, people=[WANG, LI, WANG], title="请修改，三季度进展报送", **more)


def mailed() -> list[str]:
    return sorted(message.to[0] for message in mail.outbox)


def states() -> list[str]:
    return sorted(Notice.objects.values_list("mail", flat=True))


def test_each_person_is_told_once_for_a_key_and_again_for_the_next() -> None:
    assert tell() == 2
    assert tell() == 0
    assert tell("report:1:returned:3") == 2
    assert Notice.objects.count() == 4
    # One job serves all that waits.
    assert Job.objects.filter(kind=notices.MAIL, state="queued").count() == 1


def test_a_change_rolled_back_tells_nobody() -> None:
    with transaction.atomic():
        tell()
        transaction.set_rollback(True)
    assert not Notice.objects.exists()
    assert not Job.objects.exists()


def test_the_mail_says_who_what_by_when_and_where(settings: Any) -> None:
    settings.SITE_URL = "https://circles.example.cn/"
    tell(text="截止日期：2026年10月15日。", path="/desk/reports/1/")
    assert jobs.run_waiting() == 1
    [message] = mail.outbox
    assert message.to == ["wang@example.cn"]
    assert message.subject == "【一刻钟便民生活圈】请修改，三季度进展报送"
    for said in ("王丽", "请修改，三季度进展报送", "2026年10月15日"):
        assert said in message.body
    assert "https://circles.example.cn/desk/reports/1/\n" in message.body
    assert states() == ["none", "sent"]


def test_without_a_mail_server_messages_stand_in_the_site_only(settings: Any) -> None:
    """None is said to be sent that was only printed; a demo prints it and says so."""
    settings.EMAIL_BACKEND = notices.CONSOLE
    assert tell() == 2
    assert states() == ["none", "none"]
    assert not Job.objects.exists()
    settings.DEMO = True
    tell("another")
    assert states() == ["none", "none", "none", "waiting"]


def test_the_sites_language_is_spoken_whoever_acts() -> None:
    with translation.override("en"):
        notify(key="a", people=[LI], title=gettext_lazy("简体中文"))
    assert Notice.objects.get().title == "简体中文"


def test_a_title_of_many_lines_makes_no_second_header() -> None:
    notify(key="a", people=[WANG], title="请修改\nBcc: all@example.cn" + "长" * 300)
    send_waiting()
    assert "\n" not in mail.outbox[0].subject
    assert len(Notice.objects.get().title) == 200


def both_list_before_either_claims(monkeypatch: pytest.MonkeyPatch, claim: Callable[..., Any]):
    """Two workers see the same mail waiting, then claim it at the same moment."""
    gates = [threading.Barrier(2) for _ in range(10)]
    passed = threading.local()

    def meet(pk: uuid.UUID) -> Any:
        passed.count = getattr(passed, "count", -1) + 1
        gates[passed.count].wait(timeout=10)
        return claim(pk)

    monkeypatch.setattr(notices, "_claim", meet)


def test_two_workers_mail_each_message_once(monkeypatch: pytest.MonkeyPatch) -> None:
    for n in range(5):
        tell(f"key {n}")
    both_list_before_either_claims(monkeypatch, notices._claim)
    assert sum(at_once(send_waiting, send_waiting)) == 5
    assert mailed() == ["wang@example.cn"] * 5
    assert states() == ["none"] * 5 + ["sent"] * 5


def test_without_the_claim_two_workers_mail_it_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: the race is real."""
    for n in range(5):
        tell(f"key {n}")
    both_list_before_either_claims(monkeypatch, lambda pk: True)
    at_once(send_waiting, send_waiting)
    assert len(mailed()) == 10


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> dict[str, Exception]:
    """A mail server that fails for some addresses ("*": for all)."""
    failing: dict[str, Exception] = {}
    send = EmailMessage.send

    def fail_or_send(message: EmailMessage, **more: Any) -> int:
        error = failing.get(message.to[0], failing.get("*"))
        if error is not None:
            raise error
        return send(message, **more)

    monkeypatch.setattr(EmailMessage, "send", fail_or_send)
    return failing


def run_again() -> None:
    Job.objects.filter(state="queued").update(run_after=timezone.now())
    jobs.run_waiting()


def test_mail_waits_while_the_server_is_out_of_order(server: dict[str, Exception]) -> None:
    server["*"] = SMTPServerDisconnected("gone")
    tell()
    tell("another")
    run_again()
    assert states() == ["none", "none", "waiting", "waiting"]
    assert "gone" in Notice.objects.filter(mail="waiting").order_by("at")[0].mail_error
    server.clear()
    run_again()
    assert mailed() == ["wang@example.cn"] * 2


def test_an_address_that_does_not_exist_holds_nobody_else_up(server: dict[str, Exception]) -> None:
    server["wang@example.cn"] = SMTPRecipientsRefused({"wang@example.cn": (550, b"no such user")})
    # Told in the order of their ids: who is refused for good comes after who has to wait.
    busy = Recipient(uuid.UUID(int=0), "赵", "zhao@example.cn")
    server[busy.email] = SMTPRecipientsRefused({busy.email: (452, b"mailbox full")})
    good = Recipient(uuid.uuid4(), "周", "zhou@example.cn")
    notify(key="a", people=[WANG, busy, good], title="请办理")
    run_again()
    assert mailed() == ["zhou@example.cn"]
    assert states() == ["failed", "sent", "waiting"]
    del server[busy.email]
    run_again()
    assert mailed() == ["zhao@example.cn", "zhou@example.cn"]


def test_what_a_killed_worker_was_sending_is_not_sent_again() -> None:
    """Whether it went out nobody knows; the message itself stands in the site."""
    with time_machine.travel("2026-10-12 09:00+08:00", tick=False) as clock:
        tell()
        assert notices._claim(Notice.objects.get(mail="waiting").pk)
        clock.move_to("2026-10-12 09:10+08:00")
        assert send_waiting() == 0
        assert states() == ["none", "sending"]
        clock.move_to("2026-10-12 09:20+08:00")
        assert send_waiting() == 0
    assert states() == ["failed", "none"]
    assert mail.outbox == []


def test_unread_messages_are_counted_until_read() -> None:
    tell()
    tell("another")
    assert unread(WANG.id) == 2
    newest = notices.notices_of(WANG.id)[0]
    assert notices.mark_read(LI.id, newest.pk) == 0
    assert notices.mark_read(WANG.id, newest.pk) == 1
    assert (unread(WANG.id), unread(LI.id), unread(None)) == (1, 2, 0)
    assert notices.mark_read(WANG.id) == 1
    assert unread(WANG.id) == 0
