"""Jobs run when they are due, one at a time, whatever one of them does."""

import threading
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest

from watchword.gateway.jobs import ALL, Jobs
from watchword.services.jobs import Job
from watchword.world import World


class Seconds:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def noting(noted: list[str], name: str, seconds: float) -> Job:
    return Job(name, timedelta(seconds=seconds), lambda _: noted.append(name))


def test_a_job_is_due_at_start_and_after_its_period(world: World) -> None:
    ran: list[str] = []
    clock = Seconds()
    jobs = Jobs(world, clock, [noting(ran, "often", 10), noting(ran, "seldom", 25)])
    assert (jobs.run_due(), ran) == (10, ["often", "seldom"])
    clock.now += 9
    assert (jobs.run_due(), len(ran)) == (1, 2)
    clock.now += 1
    assert (jobs.run_due(), ran[2:]) == (10, ["often"])
    clock.now += 60
    assert (jobs.run_due(), ran[3:]) == (10, ["often", "seldom"])


def test_a_job_that_fails_is_logged_and_due_again(world: World, caplog: pytest.LogCaptureFixture) -> None:
    def fail(_: World) -> None:
        raise OSError("the disk is full")

    ran: list[str] = []
    clock = Seconds()
    jobs = Jobs(world, clock, [Job("broken", timedelta(seconds=5), fail), noting(ran, "sound", 5)])
    for _ in range(2):
        assert jobs.run_due() == 5
        clock.now += 5
    assert ran == ["sound", "sound"]
    assert [(record.message, vars(record)["job"]) for record in caplog.records] == [
        ("job failed", "broken")
    ] * 2


def test_stopping_waits_for_what_runs_and_begins_nothing(world: World) -> None:
    began, go, ran = threading.Event(), threading.Event(), []

    def slow(_: World) -> None:
        began.set()
        go.wait()
        ran.append("slow")

    jobs = Jobs(world, Seconds(), [Job("slow", timedelta(days=1), slow), noting(ran, "next", 1)])
    jobs.start()
    began.wait()
    stopping = threading.Thread(target=jobs.stop)
    stopping.start()
    stopping.join(0.1)
    assert stopping.is_alive()
    go.set()
    stopping.join()
    assert ran == ["slow"]


def test_every_service_may_have_jobs(world: World) -> None:
    assert [job.name for job in ALL] == [
        "sweep the spool",
        "record refusals that were counted",
        "make room in memory",
        "end idle functions",
        "sweep packages",
        "remove dead letters",
        "sweep objects",
        "verify objects",
        "hand over notifications",
        "carry out lifecycle rules",
        "deliver access logs",
        "remove state machines and executions",
        "rotate the keys of issuers",
    ]
    acts: list[Callable[[World], object]] = [job.act for job in ALL]
    for act in acts:
        act(world)


def test_a_long_job_takes_a_step_each_turn(world: World) -> None:
    ran: list[str] = []
    clock = Seconds()

    def long(_: World) -> Iterator[None]:
        for step in ("first", "second"):
            ran.append(step)
            yield

    def broken(_: World) -> Iterator[None]:
        ran.append("broken")
        yield
        raise OSError("the disk is full")

    jobs = Jobs(world, clock, [Job("long", timedelta(seconds=5), long), noting(ran, "short", 5)])
    for _ in range(4):
        jobs.run_due()
        clock.now += 5
    assert ran == ["first", "short", "second", "short", "short", "first", "short"]
    ran.clear()
    jobs = Jobs(world, clock, [Job("broken", timedelta(seconds=5), broken)])
    for _ in range(3):
        jobs.run_due()
        clock.now += 5
    assert ran == ["broken", "broken"]
