"""The form of an account in a file: what `aws iam get-account-authorization-details` prints.

Values of this form are frozen. Each has one way to be written (`written`): lists are sorted, documents have
no white space, times are whole seconds, as IAM shows them. So two entities are the same when their texts are.

AWS's form leaves out a few things that decisions depend on. Where AWS has a name for one elsewhere, it is
read and written under that name too: MaxSessionDuration and Description of a role, Tags of policies and
instance profiles, and, beside the four lists, InstanceProfiles, as `aws iam list-instance-profiles` prints
them. None means that the file doesn't say.

Source: IAM API Reference, GetAccountAuthorizationDetails and "Data Types"; the model that botocore has, for
lengths and characters.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Annotated, Any, TypeVar
from urllib.parse import unquote

import msgspec
from msgspec import UNSET, Meta, Raw, Struct, UnsetType
from msgspec.structs import asdict, replace

from watchword.names import nouns

MAX_TAGS = 50
_NAME = r"^[A-Za-z0-9_+=,.@-]+\Z"

Name64 = Annotated[str, Meta(min_length=1, max_length=64, pattern=_NAME)]
Name128 = Annotated[str, Meta(min_length=1, max_length=128, pattern=_NAME)]
Path = Annotated[str, Meta(max_length=512, pattern=r"^/([!-~]+/)?\Z")]
ArnText = Annotated[str, Meta(min_length=20, max_length=2048, pattern=r"^[!-~]+\Z")]
Moment = Annotated[datetime, Meta(tz=True)]
VersionId = Annotated[str, Meta(pattern=r"^v[1-9][0-9]{0,5}\Z")]
_ID = "^{}[A-Z0-9]{{12,124}}\\Z"


class Shape(Struct, frozen=True, rename="pascal", kw_only=True):
    """What all parts of the form are."""


class Inline(Shape, frozen=True):
    """An inline policy."""

    policy_name: Name128
    policy_document: Raw


class Attached(Shape, frozen=True):
    """A managed policy that is attached."""

    policy_name: Name128
    policy_arn: ArnText


class Boundary(Shape, frozen=True):
    """A permissions boundary."""

    permissions_boundary_arn: ArnText
    permissions_boundary_type: str = "Policy"


class Tag(Shape, frozen=True):
    """A tag."""

    key: Annotated[str, Meta(min_length=1, max_length=128)]
    value: Annotated[str, Meta(max_length=256)]


class LastUsed(Shape, frozen=True, omit_defaults=True):
    """When a role was last used."""

    last_used_date: Moment | UnsetType = UNSET
    region: Annotated[str, Meta(max_length=64)] | UnsetType = UNSET


class Version(Shape, frozen=True):
    """A version of a managed policy."""

    document: Raw
    version_id: VersionId
    is_default_version: bool
    create_date: Moment


class ProfileRole(Shape, frozen=True):
    """The role of an instance profile. It is known by its name and id; the rest is repeated for readers."""

    role_name: Name64
    role_id: Annotated[str, Meta(pattern=_ID.format("AROA"))]
    path: str | UnsetType = UNSET
    arn: str | UnsetType = UNSET
    create_date: Moment | UnsetType = UNSET
    assume_role_policy_document: Raw | UnsetType = UNSET


class InstanceProfile(Shape, frozen=True):
    """InstanceProfile."""

    path: Path
    instance_profile_name: Name128
    instance_profile_id: Annotated[str, Meta(pattern=_ID.format("AIPA"))]
    arn: ArnText
    create_date: Moment
    roles: Annotated[list[ProfileRole], Meta(max_length=1)] = []
    tags: list[Tag] | UnsetType = UNSET


class User(Shape, frozen=True):
    """UserDetail."""

    path: Path
    user_name: Name64
    user_id: Annotated[str, Meta(pattern=_ID.format("AIDA"))]
    arn: ArnText
    create_date: Moment
    user_policy_list: list[Inline] = []
    group_list: list[Name128] = []
    attached_managed_policies: list[Attached] = []
    permissions_boundary: Boundary | UnsetType = UNSET
    tags: list[Tag] = []


class Group(Shape, frozen=True):
    """GroupDetail."""

    path: Path
    group_name: Name128
    group_id: Annotated[str, Meta(pattern=_ID.format("AGPA"))]
    arn: ArnText
    create_date: Moment
    group_policy_list: list[Inline] = []
    attached_managed_policies: list[Attached] = []


class Role(Shape, frozen=True):
    """RoleDetail. Its instance profiles are entities of their own here."""

    path: Path
    role_name: Name64
    role_id: Annotated[str, Meta(pattern=_ID.format("AROA"))]
    arn: ArnText
    create_date: Moment
    assume_role_policy_document: Raw
    instance_profile_list: list[InstanceProfile] = []
    role_policy_list: list[Inline] = []
    attached_managed_policies: list[Attached] = []
    permissions_boundary: Boundary | UnsetType = UNSET
    tags: list[Tag] = []
    role_last_used: LastUsed = LastUsed()
    description: Annotated[str, Meta(max_length=1000)] | UnsetType = UNSET
    max_session_duration: Annotated[int, Meta(ge=3600, le=43200)] | UnsetType = UNSET


class Policy(Shape, frozen=True):
    """ManagedPolicyDetail; of AWS's own policies only those that the account uses."""

    policy_name: Name128
    policy_id: Annotated[str, Meta(pattern=_ID.format("ANPA"))]
    arn: ArnText
    path: Path
    default_version_id: VersionId
    create_date: Moment
    update_date: Moment
    policy_version_list: list[Version]
    attachment_count: int | UnsetType = UNSET
    permissions_boundary_usage_count: int | UnsetType = UNSET
    is_attachable: bool = True
    description: Annotated[str, Meta(max_length=1000)] | UnsetType = UNSET
    tags: list[Tag] | UnsetType = UNSET


