"""watchword import, watchword export: accounts from AWS or from another Watchword, and back."""

import re
from pathlib import Path
from typing import Annotated

import typer

from watchword.cli.ending import BAD_NEWS, fail
from watchword.cli.options import DEFAULT_DATA_DIRECTORY, Data, Database, RootKeyFile, opened
from watchword.cli.output import Form, Output, progress_bar, say, say_json
from watchword.installation.bootstrap import open_installation
from watchword.store import accounts
from watchword.transfer import Import, Report, lines
from watchword.transfer.report import DIFFERS, MAKE, NEVER_IN_THE_FORM, REPLACE, SAME

_MOST_LINES = 100
_BEYOND_ASCII = re.compile(r"[^\x20-\x7e]")


def import_files(
    files: Annotated[
        list[Path], typer.Argument(help="What `aws iam get-account-authorization-details` printed.")
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

    What is here already stays as it is. Nothing is changed when anything in the files is wrong, or is here
    otherwise; then the exit code is 1. A server can run meanwhile.
    """
    with opened(open_installation, data, database, root_key_file) as installation, progress_bar() as progress:
        report = Import(installation, files, replace, dry_run, progress).run()
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
