"""Residents answering at once: `make serve`'s processes on PostgreSQL that keeps what it promises.

Every answer is a new connection from one of many addresses, as phones come; one in twenty is sent
twice in the same moment. Prints answers and opened pages a second, how long they took, and what
the database holds afterwards: each answer once, none lost. `SURVEY_ANSWERS` asks for another
number, `SURVEY_AT_ONCE` for another number of residents at once.
"""

import asyncio
import json
import os
import random
import socket
import statistics
import subprocess
import sys
import time
import urllib.request
from collections import Counter
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlencode

ANSWERS = int(os.environ.get("SURVEY_ANSWERS", "6000"))
AT_ONCE = int(os.environ.get("SURVEY_AT_ONCE", "24"))
LEAST_PER_SECOND = 200.0
DOUBLED_SHARE = 20  # one in so many is sent twice
ADDRESSES = [f"127.0.1.{last}" for last in range(1, 101)]
WARM_UP = 200
START_SECONDS = 180
TOOK, AGAIN = "提交成功", "此问卷已提交"


class Sent(NamedTuple):
    """One request: which answer it carried, what came back, how long it took."""

    number: int
    status: int
    said: str
    seconds: float


def main() -> int:
    """0 when the bounds are kept, 1 otherwise."""
    from bench.servers import database

    with database(durable=True) as folder:
        from portal.serving import Processes, embedded_broker

        os.environ["SURVEY_REQUESTS_PER_MINUTE"] = "1200"
        with embedded_broker() as broker, Processes(broker) as processes:
            if broker is None:
                print("no Redis server in the environment; install requirements-dev.lock")
                return 1
            codes = _wave(ANSWERS + WARM_UP)
            port = _free_port()
            processes.start_jobs()
            processes.start_schedule()
            processes.start_web(f"127.0.0.1:{port}")
            _await(f"http://127.0.0.1:{port}/healthz")
            plan = folder / "plan.json"
            plan.write_text(json.dumps({"port": port, "codes": codes}), encoding="utf-8")
            told = _load(plan)
        return _report(told)


