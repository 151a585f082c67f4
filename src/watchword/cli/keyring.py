"""watchword keyring: the keys that encrypt tokens and stored secrets."""

from watchword.cli.commands import commands
from watchword.cli.options import DEFAULT_DATA_DIRECTORY, Data, Database, RootKeyFile, opened
from watchword.cli.output import Form, Output, say_record
from watchword.installation.administrator import rotate_keyring
from watchword.installation.bootstrap import open_installation


def rotate(
    data: Data = DEFAULT_DATA_DIRECTORY,
    database: Database = "",
    root_key_file: RootKeyFile = "",
    output: Output = Form.JSON,
) -> None:
    """Make a new key, and encrypt all stored secrets again with it.

    New tokens are encrypted with the new key. Older keys stay, to decrypt older tokens. Running servers use
    the new key immediately.
    """
    with opened(open_installation, data, database, root_key_file) as installation:
        key, resealed = rotate_keyring(installation)
    say_record({"KeyId": key, "SecretsSealedAgain": resealed}, output)


group = commands("Rotate the keyring.", rotate=rotate)
