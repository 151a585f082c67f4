"""The server of a world, in this process or as one of several workers."""

import gc
import multiprocessing
import os
import signal
import threading
from typing import Any

import uvicorn

from watchword.app import open_world
from watchword.gateway import Application, Connection
from watchword.installation import operator_log
from watchword.installation.settings import Settings
from watchword.services.table import SERVED
from watchword.world import World


def application(world: World) -> Application:
    """The ASGI application of a world, which it closes at shutdown."""
    operator_log.configure()
    for service in SERVED:
        world.models.service(service).warm()
    gc.collect()
    gc.freeze()  # models and code stay for good: looking through them again and again finds nothing
    return Application(world, world.close)


def config(app: Application | str, **more: Any) -> uvicorn.Config:  # noqa: ANN401 uvicorn's own settings
    """How uvicorn serves: by our connections, and with nothing between them and the application."""
    return uvicorn.Config(
        app,
        http=Connection,
        loop="uvloop",
        ws="none",
        log_level="warning",
        access_log=False,
        proxy_headers=False,
        server_header=False,
        timeout_keep_alive=int(Connection.seconds),
        timeout_graceful_shutdown=10,
        **more,
    )


def worker() -> Application:
    """The application of one of several worker processes, on settings that `serve` exported."""
    threading.Thread(target=_end_with_parent, name="parent", daemon=True).start()
    return application(open_world(Settings.read(os.environ)))


def _end_with_parent() -> None:
    """A worker whose server was killed would keep its port."""
    if parent := multiprocessing.parent_process():
        parent.join()
        signal.raise_signal(signal.SIGTERM)
