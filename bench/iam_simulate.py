"""@cloud-copilot/iam-simulate, asked on the same workload: an npm package, run as a process of its own.

Only the bench installs it, into an ignored folder, and never links it: its licence is AGPL-3.0. What is
timed is `runSimulation` inside its own process, which reads its policies again for every request (the call
without validation fails for requests with a resource's policy); lines of JSON are not part of it.
"""

import json
import shutil
import subprocess
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from functools import cache, partial
from pathlib import Path
from typing import Any

from evaluators import MissingError, Run
from workload import ACCOUNT, ALLOW, BOUNDARY, BUCKET, EXPLICIT, IMPLICIT, SCP, USER, Asked, documents

PACKAGE = "@cloud-copilot/iam-simulate@0.1.173"
HERE = Path(__file__).parent
INSTALLED = HERE / "npm"
LABELS = {"Allowed": ALLOW, "ImplicitlyDenied": IMPLICIT, "ExplicitlyDenied": EXPLICIT}


def simulator(stack: ExitStack) -> Callable[[int], Run]:
    """Makes evaluators, whose processes end with the stack."""
    return partial(_start, stack)


def _start(stack: ExitStack, size: int) -> Run:
    _install()
    process = stack.enter_context(
        subprocess.Popen(
            ["node", str(HERE / "iam_simulate.mjs"), str(INSTALLED)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
    )
    stack.callback(process.kill)
    _send(process, _policies(size))

    def run(requests: Sequence[Asked]) -> tuple[Sequence[Any], float]:
        _send(process, [_request(each) for each in requests])
        assert process.stdout
        found = json.loads(process.stdout.readline())
        return [LABELS.get(each, each) for each in found["answers"]], found["seconds"]

    return run


@cache
def _install() -> None:
    for program in ("node", "npm"):
        if shutil.which(program) is None:
            raise MissingError(f"{program} is not installed")
    command = ["npm", "install", "--prefix", str(INSTALLED), "--no-audit", "--no-fund", PACKAGE]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise MissingError(f"npm can't install {PACKAGE}")


def _send(process: subprocess.Popen[str], value: object) -> None:
    assert process.stdin
    process.stdin.write(json.dumps(value) + "\n")
    process.stdin.flush()


def _policies(size: int) -> dict[str, object]:
    return {
        "identityPolicies": [
            {"name": f"policy-{index}", "policy": json.loads(text)}
            for index, text in enumerate(documents(size))
        ],
        "serviceControlPolicies": [{"orgIdentifier": "r-1", "policies": [{"name": "limits", "policy": SCP}]}],
        "resourceControlPolicies": [],
        "permissionBoundaryPolicies": [{"name": "boundary", "policy": BOUNDARY}],
        "resourcePolicy": BUCKET,
    }


def _request(each: Asked) -> dict[str, object]:
    return {
        "principal": USER.arn,
        "action": each.action,
        "resource": {"resource": each.resource, "accountId": ACCOUNT},
        "contextVariables": each.context,
    }
