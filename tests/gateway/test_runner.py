"""Who carries executions on: leases, commits, and what happens when a process dies or falls behind."""

import json
import threading
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from tests.server.harness import eventually
from tests.services.harness import world_on

from watchword.access import Caller
from watchword.access.request_context import Via
from watchword.gateway.dispatch import dispatch
from watchword.gateway.runner import held
from watchword.gateway.runner import runner as module
from watchword.gateway.runner.runner import Runner
from watchword.gateway.turns import LEASE
from watchword.machines.errors import Failure
from watchword.machines.live import TaskCall
from watchword.names import AwsError
from watchword.names.principal import Root
from watchword.store import Database, Unavailable
from watchword.store.machines import executions, leases
from watchword.store.machines.executions import Event
from watchword.world import World

ACCOUNT = "111122223333"
TRUST = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "states.amazonaws.com"}}
PASS = {"Type": "Pass"}
LOOKS_BACK = {
    "Type": "Choice",
    "Choices": [{"Variable": "$.never", "IsPresent": True, "Next": "E"}],
    "Default": "P",
}
PUT = "arn:aws:states:::aws-sdk:s3:putObject"
TASK = {"Type": "Task", "Resource": "arn:aws:states:::aws-sdk:iam:listUsers", "Parameters": {}}


class Scene:
    """A world whose time stands still until it is moved, and what is in it."""

    def __init__(self, world: World) -> None:
        self.world, self.seconds = world, world.clock.read()
        world.clock.read = lambda: self.seconds
        document = json.dumps({"Version": "2012-10-17", "Statement": [TRUST]})
        self.call("iam", "CreateRole", RoleName="sfn", AssumeRolePolicyDocument=document)
        allow = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
        self.call("iam", "PutRolePolicy", RoleName="sfn", PolicyName="own", PolicyDocument=json.dumps(allow))

    def call(self, service: str, operation: str, **given: Any) -> Any:
        return dispatch(self.world, Caller(Root(ACCOUNT)), (service, operation), given, via=Via())

    def machine(self, name: str, states: dict[str, Any], **more: Any) -> str:
        text = json.dumps({"StartAt": next(iter(states)), "States": states})
        role = f"arn:aws:iam::{ACCOUNT}:role/sfn"
        made = self.call(
            "stepfunctions", "CreateStateMachine", name=name, definition=text, roleArn=role, **more
        )
        return str(made["stateMachineArn"])

    def start(self, machine: str, **more: Any) -> str:
        return str(
            self.call("stepfunctions", "StartExecution", stateMachineArn=machine, **more)["executionArn"]
        )

    def status(self, execution: str) -> str:
        return str(self.call("stepfunctions", "DescribeExecution", executionArn=execution)["status"])

    def events(self, execution: str) -> list[Event]:
        with self.world.database.read() as tx:
            found = executions.by_arn(tx, execution)
            assert found
            return executions.history(tx, found.id, after=0, limit=1000)[0]

    def types(self, execution: str) -> list[str]:
        return [event.type for event in self.events(execution)]


@pytest.fixture
def scene(database: Database, tmp_path: Path, now: datetime) -> Iterator[Scene]:
    world = world_on(database, tmp_path, now, ACCOUNT)
    yield Scene(world)
    world.journal.close()


def until(runner: Runner, condition: Callable[[], object]) -> bool:
    def looked() -> bool:
        runner.turn()
        return bool(condition())

    return eventually(looked)


