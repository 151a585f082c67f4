"""A server that keeps its data. Several workers are processes that share the socket and the database.

It says where it serves once it answers: of several workers, once the last of them does. Before these are
forked, a process of its own opens the world, for what makes it impossible to start: the object store's client
has threads of its own once it was called, and no fork has them.
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
from watchword.workers import apart, supervise


def serve(place: Place, settings: Settings, workers: int) -> None:
    """Serves until a signal ends it. Raises CannotStart."""
    if workers > 1:
        account = apart(partial(_opened, place, settings))
        models = Models(read_model)
        warm(models)
        greet = partial(_greet, place.endpoint, settings, account)
        supervise(workers, partial(_work, place, settings, models), greet)
        return
    with closing(open_world(settings)) as world:  # a world can be closed twice
        keep_endpoint(settings, place.endpoint)
        greet = partial(_greet, place.endpoint, settings, first_account(world))
        with serving(world, place.listener, place.tls) as server:
            run(server, greet)


def _opened(place: Place, settings: Settings) -> str:
    """The id of the first account. Raises CannotStart."""
    with closing(open_world(settings)) as world:
        keep_endpoint(settings, place.endpoint)
        return first_account(world)


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
