"""What the administrator does on the host, without credentials.

The proof is access to the data directory: a user who can read it is the administrator. There is no password.
Nothing here can be reached over the network. Every change, and every session, has an audit event that says
who it was (`operator_events`).
"""

from datetime import timedelta

from watchword.identity import resealing
from watchword.identity.delegation import State, state_at
from watchword.identity.owners import Owner, owner_at
from watchword.identity.protected_roles import ADMINISTRATOR, ADMINISTRATOR_PATH
from watchword.identity.resealing import Reseal
from watchword.installation.bootstrap import add_key, add_root_key
from watchword.installation.installation import Installation
from watchword.installation.operator_events import record_command
from watchword.names.entity_arn import EntityArn
from watchword.names.ids import Prefix, new_access_key_id, new_secret, new_unique_id
from watchword.names.moment import iso
from watchword.organizations.accounts import NewAccount, add, create
from watchword.proofs.keyring import Keyring
from watchword.proofs.trade_in_token import issue
from watchword.sessions import Session
from watchword.sessions.session import moment, new_session
from watchword.store import Conflict, Transaction, accounts
from watchword.store.iam import access_keys, attachments, delegation_requests, inline_policies, roles
from watchword.store.iam.roles import Role
from watchword.store.organizations import members, organizations
from watchword.store.organizations.organizations import Organization

ADMINISTRATOR_POLICY = "arn:aws:iam::aws:policy/AdministratorAccess"
TRUSTS_NO_ONE = (
    '{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Principal":"*","Action":"sts:AssumeRole"}]}'
)
SESSION_SECONDS = 3600
MAX_ROOT_KEYS = 2
RESEAL_BATCH = 100


class Refused(Exception):  # noqa: N818 its message is the line that the operator reads
    """The command can't be done; the message is one line."""


def first_account(installation: Installation) -> str:
    """The id of the oldest account."""
    with installation.database.read() as tx:
        return account_of(tx, "")


def create_account(
    installation: Installation, name: str, account_id: str, email: str = "", manager: str = ""
) -> str:
    """Adds an account and returns its id, which is drawn if none is given.

    manager: the management account of the organization that it is created in, as by CreateAccount.
    """
    wanted, given = NewAccount(name, email or None, account_id), {"name": name}
    if not email.isascii():
        raise Refused(f"an address is ASCII, not {email!r}")
    try:
        with installation.database.write(installation.clock.now()) as tx:
            if email and accounts.of_email(tx, email):
                raise Refused(f"another account has the address {email}")
            if manager:
                given["organization"] = (here := _organization(tx, manager)).id
                account = create(tx, here, wanted, installation.randomness)
            else:
                account = add(tx, wanted, installation.randomness)
            record_command(installation, tx, "CreateAccount", account, given, {"accountId": account})
    except Conflict:
        raise Refused(f"account {account_id} already exists") from None
    return account


def reopen_account(installation: Installation, account: str) -> None:
    """Opens an account that its organization closed."""
    with installation.database.write(installation.clock.now()) as tx:
        found = accounts.by_id(tx, account)
        if found is None or found.closed is None:
            raise Refused(f"no such account is closed: {account}")
        accounts.reopen(tx, account)
        record_command(installation, tx, "ReopenAccount", account, {}, {"accountId": account})


def _organization(tx: Transaction, manager: str) -> Organization:
    member = members.of_account(tx, manager)
    found = organizations.by_id(tx, member.organization) if member else None
    if found is None or found.management != manager:
        raise Refused(f"account {manager} manages no organization")
    return found


def administrator_session(
    installation: Installation, account: str, role_arn: str, session_name: str
) -> Session:
    """A session of one hour, of the given role or of the account's administrator."""
    now, lifetime = installation.clock.now(), timedelta(seconds=SESSION_SECONDS)
    with installation.database.write(now) as tx:
        role = session_role(tx, account, role_arn)
        role = role or _administrator(installation, tx, account_of(tx, account))
        session = new_session(role.session(session_name), lifetime, now, installation.randomness)
        given = {"roleArn": role.arn, "roleSessionName": session_name}
        made = {"accessKeyId": session.access_key_id, "expiration": iso(moment(session.expires))}
        record_command(installation, tx, "MintCredentials", role.account, given, made)
    return session


def session_role(tx: Transaction, account: str, role_arn: str) -> Role | None:
    """The role whose session these arguments ask for; None for an administrator who wasn't made yet.

    Raises Refused.
    """
    if role_arn:
        return _role(tx, role_arn)
    found = roles.named(tx, account_of(tx, account), ADMINISTRATOR)
    if found is not None:
        _check_as_made(tx, found)
    return found