Detail = User | Group | Role | Policy | InstanceProfile
One = TypeVar("One", bound=Shape)


class Section(Struct, frozen=True):
    """One of the lists: what its entities are, and their members with the name and with the unique id."""

    member: str
    noun: str
    shape: type[Any]
    name: str
    id: str

    def name_of(self, entity: Any) -> str:  # noqa: ANN401 an entity of this list
        return str(getattr(entity, self.name))

    def id_of(self, entity: Any) -> str:  # noqa: ANN401 the same
        return str(getattr(entity, self.id))


SECTIONS: Mapping[str, Section] = {
    section.member: section
    for section in (
        Section("UserDetailList", nouns.USER, User, "user_name", "user_id"),
        Section("GroupDetailList", nouns.GROUP, Group, "group_name", "group_id"),
        Section("RoleDetailList", nouns.ROLE, Role, "role_name", "role_id"),
        Section("Policies", nouns.POLICY, Policy, "policy_name", "policy_id"),
        Section(
            "InstanceProfiles",
            nouns.INSTANCE_PROFILE,
            InstanceProfile,
            "instance_profile_name",
            "instance_profile_id",
        ),
    )
}
"""In the order in which they are written."""
MEMBERS: Mapping[str, frozenset[str]] = {
    section.member: frozenset(each.encode_name for each in msgspec.structs.fields(section.shape))
    for section in SECTIONS.values()
}
OF_NOUN: Mapping[str, Section] = {section.noun: section for section in SECTIONS.values()}


def second(moment: datetime) -> datetime:
    """A time in the form."""
    return moment.astimezone(UTC).replace(microsecond=0)


def normal(entity: One) -> One:
    """The entity with its lists in their order, its documents without white space, its times in seconds.

    Raises ValueError for a document that is no JSON.
    """
    changed: dict[str, Any] = {}
    for name, value in asdict(entity).items():
        if isinstance(value, Raw):
            changed[name] = compact(value)
        elif isinstance(value, datetime):
            changed[name] = second(value)
        elif isinstance(value, Shape):
            changed[name] = normal(value)
        elif isinstance(value, list):
            inner = [normal(each) if isinstance(each, Shape) else each for each in value]
            changed[name] = _in_order(inner)
    return replace(entity, **changed) if changed else entity


def compact(document: Raw) -> Raw:
    """A document without white space; one that is given as a text, percent-encoded or not, is read from it.

    Raises ValueError, also for what is neither an object nor a text.
    """
    text = bytes(document)
    if text[:1] == b'"':
        given = msgspec.json.decode(text, type=str)
        text = (unquote(given, errors="strict") if given.startswith("%") else given).encode()
    if text.lstrip()[:1] != b"{":
        raise ValueError("a policy document is an object, or the text of one")
    return Raw(msgspec.json.format(text, indent=-1))


def document(raw: Raw) -> str:
    """The text of a document."""
    return bytes(raw).decode()


def raw(text: str) -> Raw:
    """A document of the store."""
    return compact(Raw(text.encode()))


def written(entity: Shape) -> bytes:
    """The only text of a value whose lists are sorted."""
    return msgspec.json.encode(entity)


def in_order(lists: dict[str, list[Any]]) -> dict[str, list[Any]]:
    """Lists of the form, each in its order."""
    return {owner: _in_order(each) for owner, each in lists.items()}


_ORDER: Mapping[type[Any], Callable[[Any], Any]] = {
    str: lambda each: each,
    Inline: lambda each: each.policy_name,
    Attached: lambda each: each.policy_arn,
    Tag: lambda each: each.key,
    Version: lambda each: -int(each.version_id[1:]),
    ProfileRole: lambda each: each.role_id,
    InstanceProfile: lambda each: each.instance_profile_name,
}
"""What a list is sorted by; versions with the newest first."""


def _in_order(values: list[Any]) -> list[Any]:
    return sorted(values, key=_ORDER[type(values[0])]) if len(values) > 1 else values
