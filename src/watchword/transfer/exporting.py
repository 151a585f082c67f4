"""Exporting: the store -> lines of text that are one JSON object of the form, an entity a line.

Everything is read in one snapshot, a page at a time, in the order of accounts and names. So two exports of
the same store have the same bytes. Left out are the roles that each installation makes itself: the
administrator's, and those of permission sets.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from msgspec import UNSET
from msgspec.structs import replace

from watchword.identity import aws_managed, managed_policies
from watchword.identity.protected_roles import ADMINISTRATOR, is_reserved
from watchword.names import nouns
from watchword.store import Transaction
from watchword.store.iam import attachments, instance_profiles, roles
from watchword.store.iam.instance_profiles import InstanceProfile
from watchword.store.iam.policies import Policy
from watchword.store.iam.roles import Role
from watchword.transfer import form
from watchword.transfer.compare import ROWS
from watchword.transfer.held import details, policy, version

PAGE = 500


def lines(tx: Transaction, accounts: Sequence[str]) -> Iterator[str]:
    """The text, without the ends of its lines."""
    yield "{"
    for number, section in enumerate(form.SECTIONS.values()):
        yield f'{", " if number else ""}"{section.member}": ['
        comma = ""
        for entity in _entities(tx, section.noun, accounts):
            yield comma + form.written(entity).decode()
            comma = ","
        yield "]"
    yield "}"


def _entities(tx: Transaction, noun: str, accounts: Sequence[str]) -> Iterator[Any]:
    of_aws: set[str] = set()
    for account in accounts:
        for records in _pages(tx, noun, account):
            yield from _shown(tx, noun, records)
        if noun == nouns.POLICY:
            yield from _used_policies_of_aws(tx, account, of_aws)


def _pages(tx: Transaction, noun: str, account: str) -> Iterator[list[Any]]:
    after, more = "", True
    while more:
        records, more = ROWS[noun].page(tx, account, after=after, limit=PAGE)
        if records:
            after = records[-1].name
            yield records


def _shown(tx: Transaction, noun: str, records: Sequence[Any]) -> Iterator[Any]:
    if noun == nouns.ROLE:
        kept = [role for role in records if not is_reserved(noun, role.name)]
        yield from _with_profiles(tx, kept)
    elif noun == nouns.INSTANCE_PROFILE:  # those of roles stand with these
        yield from details(tx, noun, [profile for profile in records if profile.role_id is None])
    else:
        yield from details(tx, noun, records)


def _with_profiles(tx: Transaction, records: Sequence[Role]) -> Iterator[form.Role]:
    profiles = instance_profiles.of_roles(tx, [role.id for role in records])
    by_role: dict[str, list[tuple[InstanceProfile, form.InstanceProfile]]] = {}
    for profile, shown in zip(profiles, details(tx, nouns.INSTANCE_PROFILE, profiles), strict=True):
        by_role.setdefault(profile.role_id or "", []).append((profile, shown))
    for role, shown in zip(records, details(tx, nouns.ROLE, records), strict=True):
        repeated = form.ProfileRole(
            role_name=role.name,
            role_id=role.id,
            path=role.path,
            arn=role.arn,
            create_date=form.second(role.created),
            assume_role_policy_document=shown.assume_role_policy_document,
        )
        theirs = [replace(each, roles=[repeated]) for _, each in by_role.get(role.id, ())]
        yield replace(shown, instance_profile_list=theirs)


def _used_policies_of_aws(tx: Transaction, account: str, written: set[str]) -> Iterator[form.Policy]:
    """With their version in force only: the old ones could be megabytes."""
    every = len(list(aws_managed.every_policy()))
    found, _ = managed_policies.page_of_aws(tx, account, "", every, used=_is_used)
    left_out = _of_the_administrator(tx, account)
    for each in found:
        shown = replace(each, attachment_count=each.attachment_count - (each.arn in left_out))
        if _is_used(shown) and shown.arn not in written:
            written.add(shown.arn)
            in_force = version(aws_managed.default_version(shown))
            yield replace(policy(shown, [in_force], []), tags=UNSET)


def _of_the_administrator(tx: Transaction, account: str) -> set[str]:
    """The policies that are attached to the role that is left out."""
    role = roles.named(tx, account, ADMINISTRATOR)
    return {each.policy_arn for each in attachments.of(tx, nouns.ROLE, role.id)} if role else set()


def _is_used(policy: Policy) -> bool:
    return bool(policy.attachment_count or policy.boundary_count)
