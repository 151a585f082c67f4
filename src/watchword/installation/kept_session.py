"""The administrator's session between two commands: an SDK that runs `credentials` again gets the same one.

Making a session is a transaction with an audit event, too much for each command of a shell. So its token is
kept in a private file of the data directory. The token is sealed under the keyring, and only with the
keyring can the secret be read from it: the file alone is worth nothing.

A kept session is handed out again if (1) its token opens, (2) it lasts for at least LEAST_LEFT, (3) its role
is still the one that is asked for, as it must be, and (4) it wasn't revoked. Otherwise a new one is made.
"""

import hashlib
import os
import tempfile
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

from watchword.installation.administrator import administrator_session, session_role
from watchword.installation.installation import Installation
from watchword.names import AwsError
from watchword.sessions import Session, revocation
from watchword.sessions import session as sessions
from watchword.store import revocations

LEAST_LEFT = timedelta(minutes=5)


def kept_session(installation: Installation, account: str, role_arn: str) -> Session:
    """A session of this operator: of the given role, or of the account's administrator. Raises Refused."""
    name = installation.operator.session_name
    file = _file(installation, account, role_arn, name)
    session = _kept(installation, file, account, role_arn)
    if session is None:
        session = administrator_session(installation, account, role_arn, name)
        with suppress(OSError):  # a directory that can't be written: the next command makes another one
            _keep(file, sessions.seal(session, installation.keyring()))
    return session


def _file(installation: Installation, *asked: str) -> Path:
    """One for each user of the host, and for whatever they can ask for."""
    key = "\0".join((str(installation.operator.uid), installation.settings.database_url, *asked))
    return installation.settings.data / "sessions" / hashlib.sha256(key.encode()).hexdigest()


def _kept(installation: Installation, file: Path, account: str, role_arn: str) -> Session | None:
    try:
        session = sessions.open(file.read_text(), installation.keyring())
    except (OSError, ValueError, AwsError):
        return None
    now = installation.clock.now()
    if not session.issued <= sessions.milliseconds(now) <= session.expires - _milliseconds(LEAST_LEFT):
        return None
    with installation.database.read() as tx:
        role = session_role(tx, account, role_arn)
        revoked = revocation.by_subject(revocations.of_account(tx, session.account))
    same = role is not None and role.id == session.unique_id
    return session if same and not revocation.covers(revoked, session) else None


def _keep(file: Path, token: str) -> None:
    file.parent.mkdir(mode=0o700, exist_ok=True)
    descriptor, name = tempfile.mkstemp(dir=file.parent)  # mode 0600
    with os.fdopen(descriptor, "w") as target:
        target.write(token)
    Path(name).replace(file)


def _milliseconds(time: timedelta) -> int:
    return time // timedelta(milliseconds=1)
