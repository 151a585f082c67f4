"""Users and groups of a directory, as both its API and SCIM make, change and remove them.

1. Names and addresses are unique in the directory, whatever their case; so are the names of groups.
2. Administrator and AWSAdministrators are reserved names.
3. Who goes, goes from all groups, and loses what was assigned.
Source: Identity Store API Reference, CreateUser, CreateGroup, CreateGroupMembership; IAM Identity Center User
Guide, "Add users to your Identity Center directory" (addresses are unique).
"""

from dataclasses import dataclass, replace

from watchword.identity.center import quotas, refusals
from watchword.identity.center.assigning import take_all_away
from watchword.names import nouns
from watchword.names.fold import fold
from watchword.names.ids import Randomness, new_request_id
from watchword.store import Transaction
from watchword.store.identity_center import external_ids, groups, memberships, users
from watchword.store.identity_center.assignments import GROUP, USER
from watchword.store.identity_center.external_ids import ExternalId
from watchword.store.identity_center.groups import Group
from watchword.store.identity_center.memberships import Membership
from watchword.store.identity_center.users import Attributes, User

RESERVED = frozenset({"administrator", "awsadministrators"})


@dataclass(frozen=True, slots=True)
class Author:
    """Who changes a directory: the directory, the author's ARN, and where new ids come from."""

    directory: str
    arn: str
    randomness: Randomness


def add_user(tx: Transaction, by: Author, name: str, attributes: Attributes, *, enabled: bool = True) -> User:
    """Raises ValidationException, ServiceQuotaExceededException and ConflictException."""
    quotas.check(users.count(tx, by.directory) + 1, quotas.MOST_USERS, "users")
    user_id = new_request_id(by.randomness)
    made = User(user_id, by.directory, name, attributes, tx.at, by.arn, tx.at, by.arn, enabled=enabled)
    _check_user(tx, made)
    users.insert(tx, made)
    return made


def change_user(tx: Transaction, by: Author, changed: User) -> User:
    """Its next revision. Raises ValidationException and ConflictException."""
    _check_user(tx, changed)
    changed = replace(changed, updated=tx.at, updated_by=by.arn, revision=changed.revision + 1)
    users.update(tx, changed)
    return changed


def remove_user(tx: Transaction, user: User) -> None:
    """Rule 3."""
    memberships.remove_user(tx, user)
    take_all_away(tx, USER, user.id)
    external_ids.remove_all(tx, user.id)
    users.remove(tx, user)


def add_group(tx: Transaction, by: Author, name: str, description: str = "") -> Group:
    """Raises ValidationException, ServiceQuotaExceededException and ConflictException."""
    quotas.check(groups.count(tx, by.directory) + 1, quotas.MOST_GROUPS, "groups")
    group_id = new_request_id(by.randomness)
    made = Group(group_id, by.directory, name, description, tx.at, by.arn, tx.at, by.arn)
    _check_group(tx, made)
    groups.insert(tx, made)
    return made


def change_group(tx: Transaction, by: Author, changed: Group) -> Group:
    """Its next revision. Raises ValidationException and ConflictException."""
    _check_group(tx, changed)
    changed = replace(changed, updated=tx.at, updated_by=by.arn, revision=changed.revision + 1)
    groups.update(tx, changed)
    return changed


def remove_group(tx: Transaction, group: Group) -> None:
    """Rule 3: its members lose what it has."""
    memberships.remove_group(tx, group)
    take_all_away(tx, GROUP, group.id)
    external_ids.remove_all(tx, group.id)
    groups.remove(tx, group)


def join(tx: Transaction, by: Author, group_id: str, user_id: str) -> Membership:
    """Puts a user into a group; both are there. Raises ServiceQuotaExceeded- and ConflictException."""
    if memberships.of_pair(tx, group_id, user_id):
        raise refusals.conflict("Member and Group relationship already exists.")
    count = memberships.count_groups(tx, user_id) + 1
    quotas.check(count, quotas.MOST_GROUPS_OF_USER, "groups of a user")
    made = Membership(new_request_id(by.randomness), by.directory, group_id, user_id, tx.at, by.arn)
    memberships.insert(tx, made)
    return made


def put_external_id(tx: Transaction, owner: User | Group, issuer: str, external_id: str) -> None:
    """The id that the issuer knows the user or group by; empty for none. Raises ConflictException."""
    kind = nouns.DIRECTORY_USER if isinstance(owner, User) else nouns.DIRECTORY_GROUP
    there = external_ids.find(tx, owner.directory, kind, issuer, external_id) if external_id else None
    if there is not None and there.owner_id != owner.id:
        raise refusals.taken("ExternalId")
    external_ids.remove_all(tx, owner.id)
    if external_id:
        external_ids.insert(tx, ExternalId(owner.directory, kind, issuer, external_id, owner.id))


def _check_user(tx: Transaction, user: User) -> None:
    _check_name("UserName", user.name)
    holder = users.named(tx, user.directory, user.name)
    if holder is not None and holder.id != user.id:
        raise refusals.taken("UserName")
    holder = users.of_email(tx, user.directory, user.email) if user.email else None
    if holder is not None and holder.id != user.id:
        raise refusals.taken("Emails")


def _check_group(tx: Transaction, group: Group) -> None:
    _check_name("DisplayName", group.name)
    holder = groups.named(tx, group.directory, group.name)
    if holder is not None and holder.id != group.id:
        raise refusals.taken("GroupDisplayName")


def _check_name(member: str, name: str) -> None:
    if fold(name) in RESERVED:
        raise refusals.invalid(f"{member} {name} is reserved.")
