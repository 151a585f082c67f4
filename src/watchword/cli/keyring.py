"""watchword keyring: the keys under which tokens are sealed and secrets rest."""

import json

import typer

from watchword.cli.options import DEFAULT_DATA_DIRECTORY, Data, Database, RootKeyFile, opened
from watchword.installation.administrator import rotate_keyring
from watchword.installation.bootstrap import open_installation

app = typer.Typer(no_args_is_help=True, help="Rotate the keyring.")


@app.command()
def rotate(
    data: Data = DEFAULT_DATA_DIRECTORY, database: Database = "", root_key_file: RootKeyFile = ""
) -> None:
    """Make a new key: it seals from now on, and every stored secret is sealed again under it.

    Older keys still open the tokens that they sealed. Running servers follow at once.
    """
    with opened(open_installation, data, database, root_key_file) as installation:
        key, resealed = rotate_keyring(installation)
    print(json.dumps({"KeyId": key, "SecretsSealedAgain": resealed}))
