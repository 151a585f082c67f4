"""The parts of an organization, in the shapes of the model.

An account whose address isn't known has one that no mail reaches (RFC 2606, `.invalid`): clients expect one.
Source: AWS Organizations API Reference, Data Types.
"""

from watchword.organizations import ids, tree
from watchword.organizations.policy_types import SCP, attributes
from watchword.organizations.tree import ROOT_NAME, Target
from watchword.services.operation import Output
from watchword.store import Transaction
from watchword.store.accounts import Account
from watchword.store.organizations.creations import Creation
from watchword.store.organizations.handshakes import Handshake
from watchword.store.organizations.members import Member
from watchword.store.organizations.organizations import ALL_FEATURES, Organization
from watchword.store.organizations.policies import Policy
from watchword.store.organizations.units import Unit

ENABLED = "ENABLED"


def organization(found: Organization, management: Account) -> dict[str, object]:
    """AvailablePolicyTypes tells nothing: AWS keeps it, and says not to use it."""
    available = [{"Type": SCP, "Status": ENABLED}] if found.features == ALL_FEATURES else []
    return {
        "Id": found.id,
        "Arn": ids.organization_arn(found),
        "FeatureSet": found.features,
        "MasterAccountArn": ids.account_arn(found, found.management),
        "MasterAccountId": found.management,
        "MasterAccountEmail": _email(management.id, management.email),
        "AvailablePolicyTypes": available,
    }


def root(found: Organization) -> dict[str, object]:
    return {
        "Id": found.root,
        "Arn": ids.root_arn(found),
        "Name": ROOT_NAME,
        "PolicyTypes": [{"Type": each, "Status": ENABLED} for each in found.policy_types],
    }


def unit(tx: Transaction, here: Organization, found: Unit) -> dict[str, object]:
    above = [each.id for each in tree.above(tx, here, found.id)]
    return {
        "Id": found.id,
        "Arn": ids.unit_arn(here, found.id),
        "Name": found.name,
        "Path": tree.path(here, *above),
    }


def account(tx: Transaction, here: Organization, found: Member) -> dict[str, object]:
    above = [each.id for each in tree.above(tx, here, found.parent)]
    return {
        "Id": found.account,
        "Arn": ids.account_arn(here, found.account),
        "Email": _email(found.account, found.email),
        "Name": found.name,
        "Status": "SUSPENDED" if found.closed else "ACTIVE",
        "State": "CLOSED" if found.closed else "ACTIVE",
        "Paths": [tree.path(here, *above, found.account)],
        "JoinedMethod": found.method,
        "JoinedTimestamp": found.joined,
    }


def creation(found: Creation) -> dict[str, object]:
    """Of a request that has ended."""
    ended = {"State": "SUCCEEDED", "AccountId": found.account}
    if found.failure:
        ended = {"State": "FAILED", "FailureReason": found.failure}
    return {**_request(found), **ended, "CompletedTimestamp": found.requested}


def creation_begun(found: Creation) -> dict[str, object]:
    """Of the same request as its first answer tells it."""
    return {**_request(found), "State": "IN_PROGRESS"}


def policy_summary(here: Organization, found: Policy) -> dict[str, object]:
    return {**attributes(found), "Arn": ids.policy_arn(here, found)}


def policy(here: Organization, found: Policy) -> Output:
    return {"Policy": {"PolicySummary": policy_summary(here, found), "Content": found.content}}


def handshake(found: Handshake, state: str, sender: Account | None) -> dict[str, object]:
    """As its parties see it; `sender` is the management account."""
    kind = "EMAIL" if "@" in found.target else "ACCOUNT"
    about: list[dict[str, object]] = [
        {"Type": "ORGANIZATION", "Value": found.organization, "Resources": _of_sender(sender)},
        {"Type": kind, "Value": found.target},
    ]
    if found.notes:
        about.append({"Type": "NOTES", "Value": found.notes})
    return {
        "Id": found.id,
        "Arn": ids.handshake_arn(found),
        "Parties": [
            {"Id": found.organization.removeprefix("o-"), "Type": "ORGANIZATION"},
            {"Id": found.target, "Type": kind},
        ],
        "State": state,
        "RequestedTimestamp": found.requested,
        "ExpirationTimestamp": found.expires,
        "Action": found.action,
        "Resources": about,
    }


def _of_sender(sender: Account | None) -> list[dict[str, object]]:
    if sender is None:
        return []
    return [
        {"Type": "MASTER_EMAIL", "Value": _email(sender.id, sender.email)},
        {"Type": "MASTER_NAME", "Value": sender.name},
        {"Type": "ORGANIZATION_FEATURE_SET", "Value": ALL_FEATURES},
    ]


def target(here: Organization, found: Target) -> dict[str, object]:
    match found:
        case Organization():
            return {"TargetId": found.root, "Arn": ids.root_arn(here), "Name": ROOT_NAME, "Type": "ROOT"}
        case Unit():
            own = {"TargetId": found.id, "Arn": ids.unit_arn(here, found.id)}
            return {**own, "Name": found.name, "Type": "ORGANIZATIONAL_UNIT"}
        case Member():
            own = {"TargetId": found.account, "Arn": ids.account_arn(here, found.account)}
            return {**own, "Name": found.name, "Type": "ACCOUNT"}


def _request(found: Creation) -> dict[str, object]:
    return {"Id": found.id, "AccountName": found.name, "RequestedTimestamp": found.requested}


def _email(account_id: str, email: str | None) -> str:
    return email or f"root@{account_id}.invalid"
