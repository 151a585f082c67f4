"""Entities of the store in the form of a file, many at once: for `export`, and to see what an import changes.

What belongs to entities (attachments, inline policies, tags, groups, versions) is read with one query for all
of them.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property, lru_cache
from typing import Any

from msgspec import UNSET, Raw, UnsetType

from watchword.identity.arns import policy_arn
from watchword.identity.managed_policies import version_name
from watchword.identity.policy_principals import principals
from watchword.names import nouns
from watchword.names.ids import Prefix
from watchword.policy import Policy as Document
from watchword.store import Transaction, tags
from watchword.store.iam import attachments, groups, inline_policies, policy_versions, roles, users
from watchword.store.iam.groups import Group
from watchword.store.iam.instance_profiles import InstanceProfile
from watchword.store.iam.policies import Policy
from watchword.store.iam.policy_versions import Version
from watchword.store.iam.roles import Role
from watchword.store.iam.users import User
from watchword.transfer import form

_REMEMBERED = 1024


def details(tx: Transaction, noun: str, records: Sequence[Any]) -> list[Any]:
    """Records of one type, as values of `form` whose lists are sorted, in the same order."""
    return _DETAILS[noun](tx, records) if records else []


def shown_trust(tx: Transaction, records: Sequence[Role]) -> list[Raw]:
    """The trust policies of roles with ARNs, as people read them."""
    policies = [_parsed(role.trust) for role in records]
    named = {name for policy in policies for name in principals(policy)}
    known = [name for name in named if name.startswith((Prefix.USER, Prefix.ROLE))]
    owners: list[User | Role] = [*users.by_ids(tx, known), *roles.by_ids(tx, known)] if known else []
    arns = {owner.id: owner.arn for owner in owners}
    return [Raw(str(policy.renamed(arns)).encode()) for policy in policies]


def version(each: Version) -> form.Version:
    """A version of a managed policy."""
    return form.Version(
        document=form.raw(each.document),
        version_id=version_name(each),
        is_default_version=each.default,
        create_date=form.second(each.created),
    )


@lru_cache(_REMEMBERED)
def _parsed(text: str) -> Document:
    return Document.parse(text)


def _users(tx: Transaction, records: Sequence[User]) -> list[form.User]:
    has = _Belongings(tx, nouns.USER, records)
    of_groups = _by_owner((each.user_id, each.group_name) for each in groups.memberships(tx, has.ids))
    return [
        form.User(
            path=user.path,
            user_name=user.name,
            user_id=user.id,
            arn=user.arn,
            create_date=form.second(user.created),
            user_policy_list=has.inline[user.id],
            group_list=sorted(of_groups[user.id]),
            attached_managed_policies=has.attached[user.id],
            permissions_boundary=_boundary(user.boundary),
            tags=has.tags[user.id],
        )
        for user in records
    ]


def _groups(tx: Transaction, records: Sequence[Group]) -> list[form.Group]:
    has = _Belongings(tx, nouns.GROUP, records)
    return [
        form.Group(
            path=group.path,
            group_name=group.name,
            group_id=group.id,
            arn=group.arn,
            create_date=form.second(group.created),
            group_policy_list=has.inline[group.id],
            attached_managed_policies=has.attached[group.id],
        )
        for group in records
    ]


def _roles(tx: Transaction, records: Sequence[Role]) -> list[form.Role]:
    has = _Belongings(tx, nouns.ROLE, records)
    return [
        form.Role(
            path=role.path,
            role_name=role.name,
            role_id=role.id,
            arn=role.arn,
            create_date=form.second(role.created),
            assume_role_policy_document=trust,
            role_policy_list=has.inline[role.id],
            attached_managed_policies=has.attached[role.id],
            permissions_boundary=_boundary(role.boundary),
            tags=has.tags[role.id],
            role_last_used=form.LastUsed(
                last_used_date=form.second(role.last_used) if role.last_used else UNSET,
                region=role.last_used_region or UNSET,
            ),
            description=role.description,
            max_session_duration=role.max_session,
        )
        for role, trust in zip(records, shown_trust(tx, records), strict=True)
    ]


def _policies(tx: Transaction, records: Sequence[Policy]) -> list[form.Policy]:
    has = _Belongings(tx, nouns.POLICY, records)
    versions = _by_owner((each.policy_id, version(each)) for each in policy_versions.of_all(tx, has.ids))
    return [policy(record, versions[record.id], has.tags[record.id]) for record in records]


def policy(record: Policy, versions: list[form.Version], tagged: list[form.Tag]) -> form.Policy:
    """A managed policy with its versions, newest first."""
    return form.Policy(
        policy_name=record.name,
        policy_id=record.id,
        arn=record.arn,
        path=record.path,
        default_version_id=f"v{record.default_version}",
        create_date=form.second(record.created),
        update_date=form.second(record.updated),
        policy_version_list=versions,
        attachment_count=record.attachment_count,
        permissions_boundary_usage_count=record.boundary_count,
        description=record.description,
        tags=tagged,
    )


def _profiles(tx: Transaction, records: Sequence[InstanceProfile]) -> list[form.InstanceProfile]:
    has = _Belongings(tx, nouns.INSTANCE_PROFILE, records)
    holders = roles.by_ids(tx, [profile.role_id for profile in records if profile.role_id])
    named = {role.id: form.ProfileRole(role_name=role.name, role_id=role.id) for role in holders}
    return [
        form.InstanceProfile(
            path=profile.path,
            instance_profile_name=profile.name,
            instance_profile_id=profile.id,
            arn=profile.arn,
            create_date=form.second(profile.created),
            roles=[named[profile.role_id]] if profile.role_id else [],
            tags=has.tags[profile.id],
        )
        for profile in records
    ]


class _Belongings:
    """What belongs to entities of one type, by their ids; read when it is asked for."""

    def __init__(self, tx: Transaction, noun: str, records: Sequence[Any]) -> None:
        self.ids = [record.id for record in records]
        self._of = tx, noun, self.ids

    @cached_property
    def attached(self) -> Mapping[str, list[form.Attached]]:
        return _by_owner(
            (each.owner_id, _attached(each.policy_arn)) for each in attachments.of_all(*self._of)
        )

    @cached_property
    def inline(self) -> Mapping[str, list[form.Inline]]:
        return _by_owner(
            (each.owner_id, form.Inline(policy_name=each.name, policy_document=form.raw(each.document)))
            for each in inline_policies.of_all(*self._of)
        )

    @cached_property
    def tags(self) -> Mapping[str, list[form.Tag]]:
        return _by_owner(
            (each.owner_id, form.Tag(key=each.key, value=each.value)) for each in tags.of_all(*self._of)
        )


def _by_owner(pairs: Iterable[tuple[str, Any]]) -> Mapping[str, list[Any]]:
    found: defaultdict[str, list[Any]] = defaultdict(list)
    for owner, each in pairs:
        found[owner].append(each)
    return defaultdict(list, form.in_order(found))


def _attached(arn: str) -> form.Attached:
    return form.Attached(policy_name=policy_arn(arn).name, policy_arn=arn)


def _boundary(arn: str | None) -> form.Boundary | UnsetType:
    return form.Boundary(permissions_boundary_arn=arn) if arn else UNSET


_DETAILS: Mapping[str, Callable[[Transaction, Sequence[Any]], list[Any]]] = {
    nouns.USER: _users,
    nouns.GROUP: _groups,
    nouns.ROLE: _roles,
    nouns.POLICY: _policies,
    nouns.INSTANCE_PROFILE: _profiles,
}