def test_many_transitions_of_many_executions_are_one_commit(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    states = {f"S{number}": {**PASS, "Next": f"S{number + 1}"} for number in range(10)}
    machine = scene.machine("ten", {**states, "S10": {"Type": "Succeed"}})
    started = [scene.start(machine) for _ in range(20)]
    runner, commits = Runner(scene.world), []
    commit = Runner._commit
    monkeypatch.setattr(
        Runner, "_commit", lambda self, changed: (commits.append(len(changed)), commit(self, changed))
    )
    runner.turn()
    assert commits == [20]
    assert {scene.status(each) for each in started} == {"SUCCEEDED"}
    assert [event.number for event in scene.events(started[0])] == list(range(1, 25))


def test_a_long_one_does_not_hold_up_the_others(scene: Scene) -> None:
    states = {f"S{number}": {**PASS, "Next": f"S{number + 1}"} for number in range(1000)}
    long = scene.start(scene.machine("long", {**states, "S1000": {"Type": "Succeed"}}))
    short = scene.start(scene.machine("short", {"S": {"Type": "Succeed"}}))
    runner = Runner(scene.world)
    assert runner.turn() == 0
    assert (scene.status(long), scene.status(short)) == ("RUNNING", "SUCCEEDED")
    assert until(runner, lambda: scene.status(long) == "SUCCEEDED")


def test_a_turn_ends_when_it_is_late(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each turn enters a state at least, so all come to their ends."""
    states = {"P": {**PASS, "Next": "Q"}, "Q": {**PASS, "Next": "S"}, "S": {"Type": "Succeed"}}
    machine = scene.machine("three", states)
    started = [scene.start(machine) for _ in range(2)]
    seconds = iter(range(1000))
    monkeypatch.setattr(module, "time", SimpleNamespace(monotonic=lambda: next(seconds)))
    runner, lengths = Runner(scene.world), []
    while "RUNNING" in {scene.status(each) for each in started}:
        runner.turn()
        lengths.append(sum(len(scene.events(each)) for each in started))
        assert len(lengths) < 10
    assert lengths == [4, 6, 8, 10, 13, 16]


def test_a_turn_is_so_many_events_whatever_is_kept_of_them(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Those of express machines aren't, and their loops have no end but time."""
    monkeypatch.setattr(module, "EVENTS_OF_TURN", 1000)
    machine = scene.machine("loop", {"P": {**PASS, "Next": "C"}, "C": LOOKS_BACK, "E": {"Type": "Succeed"}},
                            type="EXPRESS")  # fmt: skip
    for _ in range(5):
        scene.start(machine)
    runner, advanced = Runner(scene.world), []
    advance = held.Held.advance
    monkeypatch.setattr(
        held.Held, "advance", lambda self, *given: (advanced.append(self.id), advance(self, *given))[1]
    )
    runner.turn()
    assert len(advanced) == 2
    runner.turn()
    assert len(set(advanced)) == 4


def test_what_waits_is_let_go(scene: Scene) -> None:
    wait = {"Type": "Wait", "Seconds": 60, "End": True}
    execution = scene.start(scene.machine("wait", {"W": wait}))
    first, second = Runner(scene.world), Runner(scene.world)
    first.turn()
    assert first._held == {}
    scene.seconds += 59
    assert second.turn() == 1
    assert scene.status(execution) == "RUNNING"
    scene.seconds += 1
    second.turn()
    assert scene.status(execution) == "SUCCEEDED"


class Slow:
    """Stands in for tasks: each is answered when it is told to be."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.called: list[TaskCall] = []
        self.go_on = threading.Semaphore(0)
        self.failure: Failure | None = None
        monkeypatch.setattr(module.tasks, "perform", self.perform)

    def perform(self, _world: object, _sessions: object, _about: object, call: TaskCall) -> str:
        self.called.append(call)
        assert self.go_on.acquire(timeout=20)
        if self.failure:
            raise self.failure
        return json.dumps({"answer": len(self.called)})


def test_a_lease_that_ran_out_is_anybodys(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """The task is called again, and the one who lost the lease commits nothing."""
    slow = Slow(monkeypatch)
    execution = scene.start(scene.machine("task", {"T": {**TASK, "Next": "P"}, "P": {**PASS, "End": True}}))
    first, second = Runner(scene.world), Runner(scene.world)
    first.turn()
    second.turn()
    assert eventually(lambda: len(slow.called) == 1)
    assert second._held == {}
    scene.seconds += LEASE.total_seconds()
    second.turn()
    assert eventually(lambda: len(slow.called) == 2)
    slow.go_on.release(2)
    assert eventually(lambda: first._answers.qsize() == second._answers.qsize() == 1)
    first.turn()
    assert first._held == {}
    second.turn()
    assert scene.status(execution) == "SUCCEEDED"
    assert scene.types(execution) == [
        *("ExecutionStarted", "TaskStateEntered", "TaskScheduled", "TaskStarted", "TaskSucceeded"),
        *("TaskStateExited", "PassStateEntered", "PassStateExited", "ExecutionSucceeded"),
    ]


def test_a_lease_is_kept_while_a_task_takes_long(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    slow = Slow(monkeypatch)
    execution = scene.start(scene.machine("task", {"T": {**TASK, "End": True}}))
    first, second = Runner(scene.world), Runner(scene.world)
    for _ in range(20):
        first.turn()
        second.turn()
        scene.seconds += 2
    assert second._held == {}
    slow.go_on.release()
    assert until(first, lambda: scene.status(execution) == "SUCCEEDED")
    assert len(slow.called) == 1


def test_an_orderly_end_leaves_everything_to_others(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    slow = Slow(monkeypatch)
    monkeypatch.setattr(module, "PATIENCE", 0.01)
    execution = scene.start(scene.machine("task", {"T": {**TASK, "End": True}}))
    first, second = Runner(scene.world), Runner(scene.world)
    first.start()
    called = eventually(lambda: slow.called)
    first.stop()
    assert called
    slow.go_on.release(2)
    assert until(second, lambda: scene.status(execution) == "SUCCEEDED")
    assert len(slow.called) == 2


def test_a_task_that_fails_while_the_server_stops_is_called_again(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow = Slow(monkeypatch)
    execution = scene.start(scene.machine("task", {"T": {**TASK, "End": True}}))
    first, second = Runner(scene.world), Runner(scene.world)
    first.start()
    called = eventually(lambda: slow.called)
    first.leave()
    slow.failure = Failure("Lambda.Unknown", "the function ended with the server")
    slow.go_on.release()
    first.stop()
    assert called
    slow.failure = None
    slow.go_on.release()
    assert until(second, lambda: scene.status(execution) == "SUCCEEDED")
    assert len(slow.called) == 2


def test_nothing_is_taken_up_while_the_server_stops(scene: Scene) -> None:
    runner = Runner(scene.world)
    runner.leave()
    execution = scene.start(scene.machine("p", {"P": {**PASS, "End": True}}))
    runner.turn()
    assert scene.status(execution) == "RUNNING"
    assert until(Runner(scene.world), lambda: scene.status(execution) == "SUCCEEDED")


def test_a_commit_that_fails_is_tried_again(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    slow = Slow(monkeypatch)
    slow.go_on.release()
    execution = scene.start(scene.machine("task", {"T": {**TASK, "End": True}}))
    runner, commit, broken = Runner(scene.world), leases.commit, [True, True]

    def breaks(*given: Any) -> bool:
        if broken:
            broken.pop()
            raise Unavailable("the database is gone")
        return commit(*given)

    runner.turn()
    assert eventually(lambda: not runner._answers.empty())
    monkeypatch.setattr(leases, "commit", breaks)
    for _ in range(2):
        with pytest.raises(Unavailable):
            runner.turn()
    runner.turn()
    assert scene.status(execution) == "SUCCEEDED"
    assert len(slow.called) == 1


def test_what_was_stopped_meanwhile_stays_stopped(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    slow = Slow(monkeypatch)
    execution = scene.start(scene.machine("task", {"T": {**TASK, "End": True}}))
    runner = Runner(scene.world)
    runner.turn()
    scene.call("stepfunctions", "StopExecution", executionArn=execution)
    slow.go_on.release()
    assert eventually(lambda: not runner._answers.empty())
    runner.turn()
    assert (scene.status(execution), runner._held) == ("ABORTED", {})
    assert scene.types(execution)[-1] == "ExecutionAborted"


@pytest.mark.parametrize("where", ["build", "follow", "advance", "answer"])
def test_one_that_can_not_be_carried_on_fails_alone(
    scene: Scene, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    slow = Slow(monkeypatch)
    slow.go_on.release(2)
    machines = [scene.machine(name, {name: {**TASK, "End": True}}) for name in ("good", "bad")]
    good, bad = (scene.start(machine) for machine in machines)

    def breaks(original: Callable[..., Any]) -> Callable[..., Any]:
        def called(first: Any, *more: Any) -> Any:
            name = first if isinstance(first, str) else first.about.machine_name
            if "bad" in name:
                raise ValueError("a defect")
            return original(first, *more)

        return called

    owner: Any = held if where == "build" else held.Held
    monkeypatch.setattr(owner, where, breaks(getattr(owner, where)))
    runner = Runner(scene.world)
    assert until(runner, lambda: "RUNNING" not in (scene.status(good), scene.status(bad)))
    assert (scene.status(good), scene.status(bad)) == ("SUCCEEDED", "FAILED")
    assert scene.types(bad)[-1] == "ExecutionFailed"
    assert [event.number for event in scene.events(bad)] == list(range(1, len(scene.events(bad)) + 1))
    assert runner._held == {}


def test_texts_that_postgresql_can_not_store(scene: Scene) -> None:
    """A commit that fails is tried again, and nothing else is done."""
    nul, wait = "a\0b", {"Type": "Wait", "Seconds": 60, "End": True}
    fails = scene.start(scene.machine("fails", {"F": {"Type": "Fail", "Error": nul, "Cause": nul}}))
    stopped = scene.start(scene.machine("waits", {"W": wait}))
    scene.call("stepfunctions", "StopExecution", executionArn=stopped, error=nul, cause=nul)
    token = {"Key.$": "$$.Task.Token", "Bucket": "tokens", "Body": ""}
    task = {"Type": "Task", "Resource": f"{PUT}.waitForTaskToken", "Parameters": token, "End": True}
    answered, runner = scene.start(scene.machine("token", {"T": task})), Runner(scene.world)
    scene.call("s3", "CreateBucket", Bucket="tokens")
    assert until(runner, lambda: "TaskSubmitted" in scene.types(answered))
    given = scene.call("s3", "ListObjectsV2", Bucket="tokens")["Contents"][0]["Key"]
    scene.call("stepfunctions", "SendTaskFailure", taskToken=given, error=nul, cause=nul)
    assert until(runner, lambda: scene.status(answered) == "FAILED")
    for each in (fails, stopped, answered):
        ended = scene.call("stepfunctions", "DescribeExecution", executionArn=each)
        assert (ended["error"], ended["cause"]) == ("a\ufffdb", "a\ufffdb")


@pytest.mark.parametrize(
    ("operation", "more"),
    [
        ("StartExecution", {"traceHeader": "a\0b"}),
        ("TagResource", {"tags": [{"key": "a\0b", "value": ""}]}),
        ("TagResource", {"tags": [{"key": "a", "value": "\0"}]}),
        ("UntagResource", {"tagKeys": ["\0"]}),
    ],
)
def test_texts_that_are_refused(scene: Scene, operation: str, more: dict[str, Any]) -> None:
    machine = scene.machine("m", {"S": {"Type": "Succeed"}})
    named = "stateMachineArn" if operation == "StartExecution" else "resourceArn"
    with pytest.raises(AwsError) as caught:
        scene.call("stepfunctions", operation, **{named: machine}, **more)
    assert caught.value.code == "ValidationException"


def test_an_execution_with_too_much_data_fails(scene: Scene) -> None:
    state = {
        "Type": "Map",
        "ItemsPath": "$.l",
        "ItemSelector": {"all.$": "$.d"},
        "ItemProcessor": {"StartAt": "T", "States": {"T": {"Type": "Wait", "Seconds": 5, "End": True}}},
        "End": True,
    }
    given = json.dumps({"l": list(range(50)), "d": "x" * 220_000})
    execution = scene.start(scene.machine("map", {"M": state}), input=given)
    Runner(scene.world).turn()
    assert scene.status(execution) == "FAILED"


def test_hundreds_at_once_are_slow_and_none_is_lost(scene: Scene) -> None:
    machine = scene.machine(
        "task", {"T": {**TASK, "ResultPath": None, "Next": "P"}, "P": {**PASS, "End": True}}
    )
    started = [scene.start(machine) for _ in range(300)]
    runners = [Runner(scene.world), Runner(scene.world)]

    def all_ended() -> bool:
        for runner in runners:
            runner.turn()
        return all(scene.status(each) == "SUCCEEDED" for each in started[::50])

    assert eventually(all_ended, 60)
    assert until(runners[0], lambda: {scene.status(each) for each in started} == {"SUCCEEDED"})


def test_events_are_those_of_one_execution(scene: Scene) -> None:
    """An execution of an express machine keeps none."""
    machine = scene.machine("quick", {"S": {"Type": "Succeed"}}, type="EXPRESS")
    first, second = (scene.start(machine, name="same") for _ in range(2))
    assert first != second
    Runner(scene.world).turn()
    assert scene.events(first) == []
