"""watchword playground: edit policies and a request in a browser, and see the decision with its path.

It serves on the loopback interface only, needs no data directory, and stores nothing (`gateway.playground`).
"""

import signal
import socket
import tempfile
from pathlib import Path
from types import FrameType
from typing import Annotated

import typer

from watchword.cli.ending import fail
from watchword.cli.output import say
from watchword.gateway import ConnectionLimits, Server
from watchword.gateway.playground import MOST_BYTES, Playground

LOOPBACK = "127.0.0.1"
NAMES = (LOOPBACK, "localhost")
MOST_CONNECTIONS = 64
SECONDS = 30.0


def playground(
    port: Annotated[
        int, typer.Option("--port", min=0, max=65535, help="Where it serves; a free port by default.")
    ] = 0,
    show: Annotated[bool, typer.Option("--open", help="Open it in the browser.")] = False,
) -> None:
    """Serve a page on this machine that decides requests by the policies that you write, as you type.

    A link to the page has the whole case in it. The page needs no account, and nothing leaves this machine.
    """
    try:
        listener = socket.create_server((LOOPBACK, port))
    except OSError as error:
        raise fail(f"port {port}: {error.strerror}") from None
    port = listener.getsockname()[1]
    application = Playground(frozenset(f"http://{name}:{port}" for name in NAMES))
    with tempfile.TemporaryDirectory(prefix="watchword-playground-") as spool:
        limits = ConnectionLimits(MOST_CONNECTIONS, MOST_CONNECTIONS * MOST_BYTES, SECONDS)
        server = Server(application, listener, Path(spool), limits=limits)

        def stop(_number: int, _frame: FrameType | None) -> None:
            server.stop()

        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, stop)
        say(f"http://{LOOPBACK}:{port}/")
        if show:
            typer.launch(f"http://{LOOPBACK}:{port}/")
        server.run()
