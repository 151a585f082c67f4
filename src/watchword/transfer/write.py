"""Entities of a file, written to the store: a batch at a time, with few statements.

A new entity gets its row first, then what belongs to it. Of one that is replaced, the row is overwritten, and
what belongs to it is removed and written again. All is told to caches by the functions of the store.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from msgspec import UNSET

from watchword.names import nouns
from watchword.store import Transaction, tags
from watchword.store.iam import attachments, groups, inline_policies, policy_versions
from watchword.store.iam.groups import Group, Membership
from watchword.store.iam.inline_policies import Inline
from watchword.store.iam.instance_profiles import InstanceProfile
from watchword.store.iam.policies import Policy
from watchword.store.iam.policy_versions import Version
from watchword.store.iam.roles import Role
from watchword.store.iam.users import User
from watchword.transfer import form
from watchword.transfer.checks import Found
from watchword.transfer.compare import ROWS, Step
from watchword.transfer.references import References

DEFAULT_SESSION = 3600
"""Seconds: what MaxSessionDuration is unless something else is said. CreateRole says the same."""
_INLINE = {
    nouns.USER: "user_policy_list",
    nouns.GROUP: "group_policy_list",
    nouns.ROLE: "role_policy_list",
}


def write(tx: Transaction, noun: str, changes: Sequence[Step], references: References) -> None:
    """Makes or replaces entities of one type."""
    rows = ROWS[noun]
    rows.insert_all(tx, [_RECORDS[noun](each, references) for each in changes if each.record is None])
    for each in changes:
        if each.record is not None:
            _clear(tx, noun, each)
            rows.overwrite(tx, _RECORDS[noun](each, references))
    _add(tx, noun, [each.wanted for each in changes], references)


def _clear(tx: Transaction, noun: str, step: Step) -> None:
    tags.remove_all(tx, noun, step.record.id)
    for attached in attachments.of(tx, noun, step.record.id):
        attachments.detach(tx, noun, step.record.id, attached.policy_arn)
    for inline in inline_policies.of(tx, noun, step.record.id):
        inline_policies.remove(tx, noun, step.record.id, inline.name)
    if noun == nouns.USER:
        groups.leave_all(tx, step.record)
    if noun == nouns.POLICY:
        policy_versions.remove_all(tx, step.record)


def _add(tx: Transaction, noun: str, found: Sequence[Found], references: References) -> None:
    if noun in _INLINE:
        attached = {
            each.id: [one.policy_arn for one in each.detail.attached_managed_policies] for each in found
        }
        attachments.attach_all(tx, noun, attached)
        inline_policies.insert_all(tx, [one for each in found for one in _inline(each)])
    if noun != nouns.GROUP:
        tags.insert_all(tx, noun, {each.id: _tags(each.detail.tags) for each in found})
    if noun == nouns.USER:
        groups.add_members(tx, [one for each in found for one in _memberships(each, references)])
    if noun == nouns.POLICY:
        policy_versions.insert_all(tx, [one for each in found for one in _versions(each)])


def _inline(found: Found) -> list[Inline]:
    return [
        Inline(found.noun, found.id, each.policy_name, form.document(each.policy_document))
        for each in getattr(found.detail, _INLINE[found.noun])
    ]


def _tags(given: Any) -> dict[str, str]:  # noqa: ANN401 a list of tags, or UNSET
    return {} if given is UNSET else {each.key: each.value for each in given}


def _memberships(found: Found, references: References) -> list[Membership]:
    return [
        Membership(found.id, references.group_id(found.account, name), name)
        for name in found.detail.group_list
    ]


def _versions(found: Found) -> list[Version]:
    return [
        Version(
            found.id,
            int(each.version_id[1:]),
            form.document(each.document),
            each.create_date,
            each.is_default_version,
        )
        for each in found.detail.policy_version_list
    ]


def _user(step: Step, _: References) -> User:
    found, detail = step.wanted, step.wanted.detail
    return User(
        id=detail.user_id,
        account=found.account,
        name=detail.user_name,
        path=detail.path,
        created=detail.create_date,
        boundary=_boundary(detail),
        password_last_used=step.record.password_last_used if step.record else None,
    )


def _group(step: Step, _: References) -> Group:
    found, detail = step.wanted, step.wanted.detail
    return Group(detail.group_id, found.account, detail.group_name, detail.path, detail.create_date)


def _role(step: Step, references: References) -> Role:
    found, detail = step.wanted, step.wanted.detail
    used = detail.role_last_used
    return Role(
        id=detail.role_id,
        account=found.account,
        name=detail.role_name,
        path=detail.path,
        created=detail.create_date,
        trust=references.stored_trust(found),
        description=detail.description or "",
        max_session=detail.max_session_duration or DEFAULT_SESSION,
        boundary=_boundary(detail),
        last_used=used.last_used_date or None,
        last_used_region=used.region or None,
    )


def _policy(step: Step, _: References) -> Policy:
    found, detail = step.wanted, step.wanted.detail
    numbers = [int(each.version_id[1:]) for each in detail.policy_version_list]
    return Policy(
        id=detail.policy_id,
        account=found.account,
        name=detail.policy_name,
        path=detail.path,
        arn=detail.arn,
        created=detail.create_date,
        updated=detail.update_date,
        description=detail.description or "",
        default_version=int(detail.default_version_id[1:]),
        next_version=max(*numbers, step.record.next_version - 1 if step.record else 0) + 1,
    )


def _profile(step: Step, _: References) -> InstanceProfile:
    found, detail = step.wanted, step.wanted.detail
    return InstanceProfile(
        id=detail.instance_profile_id,
        account=found.account,
        name=detail.instance_profile_name,
        path=detail.path,
        created=detail.create_date,
        role_id=detail.roles[0].role_id if detail.roles else None,
    )


def _boundary(detail: Any) -> str | None:  # noqa: ANN401 a user or role
    boundary = detail.permissions_boundary
    return boundary.permissions_boundary_arn if boundary else None


_RECORDS: Mapping[str, Callable[[Step, References], Any]] = {
    nouns.USER: _user,
    nouns.GROUP: _group,
    nouns.ROLE: _role,
    nouns.POLICY: _policy,
    nouns.INSTANCE_PROFILE: _profile,
}
