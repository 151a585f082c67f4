"""Accounts that begin, move between organizations, and end.

1. An account that an organization creates has a role that the management account may assume, with all
   permissions. An account that joins by invitation has none.
2. An account that was created can leave after seven days; one that was invited, at any time.
3. The management account never leaves and can't be closed. The organization ends with it alone.
4. An address is ASCII. Beyond that, databases and Python don't agree which letters differ in case only, and
   two accounts could answer one invitation.
5. A closed account stays a member. Its credentials are refused from that moment on (`facts.credentials`).
Source: AWS Organizations API Reference, CreateAccount (Email), LeaveOrganization, CloseAccount; User Guide,
"Considerations before removing an account from an organization".
"""

import json
from datetime import datetime, timedelta

from msgspec import Struct

from watchword.names import nouns
from watchword.names.ids import ACCOUNT_DIGITS, Prefix, Randomness, new_unique_id
from watchword.organizations import quotas
from watchword.organizations.refusals import refusal, violates
from watchword.store import Transaction, accounts, tags
from watchword.store.accounts import Account
from watchword.store.iam import attachments as policies_of_iam
from watchword.store.iam import roles
from watchword.store.iam.roles import Role
from watchword.store.organizations import attachments, members, services
from watchword.store.organizations.members import CREATED, Member
from watchword.store.organizations.organizations import Organization

ROLE_NAME = "OrganizationAccountAccessRole"
ADMINISTRATOR_POLICY = "arn:aws:iam::aws:policy/AdministratorAccess"
WAITING = timedelta(days=7)


class NewAccount(Struct, frozen=True):
    """What an account is to be; an id is drawn unless one is given."""

    name: str
    email: str | None = None
    id: str = ""
    role: str = ROLE_NAME


def add(tx: Transaction, wanted: NewAccount, randomness: Randomness) -> str:
    """Adds an account of no organization; its id. Raises Conflict when the wanted id is another account's."""
    account = wanted.id or _free_id(tx, randomness)
    accounts.insert(tx, Account(account, wanted.name, tx.at, email=wanted.email))
    return account


def create(tx: Transaction, organization: Organization, wanted: NewAccount, randomness: Randomness) -> str:
    """Adds an account to the organization, right below its root, with the role of rule 1; its id."""
    account = add(tx, wanted, randomness)
    join(tx, organization, account, CREATED)
    role = Role(
        id=new_unique_id(Prefix.ROLE, randomness),
        account=account,
        name=wanted.role,
        path="/",
        created=tx.at,
        trust=_trust(organization),
        partition=organization.partition,
    )
    roles.insert(tx, role)
    policies_of_iam.attach(tx, nouns.ROLE, role.id, ADMINISTRATOR_POLICY)
    return account


def join(tx: Transaction, organization: Organization, account: str, method: str) -> None:
    """Makes an account a member, right below the root. Raises Conflict when it is one already."""
    from watchword.organizations.attaching import attach_defaults  # noqa: PLC0415 the policy engine comes with it

    members.insert(tx, Member(account, organization.id, organization.root, tx.at, method))
    attach_defaults(tx, organization, account)


def check_may_leave(tx: Transaction, organization: Organization, member: Member, now: datetime) -> None:
    """Raises the refusal of an account that can't leave."""
    if member.account == organization.management:
        raise refusal("MasterCannotLeaveOrganizationException")
    if services.delegations_of(tx, organization.id, member.account):
        raise violates(
            "CANNOT_REMOVE_DELEGATED_ADMINISTRATOR_FROM_ORG",
            "The account is a delegated administrator. Deregister it first.",
        )
    if member.method == CREATED and now < member.joined + WAITING:
        raise violates(
            "WAIT_PERIOD_ACTIVE",
            f"An account can leave the organization that created it after {WAITING.days} days.",
        )


def leave(tx: Transaction, organization: Organization, member: Member) -> None:
    """Takes an account out of the organization, with what the organization knew of it."""
    attachments.remove_target(tx, organization.id, member.account)
    tags.remove_all(tx, nouns.IN_ORGANIZATION, member.account)
    members.remove(tx, member)


def close(tx: Transaction, organization: Organization, member: Member) -> None:
    """Closes a member account."""
    # 1. It isn't the management account.
    if member.account == organization.management:
        raise violates("CANNOT_CLOSE_MANAGEMENT_ACCOUNT", "You can't close the management account.")
    # 2. It is open.
    if member.closed:
        raise refusal("AccountAlreadyClosedException")
    # 3. Not too many were closed lately.
    lately = members.count_closed(tx, organization.id, tx.at - quotas.CLOSING_PERIOD)
    quotas.check_closings(lately + 1, members.count(tx, organization.id) - 1)
    accounts.close(tx, member.account)


def _free_id(tx: Transaction, randomness: Randomness) -> str:
    lowest = 10 ** (ACCOUNT_DIGITS - 1)
    while True:
        drawn = str(lowest + int.from_bytes(randomness(16), "big") % (9 * lowest))
        if accounts.by_id(tx, drawn) is None:
            return drawn


def _trust(organization: Organization) -> str:
    management = f"arn:{organization.partition}:iam::{organization.management}:root"
    statement = {"Effect": "Allow", "Principal": {"AWS": management}, "Action": "sts:AssumeRole"}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})
