"""watchword audit: what the audit journal proves about itself, and what operators did.

A head says how far a file is written. Kept where the server can't write, it shows later that lines were
removed from the end of a file, or that a file is gone.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from watchword.access import audit_lookup
from watchword.cli.commands import commands
from watchword.cli.ending import BAD_NEWS, fail
from watchword.cli.options import DEFAULT_DATA_DIRECTORY, Data, Database, RootKeyFile, opened
from watchword.cli.output import Form, Output, say, say_json
from watchword.cli.pages import event_line
from watchword.installation import root_key
from watchword.installation.bootstrap import open_installation
from watchword.installation.settings import Settings
from watchword.names.members import decoded, fit
from watchword.proofs.audit_chain import Head, audit_key
from watchword.store.audit_check import Checked, check, later_than_chains
from watchword.store.audit_file import files as files_of
from watchword.store.audit_file import name_in_chain

Files = Annotated[
    list[Path] | None, typer.Argument(help="Files of the journal; by default all in the data directory.")
]


class Line(msgspec.Struct, forbid_unknown_fields=True):
    """A line of `audit head`."""

    file: str
    lines: int
    mac: str


def check_journal(
    files: Files = None,
    heads: Annotated[
        Path | None, typer.Option("--heads", help="What `audit head` printed earlier, to compare with.")
    ] = None,
    data: Data = DEFAULT_DATA_DIRECTORY,
    root_key_file: RootKeyFile = "",
    output: Output = Form.TEXT,
) -> None:
    """Find lines that were removed, inserted or changed, and say what each file proves.

    Exit code 1 when something is wrong.
    """
    taken = _taken(heads) if heads else {}
    checked = _checked(files, Settings(data.expanduser().absolute(), root_key=root_key_file), taken)
    wrong = [f"{each.file}:{number}: {why}" for each in checked for number, why in each.wrong]
    wrong += [
        f"{each.file}: has no chain, although later than files with one"
        for each in later_than_chains(checked)
    ]
    wrong += [f"{name}: is missing" for name in taken.keys() - {name_in_chain(each.file) for each in checked}]
    if output is Form.JSON:
        for each in checked:
            say_json({"file": str(each.file), "lines": each.lines, "chained": each.chained})
        for line in wrong:
            say_json({"wrong": line})
    else:
        for line in (*map(_proves, checked), *wrong) or ("nothing is written yet",):
            say(line)
    if wrong:
        raise typer.Exit(BAD_NEWS)


def head(files: Files = None, data: Data = DEFAULT_DATA_DIRECTORY, root_key_file: RootKeyFile = "") -> None:
    """Print how far each file is written, a line of JSON each: for `audit check --heads`, later."""
    for each in _checked(files, Settings(data.expanduser().absolute(), root_key=root_key_file), {}):
        if each.wrong:
            raise fail(f"{each.file}:{each.wrong[0][0]}: {each.wrong[0][1]}")
        if each.head:
            say_json({"file": name_in_chain(each.file), "lines": each.head.lines, "mac": each.head.mac})


def operators(
    data: Data = DEFAULT_DATA_DIRECTORY,
    database: Database = "",
    root_key_file: RootKeyFile = "",
    output: Output = Form.JSON,
) -> None:
    """Print what operators did on the host, oldest first."""
    with opened(open_installation, data, database, root_key_file) as installation:
        for event in audit_lookup.of_operators(installation):
            if output is Form.JSON:
                say_json(event)
            else:
                say(event_line(event))


def _checked(files: Sequence[Path] | None, settings: Settings, taken: Mapping[str, Head]) -> list[Checked]:
    if not files and not settings.journal.is_dir() and not settings.root_key_file.exists():
        raise fail(f"no journal in {settings.data}")
    try:
        key = audit_key(root_key.load(settings.root_key_file))
    except root_key.Unusable as unusable:
        raise fail(str(unusable)) from None
    checked = []
    for file in files or sorted(files_of(settings.journal)):
        try:
            checked.append(check(file, key, taken.get(name_in_chain(file))))
        except OSError as error:
            raise fail(f"{file}: {error.strerror}") from None
    return [each for each in checked if each.lines or each.wrong]


def _taken(file: Path) -> dict[str, Head]:
    try:
        texts = file.read_bytes().splitlines()
    except OSError as error:
        raise fail(f"{file}: {error.strerror}") from None
    taken = {}
    for number, text in enumerate(texts, 1):
        try:
            line = fit(decoded(text), Line)
        except (ValueError, RecursionError) as error:
            raise fail(f"{file}:{number}: not what `watchword audit head` printed: {error}") from None
        taken[line.file] = Head(line.lines, line.mac)
    return taken


def _proves(checked: Checked) -> str:
    lines = f"{checked.file}: {checked.lines} line{'' if checked.lines == 1 else 's'}"
    if not checked.chained:
        return f"{lines} of an older version, without a key: shows accidents, not forgery"
    if checked.wrong:
        return f"{lines}, not all as a server wrote them"
    return f"{lines}, each as a server wrote it; only a head that was kept shows whether more followed"


group = commands(
    "Check the audit journal.",
    check=check_journal,
    head=head,
    operators=operators,
)
