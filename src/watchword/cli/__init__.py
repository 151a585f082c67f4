"""Floor 8: the commands. `watchword --help` lists them."""

import typer

from watchword.cli import accounts, credentials, explain, keyring, sessions, tour
from watchword.cli.serve import serve

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Watchword: AWS's IAM and STS, self-hosted.",
)
app.command()(serve)
app.command()(credentials.credentials)
app.command()(explain.explain)
app.command()(tour.tour)
app.add_typer(accounts.app, name="account")
app.add_typer(keyring.app, name="keyring")
app.add_typer(credentials.root_key_app, name="root-key")
app.add_typer(sessions.app, name="session")


def main() -> None:
    """The `watchword` command."""
    app()
