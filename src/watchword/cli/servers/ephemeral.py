"""An ephemeral server: in one process, on a directory that is gone at its end.

It prints its endpoint and root keys once it answers, as JSON or as environment variables, and can write them
to a file, which is removed at its end.
"""

import json
import os
import secrets
import shlex
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from watchword.app import open_world
from watchword.cli.ending import fail
from watchword.cli.output import say, say_json
from watchword.cli.servers.wanted import Place, Ready, ReadyForm, Wanted
from watchword.installation.settings import DEFAULT_REGION, Ephemeral, Settings
from watchword.names.ids import Prefix, new_access_key_id, new_secret
from watchword.seeds import Seed, Wrong, read, sow
from watchword.seeds.written import Key, check_key
from watchword.serving import run, serving
from watchword.world import World

FIRST_ACCOUNT = "123456789012"


def serve(place: Place, settings: Settings, wanted: Wanted, ready: Ready) -> None:
    """Serves until a signal ends it. Raises CannotStart."""
    try:
        seed = read(wanted.seed) if wanted.seed else None
    except Wrong as wrong:
        raise fail(str(wrong)) from None
    roots = _roots(wanted, seed)
    first = replace(roots[0], others=tuple(roots[1:]))
    with _directory() as data:
        settings = replace(settings, data=data, database="", root_key="", audit_reserve=0, ephemeral=first)
        with closing(open_world(settings)) as world:  # a world can be closed twice
            sown = _sown(seed, world)
            with serving(sown, place.listener, place.tls) as server, _file(ready.file):
                run(server, partial(_say, place.endpoint, first, ready))


def _sown(seed: Seed | None, world: World) -> World:
    """The world with what the seed says, now and after each reset."""
    if seed is None:
        return world
    try:
        sow(seed, world)
    except Wrong as wrong:
        raise fail(str(wrong)) from None
    return replace(world, seed=partial(sow, seed))


def _roots(wanted: Wanted, seed: Seed | None) -> list[Ephemeral]:
    """The accounts and their root keys; what isn't given is random."""
    if seed:
        return [_root(account.id, account.root_key, account.name) for account in seed.accounts]
    key = Key(wanted.access_key_id, wanted.secret)
    if bool(key.id) != bool(key.secret):
        raise fail("--access-key-id and --secret-access-key go together")
    if key.id and (why := check_key(key)):
        raise fail(why)
    ids = wanted.accounts or (FIRST_ACCOUNT,)
    if len(set(ids)) < len(ids):
        raise fail("--account names an account twice")
    return [_root(ids[0], key if key.id else None), *(_root(each, None, each) for each in ids[1:])]


def _root(account: str, key: Key | None, name: str = "main") -> Ephemeral:
    key_id = key.id if key else new_access_key_id(Prefix.ACCESS_KEY, account, secrets.token_bytes)
    return Ephemeral(account, key_id, key.secret if key else new_secret(secrets.token_bytes), name)


@contextmanager
def _directory() -> Iterator[Path]:
    directory = Path(tempfile.mkdtemp(prefix="watchword-"))
    try:
        yield directory
    finally:
        shutil.rmtree(directory, ignore_errors=True)


@contextmanager
def _file(file: Path | None) -> Iterator[None]:
    """Removes the file at the end, and what an earlier server left."""
    try:
        if file:
            file.unlink(missing_ok=True)
        yield
    except OSError as error:
        raise fail(f"{error.filename}: {error.strerror}") from None
    finally:
        if file:
            file.unlink(missing_ok=True)


def _say(endpoint: str, first: Ephemeral, ready: Ready) -> None:
    said: dict[str, Any] = {"Endpoint": endpoint, **_keys(first)}
    if first.others:
        said["Accounts"] = [_keys(each) for each in first.accounts]
    if ready.file:
        _write(ready.file, json.dumps(said))
    if ready.form is ReadyForm.JSON:
        say_json(said)
        return
    for name, value in {
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_REGION": DEFAULT_REGION,
        "AWS_DEFAULT_REGION": DEFAULT_REGION,
        "AWS_ACCESS_KEY_ID": first.access_key_id,
        "AWS_SECRET_ACCESS_KEY": first.secret,
    }.items():
        say(f"export {name}={shlex.quote(value)}")


def _keys(root: Ephemeral) -> dict[str, str]:
    return {
        "AccountId": root.account,
        "AccessKeyId": root.access_key_id,
        "SecretAccessKey": root.secret,
    }


def _write(file: Path, text: str) -> None:
    """Whole, or not at all: readers wait for the file."""
    descriptor, name = tempfile.mkstemp(dir=file.parent, prefix=f"{file.name}.")  # mode 0600
    with os.fdopen(descriptor, "w") as target:
        target.write(f"{text}\n")
    Path(name).replace(file)
