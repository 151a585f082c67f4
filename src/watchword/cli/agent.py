"""watchword agent: credentials for the workloads of a host, where their SDKs look for them."""

import ipaddress
import logging
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from watchword.cli.ending import fail
from watchword.cli.output import say
from watchword.delivery.agent.running import CONTAINER, IMDS, METRICS, Address, Agent
from watchword.delivery.agent.running import run as run_agent
from watchword.names.printable import printable

DEFAULT_FILE = Path("/etc/watchword/agent.toml")
DEFAULT_IMDS, DEFAULT_CONTAINER = "127.0.0.1:1338", "127.0.0.1:1339"
MOST_PORT = 65535
_MEANINGS = {IMDS: "Instance metadata", CONTAINER: "Container credentials", METRICS: "Metrics"}


def agent(
    config: Annotated[Path, typer.Option("--config", help="The agent's file.")] = DEFAULT_FILE,
    imds: Annotated[
        list[str] | None,
        typer.Option("--imds", help="ADDRESS:PORT of instance metadata, where the file has an instance."),
    ] = None,
    container: Annotated[
        list[str] | None,
        typer.Option(
            "--container", help="ADDRESS:PORT of container credentials, where it has workloads or pods."
        ),
    ] = None,
    metrics: Annotated[
        list[str] | None,
        typer.Option("--metrics", help="ADDRESS:PORT of metrics; by default there are none."),
    ] = None,
) -> None:
    """Serve credentials to the workloads of this host, where their SDKs look for them.

    Options that say where can be given several times. The file is read again when it changes.
    """
    _begin_log()
    try:
        made = Agent(config)
        file = made.state.file
        asks = file.workloads or file.pods
        wanted = (
            *((IMDS, each) for each in imds or ([DEFAULT_IMDS] if made.state.told else [])),
            *((CONTAINER, each) for each in container or ([DEFAULT_CONTAINER] if asks else [])),
            *((METRICS, each) for each in metrics or ()),
        )
        run_agent(made, [(endpoint, _address(each)) for endpoint, each in wanted], _say_ready)
    except (OSError, ValueError) as error:
        raise fail(str(error)) from None


def _address(text: str) -> Address:
    host, _, port = text.rpartition(":")
    wrong = ValueError(f"not ADDRESS:PORT: {text!r}; say 127.0.0.1:1338 or [::1]:1338")
    if not re.fullmatch(r"[0-9]{1,5}", port, re.ASCII) or int(port) > MOST_PORT:
        raise wrong
    try:
        return str(ipaddress.ip_address(host.removeprefix("[").removesuffix("]"))), int(port)
    except ValueError:
        raise wrong from None


def _say_ready(endpoint: str, url: str) -> None:
    say(f"{_MEANINGS[endpoint]} at {url}")


class _Line(logging.Formatter):
    """One line for each event: what others said is shown, never obeyed."""

    def format(self, record: logging.LogRecord) -> str:
        at = datetime.fromtimestamp(record.created, UTC)
        return printable(f"{at:%Y-%m-%dT%H:%M:%SZ} {record.levelname.lower()}: {record.getMessage()}")


def _begin_log() -> None:
    handler = logging.StreamHandler()
    handler.setFormatter(_Line())
    logging.basicConfig(handlers=[handler], level=logging.INFO)
