"""A server that keeps its data. Several workers are processes that share the socket and the database.

It says where it serves once it answers: of several workers, once the last of them does.
"""

import shlex
from collections.abc import Callable
from contextlib import closing
from functools import partial

from watchword.app import open_world
from watchword.cli.configure import DEFAULT_PROFILE, in_a_shell, same_installation
from watchword.cli.ending import fail
from watchword.cli.output import say
from watchword.cli.servers.wanted import Place
from watchword.installation.administrator import first_account
from watchword.installation.bootstrap import CannotStart
from watchword.installation.endpoint import keep_endpoint
from watchword.installation.settings import Settings
from watchword.reference.models import read_model
from watchword.serving import run, serving, warm
from watchword.wire import Models
from watchword.workers import supervise


def serve(place: Place, settings: Settings, workers: int) -> None:
    """Serves until a signal ends it. Raises CannotStart."""
    with closing(open_world(settings)) as world:  # a world can be closed twice
        keep_endpoint(settings, place.endpoint)
        greet = partial(_greet, place.endpoint, settings, first_account(world))
        if workers == 1:
            with serving(world, place.listener, place.tls) as server:
                run(server, greet)
            return
    models = Models(read_model)
    warm(models)
    supervise(workers, partial(_work, place, settings, models), greet)


def _work(place: Place, settings: Settings, models: Models, answering: Callable[[], None]) -> None:
    """One of several workers, in a process of its own."""
    try:
        world = open_world(settings, models)
    except CannotStart as error:
        fail(str(error))
        return
    with serving(world, place.listener, place.tls) as server:
        run(server, answering)


def _greet(endpoint: str, settings: Settings, account: str) -> None:
    """Where it serves, and the line to paste into another shell."""
    command = shlex.join(same_installation(settings, "configure"))
    for line in (
        f"Watchword serves account {account} at {endpoint}",
        "",
        f"    {command} && {in_a_shell(DEFAULT_PROFILE, endpoint)}",
        "",
    ):
        say(line)
