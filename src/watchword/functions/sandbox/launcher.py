"""The process that starts a function's process, and ends it and all that it started.

It runs outside of the namespaces that it makes, so the function can neither see nor signal it:

1. It reads the spec from the server, or ends if there is none.
2. It makes the namespaces, and in them the sockets on which the server listens: for the runtime API, and, in
   a network namespace, for the calls of the function to the server. It hands them to the server.
3. It forks the function's process (`inside`).
4. It waits until that ends, or until the server closes the connection or dies. Then it kills all that is
   left, and exits as the function's process did: with its status, or with SIGNALLED and the signal's number.
"""

import array
import os
import select
import signal
import socket

from watchword.functions.sandbox import inside, linux
from watchword.functions.sandbox.spec import ANNOUNCED, RUNTIME_PORT, SERVER_PORT, SIGNALLED, Spec

_NAMESPACES = linux.NEW_NS | linux.NEW_UTS | linux.NEW_IPC | linux.NEW_PID | linux.NEW_NET


def main() -> None:
    """Returns in the function's process, when that shall end."""
    os.umask(0o022)  # what is made here, the function's user reads
    server = socket.socket(fileno=0)
    spec = _read_spec(server)
    linux.adopt_orphans()
    if spec.namespaces:
        _make_namespaces(spec)
    listeners = _listeners(spec)
    host, port = listeners[0].getsockname()
    spec.environment["AWS_LAMBDA_RUNTIME_API"] = f"{host}:{port}"
    _hand_over(server, listeners)
    child = os.fork()
    if child == 0:
        server.close()
        inside.run(spec)
        return
    os._exit(_watch(child, server))


def _read_spec(server: socket.socket) -> Spec:
    with server.makefile("rb") as stream:
        announced = stream.read(ANNOUNCED)
        if not announced:
            os._exit(0)
        size = int.from_bytes(announced, "big")
        return Spec.load(stream.read(size))


def _make_namespaces(spec: Spec) -> None:
    if not spec.user_namespace:
        linux.unshare(_NAMESPACES)
    else:
        user, group = os.getuid(), os.getgid()
        linux.unshare(_NAMESPACES | linux.NEW_USER)
        _write("/proc/self/setgroups", "deny")
        _write("/proc/self/uid_map", f"{spec.uid} {user} 1")
        _write("/proc/self/gid_map", f"{spec.uid} {group} 1")
    linux.bring_up_loopback()


def _listeners(spec: Spec) -> list[socket.socket]:
    """On which the server listens for the function."""
    ports = (RUNTIME_PORT, SERVER_PORT) if spec.namespaces else (0,)
    return [socket.create_server(("127.0.0.1", port)) for port in ports]


def _hand_over(server: socket.socket, listeners: list[socket.socket]) -> None:
    descriptors = array.array("i", [each.fileno() for each in listeners])
    server.sendmsg([b"."], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, descriptors)])
    for each in listeners:
        each.close()


def _watch(child: int, server: socket.socket) -> int:
    """Waits for the end of the function's process, or has it end. How this process exits."""
    ended = os.pidfd_open(child)
    poll = select.poll()
    poll.register(ended, select.POLLIN)
    poll.register(server, select.POLLIN)
    poll.poll()
    os.kill(child, signal.SIGKILL)  # not waited for yet, so the number is still its own
    _, status = os.waitpid(child, 0)
    _kill_descendants()
    return os.WEXITSTATUS(status) if os.WIFEXITED(status) else SIGNALLED + os.WTERMSIG(status)


def _kill_descendants() -> None:
    """What isn't in a PID namespace outlives the first process. Orphans are children of this one."""
    while True:
        try:
            found, _ = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return
        if not found:
            for child in children(os.getpid()):
                os.kill(child, signal.SIGKILL)
            os.waitpid(-1, 0)


def children(pid: int) -> list[int]:
    """The children of a process with one thread."""
    with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as file:  # noqa: PTH123 as in `linux`
        return [int(each) for each in file.read().split()]


def _write(file: str, text: str) -> None:
    with open(file, "w", encoding="ascii") as target:  # noqa: PTH123 as in `linux`
        target.write(text)
