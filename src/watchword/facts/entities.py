"""Entities of IAM by account and name; tags of everything that has tags."""

from collections.abc import Mapping

from msgspec import Struct

from watchword.facts.accounts import is_open
from watchword.facts.fact import OF_A_TAG, Fact, Reading
from watchword.names import nouns
from watchword.policy import Policy
from watchword.store import Topic, tags
from watchword.store.iam import (
    account_settings,
    groups,
    instance_profiles,
    mfa_devices,
    policies,
    roles,
    server_certificates,
    users,
)
from watchword.store.iam.account_settings import AccountSettings
from watchword.store.iam.groups import Group
from watchword.store.iam.instance_profiles import InstanceProfile
from watchword.store.iam.roles import Role
from watchword.store.iam.server_certificates import ServerCertificate
from watchword.store.iam.users import User


class RoleFact(Struct, frozen=True):
    """A role with its ARN, its trust policy and its tags."""

    role: Role
    arn: str
    trust: Policy
    tags: Mapping[str, str]


def _user(reading: Reading, account: str, name: str) -> User | None:
    user = users.named(reading.tx, account, name)
    reading.depends_on(Topic("user", user.id if user else ""))
    return user


def _group(reading: Reading, account: str, name: str) -> Group | None:
    group = groups.named(reading.tx, account, name)
    reading.depends_on(Topic("group", group.id if group else ""))
    return group


def _instance_profile(reading: Reading, account: str, name: str) -> InstanceProfile | None:
    profile = instance_profiles.named(reading.tx, account, name)
    reading.depends_on(Topic(nouns.INSTANCE_PROFILE, profile.id if profile else ""))
    return profile


def _server_certificate(reading: Reading, account: str, name: str) -> ServerCertificate | None:
    found = server_certificates.named(reading.tx, account, name)
    reading.depends_on(Topic(nouns.SERVER_CERTIFICATE, found.id if found else ""))
    return found


def _mfa_device(reading: Reading, account: str, serial: str) -> str | None:
    device = mfa_devices.by_serial(reading.tx, account, serial)
    if device is None:
        return None
    reading.depends_on(Topic(nouns.MFA, device.id))
    return device.id


def _role(reading: Reading, account: str, name: str) -> RoleFact | None:
    """No session of a role of a closed account could be used, so none is made."""
    role = roles.named(reading.tx, account, name)
    if role is None or not is_open(reading, account):
        return None
    reading.depends_on(Topic("role", role.id))
    return RoleFact(role, role.arn, reading.policy(role.trust), _its_tags(reading, "role", role.id))


def _tags(reading: Reading, kind: str, entity_id: str) -> Mapping[str, str]:
    if kind == "policy" and entity_id.startswith("arn:"):
        policy = policies.by_arn(reading.tx, entity_id)
        entity_id = policy.id if policy else ""
    reading.depends_on(Topic(kind, entity_id))
    return _its_tags(reading, kind, entity_id)


def _its_tags(reading: Reading, kind: str, entity_id: str) -> Mapping[str, str]:
    found = tags.of(reading.tx, kind, entity_id)
    reading.weigh(sum(OF_A_TAG + len(key) + len(value) for key, value in found.items()))
    return found


def _account_settings(reading: Reading, account: str) -> AccountSettings:
    reading.depends_on(Topic("account", account))
    return account_settings.of(reading.tx, account)


NO_NAME = "/"
"""What no entity is called. Absence isn't cached, so a look-up of it reads the database each time."""

ACCOUNT_SETTINGS = Fact("account-settings", _account_settings)
USER = Fact("user", _user)
GROUP = Fact("group", _group)
INSTANCE_PROFILE = Fact(nouns.INSTANCE_PROFILE, _instance_profile)
MFA_DEVICE = Fact(nouns.MFA, _mfa_device)
"""The unique id, by account and serial number."""
ROLE = Fact("role", _role)
SERVER_CERTIFICATE = Fact(nouns.SERVER_CERTIFICATE, _server_certificate)
TAGS = Fact("tags", _tags)
"""By the type of an entity and its unique id, or a managed policy's ARN."""
