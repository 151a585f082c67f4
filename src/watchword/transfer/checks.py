"""What an entity of a file must be, by itself. What it refers to is checked in `references`.

In this order:
1. its members have the types, lengths and characters of IAM's model;
2. its ARN is made of its account, path and name, and is of the partition of accounts here;
3. nothing stands twice in its lists, and they are no longer than the highest quota that AWS gives;
4. policies that are attached to it, and its boundary, are AWS's or its own account's;
5. documents may be stored as what they are. A trust policy may be as long as the highest quota allows. That
   of a service-linked role, which no SCP and no RCP binds, trusts services alone;
6. one version of a managed policy is the default one, and it is the one that the policy says.

Source: IAM API Reference, "Data Types"; IAM User Guide, "IAM and AWS STS quotas", the column "Maximum".
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import msgspec
from msgspec import UNSET, Raw
from msgspec.structs import replace

from watchword.identity.aws_managed import OWNER as AWS
from watchword.identity.service_linked_roles import is_linked
from watchword.names import nouns
from watchword.names.entity_arn import EntityArn
from watchword.names.fold import fold, fold_tag_key
from watchword.names.ids import is_account_id
from watchword.policy import Policy
from watchword.policy.checking.validate import DocumentKind, validate
from watchword.policy.language.parse import PolicyError
from watchword.transfer import form
from watchword.transfer.stream import Element

PARTITION = "aws"
"""Of all accounts here."""
MOST_OF_TRUST = 8192
_INLINE = {
    nouns.USER: ("user_policy_list", DocumentKind.USER_INLINE),
    nouns.GROUP: ("group_policy_list", DocumentKind.GROUP_INLINE),
    nouns.ROLE: ("role_policy_list", DocumentKind.ROLE_INLINE),
}
_ATTACHED = {nouns.USER: 20, nouns.GROUP: 10, nouns.ROLE: 25}
_GROUPS = 10
_VERSIONS = 5
_REMEMBERED = 1024


class Wrong(ValueError):  # noqa: N818 its message is the line that a person reads
    """An entity that can't be made; the message is where it stands, and why."""


@dataclass(frozen=True, slots=True)
class Found:
    """An entity of a file. The account of a policy of AWS is `aws`."""

    noun: str
    account: str
    place: str
    detail: Any
    """A value of `form`."""

    @property
    def name(self) -> str:
        return form.OF_NOUN[self.noun].name_of(self.detail)

    @property
    def id(self) -> str:
        return form.OF_NOUN[self.noun].id_of(self.detail)

    @property
    def arn(self) -> str:
        return str(self.detail.arn)


def check(element: Element) -> list[Found]:
    """The entity, and the instance profiles that stand in a role. Raises Wrong."""
    section = form.SECTIONS[element.section]
    try:
        detail = msgspec.json.decode(element.text, type=section.shape)  # 1.
    except msgspec.ValidationError as error:
        why, _, where = str(error).partition(" - at `$")
        raise Wrong(f"{element.place}{where.rstrip('`')}: {why}") from None
    except (ValueError, RecursionError) as error:
        raise Wrong(f"{element.place}: {error}") from None
    profiles = detail.instance_profile_list if section.noun == nouns.ROLE else []
    if profiles:
        detail = replace(detail, instance_profile_list=[])
    found = [_checked(section.noun, element.place, detail)]
    for index, profile in enumerate(profiles):
        place = f"{element.place}.InstanceProfileList[{index}]"
        role = form.ProfileRole(role_name=detail.role_name, role_id=detail.role_id)
        found.append(_checked(nouns.INSTANCE_PROFILE, place, replace(profile, roles=[role])))
    return found


def _checked(noun: str, place: str, detail: Any) -> Found:  # noqa: ANN401 a value of `form`
    try:
        account = _account(noun, detail)  # 2.
        if account == AWS:
            return Found(noun, account, place, detail)
        if noun == nouns.INSTANCE_PROFILE:
            detail = replace(detail, roles=[_name_only(role) for role in detail.roles])
        _check_lists(noun, detail)  # 3.
        _check_attached(account, detail)  # 4.
        return Found(noun, account, place, _with_documents(noun, form.normal(detail)))  # 5.
    except Wrong as wrong:
        raise Wrong(f"{place}{wrong}") from None
    except ValueError as error:
        raise Wrong(f"{place}: {error}") from None


def _name_only(role: form.ProfileRole) -> form.ProfileRole:
    return form.ProfileRole(role_name=role.role_name, role_id=role.role_id)


def _account(noun: str, detail: Any) -> str:  # noqa: ANN401 a value of `form`
    arn = EntityArn.parse(detail.arn, noun)
    name = form.OF_NOUN[noun].name_of(detail)
    if arn is None or (arn.path, arn.name) != (detail.path, name):
        raise Wrong(f".Arn: {detail.arn} isn't the ARN of the {noun} {name} with the path {detail.path}")
    if arn.partition != PARTITION:
        raise Wrong(f".Arn: the partition {arn.partition} has no accounts here, only {PARTITION}")
    if not is_account_id(arn.account) and noun != nouns.POLICY:
        raise Wrong(f".Arn: {arn.account} is no account")
    return arn.account


