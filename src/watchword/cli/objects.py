"""watchword objects: what the bytes of objects are like."""

import time
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from watchword.cli.commands import commands
from watchword.cli.ending import BAD_NEWS, fail
from watchword.cli.options import (
    DEFAULT_DATA_DIRECTORY,
    Data,
    Database,
    ObjectsConfig,
    ObjectsUrl,
    RootKeyFile,
    opened,
)
from watchword.cli.output import Form, Output, say, say_json
from watchword.installation.bootstrap import open_installation
from watchword.installation.installation import Installation
from watchword.installation.object_place import object_place
from watchword.installation.settings import Settings
from watchword.objects import Objects, PlaceUnavailable
from watchword.objects.remote import BadPlace
from watchword.objects.sealing import Sealing
from watchword.proofs.sealed_bytes import of_server
from watchword.services.s3.upkeep.proof import DAMAGED, MISSING
from watchword.services.s3.upkeep.sweep import in_use
from watchword.services.s3.upkeep.verification import ORPHAN, Finding, Step, objects_from, orphans, parts
from watchword.store.s3.inventory import Place

PROGRESS = "objects-check"
"""A file in the data directory: where a check was interrupted."""
SAVED_SECONDS = 1.0
"""Between two times that it is written."""
MEBIBYTE = 1 << 20


def check(  # noqa: PLR0913, PLR0917 one parameter a flag
    rate: Annotated[int, typer.Option(min=0, help="MiB read in a second at most; 0 for no limit.")] = 50,
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on where the last check was interrupted.")
    ] = False,
    objects: ObjectsUrl = "",
    objects_config: ObjectsConfig = "",
    data: Data = DEFAULT_DATA_DIRECTORY,
    database: Database = "",
    root_key_file: RootKeyFile = "",
    output: Output = Form.TEXT,
) -> None:
    """Compare the bytes of all objects with what was stored, also while the server serves.

    Says which objects and parts have no bytes or other bytes than were stored, and which bytes no object has
    (orphans, older than an hour). Exit code 1 when something is missing or damaged. Orphans harm nothing; the
    server sweeps them away once they are a day old.
    """

    def opening(settings: Settings) -> Installation:
        return open_installation(replace(settings, objects_url=objects, objects_config=objects_config))

    with opened(opening, data, database, root_key_file) as installation, _said():
        found = Counter[str]()
        for step in _paced(_steps(installation, resume=resume), rate * MEBIBYTE):
            found["bytes"] += step.read
            found["objects"] += step.done is not None
            if step.finding:
                found[step.finding.kind] += 1
                found[f"bytes of {step.finding.kind}s"] += step.finding.size
                _tell(step.finding, output)
    _sum_up(found, output)
    if found[MISSING] or found[DAMAGED]:
        raise typer.Exit(BAD_NEWS)


def _steps(installation: Installation, *, resume: bool) -> Iterator[Step]:
    place, file = object_place(installation.settings), installation.settings.data / PROGRESS
    sealing = Sealing(of_server(installation.root_key.material))
    objects, database = Objects.open(place, cached=0, sealing=sealing), installation.database
    start = _interrupted(file) if resume else Place()
    yield from _noting(objects_from(database, objects, start), file)
    yield from chain(
        parts(database, objects),
        orphans(objects, partial(in_use, database, objects), installation.clock.wall()),
    )


def _noting(steps: Iterator[Step], file: Path) -> Iterator[Step]:
    """Writes down where the check is, until it has seen all objects."""
    noted = time.monotonic()
    for step in steps:
        yield step
        if step.done and time.monotonic() >= noted + SAVED_SECONDS:
            file.write_bytes(msgspec.json.encode(step.done))
            noted = time.monotonic()
    file.unlink(missing_ok=True)


def _interrupted(file: Path) -> Place:
    try:
        return msgspec.json.decode(file.read_bytes(), type=Place)
    except FileNotFoundError:
        raise fail("no check was interrupted") from None
    except (OSError, ValueError):
        raise fail(f"{file}: can't be read; check without --resume") from None


def _paced(steps: Iterable[Step], rate: int) -> Iterator[Step]:
    """The steps, so slowly that no more than `rate` bytes are read in a second."""
    start, read = time.monotonic(), 0
    for step in steps:
        yield step
        read += step.read
        ahead = read / rate - (time.monotonic() - start) if rate else 0
        if ahead > 0:
            time.sleep(ahead)


@contextmanager
def _said() -> Iterator[None]:
    """Ends the command with a line when the place of the objects can't be used."""
    try:
        yield
    except (BadPlace, PlaceUnavailable) as error:
        raise fail(f"objects: {error}") from None
    except OSError as error:
        raise fail(f"objects: {error.strerror}") from None


def _tell(finding: Finding, output: Form) -> None:
    if output is Form.JSON:
        members = {"Finding": finding.kind, "Blob": finding.blob, "Size": finding.size}
        where = {"Bucket": finding.bucket, "Key": finding.key, "VersionId": finding.version}
        if finding.part:
            where = {"UploadId": finding.key, "PartNumber": str(finding.part)}
        say_json(members | {name: text for name, text in where.items() if text})
    elif finding.part:
        say(f"{finding.kind}  part {finding.part} of upload {finding.key}  ({finding.blob})")
    elif finding.bucket:
        version = "" if finding.version == "null" else f" version {finding.version}"
        say(f"{finding.kind}  {finding.bucket}/{finding.key}{version}  ({finding.blob})")
    else:
        say(f"{finding.kind}  {finding.blob}  {finding.size} bytes")


def _sum_up(found: Counter[str], output: Form) -> None:
    if output is Form.JSON:
        named = {"Objects": "objects", "Bytes": "bytes", "Missing": MISSING, "Damaged": DAMAGED}
        named |= {"Orphans": ORPHAN, "OrphanBytes": "bytes of orphans"}
        say_json({name: found[key] for name, key in named.items()})
        return
    orphaned = f"{found[ORPHAN]} orphans of {found['bytes of orphans']} bytes"
    say(
        f"{found['objects']} objects, {found['bytes']} bytes read: {found[MISSING]} missing, "
        f"{found[DAMAGED]} damaged, {orphaned}"
    )


group = commands("Look after the bytes of objects.", check=check)
