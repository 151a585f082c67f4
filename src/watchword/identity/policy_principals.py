"""The principals in a trust or bucket policy: ARNs when people read it, unique ids when it is stored.

A user or role is stored as its unique id. So a new user with the name of a deleted one has no access. It is
shown as its ARN while it exists, and as the id afterwards. An account given as twelve digits becomes the ARN
of its root user. Sessions stay as they were written.
Source: IAM User Guide, "AWS JSON policy elements: Principal".
"""

from collections.abc import Iterator

from watchword.identity.owners import Owner, owner_at
from watchword.names import Arn
from watchword.names.entity_arn import EntityArn
from watchword.names.ids import Prefix, is_account_id
from watchword.policy import Policy
from watchword.policy.language.grammar import EVERYONE
from watchword.store import Transaction, accounts
from watchword.store.iam import roles, users


class UnknownPrincipal(Exception):  # noqa: N818 each kind of policy has its own error for it
    """A principal that doesn't exist; `name` is how the policy names it."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


def bind(tx: Transaction, policy: Policy) -> Policy:
    """The policy with unique ids, to be stored. Raises UnknownPrincipal."""
    known = {}
    for name in principals(policy):
        found = _bound(tx, name)
        if found is None:
            raise UnknownPrincipal(name)
        known[name] = found
    return policy.renamed(known)


def unbind(tx: Transaction, policy: Policy) -> Policy:
    """A stored policy with ARNs, for people to read."""
    owners = {name: _by_id(tx, name) for name in principals(policy)}
    return policy.renamed({name: owner.arn for name, owner in owners.items() if owner})


def principals(policy: Policy) -> Iterator[str]:
    """The AWS principals of a policy, without `*`."""
    for statement in policy.statements:
        if statement.principal is not None:
            yield from (name for name in statement.principal.named("AWS") if name != EVERYONE)


def _bound(tx: Transaction, name: str) -> str | None:
    """How a stored policy names a principal; None for a principal that doesn't exist."""
    # 1. An account, as digits.
    if is_account_id(name):
        account = accounts.by_id(tx, name)
        return f"arn:{account.partition}:iam::{name}:root" if account else None
    # 2. A unique id.
    if (owner := _by_id(tx, name)) is not None:
        return owner.id
    # 3. An ARN.
    try:
        arn = Arn.parse(name)
    except ValueError:
        return None
    if accounts.by_id(tx, arn.account) is None:
        return None
    if arn.service == "iam":
        return name if arn.resource == "root" else _entity(tx, name)
    return _session(tx, arn) if arn.service == "sts" else None


def _entity(tx: Transaction, name: str) -> str | None:
    arn = EntityArn.parse(name)
    owner = owner_at(tx, arn) if arn else None
    return owner.id if owner else None


def _session(tx: Transaction, arn: Arn) -> str | None:
    match arn.resource.split("/"):
        case ["assumed-role", role, _] if roles.named(tx, arn.account, role):
            return str(arn)
        case ["federated-user", _]:
            return str(arn)
    return None


def _by_id(tx: Transaction, name: str) -> Owner | None:
    if name.startswith(Prefix.USER):
        return users.by_id(tx, name)
    return roles.by_id(tx, name) if name.startswith(Prefix.ROLE) else None
