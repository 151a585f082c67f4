"""watchword import, watchword export: accounts from AWS or from another Watchword, and back."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import typer

from watchword.cli.ending import BAD_NEWS, fail
from watchword.cli.options import DEFAULT_DATA_DIRECTORY, Data, Database, RootKeyFile, opened
from watchword.cli.output import Form, Output, progress_bar, say, say_json
from watchword.installation.bootstrap import open_installation
from watchword.store import accounts
from watchword.transfer import Import, Report, lines
from watchword.transfer.minio.archive import UnreadableExport
from watchword.transfer.minio.archive import read as read_minio
from watchword.transfer.minio.translation import Translation
from watchword.transfer.report import DIFFERS, MAKE, NEVER_IN_THE_FORM, REPLACE, SAME

_MINIO = Path("minio")
"""Named first: an account and exports of MinIO follow."""
_ACCOUNT = re.compile(r"[0-9]{12}", re.ASCII)
_MOST_LINES = 100
_BEYOND_ASCII = re.compile(r"[^\x20-\x7e]")


def import_files(
    files: Annotated[
        list[Path],
        typer.Argument(
            help="What `aws iam get-account-authorization-details` printed; or `minio`, an account, and what "
            "`mc admin cluster iam export` wrote."
        ),
    ],
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would change, and change nothing.")
    ] = False,
    replace: Annotated[
        bool, typer.Option("--replace", help="Replace what is here and otherwise in the files.")
    ] = False,
    data: Data = DEFAULT_DATA_DIRECTORY,
    database: Database = "",
    root_key_file: RootKeyFile = "",
    output: Output = Form.TEXT,
) -> None:
    """Make the users, groups, roles and policies of accounts that files describe, with the same ids.

    `watchword import minio ACCOUNT FILE` moves users, groups and policies of a MinIO server into an account.

    What is here already stays as it is. Nothing is changed when anything in the files is wrong, or is here
    otherwise; then the exit code is 1. A server can run meanwhile.
    """
    with (
        _readable(files) as (readable, translations),
        opened(open_installation, data, database, root_key_file) as installation,
        progress_bar() as progress,
    ):
        dry = dry_run or any(each.problems for each in translations)
        report = Import(installation, readable, replace, dry, progress).run()
    for each in translations:
        report.problems += each.problems
        report.notes += each.notes
    refused = bool(report.problems or (report.differences and not replace))
    for line in _limited([*report.problems, *([] if replace else report.differences)]):
        say(line, error=True)
    if output is Form.JSON:
        _say_as_json(report, changed=not (refused or dry_run))
    else:
        _say_as_text(report, dry_run=dry_run, refused=refused)
    if refused:
        raise typer.Exit(BAD_NEWS)


def export_accounts(
    account: Annotated[str, typer.Option("--account", help="One account only; all by default.")] = "",
    data: Data = DEFAULT_DATA_DIRECTORY,
    database: Database = "",
    root_key_file: RootKeyFile = "",
) -> None:
    """Print users, groups, roles and policies as `aws iam get-account-authorization-details` does.

    There are no secrets in it. Two exports of the same have the same bytes.
    """
    with (
        opened(open_installation, data, database, root_key_file) as installation,
        installation.database.read() as tx,
    ):
        every = [each.id for each in accounts.all_accounts(tx)]
        if account and account not in every:
            raise fail(f"no such account: {account}")
        for line in lines(tx, [account] if account else every):
            say(_BEYOND_ASCII.sub(_escaped, line))


@contextmanager
def _readable(files: list[Path]) -> Iterator[tuple[list[Path], list[Translation]]]:
    """The files to import. Those of MinIO are translated first, into files that end with the block."""
    if files[0] != _MINIO:
        yield files, []
        return
    account, exports = str(files[1]) if len(files) > 1 else "", files[2:]
    if not _ACCOUNT.fullmatch(account) or not exports:
        raise fail("for example: watchword import minio 123456789012 iam-info.zip")
    with TemporaryDirectory() as folder:
        try:
            translations = [Translation(read_minio(file), account) for file in exports]
        except UnreadableExport as error:
            raise fail(str(error)) from None
        readable = []
        for number, each in enumerate(translations, 1):
            readable.append(Path(folder, f"minio-{number}.json"))
            readable[-1].write_bytes(each.form())
        yield readable, translations


def _escaped(found: re.Match[str]) -> str:
    """A character of a JSON text, as an escape: a terminal shows the same as a file holds."""
    units = found[0].encode("utf-16-be")
    return "".join(f"\\u{units[at] << 8 | units[at + 1]:04x}" for at in range(0, len(units), 2))


def _say_as_json(report: Report, *, changed: bool) -> None:
    counts: dict[str, dict[str, dict[str, int]]] = {}
    for (account, noun, outcome), count in sorted(report.counts.items()):
        counts.setdefault(account, {}).setdefault(noun, {})[outcome] = count
    say_json(
        {
            "changed": changed and bool(report.number(MAKE, REPLACE)),
            "accounts": counts,
            "newAccounts": report.new_accounts,
            "problems": report.problems,
            "differences": report.differences,
            "notReproduced": dict(report.notes),
        }
    )


def _say_as_text(report: Report, *, dry_run: bool, refused: bool) -> None:
    would = "would be " if dry_run or refused else ""
    for account in report.new_accounts:
        say(f"account {account}: {would}made")
    said = {MAKE: f"{would}made", REPLACE: f"{would}replaced", SAME: "the same", DIFFERS: "otherwise here"}
    for (account, noun, outcome), count in sorted(report.counts.items()):
        say(f"account {account}: {noun}: {count} {said[outcome]}")
    for note, count in report.notes.items():
        say(f"not reproduced: {note}" + (f" ({count})" if count > 1 else ""))
    say(f"not reproduced: {NEVER_IN_THE_FORM}")
    if refused:
        more = "" if report.problems else "; --replace replaces what is otherwise here"
        say(f"nothing was changed{more}", error=True)


def _limited(texts: list[str]) -> list[str]:
    left = len(texts) - _MOST_LINES
    return texts if left <= 0 else [*texts[:_MOST_LINES], f"and {left} more"]