def new_root_key(installation: Installation, account: str) -> tuple[str, str]:
    """A long-term key of the account's root user: its id, and its secret, which is shown only now."""
    secret = new_secret(installation.randomness)
    with installation.database.write(installation.clock.now()) as tx:
        account = account_of(tx, account)
        if len(access_keys.of_root(tx, account)) >= MAX_ROOT_KEYS:
            raise Refused(f"the root user of account {account} has {MAX_ROOT_KEYS} access keys already")
        key_id = new_access_key_id(Prefix.ACCESS_KEY, account, installation.randomness)
        add_root_key(installation, tx, account, key_id, secret)
        record_command(installation, tx, "CreateRootKey", account, {}, {"accessKeyId": key_id})
    return key_id, secret


def trade_in_token(installation: Installation, request_id: str) -> tuple[str, str]:
    """The account that a delegation request was made by, and the token that was sent to it."""
    with installation.database.write(installation.clock.now()) as tx:
        request = delegation_requests.by_id(tx, request_id)
        if request is None:
            raise Refused(f"no such delegation request: {request_id}")
        if request.state != State.FINALIZED:
            raise Refused(f"the token of {request_id} was not sent: its state is {state_at(request, tx.at)}")
        given = {"delegationRequestId": request_id}
        record_command(installation, tx, "PrintDelegationToken", request.requestor, given, {})
    return request.requestor, issue(request.id, request.requestor, installation.root_key.material)


def rotate_keyring(installation: Installation) -> tuple[str, int]:
    """Makes a new sealing key and seals every stored secret under it: the key's id, and how many."""
    with installation.database.write(installation.clock.now()) as tx:
        newest = add_key(installation, tx)
        record_command(installation, tx, "RotateKeyring", "", {}, {"keyId": newest.id})
        ring = installation.root_key.keyring(tx)
    return newest.id, sum(_reseal(installation, ring, some) for some in resealing.EVERYTHING)


def _reseal(installation: Installation, ring: Keyring, some: Reseal) -> int:
    """Seals all secrets of one type again, in batches; returns how many."""
    resealed, more = 0, True
    while more:
        with installation.database.write(installation.clock.now()) as tx:
            count, more = some(tx, ring, RESEAL_BATCH)
        resealed += count
    return resealed


def account_of(tx: Transaction, account: str) -> str:
    """The account of that id; the oldest if none is named. Raises Refused."""
    if account:
        found = accounts.by_id(tx, account)
        if found is None:
            raise Refused(f"no such account: {account}")
        if found.closed:
            raise Refused(f"account {account} is closed (`watchword account reopen {account}` opens it)")
        return account
    return min(accounts.all_accounts(tx), key=lambda found: found.created).id


def _role(tx: Transaction, role_arn: str) -> Role:
    role = _owner(tx, role_arn)
    if not isinstance(role, Role):
        raise Refused(f"no such role: {role_arn}")
    return role


def _administrator(installation: Installation, tx: Transaction, account: str) -> Role:
    """The role of an account's administrator, made now."""
    role = Role(
        id=new_unique_id(Prefix.ROLE, installation.randomness),
        account=account,
        name=ADMINISTRATOR,
        path=ADMINISTRATOR_PATH,
        created=installation.clock.now(),
        trust=TRUSTS_NO_ONE,
        description="The administrator. Only `watchword credentials` gives its credentials.",
        max_session=SESSION_SECONDS,
    )
    roles.insert(tx, role)
    attachments.attach(tx, "role", role.id, ADMINISTRATOR_POLICY)
    return role


def _check_as_made(tx: Transaction, role: Role) -> None:
    """Raises Refused for a role of that name that isn't as `_administrator` makes it.

    IAM's operations neither make nor change such a role. An older version let a user make one.
    """
    wrong = {
        "path": role.path != ADMINISTRATOR_PATH,
        "trust policy": role.trust != TRUSTS_NO_ONE,
        "permissions boundary": role.boundary is not None,
        "attached policies": [each.policy_arn for each in attachments.of(tx, "role", role.id)]
        != [ADMINISTRATOR_POLICY],
        "inline policies": bool(inline_policies.of(tx, "role", role.id)),
    }
    if differing := ", ".join(what for what, differs in wrong.items() if differs):
        raise Refused(
            f"role {role.arn} isn't as this command makes it ({differing}); someone else made or changed it: "
            "remove it as root (watchword root-key create), then try again"
        )


def _owner(tx: Transaction, text: str) -> Owner | None:
    arn = EntityArn.parse(text)
    return owner_at(tx, arn) if arn else None
