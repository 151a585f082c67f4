"""The function's process, from its first instruction until the function's own code runs.

The order is part of the contract: what a later step needs, an earlier one must not have taken away.

1. Its own file system: the package, some places of the host, a /tmp of bounded size, and nothing else; all
   but /tmp read-only.
2. Limits: of memory, files, processes.
3. Its own user, without capabilities, without a way to more privileges, and without system calls that it has
   no use for.
4. It ends with its parent.
5. No descriptor but its output.
6. Its environment, and then the runtime: AWS's own client in this interpreter, or the package's `bootstrap`.

Whatever fails ends the process: no function runs with less isolation than was asked for.
"""

import os
import resource
import signal
import sys
import traceback

from watchword.functions.sandbox import filesystem, linux, seccomp
from watchword.functions.sandbox.spec import FAILED, Spec

OPEN_FILES = 1024
PROCESSES = 1024
"""Threads included. Source: AWS Lambda Developer Guide, "Lambda quotas"."""
STACK = 8 << 20


def run(spec: Spec) -> None:
    """Returns, or raises SystemExit, when the function's process shall end."""
    try:
        _enter(spec)
    except BaseException:  # noqa: BLE001 told, as it would be if it ended the interpreter
        traceback.print_exc()
        sys.stderr.flush()
        os._exit(FAILED)
    _become(spec)


def _enter(spec: Spec) -> None:
    os.setsid()
    last = linux.last_capability()
    if spec.namespaces:  # 1.
        filesystem.enter(spec)
    else:
        os.chdir(spec.code)
    _limit(spec)  # 2.
    _change_user(spec, last)  # 3.
    linux.no_new_privileges()
    seccomp.refuse()
    linux.die_with_parent(signal.SIGKILL)  # 4.
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)  # 5.
    os.closerange(3, OPEN_FILES)


def _change_user(spec: Spec, last: int) -> None:
    linux.drop_bounding_set(last)
    if spec.user_namespace:  # the user is mapped already
        linux.drop_capabilities()
        return
    os.setgroups([])
    os.setresgid(spec.uid, spec.uid, spec.uid)
    os.setresuid(spec.uid, spec.uid, spec.uid)  # the capabilities go with root


def _limit(spec: Spec) -> None:
    for kind, most in (
        (resource.RLIMIT_DATA, spec.memory),
        (resource.RLIMIT_STACK, STACK),
        (resource.RLIMIT_FSIZE, spec.storage),
        (resource.RLIMIT_NOFILE, OPEN_FILES),
        (resource.RLIMIT_NPROC, PROCESSES),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_MSGQUEUE, 0),
    ):
        _, hard = resource.getrlimit(kind)
        limit = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(kind, (limit, limit))


def _become(spec: Spec) -> None:
    """Step 6."""
    if not spec.handler:
        os.execve("./bootstrap", ["./bootstrap"], spec.environment)  # noqa: S606 the function itself
    os.environ.clear()
    os.environ.update(spec.environment)
    task = spec.environment["LAMBDA_TASK_ROOT"]
    standard = [each for each in sys.path if "watchword" not in each]
    sys.path[:] = [task, "/opt/python", *standard, *spec.paths]
    for name in [name for name in sys.modules if name.partition(".")[0] == "watchword"]:
        del sys.modules[name]
    sys.argv = ["bootstrap", spec.handler]
    from awslambdaric import bootstrap, lambda_runtime_client  # noqa: PLC0415 the function's interpreter only

    address = spec.environment["AWS_LAMBDA_RUNTIME_API"]
    bootstrap.run(spec.handler, lambda_runtime_client.LambdaRuntimeClient(address))
