"""watchword audit: finds lines of the journal that were changed after they were written."""

from pathlib import Path
from typing import Annotated

import typer

from watchword.cli.ending import BAD_NEWS, fail
from watchword.cli.options import DEFAULT_DATA_DIRECTORY, Data
from watchword.installation.settings import Settings
from watchword.store.audit_files import broken_links

app = typer.Typer(no_args_is_help=True, help="Check the audit journal.")


@app.callback()
def audit() -> None:
    """Check the audit journal."""


@app.command()
def check(
    files: Annotated[
        list[Path] | None, typer.Argument(help="Files of the journal; by default all in the data directory.")
    ] = None,
    data: Data = DEFAULT_DATA_DIRECTORY,
) -> None:
    """Find lines that were removed, inserted or changed.

    Each line contains the SHA-256 of the line before it. So lines that were removed from the end of a file
    can't be found.
    """
    journal = Settings(data.expanduser().absolute()).journal
    if not files and not journal.is_dir():
        raise fail(f"no journal in {journal.parent}")
    broken = 0
    for file in files or sorted(journal.glob("*.jsonl")):
        try:
            lines = broken_links(file)
        except OSError as error:
            raise fail(f"{file}: {error.strerror}") from None
        for line in lines:
            print(f"{file}:{line}: doesn't follow the line before it")
        broken += len(lines)
    if broken:
        raise typer.Exit(BAD_NEWS)
    print("unbroken")