# --- The load, in a process of its own ------------------------------------------------------------
def _load(plan: Path) -> dict[str, Any]:
    command = [sys.executable, "-m", "bench.survey", "load", str(plan)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(done.stderr[-3000:])
    told: dict[str, Any] = json.loads(done.stdout)
    return told


def load(plan: Path) -> None:
    """Send what the plan says; the outcome as JSON on stdout."""
    told = json.loads(plan.read_text(encoding="utf-8"))
    print(json.dumps(asyncio.run(_residents(told["port"], told["codes"]))))


async def _residents(port: int, codes: list[tuple[str, str]]) -> dict[str, Any]:
    pick = random.Random(11)
    bodies = [_body(number, stamp, pick) for number, (_code, stamp) in enumerate(codes)]

    async def answer(number: int) -> Sent:
        return await _ask(port, "POST", codes[number][0], number, bodies[number])

    async def open_page(number: int) -> Sent:
        return await _ask(port, "GET", codes[number][0], number)

    async def answer_maybe_twice(number: int) -> list[Sent]:
        if number % DOUBLED_SHARE:
            return [await answer(number)]
        return list(await asyncio.gather(answer(number), answer(number)))

    first, rest = range(WARM_UP), range(WARM_UP, len(codes))
    await _each(first, open_page)
    warm = await _each(first, answer)
    opened, opening = await _timed(rest[: len(rest) // 4], open_page)
    answered, answering = await _timed(rest, answer_maybe_twice)
    return {
        "warm": warm,
        "opened": opened,
        "opening": opening,
        "answered": [one for sent in answered for one in sent],
        "answering": answering,
    }


async def _timed(numbers: Any, do: Any) -> tuple[list[Any], float]:
    start = time.perf_counter()
    done = await _each(numbers, do)
    return done, time.perf_counter() - start


async def _each(numbers: Any, do: Any) -> list[Any]:
    """`do` each number, `AT_ONCE` at a time."""
    waiting = iter(numbers)
    done: list[Any] = []

    async def resident() -> None:
        for number in waiting:
            done.append(await do(number))

    await asyncio.gather(*(resident() for _ in range(AT_ONCE)))
    return done


async def _ask(port: int, method: str, code: str, number: int, body: bytes = b"") -> Sent:
    address = ADDRESSES[number % len(ADDRESSES)]
    head = (
        f"{method} /survey/{code}/ HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n"
        "Content-Type: application/x-www-form-urlencoded\r\n"
        f"Content-Length: {len(body)}\r\nAccept-Language: zh-CN\r\n\r\n"
    )
    start = time.perf_counter()
    reader, writer = await asyncio.open_connection("127.0.0.1", port, local_addr=(address, 0))
    writer.write(head.encode() + body)
    answer = await reader.read()
    seconds = time.perf_counter() - start
    writer.close()
    text = answer.decode(errors="replace")
    status = int(text.split(" ", 2)[1]) if text else 0
    said = "took" if TOOK in text else "again" if AGAIN in text else ""
    return Sent(number, status, said, seconds)


def _body(number: int, stamp: str, pick: random.Random) -> bytes:
    lacks = pick.random() < 0.5
    told: dict[str, Any] = {
        "started": stamp,
        "q-lacking": "yes" if lacks else "no",
        "q-formats": pick.sample(["repair", "bookstore"], 1) if lacks else [],
        "q-words": f"答卷 {number}",
        "age_band": pick.choice(["", "18_34", "35_59", "60_plus"]),
    }
    for key in _scales():
        told[f"q-{key}"] = pick.choice("543210")
    return urlencode(told, doseq=True).encode()


def _scales() -> list[str]:
    return ["overall", *(f"scale{n}" for n in range(1, 10))]


# --- The wave -------------------------------------------------------------------------------------
def _wave(count: int) -> list[tuple[str, str]]:
    """A running wave of thirteen questions; its codes with the stamps of their forms."""
    import datetime as dt

    from django.utils import timezone

    from assessments.models import Questionnaire, SurveyToken
    from assessments.services.tokens import MOST_AT_ONCE, make_tokens, token_text
    from core.audit import SYSTEM
    from portal.survey.asking import started_stamp
    from tests.assessments.making import SATISFACTION, make_questionnaire, make_survey
    from tests.coordination.people import Cast
    from tests.factories import CircleFactory

    cast = Cast()
    circle = CircleFactory(district=cast.district, lead_street=cast.street)
    asked = make_questionnaire(cast.district, state=Questionnaire.State.DRAFT)
    asked.questions.filter(key="price").delete()
    for at, key in enumerate(_scales()[1:]):
        told = {"kind": "scale", "options": SATISFACTION, "sort": 20 + at}
        asked.questions.create(key=key, text=f"对第 {at + 1} 项服务是否满意", **told)
    asked.state = Questionnaire.State.PUBLISHED
    asked.save()
    today = timezone.localdate()
    survey = make_survey(
        circle, asked, token_secret="s" * 64, opens_on=today, closes_on=today + dt.timedelta(days=2)
    )
    scope, left = cast.officer.scope, count
    while left > 0:
        made = min(left, MOST_AT_ONCE)
        make_tokens(survey=survey, circle=circle, count=made, by=SYSTEM, scope=scope)
        left -= made
    rows = SurveyToken.objects.filter(survey=survey).order_by("serial")
    return [(token_text(survey, row.serial), started_stamp(row)) for row in rows]


# --- What came of it ------------------------------------------------------------------------------
def _report(told: dict[str, Any]) -> int:
    from assessments.models import SurveyAnswer, SurveyToken

    answered = [Sent(*one) for one in told["answered"]]
    took = Counter(one.number for one in answered if one.said == "took")
    took.update(Sent(*one).number for one in told["warm"] if one[2] == "took")
    stored = Counter(
        int(words.split()[1])
        for words in SurveyAnswer.objects.values_list("answers__words", flat=True)
    )
    numbers = range(ANSWERS + WARM_UP)
    lost = sum(stored[number] == 0 for number in numbers)
    doubled = sum(stored[number] > 1 for number in numbers) + sum(n > 1 for n in took.values())
    untold = sum(stored[number] > 0 and not took[number] for number in numbers)
    used = SurveyToken.objects.filter(used=True).count()
    twice = len(answered) - len({one.number for one in answered})
    refused = Counter(str(one.status) for one in answered if one.status != 200)
    rate = ANSWERS / told["answering"]
    pages = len(told["opened"]) / told["opening"]
    p50, p95 = _percentiles([one.seconds for one in answered])
    g50, g95 = _percentiles([Sent(*one).seconds for one in told["opened"]])
    print(f"answers                       {ANSWERS:>12,}     {AT_ONCE} residents at once")
    print(f"sent twice at once            {twice:>12,}     from {len(ADDRESSES)} addresses")
    print(f"answers a second              {rate:>12.0f}     at least {LEAST_PER_SECOND:.0f}")
    print(f"  half within / 95 % within   {p50:>12.0f} ms  {p95:.0f} ms")
    print(f"pages opened a second         {pages:>12.0f}")
    print(f"  half within / 95 % within   {g50:>12.0f} ms  {g95:.0f} ms")
    print(f"in the database               {stored.total():>12,}     {used:,} codes used")
    print(f"lost                          {lost:>12,}     at most 0")
    print(f"doubled                       {doubled:>12,}     at most 0")
    print(f"stored but not told so        {untold:>12,}     at most 0")
    print(f"refused                       {refused.total():>12,}     {dict(refused) or ''}")
    exact = stored.total() == used == ANSWERS + WARM_UP
    faultless = exact and not (lost or doubled or untold or refused)
    return 0 if faultless and rate >= LEAST_PER_SECOND else 1


def _percentiles(seconds: list[float]) -> tuple[float, float]:
    """Median and 95th percentile, in milliseconds."""
    cuts = statistics.quantiles(seconds, n=20)
    return cuts[9] * 1000, cuts[18] * 1000


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as door:
        port: int = door.getsockname()[1]
        return port


def _await(url: str) -> None:
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            urllib.request.urlopen(url, timeout=5).close()
            return
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)


if __name__ == "__main__":
    if sys.argv[1:2] == ["load"]:
        load(Path(sys.argv[2]))
    else:
        sys.exit(main())
