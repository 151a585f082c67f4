"""Identifiers and ARNs of an organization and of what is in it.

The account in these ARNs is the management account, whatever account they are about. A policy of AWS has
`aws` there, and no organization.
Source: AWS Organizations API Reference, the patterns of the data types; Service Authorization Reference, "AWS
Organizations", resource types.
"""

from watchword.names.ids import Randomness
from watchword.store.organizations.handshakes import Handshake
from watchword.store.organizations.organizations import Organization
from watchword.store.organizations.policies import Policy

_ALPHABET = "0123456789abcdefghijklmnopqrstuvwxyz"
AWS_POLICY = "arn:aws:organizations::aws:policy"


def new_organization_id(randomness: Randomness) -> str:
    return f"o-{_drawn(10, randomness)}"


def new_root_id(randomness: Randomness) -> str:
    return f"r-{_drawn(4, randomness)}"


def new_unit_id(root_id: str, randomness: Randomness) -> str:
    """It has the root's id in it."""
    return f"ou-{root_id.removeprefix('r-')}-{_drawn(8, randomness)}"


def new_policy_id(randomness: Randomness) -> str:
    return f"p-{_drawn(10, randomness)}"


def new_resource_policy_id(randomness: Randomness) -> str:
    return f"rp-{_drawn(8, randomness)}"


def new_handshake_id(randomness: Randomness) -> str:
    return f"h-{_drawn(32, randomness)}"


def new_creation_id(randomness: Randomness) -> str:
    return f"car-{_drawn(32, randomness)}"


def organization_arn(organization: Organization) -> str:
    return _arn(organization, "organization")


def root_arn(organization: Organization) -> str:
    return _arn(organization, "root", organization.root)


def unit_arn(organization: Organization, unit_id: str) -> str:
    return _arn(organization, "ou", unit_id)


def account_arn(organization: Organization, account: str) -> str:
    return _arn(organization, "account", account)


def policy_arn(organization: Organization | None, policy: Policy) -> str:
    """Of a policy of the organization, or of one of AWS, which is in none."""
    if organization is None or not policy.organization:
        return f"{AWS_POLICY}/{policy.type.lower()}/{policy.id}"
    return _arn(organization, "policy", policy.type.lower(), policy.id)


def resource_policy_arn(organization: Organization, policy_id: str) -> str:
    return _arn(organization, "resourcepolicy", policy_id)


def handshake_arn(handshake: Handshake) -> str:
    """The account in it is the one that manages the organization which sent it."""
    resource = f"handshake/{handshake.organization}/{handshake.action.lower()}/{handshake.id}"
    return f"arn:aws:organizations::{handshake.management}:{resource}"


def arn_of(organization: Organization, entity_id: str) -> str:
    """Of a root, a unit, an account or the resource policy, whether it exists or not."""
    if entity_id.startswith("r-"):
        return _arn(organization, "root", entity_id)
    if entity_id.startswith("ou-"):
        return unit_arn(organization, entity_id)
    if entity_id.startswith("rp-"):
        return resource_policy_arn(organization, entity_id)
    return account_arn(organization, entity_id)


def of_any(organization: Organization, kind: str) -> str:
    """How the ARNs of a type of resource begin in an organization."""
    return _arn(organization, kind)


def _arn(organization: Organization, kind: str, *rest: str) -> str:
    resource = "/".join((kind, organization.id, *rest))
    return f"arn:{organization.partition}:organizations::{organization.management}:{resource}"


def _drawn(length: int, randomness: Randomness) -> str:
    """As many characters, each as likely as any other."""
    number = int.from_bytes(randomness(length + 8), "big")
    drawn = []
    for _ in range(length):
        number, digit = divmod(number, len(_ALPHABET))
        drawn.append(_ALPHABET[digit])
    return "".join(drawn)
