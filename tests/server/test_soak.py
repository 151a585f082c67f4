"""A moment of `make soak`."""

import subprocess
import sys
from pathlib import Path

SOAK = Path(__file__).parents[2] / "bench" / "soak.py"


def test_a_moment_of_ever_new_sessions() -> None:
    command = [sys.executable, SOAK, "--seconds", "3", "--rate", "300"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    counts = {line.split(maxsplit=1)[1] for line in done.stdout.splitlines()[1:]}
    assert counts == {
        *("assume", "who", "read 200", "read 403"),
        *("wrong secret", "changed token", "no signature"),
    }
