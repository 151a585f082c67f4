"""The events of a task. Those of a function that is named by its ARN have names of their own.

Source: Step Functions API Reference, HistoryEvent.
"""

from typing import Any

from watchword.machines.checkpoint import Run
from watchword.machines.errors import Failure
from watchword.machines.history import failed, with_input, with_output
from watchword.machines.live import Live
from watchword.machines.resources import Resource


def scheduled(live: Live, run: Run, resource: Resource, more: dict[str, Any]) -> None:
    """It is called; `more` are its time-outs and its role."""
    if not resource.kind:
        more.pop("heartbeatInSeconds", None)
        details = with_input(run.arguments, resource=resource.text, **more)
        live.record(run, "LambdaFunctionScheduled", details)
        live.record(run, "LambdaFunctionStarted")
        return
    details = {**_of(resource), "region": live.about.region, "parameters": run.arguments, **more}
    live.record(run, "TaskScheduled", details)
    live.record(run, "TaskStarted", _of(resource))


def submitted(live: Live, run: Run, resource: Resource, output: str) -> None:
    """It was called, and now its token is waited for."""
    live.record(run, "TaskSubmitted", with_output(output, **_of(resource)))


def succeeded(live: Live, run: Run, resource: Resource, output: str) -> None:
    if resource.kind:
        live.record(run, "TaskSucceeded", with_output(output, **_of(resource)))
    else:
        live.record(run, "LambdaFunctionSucceeded", with_output(output))


def ended(live: Live, run: Run, resource: Resource, how: str, failure: Failure) -> None:
    """It "Failed" or "TimedOut"."""
    if resource.kind:
        live.record(run, f"Task{how}", failed(failure.error, failure.cause, **_of(resource)))
    else:
        live.record(run, f"LambdaFunction{how}", failed(failure.error, failure.cause))


def _of(resource: Resource) -> dict[str, str]:
    return {"resourceType": resource.kind, "resource": resource.action}
