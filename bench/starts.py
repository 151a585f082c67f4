"""How long `serve` takes until it answers, how long `watchword credentials` takes, and a server's memory.

Modules are compiled before, as they are wherever the package is installed.
"""

import os
import re
import subprocess
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

import servers
from rows import Row

_ENDPOINT = re.compile(r"http://127\.0\.0\.1:\d+")


def rows(stack: ExitStack) -> Iterator[Row]:
    """The rows; their data is gone with the stack."""
    place = Path(stack.enter_context(tempfile.TemporaryDirectory()))
    environment = {**os.environ, "PYTHONPYCACHEPREFIX": f"{place}/compiled"}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    data = ("--data", f"{place}/data")
    credentials = [servers.WATCHWORD, "credentials", *data]
    for command in (data, ("--ephemeral",)):  # compiles, and makes the data
        _seconds_to_ready(environment, *command)
    subprocess.run(credentials, env=environment, stdout=subprocess.DEVNULL, check=True)
    yield Row(
        "serve --ephemeral, to its first answer",
        lambda: 1000 * _seconds_to_ready(environment, "--ephemeral"),
        note="<= 1200, aim 800",
        unit="ms",
    )
    yield Row(
        "serve on data that is there, to its first answer",
        lambda: 1000 * _seconds_to_ready(environment, *data),
        unit="ms",
    )
    yield Row(
        "watchword credentials", lambda: _ms(credentials, environment), note="<= 400, aim 250", unit="ms"
    )
    yield Row(
        "resident memory when ready",
        lambda: _megabytes(environment, *data),
        note="<= 70, aim 55; shared libraries included",
        unit="MB",
    )


def _ms(command: list[str], environment: Mapping[str, str]) -> float:
    began = time.perf_counter()
    subprocess.run(command, env=environment, stdout=subprocess.DEVNULL, check=True)
    return 1000 * (time.perf_counter() - began)


def _seconds_to_ready(environment: Mapping[str, str], *arguments: str) -> float:
    began = time.perf_counter()
    with _answering(environment, *arguments):
        return time.perf_counter() - began


def _megabytes(environment: Mapping[str, str], *arguments: str) -> float:
    with _answering(environment, *arguments) as process:
        lines = Path(f"/proc/{process.pid}/status").read_text().splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS")) / 1024


@contextmanager
def _answering(environment: Mapping[str, str], *arguments: str) -> Iterator["subprocess.Popen[str]"]:
    command = [servers.WATCHWORD, "serve", "--port", "0", *arguments]
    process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout
        found = next(match for line in process.stdout if (match := _ENDPOINT.search(line)))
        urllib.request.urlopen(f"{found[0]}/_watchword/health").close()
        yield process
    finally:
        process.terminate()
        process.wait()
        if process.stdout:
            process.stdout.close()
