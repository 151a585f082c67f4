"""A program under `watchword run` lives and ends as it would in a shell."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from watchword.delivery import program

TRAPS = """
trap 'echo got TERM; exit 3' TERM
trap 'echo got HUP' HUP
echo ready
while :; do sleep 0.05; done
"""
RUNS = "import os, sys; from watchword.delivery.program import run; sys.exit(run(sys.argv[1:], os.environ))"


@pytest.mark.parametrize(
    ("script", "code"),
    [("exit 0", 0), ("exit 7", 7), ("exit 255", 255), ("kill -9 $$", 137), ("kill -TERM $$", 143)],
)
def test_its_exit_code(script: str, code: int) -> None:
    assert program.run(["sh", "-c", script], os.environ) == code


def test_what_cannot_be_run(tmp_path: Path) -> None:
    for command, code in ((["not-there"], 127), ([str(tmp_path)], 126), (["sh\0"], 126)):
        with pytest.raises(program.NotStarted) as refused:
            program.run(command, os.environ)
        assert refused.value.code == code


def test_signals_are_passed_on() -> None:
    command = [sys.executable, "-c", RUNS, "sh", "-c", TRAPS]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, start_new_session=True) as running:
        assert running.stdout
        assert running.stdout.readline() == "ready\n"
        running.send_signal(signal.SIGHUP)
        assert running.stdout.readline() == "got HUP\n"
        running.send_signal(signal.SIGTERM)
        assert running.stdout.readline() == "got TERM\n"
        assert running.wait() == 3


def test_a_signal_before_it_started_is_not_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    start = program._start

    def late(command: list[str], environment: dict[str, str]) -> "subprocess.Popen[bytes]":
        signal.raise_signal(signal.SIGTERM)
        return start(command, environment)

    monkeypatch.setattr(program, "_start", late)
    assert program.run(["sleep", "60"], os.environ) == 143


def test_our_handlers_are_back() -> None:
    before = [signal.getsignal(number) for number in program.PASSED_ON]
    program.run(["true"], os.environ)
    assert [signal.getsignal(number) for number in program.PASSED_ON] == before


def test_what_is_typed_in_a_terminal_reaches_it_once() -> None:
    counts = "import signal, sys\nsignal.signal(2, lambda *_: print('interrupted', flush=True))\n"
    counts += "print('ready', flush=True)\nfor _ in sys.stdin: break\nprint('end', flush=True)"
    controller, terminal = os.openpty()
    running = subprocess.Popen(
        [sys.executable, "-c", f"import fcntl, termios; fcntl.ioctl(0, termios.TIOCSCTTY); {RUNS}",
         sys.executable, "-c", counts],
        stdin=terminal, stdout=subprocess.PIPE, text=True, start_new_session=True,
    )  # fmt: skip
    os.close(terminal)
    with running, os.fdopen(controller, "wb", buffering=0) as typed:
        assert running.stdout
        assert running.stdout.readline() == "ready\n"
        typed.write(b"\x03")
        assert running.stdout.readline() == "interrupted\n"
        typed.write(b"\n")
        assert running.stdout.readline() == "end\n"
        assert running.wait() == 0
