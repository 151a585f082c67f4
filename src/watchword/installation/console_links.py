"""One-time links by which an operator signs in to the console: for the first administrator, and in need.

The proof is access to the data directory, as for every command of the administrator. A link has the secret of
a sign-in that is good once, for VALID, and for one session of the role, which begins now.
"""

import base64
import hashlib
from datetime import timedelta

from watchword.installation.administrator import administrator_session
from watchword.installation.endpoint import kept_endpoint
from watchword.installation.installation import Installation
from watchword.sessions import session as sessions
from watchword.store import sign_ins
from watchword.store.sign_ins import Kind, SignIn

VALID = timedelta(minutes=10)
PATH = "/signin/link?secret="
_SECRET_BYTES = 32


def new_link(installation: Installation, account: str, role_arn: str, endpoint: str = "") -> str:
    """The address of a link for a role's session, or for the account's administrator. Raises Refused."""
    session = administrator_session(installation, account, role_arn, installation.operator.session_name)
    secret = base64.urlsafe_b64encode(installation.randomness(_SECRET_BYTES)).rstrip(b"=").decode()
    now, token = installation.clock.now(), sessions.seal(session, installation.keyring())
    row = SignIn(hashlib.sha256(secret.encode()).digest(), Kind.LINK.value, token, now, now + VALID)
    with installation.database.write(now) as tx:
        sign_ins.insert(tx, row)
    return f"{endpoint or kept_endpoint(installation.settings)}{PATH}{secret}"