def _check_lists(noun: str, detail: Any) -> None:  # noqa: ANN401 a value of `form`
    for member, most, keys in _lists(noun, detail):
        names = Counter(keys)
        if twice := next((name for name, count in names.items() if count > 1), None):
            raise Wrong(f".{member}: {twice} stands there twice")
        if len(names) > most:
            raise Wrong(f".{member}: {len(names)} are more than the {most} that AWS allows any account")


def _lists(noun: str, detail: Any) -> Iterator[tuple[str, int, Iterable[str]]]:  # noqa: ANN401 the same
    """Each list of the entity: its member, the most that it may have, and what tells its items apart."""
    if noun in _INLINE:
        member, _ = _INLINE[noun]
        yield member.title().replace("_", ""), 1000, [each.policy_name for each in getattr(detail, member)]
        attached = [each.policy_arn for each in detail.attached_managed_policies]
        yield "AttachedManagedPolicies", _ATTACHED[noun], attached
    if noun == nouns.USER:
        yield "GroupList", _GROUPS, [fold(each) for each in detail.group_list]
    if noun == nouns.POLICY:
        yield "PolicyVersionList", _VERSIONS, [each.version_id for each in detail.policy_version_list]
    tags = getattr(detail, "tags", [])
    if tags is not UNSET:
        yield "Tags", form.MAX_TAGS, [fold_tag_key(noun, each.key) for each in tags]


def _check_attached(account: str, detail: Any) -> None:  # noqa: ANN401 a value of `form`
    named = [
        (f".AttachedManagedPolicies[{index}].PolicyArn", each.policy_arn)
        for index, each in enumerate(getattr(detail, "attached_managed_policies", ()))
    ]
    if boundary := getattr(detail, "permissions_boundary", None):
        named.append((".PermissionsBoundary.PermissionsBoundaryArn", boundary.permissions_boundary_arn))
    for place, text in named:
        arn = EntityArn.parse(text, nouns.POLICY)
        if arn is None or arn.partition != PARTITION or arn.account not in (account, AWS):
            raise Wrong(f"{place}: {text} is no managed policy of AWS or of account {account}")


def _with_documents(noun: str, detail: Any) -> Any:  # noqa: ANN401 a value of `form`
    if noun in _INLINE:
        member, kind = _INLINE[noun]
        for each in getattr(detail, member):
            named = f".{member.title().replace('_', '')}: {each.policy_name}"
            _check_document(named, form.document(each.policy_document), kind)
    if noun == nouns.POLICY:
        for version in detail.policy_version_list:
            named = f".PolicyVersionList: {version.version_id}"
            _check_document(named, form.document(version.document), DocumentKind.MANAGED)
        _check_default(detail)
    if noun == nouns.ROLE:
        text = form.document(detail.assume_role_policy_document)
        trust = _check_document(".AssumeRolePolicyDocument", text, DocumentKind.TRUST)
        if is_linked(noun, detail.path) and not _trusts_services_alone(trust):
            raise Wrong(".AssumeRolePolicyDocument: a service-linked role trusts services alone")
        return replace(detail, assume_role_policy_document=Raw(trust.encode()))
    return detail


def _trusts_services_alone(trust: str) -> bool:
    named = [statement.principal for statement in Policy.parse(trust).statements]
    return all(
        each and not each.everyone and not each.negated and set(dict(each.entries)) == {"Service"}
        for each in named
    )


def _check_default(policy: form.Policy) -> None:  # 6.
    default = [each.version_id for each in policy.policy_version_list if each.is_default_version]
    if default != [policy.default_version_id]:
        said = f"{policy.default_version_id} must be there, and be the default version alone"
        raise Wrong(f".PolicyVersionList: {said}")


def _check_document(place: str, text: str, kind: DocumentKind) -> str:
    try:
        return _valid(text, kind)
    except PolicyError as error:
        meant = f" ({error.meant})" if error.meant != error.said else ""
        raise Wrong(f"{place}: {error.said}{meant}") from None


@lru_cache(_REMEMBERED)
def _valid(text: str, kind: DocumentKind) -> str:
    """A document in the form in which it is compared. Raises PolicyError. Many entities have the same."""
    trust = kind is DocumentKind.TRUST
    policy = validate(text, kind, partition="" if trust else PARTITION, most=MOST_OF_TRUST if trust else 0)
    if not trust:
        return text
    accounts = {
        name: f"arn:{PARTITION}:iam::{name}:root"
        for statement in policy.statements
        for name in (statement.principal.named("AWS") if statement.principal else ())
        if is_account_id(name)
    }
    return str(policy.renamed(accounts))
