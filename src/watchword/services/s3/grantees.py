"""Whom a bucket policy names, looked up when it is put.

Users and roles are kept as their unique ids, so that one made again under an old name isn't let in; an
account must exist. Sessions, services and everybody stay as written.
Source: IAM User Guide, "AWS JSON policy elements: Principal"; Amazon S3 User Guide, "Principals for bucket
policies".
"""

from collections.abc import Iterator

from watchword.identity.arns import entity_arn
from watchword.names import Arn
from watchword.names.ids import is_account_id
from watchword.policy import Policy
from watchword.services.s3.errors import s3_error
from watchword.store import Transaction, accounts, roles, users

_FIND = {"user": users.named, "role": roles.named}


def bound(tx: Transaction, policy: Policy) -> Policy:
    """The policy as it is stored. Raises MalformedPolicy for somebody whom nobody knows."""
    for name in _named(policy):
        account = name if is_account_id(name) else _account_of(name)
        if account and accounts.by_id(tx, account) is None:
            raise _unknown(name)
    return policy.bind({arn: _unique_id(tx, arn) for arn in policy.principals()})


def _named(policy: Policy) -> Iterator[str]:
    for statement in policy.statements:
        if statement.principal is not None:
            yield from statement.principal.named("AWS")


def _account_of(name: str) -> str:
    """The account in an ARN, empty for anything else."""
    try:
        return Arn.parse(name).account
    except ValueError:
        return ""


def _unique_id(tx: Transaction, arn: str) -> str:
    named = Arn.parse(arn)
    noun, _, rest = named.resource.partition("/")
    found = _FIND[noun](tx, named.account, rest.rpartition("/")[2])
    if found is None or entity_arn(noun, found.account, found.path, found.name, found.partition) != arn:
        raise _unknown(arn)
    return found.id


def _unknown(name: str) -> Exception:
    return s3_error("MalformedPolicy", "Invalid principal in policy", Detail=f'"AWS" : "{name}"')
