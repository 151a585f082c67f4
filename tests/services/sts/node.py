"""Programs of npm packages, which `npm ci` in tests/node installs. Without them, their tests are skipped."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

PLACE = Path(__file__).parents[2] / "node"
NODE = shutil.which("node")

needs_node = pytest.mark.skipif(
    NODE is None or not (PLACE / "node_modules").exists(),
    reason="needs node and its packages: npm ci --prefix tests/node",
)


def start(script: str, *arguments: str, **environment: str) -> subprocess.Popen[str]:
    """A running program; what it prints first is where it is."""
    command = [NODE or "node", str(PLACE / script), *arguments]
    return subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, env=os.environ | environment, cwd=PLACE
    )


def run(script: str, *arguments: str, **environment: str) -> str:
    """What a program prints. Of the environment of the tests it has the path only."""
    command = [NODE or "node", str(PLACE / script), *arguments]
    env = {"PATH": os.environ["PATH"], "HOME": "/nonexistent"} | environment
    done = subprocess.run(
        command, capture_output=True, text=True, env=env, cwd=PLACE, check=False, timeout=60
    )
    assert done.returncode == 0, done.stderr
    return done.stdout
