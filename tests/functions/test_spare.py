"""The launcher that is kept: it is used for the next instance, and never outlives what it was kept for."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.server.harness import eventually

from watchword.functions.instance import Instance
from watchword.functions.isolation import strongest
from watchword.functions.platform import Plan, Platform
from watchword.functions.runtime_api import Invocation
from watchword.functions.sandbox.launch import Interpreter

ENVIRONMENT = {
    "AWS_LAMBDA_FUNCTION_NAME": "f",
    "AWS_LAMBDA_FUNCTION_VERSION": "1",
    "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "128",
    "_HANDLER": "app.handler",
}


class Place:
    """A platform with the code of one function."""

    def __init__(self, folder: Path) -> None:
        interpreter = Interpreter.own()
        form = strongest(interpreter)
        if form is None:
            pytest.skip("functions can't be isolated on this host")
        self.platform = Platform(interpreter, form, folder / "functions", "http://127.0.0.1:1")
        self.code = folder / "code"
        self.code.mkdir(mode=0o755)
        (self.code / "app.py").write_text("def handler(event, context):\n    return 7\n")

    def start(self) -> Instance:
        return self.platform.start(Plan(self.code, "app.handler", ENVIRONMENT, 128, 512, 30, None))

    @property
    def spare(self) -> int:
        """The process id of the launcher that is kept."""
        assert self.platform._spare
        return self.platform._spare.process.pid

    def runs(self) -> bool:
        """Whether another instance answers."""
        instance = self.start()
        ran = instance.run(Invocation("1", b"{}", "arn"))
        instance.end()
        return ran.outcome.payload == b"7"


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    tmp_path.chmod(0o755)
    for parent in tmp_path.parents[:3]:
        parent.chmod(0o755)
    place = Place(tmp_path)
    yield place
    place.platform.close()


def exists(pid: int) -> bool:
    return Path(f"/proc/{pid}").exists()


def test_the_next_instance_is_started_by_what_was_kept(place: Place) -> None:
    first = place.start()
    kept = place.spare
    second = place.start()
    assert second.launched.process.pid == kept
    assert place.spare not in {kept, first.launched.process.pid}
    first.end()
    second.end()


def test_one_that_was_killed_is_replaced(place: Place) -> None:
    assert place.runs()
    os.kill(place.spare, signal.SIGKILL)
    assert place.runs()


def test_nothing_is_kept_once_there_is_no_instance(place: Place) -> None:
    assert place.runs()
    kept = place.spare
    place.platform.end_idle()
    assert not exists(kept)
    assert place.runs()


def test_nothing_is_kept_after_the_end(place: Place) -> None:
    instance = place.start()
    kept = place.spare
    place.platform.close()
    assert not exists(kept)
    instance.end()
    place.start().end()
    assert place.platform._spare is None


def test_it_ends_with_the_server() -> None:
    program = (
        "from watchword.functions.sandbox.launch import Interpreter, Spare; import os, signal; "
        "print(Spare.start(Interpreter.own()).process.pid, flush=True); os.kill(os.getpid(), signal.SIGKILL)"
    )
    said = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert eventually(lambda: not exists(int(said.stdout)))
