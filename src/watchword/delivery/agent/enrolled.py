"""Sessions of an enrolled host, by a process of its own: the agent stays small without `cryptography`.

    python -m watchword.delivery.agent.enrolled DIRECTORY

It reads what is wanted, a line of JSON for each, and prints what was issued, or why nothing was. It is
started when something is wanted, and ended when nothing was for IDLE seconds: one process renews many roles.
"""

import subprocess
import sys
import threading
from pathlib import Path

import msgspec

from watchword.delivery.agent.sts import Wanted
from watchword.delivery.supply import Issued, NotIssued, Refused

IDLE = 10.0


class _Answer(msgspec.Struct):
    issued: Issued | None = None
    said: str = ""
    refused: bool = False


class Enrolled:
    """Asks the process. For any thread."""

    def __init__(self, directory: Path) -> None:
        self._command = [sys.executable, "-m", __name__, str(directory)]
        self._process: subprocess.Popen[bytes] | None = None
        self._ending: threading.Timer | None = None
        self._asking = threading.Lock()

    def issue(self, wanted: Wanted) -> Issued:
        """A session of the role. Raises NotIssued."""
        with self._asking:
            answer = self._ask(wanted)
        if answer.issued is None:
            raise (Refused if answer.refused else NotIssued)(answer.said)
        return answer.issued

    def _ask(self, wanted: Wanted) -> _Answer:
        if self._ending:
            self._ending.cancel()
        try:
            process = self._process = self._process or self._start()
            assert process.stdin
            assert process.stdout
            process.stdin.write(msgspec.json.encode(wanted) + b"\n")
            process.stdin.flush()
            answer = msgspec.json.decode(process.stdout.readline(), type=_Answer)
        except (OSError, msgspec.DecodeError):
            self._end()
            return _Answer(said="the process that has the host's key ended")
        self._ending = threading.Timer(IDLE, self._end_if_idle, [process])
        self._ending.daemon = True
        self._ending.start()
        return answer

    def _start(self) -> "subprocess.Popen[bytes]":
        return subprocess.Popen(self._command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)  # noqa: S603 ourselves

    def _end_if_idle(self, process: "subprocess.Popen[bytes]") -> None:
        with self._asking:
            if self._process is process:
                self._end()

    def _end(self) -> None:
        process, self._process = self._process, None
        if process:
            process.kill()
            process.communicate()


def _serve(directory: Path) -> None:
    from watchword.delivery.host import Host  # noqa: PLC0415 only the process needs it

    for line in sys.stdin.buffer:
        wanted = msgspec.json.decode(line, type=Wanted)
        try:
            issued = Host.open(directory).issue(
                wanted.role,
                service=wanted.service,
                duration=wanted.seconds,
                session_name=wanted.session_name,
            )
            answer = _Answer(issued)
        except NotIssued as failed:
            answer = _Answer(said=str(failed), refused=isinstance(failed, Refused))
        sys.stdout.buffer.write(msgspec.json.encode(answer) + b"\n")
        sys.stdout.buffer.flush()


if __name__ == "__main__":
    _serve(Path(sys.argv[1]))
